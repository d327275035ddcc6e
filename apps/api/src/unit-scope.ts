import type { Identity } from '#access';
import { streamOf } from '#contracts';
import type { Journal } from '#journal';
import { ROOT_UNIT } from '#kernel';
import { ProblemError, problem } from './problems.ts';

interface Definition {
  readonly from: string;
  readonly parent: string;
}

/**
 * What a token that is limited to units may see: these units and all that lies below them today. Read from the log,
 * not from a read model: who may see what does not lag behind.
 */
export class UnitScope {
  constructor(private readonly journal: Journal) {}

  /** Refuses a unit outside of the caller's. */
  async mustContain(caller: Identity, unit: string): Promise<void> {
    if (await this.contains(caller, unit)) return;
    throw new ProblemError(
      problem(
        'not-allowed',
        `The token is limited to ${caller.units?.join(', ') || 'no unit'}; ${unit} is another.`,
        {
          errors: [{ field: 'unit', message: 'is not a unit of the token' }],
        },
      ),
    );
  }

  async contains({ units }: Identity, unit: string): Promise<boolean> {
    if (units === undefined || units.includes(ROOT_UNIT) || units.includes(unit)) return true;
    const parents = await this.#parents(new Date().toISOString().slice(0, 10));
    const seen = new Set<string>();
    for (let at: string | undefined = unit; at !== undefined && !seen.has(at); at = parents.get(at)) {
      if (units.includes(at)) return true;
      seen.add(at);
    }
    return false;
  }

  async #parents(today: string): Promise<ReadonlyMap<string, string>> {
    const stream = streamOf('UnitDefined', { unitId: ROOT_UNIT });
    const { state } = await this.journal.fold(
      stream,
      new Map<string, Definition>(),
      (known, { type, data }) => {
        if (type !== 'UnitDefined') return known;
        const unit = String(data['unitId']);
        const [from, parent] = [String(data['effectiveFrom']), String(data['parentId'] ?? ROOT_UNIT)];
        const before = known.get(unit);
        // Of the definitions that hold by today the latest, and of one date the one recorded last.
        if (before === undefined || (from <= today && from >= before.from)) known.set(unit, { from, parent });
        return known;
      },
    );
    return new Map(
      [...state].filter(([unit]) => unit !== ROOT_UNIT).map(([unit, { parent }]) => [unit, parent]),
    );
  }
}
