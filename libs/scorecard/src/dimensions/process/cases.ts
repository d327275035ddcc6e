import { epochMs, type Instant, parseMicros } from '#kernel';
import type { Fact } from '../../projection/change.ts';
import { type Contribution, timedMeasure } from '../../projection/contribution.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';
import { text } from './orders.ts';

/**
 * What a process case or a service case contributes, at the instants at which it happened. Durations in milliseconds.
 *
 * Done: `case:<ms>` all, `keycase:<ms>` with steps of two departments (`…x` negative), `fp:1|0` first pass, `timely:1|0`; with steps:
 * `stepcases`, `lead` `value` `touch` sums, `handoffs` · any outcome: `good` `scrap` `firstgood` (good less reworked), `qtycases` · `$open:case` `$opensum:case`.
 */
export function* caseContributions(facts: readonly Fact[]): Generator<Contribution> {
  const opened = facts.find(({ type }) => type === 'ProcessCaseOpened');
  const closed = facts.findLast(({ type }) => type === 'ProcessCaseClosed');
  const steps = facts.filter(({ type }) => type === 'ProcessStepPerformed');
  const unit = unitOf(closed) ?? unitOf(opened) ?? steps.map(unitOf).find((own) => own !== undefined) ?? ROOT;
  for (const fact of facts) yield sourceOf(fact, unit);
  const begin = opened ? beginOf(opened) : undefined;
  const end = closed ? epochMs(closed.data['closedAt'] as Instant) : undefined;
  if (begin) yield* openStock('case', unit, begin, end);
  if (!closed || end === undefined) return;
  const at = (name: string, amount = 1n): Contribution => ({ unit, ...timedMeasure(name, end), amount });
  const { goodQty, scrappedQty, reworkedQty, outcome, firstPass } = closed.data;
  if (goodQty !== undefined || scrappedQty !== undefined) {
    yield at('qtycases');
    const good = micros(goodQty);
    const rework = micros(reworkedQty);
    yield at('good', good);
    yield at('scrap', micros(scrappedQty));
    yield at('firstgood', good > rework ? good - rework : 0n);
  }
  if (outcome !== 'done') return;
  yield at(`fp:${firstPass === true ? 1 : 0}`);
  const due = text(opened?.data['dueAt']);
  if (due !== undefined) yield at(`timely:${end <= epochMs(due as Instant) ? 1 : 0}`);
  if (!begin) return;
  const duration =
    begin.plainDay === undefined ? end - begin.ms : BigInt(dayOfMs(end) - begin.plainDay) * 86_400_000n;
  yield* doneContributions(at, steps, duration);
}

function* doneContributions(
  at: (name: string, amount?: bigint) => Contribution,
  steps: readonly Fact[],
  duration: bigint,
): Generator<Contribution> {
  const intervals = steps
    .map((fact) => ({
      fact,
      from: epochMs(fact.data['startedAt'] as Instant),
      to: epochMs(fact.data['endedAt'] as Instant),
    }))
    .sort(
      (a, b) => compare(a.from, b.from) || compare(a.to, b.to) || compare(a.fact.position, b.fact.position),
    );
  const usable = intervals.filter(({ from, to }) => to >= from);
  const departments = usable.map(({ fact }) => fact.data['department'] as string);
  const key = new Set(departments).size >= 2;
  if (duration < 0n) {
    yield at('casex');
    if (key) yield at('keycasex');
    if (steps.length > 0) yield at('stepx');
    return;
  }
  yield at(`case:${duration}`);
  if (key) yield at(`keycase:${duration}`);
  if (usable.length < intervals.length) yield at('negstep', BigInt(intervals.length - usable.length));
  if (steps.length === 0) return;
  yield at('stepcases');
  yield at('lead', duration);
  yield at('touch', union(usable));
  yield at('value', union(usable.filter(({ fact }) => fact.data['valueAdding'] === true)));
  const handoffs = departments.filter((department, i) => i > 0 && department !== departments[i - 1]).length;
  if (handoffs > 0) yield at('handoffs', BigInt(handoffs));
}

/** Service cases: `answer:<ms>` on the first answer, `resolve:<ms>` on the last resolution, `$open:…` until then. */
export function* serviceContributions(facts: readonly Fact[]): Generator<Contribution> {
  const opened = facts.find(({ type }) => type === 'ServiceCaseOpened');
  const unit = (opened && unitOf(opened)) ?? ROOT;
  const customer = text(opened?.data['customerId']);
  const own = customer === undefined ? {} : { customer };
  const instants = facts
    .map((fact) => ({ fact, ms: epochMs(fact.data['at'] as Instant) }))
    .sort((a, b) => compare(a.ms, b.ms) || compare(a.fact.position, b.fact.position));
  for (const { ms } of instants) yield { unit, ...own, ...timedMeasure('$src:service', ms), amount: 1n };
  if (!opened) return;
  const openedAt = epochMs(opened.data['at'] as Instant);
  const answered = instants.find(({ fact }) => fact.type === 'ServiceCaseAnswered')?.ms;
  const last = instants.findLast(
    ({ fact }) => fact.type === 'ServiceCaseResolved' || fact.type === 'ServiceCaseReopened',
  );
  const resolved = last?.fact.type === 'ServiceCaseResolved' ? last.ms : undefined;
  for (const [name, ms] of [
    ['answer', answered],
    ['resolve', resolved],
  ] as const) {
    if (ms !== undefined)
      yield {
        unit,
        ...own,
        ...timedMeasure(ms < openedAt ? `${name}x` : `${name}:${ms - openedAt}`, ms),
        amount: 1n,
      };
    for (const contribution of openStock(name, unit, { ms: openedAt, day: dayOfMs(openedAt) }, ms))
      yield { ...contribution, ...own };
  }
}

interface Begin {
  readonly ms: bigint;
  readonly day: number;
  /** The day of a case that was opened by a date, without a time. */
  readonly plainDay?: number;
}

function beginOf(opened: Fact): Begin {
  const at = text(opened.data['openedAt']);
  if (at !== undefined) {
    const ms = epochMs(at as Instant);
    return { ms, day: dayOfMs(ms) };
  }
  const plainDay = dayOfText(opened.data['openedOn'] as string);
  return { ms: BigInt(plainDay) * 86_400_000n, day: plainDay, plainDay };
}

/** Open from the beginning until the end; what ends before it begins was never open. */
function* openStock(
  name: string,
  unit: string,
  begin: Begin,
  end: bigint | undefined,
): Generator<Contribution> {
  if (end !== undefined && end <= begin.ms) return;
  for (const [ms, sign] of [
    [begin.ms, 1n],
    [end, -1n],
  ] as const) {
    if (ms === undefined) continue;
    const plain = sign === 1n ? begin.plainDay : undefined;
    for (const [measure, amount] of [
      [`$open:${name}`, sign],
      [`$opensum:${name}`, sign * BigInt(begin.day)],
    ] as const) {
      yield plain === undefined
        ? { unit, ...timedMeasure(measure, ms), amount }
        : { unit, day: plain, measure, amount };
    }
  }
}

function sourceOf(fact: Fact, unit: string): Contribution {
  const source = fact.type === 'ProcessStepPerformed' ? '$src:steps' : '$src:cases';
  const at = text(fact.data['closedAt']) ?? text(fact.data['openedAt']) ?? text(fact.data['startedAt']);
  if (at === undefined)
    return { unit, day: dayOfText(fact.data['openedOn'] as string), measure: source, amount: 1n };
  return { unit, ...timedMeasure(source, epochMs(at as Instant)), amount: 1n };
}

/** Length of the union of intervals: overlapping steps are not counted twice. */
function union(intervals: readonly { from: bigint; to: bigint }[]): bigint {
  let sum = 0n;
  let covered: bigint | undefined;
  for (const { from, to } of intervals) {
    const start = covered !== undefined && covered > from ? covered : from;
    if (to > start) sum += to - start;
    if (covered === undefined || to > covered) covered = to;
  }
  return sum;
}

function unitOf(fact: Fact | undefined): string | undefined {
  return text(fact?.data['unitId']) ?? fact?.unitId;
}

function micros(value: unknown): bigint {
  return typeof value === 'string' ? parseMicros(value) : 0n;
}

function dayOfMs(ms: bigint): number {
  const day = ms / 86_400_000n;
  return Number(ms % 86_400_000n < 0n ? day - 1n : day);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
