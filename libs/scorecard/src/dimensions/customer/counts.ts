import { dayNumber, lengthInDays, type Period, previousPeriod } from '#kernel';
import type { Ask } from '../../figures/kpi.ts';
import { monthsBetween } from '../../figures/scope.ts';
import { CustomerFiles, type SegmentHistory } from '../../projection/customers.ts';
import { countedPeriods, dayOfCivil } from '../../projection/days.ts';
import { type CustomerDays, contractStretches, daysByScope, lowerBound } from '../../projection/distinct.ts';
import { factsAt } from '../../projection/history.ts';
import { ALL_TIME, monthSheet, monthSlot, pageKey, periodSheet } from '../../projection/page.ts';

/**
 * Counts of distinct customers in a period. Identities: opening = retained + lost; closing = retained + newStillActive + wonBack.
 * Source: Farris et al. ch. 5; Kaplan and Norton 1996 ch. 4; kpis.md C2, C3; docs/figures.md §6.
 */
export interface CustomerCounts {
  readonly opening: bigint;
  readonly closing: bigint;
  readonly retained: bigint;
  readonly lost: bigint;
  readonly new: bigint;
  readonly newStillActive: bigint;
  readonly wonBack: bigint;
  /** New in the scope on the day on which they were new in the whole group. */
  readonly newInGroup: bigint;
  /** Ever known before the period. */
  readonly knownBefore: bigint;
}

/** Periods that are counted ahead are read from their pages; any other (fiscal, 4-4-5, a range of days, segments of the period's end) from the histories. */
export async function customerCounts(ask: Ask): Promise<CustomerCounts> {
  const { start, end } = ask.span;
  const counted = countedPeriods(start).find((period) => period.start === start && period.end === end);
  const previous = previousPeriod(ask.period, ask.calendar);
  const previousStart = dayNumber(previous.start);
  const previousCounted = countedPeriods(previousStart).find(
    (period) => period.start === previousStart && period.end === start,
  );
  const segmented = ask.scope.segment !== undefined && ask.segmentDay !== undefined;
  if (!counted || segmented || (ask.policy.retentionWindow === 'previous-period' && !previousCounted))
    return countsOfHistories(ask, previous);
  return countsOfPages(ask, counted.text, previousCounted?.text, lengthInDays(previous));
}

async function countsOfPages(
  ask: Ask,
  text: string,
  previousText: string | undefined,
  previousDays: number,
): Promise<CustomerCounts> {
  const { start, end } = ask.span;
  const { unit, segment = '' } = ask.scope;
  const byPeriod = ask.policy.retentionWindow === 'previous-period';
  const window = ask.policy.retentionWindowDays;
  const page = (sheet: string) => pageKey('D', unit, segment, sheet);
  const earliest = byPeriod ? start : Math.max(start - window, await firstDayOf(ask, page(ALL_TIME)));
  const months = monthsBetween(Math.min(earliest, start), end);
  const keys = [
    page(ALL_TIME),
    page(periodSheet(text)),
    ...(previousText ? [page(periodSheet(previousText))] : []),
    ...months.map(({ year, month }) => page(monthSheet(year, month))),
  ];
  const pages = await ask.read.reader.pages(keys);

  const tally = {
    opening: 0n,
    closing: 0n,
    retained: 0n,
    new: 0n,
    newStillActive: 0n,
    wonBack: 0n,
    newInGroup: 0n,
    knownBefore: 0n,
    contractsAtOpening: 0n,
    lostContracts: 0n,
  };
  const firstMonth = months[0] as { year: number; month: number };
  for (const [slot, measure, amount] of pages.get(page(ALL_TIME))?.entries() ?? []) {
    if (slot >= monthSlot(firstMonth.year, firstMonth.month)) continue;
    if (measure === 'new' || measure === 'newc') tally.knownBefore += amount;
    if (measure === 'c') {
      tally.opening += amount;
      tally.closing += amount;
      tally.contractsAtOpening += amount;
    }
  }
  for (const { year, month } of months) {
    const first = dayOfCivil(year, month, 1) - 1;
    for (const [slot, measure, amount] of pages.get(page(monthSheet(year, month)))?.entries() ?? []) {
      const day = first + slot;
      if (day >= end) continue;
      if (measure.startsWith('g:') && !byPeriod) {
        const next = measure === 'g:x' ? Number.POSITIVE_INFINITY : day + Number(measure.slice(2));
        const opening = day < start && start - 1 - day < window && next > start - 1;
        const closing = end - 1 - day < window && next > end - 1;
        if (opening) tally.opening += amount;
        if (closing) tally.closing += amount;
        if (opening && closing) tally.retained += amount;
      } else if (measure === 'c') {
        if (day < start) {
          tally.opening += amount;
          tally.contractsAtOpening += amount;
        }
        tally.closing += amount;
      } else if (measure === 'new' || measure === 'newc') {
        if (day < start) tally.knownBefore += amount;
        else tally.new += amount;
      } else if ((measure === 'newg' || measure === 'newcg') && day >= start) tally.newInGroup += amount;
    }
  }
  for (const [, measure, amount] of pages.get(page(periodSheet(text)))?.entries() ?? []) {
    if (measure.startsWith('j:')) {
      const [a, b] = measure.slice(2).split('.') as [string, string];
      const isNew = b === 'x';
      const opening = !isNew && Number(b) < (byPeriod ? previousDays : window);
      const closing = byPeriod || Number(a) < window;
      if (byPeriod) tally.closing += amount;
      if (opening && closing) tally.retained += amount;
      if (isNew && closing) tally.newStillActive += amount;
      if (!isNew && !opening && closing) tally.wonBack += amount;
    }
    if (measure === 'cl') tally.lostContracts += amount;
    if (measure === 'cw') tally.wonBack += amount;
    if (measure === 'cn') tally.newStillActive += amount;
  }
  if (byPeriod && previousText) {
    for (const [, measure, amount] of pages.get(page(periodSheet(previousText)))?.entries() ?? [])
      if (measure.startsWith('j:')) tally.opening += amount;
  }
  // Contracts that span the period leave no trace on its page: they are those open at opening that were not lost.
  const retained = tally.retained + tally.contractsAtOpening - tally.lostContracts;
  return {
    opening: tally.opening,
    closing: tally.closing,
    retained,
    lost: tally.opening - retained,
    new: tally.new,
    newStillActive: tally.newStillActive,
    wonBack: tally.wonBack,
    newInGroup: tally.newInGroup,
    knownBefore: tally.knownBefore,
  };
}

async function firstDayOf(ask: Ask, key: string): Promise<number> {
  const page = (await ask.read.reader.pages([key])).get(key);
  const slots = [...(page?.entries() ?? [])].map(([slot]) => slot);
  if (slots.length === 0) return ask.span.start;
  const first = Math.min(...slots);
  return dayOfCivil(Math.floor(first / 12), (first % 12) + 1, 1);
}

/** The same counts from the customers' histories: exact for any period, at the cost of reading all of them. */
async function countsOfHistories(ask: Ask, previous: Period): Promise<CustomerCounts> {
  const { start, end } = ask.span;
  const byPeriod = ask.policy.retentionWindow === 'previous-period';
  const opensAfter = byPeriod ? dayNumber(previous.start) - 1 : start - 1 - ask.policy.retentionWindowDays;
  const closesAfter = byPeriod ? start - 1 : end - 1 - ask.policy.retentionWindowDays;
  const tally = {
    opening: 0n,
    closing: 0n,
    retained: 0n,
    lost: 0n,
    new: 0n,
    newStillActive: 0n,
    wonBack: 0n,
    newInGroup: 0n,
    knownBefore: 0n,
  };
  const count = (first: number, groupFirst: number | undefined, opening: boolean, closing: boolean) => {
    const isNew = first >= start && first < end;
    if (opening) tally.opening++;
    if (closing) tally.closing++;
    if (opening && closing) tally.retained++;
    if (opening && !closing) tally.lost++;
    if (isNew) tally.new++;
    if (isNew && groupFirst === first) tally.newInGroup++;
    if (isNew && closing) tally.newStillActive++;
    if (first < start) tally.knownBefore++;
    if (closing && !opening && !isNew) tally.wonBack++;
  };
  const { unit, segment = '' } = ask.scope;
  for (const customer of await allCustomers(ask)) {
    if (customer.contract) {
      const stretches = contractStretches(customer, unit, segment);
      const first = stretches[0]?.from;
      if (first === undefined) continue;
      const activeOn = (day: number) => stretches.some(({ from, to }) => from <= day && day < to);
      count(
        first,
        contractStretches(customer, 'root', segment)[0]?.from,
        activeOn(start - 1),
        activeOn(end - 1),
      );
      continue;
    }
    const scopes = daysByScope(customer);
    const days = scopes.get(`${unit}\n${segment}`)?.days;
    if (!days) continue;
    const within = (after: number, before: number) => lowerBound(days, before) > lowerBound(days, after + 1);
    count(
      days[0] as number,
      scopes.get(`root\n${segment}`)?.days[0],
      within(opensAfter, start),
      within(closesAfter, end),
    );
  }
  return tally;
}

async function allCustomers(ask: Ask): Promise<CustomerDays[]> {
  const upTo = ask.knownAt;
  const files = new Map(
    (await ask.read.reader.historiesUnder('c/')).map((history) => [
      history.key.slice(2),
      factsAt(history, upTo),
    ]),
  );
  const orders = new Map(
    (await ask.read.reader.historiesUnder('o/')).map((history) => [history.key.slice(2), history]),
  );
  const known = new CustomerFiles((file) => files.get(file) ?? []);
  const done = new Set<string>();
  const customers: CustomerDays[] = [];
  for (const file of [...new Set([...files.keys(), ...orders.keys()])].sort()) {
    const identity = known.identity(file);
    if (done.has(identity)) continue;
    done.add(identity);
    const members = known.members(identity);
    const counts = new Map<string, Map<number, number>>();
    for (const member of members) {
      for (const { items } of orders.get(member)?.until(upTo) ?? []) {
        for (const [unit, day, amount] of items as readonly [string, number, number][]) {
          const days = counts.get(unit) ?? new Map<number, number>();
          days.set(day, (days.get(day) ?? 0) + amount);
          counts.set(unit, days);
        }
      }
    }
    const orderDays = new Map(
      [...counts].map(([unit, days]) => [
        unit,
        new Set([...days].filter(([, n]) => n > 0).map(([day]) => day)),
      ]),
    );
    customers.push({
      orderDays,
      contract: known.contract(members),
      segment: segmentsOf(ask, known.segments(members)),
      organisation: ask.organisation,
    });
  }
  return customers;
}

function segmentsOf({ segmentDay }: Ask, history: SegmentHistory): SegmentHistory {
  return segmentDay === undefined ? history : () => history(segmentDay);
}
