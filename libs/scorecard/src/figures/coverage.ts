import { timeOfMeasure } from '../projection/contribution.ts';
import { civilOfDay, dayOfCivil } from '../projection/days.ts';
import { monthSheet, monthSlot, pageKey } from '../projection/page.ts';
import type { Scope, ScopeReader } from './scope.ts';

const coverages = new WeakMap<ScopeReader, Map<string, Coverage>>();

/**
 * Where the facts of one source lie in a scope: whether there are any, the first business day, and whether one lies
 * after a day. Read from the all-time pages; a month is opened only where its days decide.
 */
export class Coverage {
  readonly #read: ScopeReader;
  readonly #scope: Scope;
  readonly #months: Promise<readonly { unit: string; slot: number }[]>;
  readonly #source: string;
  readonly #days = new Map<number, Promise<readonly number[]>>();

  /** Worked out once for all periods that are asked of a reader. */
  static of(read: ScopeReader, scope: Scope, source: string): Coverage {
    const known = coverages.get(read) ?? new Map<string, Coverage>();
    coverages.set(read, known);
    const key = `${scope.unit}\n${scope.segment ?? ''}\n${source}`;
    const coverage = known.get(key) ?? new Coverage(read, scope, source);
    known.set(key, coverage);
    return coverage;
  }

  private constructor(read: ScopeReader, scope: Scope, source: string) {
    this.#read = read;
    this.#scope = scope;
    this.#source = source;
    this.#months = read.allTime(scope).then((rows) => {
      const seen = new Map<string, { unit: string; slot: number; count: bigint }>();
      for (const { unit, slot, measure, amount } of rows) {
        if ((timeOfMeasure(measure)?.name ?? measure) !== `$src:${source}`) continue;
        const key = `${slot} ${unit}`;
        const known = seen.get(key);
        if (known) known.count += amount;
        else seen.set(key, { unit, slot, count: amount });
      }
      return [...seen.values()].filter(({ count }) => count > 0n).sort((a, b) => a.slot - b.slot);
    });
  }

  async any(): Promise<boolean> {
    return (await this.firstDay()) !== undefined;
  }

  /** The first business day with a fact; instants by their UTC date. */
  async firstDay(): Promise<number | undefined> {
    for (const slot of new Set((await this.#months).map((month) => month.slot))) {
      const days = await this.#daysOf(slot);
      if (days.length > 0) return Math.min(...days);
    }
    return undefined;
  }

  /** Whether some fact lies after `day`. */
  async anyAfter(day: number): Promise<boolean> {
    const { year, month } = civilOfDay(day);
    const from = monthSlot(year, month);
    for (const slot of new Set((await this.#months).map((entry) => entry.slot))) {
      if (slot >= from && (await this.#daysOf(slot)).some((at) => at > day)) return true;
    }
    return false;
  }

  #daysOf(slot: number): Promise<readonly number[]> {
    let days = this.#days.get(slot);
    if (!days) {
      days = this.#readDays(slot);
      this.#days.set(slot, days);
    }
    return days;
  }

  async #readDays(slot: number): Promise<readonly number[]> {
    const year = Math.floor(slot / 12);
    const month = (slot % 12) + 1;
    const first = dayOfCivil(year, month, 1) - 1;
    const organisation = await this.#read.organisation();
    const units = (await this.#months).filter((entry) => entry.slot === slot).map(({ unit }) => unit);
    const segment = this.#scope.segment ?? '';
    const keys = new Map(units.map((unit) => [unit, pageKey('U', unit, segment, monthSheet(year, month))]));
    const pages = await this.#read.reader.pages([...keys.values()], 'presence');
    const counts = new Map<number, bigint>();
    for (const [unit, key] of keys) {
      for (const [dayOfMonth, measure, amount] of pages.get(key)?.entries() ?? []) {
        if ((timeOfMeasure(measure)?.name ?? measure) !== `$src:${this.#source}`) continue;
        const day = first + dayOfMonth;
        if (organisation.contains(this.#scope.unit, unit, day))
          counts.set(day, (counts.get(day) ?? 0n) + amount);
      }
    }
    return [...counts].filter(([, count]) => count > 0n).map(([day]) => day);
  }
}
