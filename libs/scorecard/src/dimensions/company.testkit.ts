import { type EventOf, type EventType, validate } from '#contracts';
import { epochMs, instant, NO_POSITION, type Position, position } from '#kernel';
import { answer, type Figure, type FigureQuestion, type FiguresAnswer } from '../figures/answer.ts';
import type { Change, Content, Fact } from '../projection/change.ts';
import { type Contribution, changedContributions } from '../projection/contribution.ts';
import type { DimensionName } from '../projection/dimension.ts';
import { InMemoryReadModel } from '../projection/in-memory.testkit.ts';
import { textOfDay } from '../projection/organisation.ts';
import { dimensions, kpiSheets } from './index.ts';

export interface FactOptions {
  /** Unit that the metadata names. */
  readonly unitId?: string;
  /** Record time; the clock only goes on, as the running maximum of a log does. */
  readonly recordedAt?: string;
}

type Parked = Parameters<InMemoryReadModel['park']>[0] & { readonly recordedAt: number };

type Asked = Partial<Omit<FigureQuestion, 'knownAt' | 'knownAtMs'>> & { readonly knownAt?: Position };

/**
 * A company in a test: facts are recorded one line each, corrected or voided by what recording them returned, and its
 * figures are asked through the real projection and the real answer, at head or at any earlier position.
 *
 * Facts have to fit their contracts. Recorded in 2100 unless told, so that every period of a test has ended.
 */
export class Company {
  readonly #changes: (Change | Parked)[] = [];
  readonly #facts = new Map<string, Change>();
  readonly #models = new Map<DimensionName, { readonly model: InMemoryReadModel; projected: number }>();
  #clock = '2100-01-01T00:00:00Z';

  get head(): Position {
    return this.#changes.at(-1)?.position ?? NO_POSITION;
  }

  get changes(): readonly Change[] {
    return this.#changes.filter((change): change is Change => !('reason' in change));
  }

  /** Records a fact and returns its id. */
  fact<T extends EventType>(type: T, data: EventOf<T>['data'], options: FactOptions = {}): string {
    const factId = `fact-${this.#changes.length + 1}`;
    const { unitId } = options;
    const factPosition = position(this.head + 1n);
    const identity = {
      factId,
      factPosition,
      type,
      revision: 0n,
      ...(unitId === undefined ? {} : { unitId }),
    };
    this.#record({ ...identity, before: null, after: checked(type, data) }, options);
    return factId;
  }

  /** Replaces the content of a fact; null voids it. Corrections of corrections name the same fact. */
  correct(factId: string, replacement: Content | null, options: FactOptions = {}): Position {
    const known = this.#facts.get(factId);
    if (!known) throw new Error(`no fact "${factId}" was recorded`);
    const after = replacement === null ? null : checked(known.type, replacement);
    return this.#record({ ...known, before: known.after, after }, options);
  }

  void(factId: string): Position {
    return this.correct(factId, null);
  }

  /** Records an event of a type that nobody can read. */
  unreadable(type: EventType): void {
    const place = position(this.head + 1n);
    const recordedAt = Number(epochMs(instant(this.#clock)));
    this.#changes.push({
      position: place,
      recordedAt,
      eventId: `event-${place}`,
      type,
      revision: 0n,
      reason: 'of another world',
    });
  }

  async figures(kpi: string, period: string, asked: Asked = {}): Promise<FiguresAnswer> {
    const { knownAt = this.head, ...more } = asked;
    const recorded = this.#changes.findLast((change) => change.position <= knownAt)?.recordedAt;
    return answer(
      { sheets: kpiSheets, code: 'test', reader: (name) => this.model(name).reader(knownAt) },
      {
        unit: 'root',
        ...more,
        kpi,
        period,
        knownAt,
        knownAtMs: recorded === undefined ? undefined : BigInt(recorded),
      },
    );
  }

  async figure(kpi: string, period: string, asked: Asked = {}): Promise<Figure> {
    return (await this.figures(kpi, period, asked)).figures[0] as Figure;
  }

  /** The figure in the fewest words: status, value where there is one, n. */
  async brief(kpi: string, period: string, asked: Asked = {}): Promise<string> {
    const { status, value, n } = await this.figure(kpi, period, asked);
    return [status, ...(value === null ? [] : [value]), `n=${n}`].join(' ');
  }

  model(name: DimensionName): InMemoryReadModel {
    const known = this.#models.get(name) ?? {
      model: new InMemoryReadModel(dimensions[name]),
      projected: 0,
    };
    this.#models.set(name, known);
    for (const change of this.#changes.slice(known.projected)) {
      if ('reason' in change) known.model.park(change);
      else known.model.apply(change);
    }
    known.projected = this.#changes.length;
    return known.model;
  }

  #record(change: Omit<Change, 'position' | 'recordedAt'>, { recordedAt }: FactOptions): Position {
    if (recordedAt !== undefined) this.#clock = recordedAt;
    const recorded: Change = {
      ...change,
      position: position(this.head + 1n),
      recordedAt: Number(epochMs(instant(this.#clock))),
    };
    this.#changes.push(recorded);
    this.#facts.set(recorded.factId, recorded);
    return recorded.position;
  }
}

/** Facts of one document in order of record, for what `contributions()` makes of them. */
export function facts(...recorded: readonly (readonly [type: EventType, data: Content])[]): Fact[] {
  return recorded.map(([type, data], i) => ({
    factId: `fact-${i + 1}`,
    type,
    position: position(BigInt(i + 1)),
    revision: 0n,
    data: checked(type, data),
  }));
}

function checked(type: EventType, data: Content): Content {
  const result = validate(type, data);
  if (!result.ok) throw new Error(`${type}: ${JSON.stringify(result)}`);
  return data;
}

/**
 * What a document contributes, as `2024-03-08 ots:7 1` lines in text order (`unit` before the measure unless it is root). Sources
 * (`$src:…`) are left out unless asked for: every fact has one.
 */
export function told(contributions: Iterable<Contribution>, { sources = false } = {}): readonly string[] {
  return changedContributions([], [...contributions])
    .filter(({ measure }) => sources || !measure.includes('$src:'))
    .map(({ unit, day, measure, amount }) =>
      [textOfDay(day), ...(unit === 'root' ? [] : [unit]), measure, amount].join(' '),
    )
    .sort();
}
