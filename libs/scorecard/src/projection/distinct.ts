import type { ContractEvent, SegmentHistory } from './customers.ts';
import { type CountedPeriod, civilOfDay, countedPeriods } from './days.ts';
import type { Organisation } from './organisation.ts';
import { ROOT } from './organisation.ts';
import { ALL_TIME, monthSheet, monthSlot, pageKey, periodSheet } from './page.ts';

/**
 * Distinct customers 客户: what one customer contributes to the counts of every scope of the dated chain.
 *
 * Counts of distinct customers do not add up over units, so they are kept for every scope. They are kept without any
 * window, so that a figure under any retention window can be asked without a rebuild:
 * - each day with an order is counted with the days to the next one (`g:<gap>`, `g:x` = none yet): a customer is
 *   active on x under a window W if and only if the last such day d ≤ x has x − d < W and d + gap > x;
 * - each counted period with an order is counted with `a` = days from the last order to closing and `b` = days from the
 *   last order before it to opening (`j:<a>.<b>`, b = x: none). So retained = Σ j(a < W, b < W) + those whose gap spans the period.
 * Contractual customers are counted by their changes (`c`, a stock) and, per period, as lost, won back and new (`cl`, `cw`, `cn`).
 * Source: kpis.md C2, C3; docs/figures.md §6.
 */
export interface CustomerDays {
  /** Days with a qualifying order: unit → days, any order. */
  readonly orderDays: ReadonlyMap<string, ReadonlySet<number>>;
  readonly contract: readonly ContractEvent[] | undefined;
  readonly segment: SegmentHistory;
  readonly organisation: Organisation;
}

export type Emit = (page: string, slot: number, measure: string, amount: bigint) => void;

interface Scope {
  readonly unit: string;
  readonly segment: string;
}

/** Days in ascending order for each scope that the customer has touched. */
export function daysByScope({
  orderDays,
  segment,
  organisation,
}: CustomerDays): Map<string, { scope: Scope; days: number[] }> {
  const scopes = new Map<string, { scope: Scope; days: number[] }>();
  for (const [unit, days] of orderDays) {
    for (const day of days) {
      const code = segment(day);
      for (const at of organisation.chain(unit, day)) {
        add(scopes, { unit: at, segment: '' }, day);
        if (code !== undefined) add(scopes, { unit: at, segment: code }, day);
      }
    }
  }
  for (const entry of scopes.values()) entry.days = [...new Set(entry.days)].sort((a, b) => a - b);
  return scopes;
}

function add(scopes: Map<string, { scope: Scope; days: number[] }>, scope: Scope, day: number): void {
  const key = `${scope.unit}\n${scope.segment}`;
  const known = scopes.get(key);
  if (known) known.days.push(day);
  else scopes.set(key, { scope, days: [day] });
}

/** Emits the difference that turns the counts of `before` into those of `after`; either may be absent. */
export function emitDistinct(
  before: readonly CustomerDays[],
  after: readonly CustomerDays[],
  emit: Emit,
): void {
  const sides = [
    { customers: before, sign: -1n },
    { customers: after, sign: 1n },
  ].flatMap(({ customers, sign }) =>
    customers.map((customer) => ({ customer, sign, scopes: transactionalScopes(customer) })),
  );
  for (const { sign, scopes } of sides) emitFirst(scopes, sign, 'new', 'newg', emit);
  for (const key of new Set(sides.flatMap(({ scopes }) => [...scopes.keys()]))) {
    const lists = sides.map(({ sign, scopes }) => ({ sign, entry: scopes.get(key) }));
    const window = changedWindow(lists.map(({ sign, entry }) => ({ sign, days: entry?.days ?? [] })));
    if (!window) continue;
    for (const { sign, entry } of lists) if (entry) emitDays(entry.scope, entry.days, window, sign, emit);
  }
  for (const { customer, sign } of sides) emitContract(customer, sign, emit);
}

function transactionalScopes(customer: CustomerDays): Map<string, { scope: Scope; days: number[] }> {
  return customer.contract ? new Map() : daysByScope(customer);
}

/**
 * The stretch of days outside which both sides say the same: from the neighbour before the first to the neighbour after
 * the last differing day. Only one list against one list can be narrowed; a merge compares whole lists.
 */
function changedWindow(
  lists: readonly { sign: bigint; days: readonly number[] }[],
): { from: number; to: number } | undefined {
  const whole = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const old = lists.filter(({ sign }) => sign < 0n);
  const now = lists.filter(({ sign }) => sign > 0n);
  if (old.length !== 1 || now.length !== 1) return whole;
  const a = (old[0] as { days: readonly number[] }).days;
  const b = (now[0] as { days: readonly number[] }).days;
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  if (head === a.length && head === b.length) return undefined;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  return {
    from: head === 0 ? whole.from : (a[head - 1] as number),
    to: tail === 0 ? whole.to : (a[a.length - tail] as number),
  };
}

function emitDays(
  scope: Scope,
  days: readonly number[],
  window: { from: number; to: number },
  sign: bigint,
  emit: Emit,
): void {
  const periods = new Map<string, CountedPeriod>();
  for (let i = 0; i < days.length; i++) {
    const day = days[i] as number;
    if (day < window.from) continue;
    if (day > window.to) break;
    const next = days[i + 1];
    const { year, month, day: dayOfMonth } = civilOfDay(day);
    const gap = next === undefined ? 'g:x' : `g:${next - day}`;
    emit(pageKey('D', scope.unit, scope.segment, monthSheet(year, month)), dayOfMonth, gap, sign);
    for (const period of countedPeriods(day)) periods.set(period.text, period);
  }
  for (const { text, start, end } of periods.values()) {
    const first = lowerBound(days, start);
    const afterLast = lowerBound(days, end);
    const last = days[afterLast - 1] as number;
    const before = days[first - 1];
    const opening = before === undefined ? 'x' : String(start - 1 - before);
    emit(
      pageKey('D', scope.unit, scope.segment, periodSheet(text)),
      0,
      `j:${end - 1 - last}.${opening}`,
      sign,
    );
  }
}

/** First days in each scope, and whether they are the first in the whole group as well. Also a stock: who was ever known. */
function emitFirst(
  scopes: Map<string, { scope: Scope; days: readonly number[] }>,
  sign: bigint,
  measure: string,
  inGroup: string,
  emit: Emit,
): void {
  for (const { scope, days } of scopes.values()) {
    const first = days[0] as number;
    const { year, month, day } = civilOfDay(first);
    emit(pageKey('D', scope.unit, scope.segment, monthSheet(year, month)), day, measure, sign);
    emit(pageKey('D', scope.unit, scope.segment, ALL_TIME), monthSlot(year, month), measure, sign);
    if (scopes.get(`${ROOT}\n${scope.segment}`)?.days[0] === first) {
      emit(pageKey('D', scope.unit, scope.segment, monthSheet(year, month)), day, inGroup, sign);
    }
  }
}

/** Stretches of activity of a contractual customer in one scope: `[from, to)`, to = Infinity while it lasts. */
export function contractStretches(
  customer: CustomerDays,
  unit: string,
  segment: string,
): { from: number; to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  for (const event of customer.contract ?? []) {
    const open = stretches.at(-1);
    const active = open !== undefined && open.to === Number.POSITIVE_INFINITY;
    if (event.unit === undefined) {
      if (active) open.to = event.day;
    } else if (
      !active &&
      contractScopes(customer, event).some((scope) => scope.unit === unit && scope.segment === segment)
    ) {
      stretches.push({ from: event.day, to: Number.POSITIVE_INFINITY });
    }
  }
  return stretches;
}

function contractScopes({ segment, organisation }: CustomerDays, event: ContractEvent): Scope[] {
  if (event.unit === undefined) return [];
  const code = segment(event.day);
  return organisation
    .chain(event.unit, event.day)
    .flatMap((unit) => [{ unit, segment: '' }, ...(code === undefined ? [] : [{ unit, segment: code }])]);
}

function emitContract(customer: CustomerDays, sign: bigint, emit: Emit): void {
  if (!customer.contract) return;
  const scopes = new Map<string, Scope>();
  for (const event of customer.contract) {
    for (const scope of contractScopes(customer, event)) scopes.set(`${scope.unit}\n${scope.segment}`, scope);
  }
  const firsts = new Map<string, { scope: Scope; days: number[] }>();
  for (const [key, scope] of scopes) {
    const stretches = contractStretches(customer, scope.unit, scope.segment);
    const first = stretches[0]?.from;
    if (first === undefined) continue;
    firsts.set(key, { scope, days: [first] });
    emitStretches(scope, stretches, sign, emit);
  }
  emitFirst(firsts, sign, 'newc', 'newcg', emit);
}

function emitStretches(
  scope: Scope,
  stretches: readonly { from: number; to: number }[],
  sign: bigint,
  emit: Emit,
): void {
  const activeOn = (day: number) => stretches.some(({ from, to }) => from <= day && day < to);
  const first = (stretches[0] as { from: number }).from;
  const periods = new Map<string, CountedPeriod>();
  for (const { from, to } of stretches) {
    for (const [day, amount] of [
      [from, sign],
      [to, -sign],
    ] as const) {
      if (!Number.isFinite(day)) continue;
      const { year, month, day: dayOfMonth } = civilOfDay(day);
      emit(pageKey('D', scope.unit, scope.segment, monthSheet(year, month)), dayOfMonth, 'c', amount);
      emit(pageKey('D', scope.unit, scope.segment, ALL_TIME), monthSlot(year, month), 'c', amount);
      for (const period of countedPeriods(day)) periods.set(period.text, period);
    }
  }
  for (const { text, start, end } of periods.values()) {
    const measure = contractMeasure(activeOn(start - 1), activeOn(end - 1), first >= start && first < end);
    if (measure) emit(pageKey('D', scope.unit, scope.segment, periodSheet(text)), 0, measure, sign);
  }
}

/** What a contractual customer is in a period: lost, won back, new and still active; undefined when nothing of these. */
export function contractMeasure(
  opening: boolean,
  closing: boolean,
  isNew: boolean,
): 'cl' | 'cw' | 'cn' | undefined {
  if (opening) return closing ? undefined : 'cl';
  if (!closing) return undefined;
  return isNew ? 'cn' : 'cw';
}

/** Index of the first element ≥ `value`. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
