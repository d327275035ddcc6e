import type { Position } from '#kernel';
import { type Fold, factsAt, type History } from './history.ts';
import { Organisation } from './organisation.ts';

/** Folds over keyed histories, and the items that these hold. */

export type OrderDayItem = readonly [unit: string, day: number, amount: number];
/** `segmentDay` only where it is not `day`. */
export type AttributionItem = readonly [
  unit: string,
  day: number,
  measure: string,
  amount: string,
  segmentDay?: number,
];

export const orderDayCounts: Fold<Map<string, Map<number, number>>> = {
  initial: () => new Map(),
  apply(state, { items }) {
    for (const [unit, day, amount] of items as readonly OrderDayItem[]) addCount(state, unit, day, amount);
  },
};

export const nameSet: Fold<Set<string>> = {
  initial: () => new Set(),
  apply(state, { items }) {
    for (const customer of items as readonly string[]) state.add(customer);
  },
};

interface Attribution {
  readonly unit: string;
  readonly day: number;
  readonly measure: string;
  readonly segmentDay: number;
  amount: bigint;
}

export const attributions: Fold<Map<string, Attribution>> = {
  initial: () => new Map(),
  apply(state, { items }) {
    for (const [unit, day, measure, amount, segmentDay = day] of items as readonly AttributionItem[]) {
      const key = `${unit}\n${day}\n${measure}\n${segmentDay}`;
      const known = state.get(key);
      if (known) known.amount += BigInt(amount);
      else state.set(key, { unit, day, measure, segmentDay, amount: BigInt(amount) });
    }
  },
};

export function addCount(
  counts: Map<string, Map<number, number>>,
  unit: string,
  day: number,
  amount: number,
): void {
  let days = counts.get(unit);
  if (!days) {
    days = new Map();
    counts.set(unit, days);
  }
  days.set(day, (days.get(day) ?? 0) + amount);
}

const organisations = new WeakMap<History, { size: number; organisation: Organisation }>();

export function organisationAt(history: History, upTo: Position): Organisation {
  if (history.hi > upTo) return new Organisation(factsAt(history, upTo));
  const kept = organisations.get(history);
  if (kept?.size === history.size) return kept.organisation;
  const organisation = new Organisation(factsAt(history, upTo));
  organisations.set(history, { size: history.size, organisation });
  return organisation;
}
