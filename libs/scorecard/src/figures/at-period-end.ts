import { isStock } from '../projection/contribution.ts';
import { CustomerFiles } from '../projection/customers.ts';
import { civilOfDay } from '../projection/days.ts';
import { factsAt, type History } from '../projection/history.ts';
import { ALL_TIME, monthSheet, monthSlot, pageKey, Totals } from '../projection/page.ts';
import type { Reader } from './reader.ts';

type Attributed = readonly [unit: string, day: number, measure: string, amount: string, segmentDay?: number];

/**
 * The same read model with every customer in the segment of one day, whatever the day of the fact: the policy `segmentBasis: periodEnd`.
 *
 * What a customer's facts contributed is taken out of the segments in which they lie and put into that one; what names a
 * segment itself stays. Exact, at the cost of reading the histories of all customers. Source: docs/figures.md §4.
 */
export function atPeriodEnd(reader: Reader, segmentDay: number): Reader {
  let moved: Promise<ReadonlyMap<string, Totals>> | undefined;
  return {
    knownAt: reader.knownAt,
    histories: (keys) => reader.histories(keys),
    historiesUnder: (prefix) => reader.historiesUnder(prefix),
    async pages(keys, lookedFor) {
      const pages = await reader.pages(keys, lookedFor);
      if (!keys.some(isOfSegment)) return pages;
      moved ??= movements(reader, segmentDay);
      const out = new Map(pages);
      for (const key of keys) {
        const movement = (await moved).get(key);
        if (movement) out.set(key, sum(pages.get(key), movement));
      }
      return out;
    },
  };
}

function isOfSegment(key: string): boolean {
  const [book, , segment] = key.split('/');
  return book === 'U' && segment !== '';
}

function sum(a: Totals | undefined, b: Totals): Totals {
  const totals = new Totals();
  for (const part of a ? [a, b] : [b])
    for (const [slot, measure, amount] of part.entries()) totals.add(slot, measure, amount);
  return totals;
}

/** What has to be added to each page. */
async function movements(reader: Reader, segmentDay: number): Promise<ReadonlyMap<string, Totals>> {
  const files = new Map(
    (await reader.historiesUnder('c/')).map((history) => [
      history.key.slice(2),
      factsAt(history, reader.knownAt),
    ]),
  );
  const known = new CustomerFiles((file) => files.get(file) ?? []);
  const pages = new Map<string, Totals>();
  const add = (page: string, slot: number, measure: string, amount: bigint) => {
    const totals = pages.get(page) ?? new Totals();
    pages.set(page, totals);
    totals.add(slot, measure, amount);
  };
  for (const history of await reader.historiesUnder('a/')) {
    const segmentOn = known.segments(known.members(history.key.slice(2)));
    const to = segmentOn(segmentDay);
    for (const { unit, day, measure, amount, own } of attributed(history, reader)) {
      const from = segmentOn(own);
      if (from === to) continue;
      const { year, month, day: dayOfMonth } = civilOfDay(day);
      for (const [segment, sign] of [
        [from, -1n],
        [to, 1n],
      ] as const) {
        if (segment === undefined) continue;
        add(pageKey('U', unit, segment, monthSheet(year, month)), dayOfMonth, measure, sign * amount);
        if (isStock(measure))
          add(pageKey('U', unit, segment, ALL_TIME), monthSlot(year, month), measure, sign * amount);
      }
    }
  }
  return pages;
}

function* attributed(history: History, { knownAt }: Reader) {
  for (const { items } of history.until(knownAt))
    for (const [unit, day, measure, amount, own = day] of items as readonly Attributed[])
      yield { unit, day, measure, amount: BigInt(amount), own };
}
