import type { Position } from '#kernel';
import type { Fact } from '../projection/change.ts';
import { isStock, timeOfMeasure } from '../projection/contribution.ts';
import { civilOfDay, dayOfCivil } from '../projection/days.ts';
import { type Fold, factsAt, type History } from '../projection/history.ts';
import { Organisation } from '../projection/organisation.ts';
import { ALL_TIME, monthSheet, monthSlot, pageKey } from '../projection/page.ts';
import type { Reader } from './reader.ts';

/** Whose figures: a unit with everything below it and, if asked, one segment. */
export interface Scope {
  readonly unit: string;
  readonly segment?: string;
}

/** `[start, end)` in day numbers, and the same in UTC milliseconds at the midnights of the scope's zone. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly startMs: bigint;
  readonly endMs: bigint;
}

/** An amount of a measure on a business day; timed measures by the UTC day, without their time. */
export interface Amount {
  readonly unit: string;
  readonly day: number;
  readonly measure: string;
  readonly amount: bigint;
}

/** How much a stock measure moved in a month (year · 12 + month − 1). */
export interface StockMonth {
  readonly unit: string;
  readonly slot: number;
  readonly measure: string;
  readonly amount: bigint;
}

const DAY_MS = 86_400_000n;
const QUARTER_MS = 900_000n;

/** What has been loaded besides pages. */
class Known {
  readonly registers = new Map<string, readonly Fact[]>();
  readonly loading = new Map<string, Promise<void>>();
  organisation: Promise<Organisation> | undefined;
  units: Promise<readonly string[]> | undefined;
}

/** Sums over the dated tree, as known at one position, of one dimension. */
export class ScopeReader {
  readonly reader: Reader;
  #known = new Known();
  readonly #allTime = new Map<string, Promise<readonly StockMonth[]>>();

  constructor(reader: Reader) {
    this.reader = reader;
  }

  /** The same with other pages: what has been loaded of everything else is kept. */
  over(reader: Reader): ScopeReader {
    const other = new ScopeReader(reader);
    other.#known = this.#known;
    return other;
  }

  get knownAt(): Position {
    return this.reader.knownAt;
  }

  /** The standing facts of a register, in order of record. */
  async register(name: string): Promise<readonly Fact[]> {
    return (await this.registers([name])).get(name) as readonly Fact[];
  }

  /** Each is loaded once, also when several figures ask for it at the same time. */
  async registers(names: readonly string[]): Promise<ReadonlyMap<string, readonly Fact[]>> {
    const { registers, loading } = this.#known;
    const missing = names.filter((name) => !registers.has(name) && !loading.has(name));
    if (missing.length > 0) {
      const loaded = this.#load(missing);
      for (const name of missing) loading.set(name, loaded);
    }
    await Promise.all(new Set(names.map((name) => loading.get(name))));
    return registers;
  }

  async #load(names: readonly string[]): Promise<void> {
    const histories = await this.reader.histories(names.map((name) => `r/${name}`));
    for (const name of names)
      this.#known.registers.set(name, factsAt(histories.get(`r/${name}`), this.knownAt));
  }

  /** A register that has been asked for before. */
  loaded(name: string): readonly Fact[] {
    const facts = this.#known.registers.get(name);
    if (!facts) throw new Error(`register "${name}" is read before it is loaded`);
    return facts;
  }

  organisation(): Promise<Organisation> {
    this.#known.organisation ??= this.register('organisation').then((facts) => new Organisation(facts));
    return this.#known.organisation;
  }

  /** Every unit that any fact of this dimension has named. */
  units(): Promise<readonly string[]> {
    this.#known.units ??= this.#namedUnits();
    return this.#known.units;
  }

  async #namedUnits(): Promise<readonly string[]> {
    const history = (await this.reader.histories(['r/units'])).get('r/units') as History;
    return [...history.fold(names, this.knownAt)].sort();
  }

  /** Units that lie below `unit` on some day of `[start, end)`; the others need not be read. */
  async #unitsBelow(unit: string, start: number, end: number): Promise<readonly string[]> {
    const organisation = await this.organisation();
    const days = [start, ...organisation.turningDays.filter((day) => day > start && day < end)];
    return (await this.units()).filter((own) => days.some((day) => organisation.contains(unit, own, day)));
  }

  /** Every amount of the additive measures in the span, of units that lay in the scope's subtree on the day. */
  async amounts(scope: Scope, span: Span): Promise<Amount[]> {
    const organisation = await this.organisation();
    // A timed measure lies on its UTC day, which may be a day before or after the local one.
    const start = Math.min(span.start, utcDay(span.startMs));
    const end = Math.max(span.end, utcDay(span.endMs - 1n) + 1);
    const units = await this.#unitsBelow(scope.unit, start, end);
    const months = monthsBetween(start, end);
    const pages = await this.reader.pages(
      units.flatMap((unit) =>
        months.map(({ year, month }) => pageKey('U', unit, scope.segment ?? '', monthSheet(year, month))),
      ),
    );
    const out: Amount[] = [];
    for (const unit of units) {
      for (const { year, month } of months) {
        const page = pages.get(pageKey('U', unit, scope.segment ?? '', monthSheet(year, month)));
        if (!page) continue;
        const first = dayOfCivil(year, month, 1) - 1;
        for (const [slot, measure, amount] of page.entries()) {
          const inside = inSpan(first + slot, measure, span);
          if (inside !== undefined && organisation.contains(scope.unit, unit, first + slot)) {
            out.push({ unit, day: first + slot, measure: inside, amount });
          }
        }
      }
    }
    return out;
  }

  /** Sums of the additive measures over the span. */
  async flow(scope: Scope, span: Span): Promise<Measures> {
    const sums = new Measures();
    for (const { measure, amount } of await this.amounts(scope, span)) sums.add(measure, amount);
    return sums;
  }

  /** Sums of the stock measures over all time up to the end of the span, of units in the subtree on its last day. */
  async stock(scope: Scope, end: Pick<Span, 'end' | 'endMs'>): Promise<Measures> {
    const organisation = await this.organisation();
    const units = (await this.units()).filter((unit) => organisation.contains(scope.unit, unit, end.end - 1));
    const segment = scope.segment ?? '';
    const days = [end.end - 1, utcDay(end.endMs - 1n)];
    const months = monthsBetween(Math.min(...days), Math.max(...days) + 1);
    const from = months[0] as { year: number; month: number };
    const [allTime, pages] = await Promise.all([
      this.reader.pages(
        units.map((unit) => pageKey('U', unit, segment, ALL_TIME)),
        { slotsBelow: monthSlot(from.year, from.month) },
      ),
      this.reader.pages(
        units.flatMap((unit) =>
          months.map(({ year, month }) => pageKey('U', unit, segment, monthSheet(year, month))),
        ),
      ),
    ]);
    const sums = new Measures();
    for (const unit of units) {
      for (const [slot, measure, amount] of allTime.get(pageKey('U', unit, segment, ALL_TIME))?.entries() ??
        []) {
        if (slot < monthSlot(from.year, from.month))
          sums.add(timeOfMeasure(measure)?.name ?? measure, amount);
      }
      for (const { year, month } of months) {
        const first = dayOfCivil(year, month, 1) - 1;
        for (const [slot, measure, amount] of pages
          .get(pageKey('U', unit, segment, monthSheet(year, month)))
          ?.entries() ?? []) {
          if (!isStock(measure)) continue;
          const inside = inSpan(first + slot, measure, {
            start: Number.NEGATIVE_INFINITY,
            end: end.end,
            startMs: undefined,
            endMs: end.endMs,
          });
          if (inside !== undefined) sums.add(inside, amount);
        }
      }
    }
    return sums;
  }

  /** The months (year · 12 + month − 1) in which there are facts of each source in the scope, whatever the day. */
  allTime(scope: Scope): Promise<readonly StockMonth[]> {
    const key = `${scope.unit}\n${scope.segment ?? ''}`;
    let months = this.#allTime.get(key);
    if (!months) {
      months = this.#monthsOf(scope);
      this.#allTime.set(key, months);
    }
    return months;
  }

  async #monthsOf(scope: Scope): Promise<readonly StockMonth[]> {
    const units = await this.#unitsBelow(scope.unit, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    const pages = await this.reader.pages(
      units.map((unit) => pageKey('U', unit, scope.segment ?? '', ALL_TIME)),
      'presence',
    );
    return units.flatMap((unit) =>
      [...(pages.get(pageKey('U', unit, scope.segment ?? '', ALL_TIME))?.entries() ?? [])].map(
        ([slot, measure, amount]) => ({ unit, slot, measure, amount }),
      ),
    );
  }
}

/** Sums by measure. A measure that is not there is zero. */
export class Measures {
  readonly #sums = new Map<string, bigint>();

  add(measure: string, amount: bigint): void {
    this.#sums.set(measure, (this.#sums.get(measure) ?? 0n) + amount);
  }

  get(measure: string): bigint {
    return this.#sums.get(measure) ?? 0n;
  }

  /** Measures `<prefix><rest>` that are not zero, as [rest, sum], in text order of the rest. */
  under(prefix: string): (readonly [rest: string, sum: bigint])[] {
    return [...this.#sums]
      .filter(([measure, sum]) => sum !== 0n && measure.startsWith(prefix))
      .map(([measure, sum]) => [measure.slice(prefix.length), sum] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

function inSpan(
  day: number,
  measure: string,
  span: { start: number; end: number; startMs: bigint | undefined; endMs: bigint },
): string | undefined {
  const timed = timeOfMeasure(measure);
  if (!timed) return day >= span.start && day < span.end ? measure : undefined;
  const at = BigInt(day) * DAY_MS + BigInt(timed.quarter) * QUARTER_MS;
  return (span.startMs === undefined || at >= span.startMs) && at < span.endMs ? timed.name : undefined;
}

function utcDay(ms: bigint): number {
  return Math.floor(Number(ms) / 86_400_000);
}

export function monthsBetween(start: number, end: number): { year: number; month: number }[] {
  const out: { year: number; month: number }[] = [];
  let { year, month } = civilOfDay(start);
  const last = civilOfDay(end - 1);
  while (year < last.year || (year === last.year && month <= last.month)) {
    out.push({ year, month });
    month++;
    if (month > 12) {
      month = 1;
      year++;
    }
  }
  return out;
}

const names: Fold<Set<string>> = {
  initial: () => new Set(),
  apply(state, { items }) {
    for (const name of items as readonly string[]) state.add(name);
  },
};
