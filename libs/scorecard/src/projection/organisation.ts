import type { Fact } from './change.ts';
import { civilOfDay, dayOfCivil } from './days.ts';

export const ROOT = 'root';

/** The dated tree of units. A unit that nobody defined hangs below the root. */
export class Organisation {
  /** Definitions of each unit by the day from which they hold, later records of a day after earlier ones. */
  readonly #definitions = new Map<string, { from: number; parent: string | undefined; data: UnitData }[]>();

  constructor(facts: readonly Fact[]) {
    for (const { data } of facts) {
      const unit = data as unknown as UnitData;
      const list = this.#definitions.get(unit.unitId) ?? [];
      list.push({ from: dayOfText(unit.effectiveFrom), parent: unit.parentId, data: unit });
      this.#definitions.set(unit.unitId, list);
    }
    for (const list of this.#definitions.values()) list.sort((a, b) => a.from - b.from);
  }

  parent(unit: string, day: number): string | undefined {
    if (unit === ROOT) return undefined;
    const definitions = this.#definitions.get(unit);
    if (!definitions) return ROOT;
    const inForce = definitions.findLast(({ from }) => from <= day) ?? definitions[0];
    return inForce?.parent ?? ROOT;
  }

  /** The unit and its ancestors on a day, leaf first. All units lie below the root, also those that hang below each other. */
  chain(unit: string, day: number): readonly string[] {
    const chain = [unit];
    for (let at = this.parent(unit, day); at !== undefined && !chain.includes(at); at = this.parent(at, day))
      chain.push(at);
    return chain.includes(ROOT) ? chain : [...chain, ROOT];
  }

  contains(ancestor: string, unit: string, day: number): boolean {
    return ancestor === ROOT || this.chain(unit, day).includes(ancestor);
  }

  isDefined(unit: string): boolean {
    return this.#definitions.has(unit);
  }

  /** The first day of the earliest definition of a unit; undefined for a unit that nobody defined. */
  since(unit: string): number | undefined {
    return this.#definitions.get(unit)?.[0]?.from;
  }

  get units(): readonly string[] {
    return [...this.#definitions.keys()];
  }

  /** The latest definition of a unit: the last one recorded among those with the latest date. */
  latest(unit: string): UnitData | undefined {
    return this.#definitions.get(unit)?.at(-1)?.data;
  }

  /** Days on which the tree may differ from the day before. */
  get turningDays(): readonly number[] {
    return [...new Set([...this.#definitions.values()].flatMap((list) => list.map(({ from }) => from)))].sort(
      (a, b) => a - b,
    );
  }
}

export interface UnitData {
  readonly unitId: string;
  readonly name: string;
  readonly parentId?: string;
  readonly effectiveFrom: string;
  readonly currency?: string;
  readonly calendarId?: string;
  readonly zone?: string;
  readonly marketCode?: string;
}

/** Day number of a local date whose form the contract has checked. */
export function dayOfText(date: string): number {
  return dayOfCivil(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

export function textOfDay(day: number): string {
  const civil = civilOfDay(day);
  return `${String(civil.year).padStart(4, '0')}-${String(civil.month).padStart(2, '0')}-${String(civil.day).padStart(2, '0')}`;
}
