import { epochMs, type Instant, parseMicros } from '#kernel';
import type { Fact } from '../../projection/change.ts';
import { type Contribution, timedMeasure } from '../../projection/contribution.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';
import { text } from './orders.ts';

/**
 * What a process case contributes, at the instants at which it happened. Durations in milliseconds.
 *
 * Done: `fp:1|0` first pass, `timely:1|0`, `handoffs` of `stepped` cases, `negstep` steps left out · with a duration: `case:<ms>` all,
 * `keycase:<ms>` with steps of two departments, and `lead` `value` `touch` sums of `stepcases` (`casex` `keycasex` `stepx`: negative) ·
 * any outcome: `good` `scrap` `firstgood` (good less reworked), `qtycases` · `$open:case` `$opensum:case`.
 */
export function* caseContributions(facts: readonly Fact[]): Generator<Contribution> {
  const opened = facts.find(({ type }) => type === 'ProcessCaseOpened');
  const closed = facts.findLast(({ type }) => type === 'ProcessCaseClosed');
  const unit = unitOfCase(opened, facts);
  for (const fact of facts) yield sourceOf(fact, unit);
  const begin = opened ? beginOf(opened) : undefined;
  const end = closed ? epochMs(closed.data['closedAt'] as Instant) : undefined;
  if (begin) yield* openStock('case', unit, begin, end);
  if (!closed || end === undefined) return;
  const at: At = (name, amount = 1n) => ({ unit, ...timedMeasure(name, end), amount });
  yield* quantities(at, closed);
  if (closed.data['outcome'] !== 'done') return;
  yield at(`fp:${closed.data['firstPass'] === true ? 1 : 0}`);
  const due = text(opened?.data['dueAt']);
  if (due !== undefined) yield at(`timely:${end <= epochMs(due as Instant) ? 1 : 0}`);
  const steps = usableSteps(facts);
  const left = facts.filter(({ type }) => type === 'ProcessStepPerformed').length - steps.length;
  if (left > 0) yield at('negstep', BigInt(left));
  yield* handoffs(at, steps);
  if (!begin) return;
  const duration =
    begin.plainDay === undefined ? end - begin.ms : BigInt(dayOfMs(end) - begin.plainDay) * DAY_MS;
  yield* durations(at, steps, duration);
}

const DAY_MS = 86_400_000n;

type At = (name: string, amount?: bigint) => Contribution;

interface Step {
  readonly fact: Fact;
  readonly from: bigint;
  readonly to: bigint;
  readonly department: string;
  readonly valueAdding: boolean;
}

/** Steps by start, then end, then position; one that ends before it starts says nothing about time or departments. */
function usableSteps(facts: readonly Fact[]): readonly Step[] {
  return facts
    .filter(({ type }) => type === 'ProcessStepPerformed')
    .map((fact) => ({
      fact,
      from: epochMs(fact.data['startedAt'] as Instant),
      to: epochMs(fact.data['endedAt'] as Instant),
      department: fact.data['department'] as string,
      valueAdding: fact.data['valueAdding'] === true,
    }))
    .filter(({ from, to }) => to >= from)
    .sort(
      (a, b) => compare(a.from, b.from) || compare(a.to, b.to) || compare(a.fact.position, b.fact.position),
    );
}

function* quantities(at: At, { data }: Fact): Generator<Contribution> {
  const { goodQty, scrappedQty, reworkedQty } = data;
  if (goodQty === undefined && scrappedQty === undefined) return;
  const good = micros(goodQty);
  const rework = micros(reworkedQty);
  yield at('qtycases');
  yield at('good', good);
  yield at('scrap', micros(scrappedQty));
  yield at('firstgood', good > rework ? good - rework : 0n);
}

function* handoffs(at: At, steps: readonly Step[]): Generator<Contribution> {
  if (steps.length === 0) return;
  yield at('stepped');
  const changes = steps.filter(({ department }, i) => i > 0 && department !== steps[i - 1]?.department);
  if (changes.length > 0) yield at('handoffs', BigInt(changes.length));
}

function* durations(at: At, steps: readonly Step[], duration: bigint): Generator<Contribution> {
  const crossing = new Set(steps.map(({ department }) => department)).size >= 2;
  if (duration < 0n) {
    yield at('casex');
    if (crossing) yield at('keycasex');
    if (steps.length > 0) yield at('stepx');
    return;
  }
  yield at(`case:${duration}`);
  if (crossing) yield at(`keycase:${duration}`);
  if (steps.length === 0) return;
  yield at('stepcases');
  yield at('lead', duration);
  yield at('touch', union(steps));
  yield at('value', union(steps.filter(({ valueAdding }) => valueAdding)));
}

/**
 * What a service case contributes: `answer:<ms>` on the first answer, `resolve:<ms>` on the last resolution (`…x` negative), and
 * `$open:…` `$opensum:…` until then. A case that was reopened has no resolution until it is resolved again.
 */
export function* serviceContributions(facts: readonly Fact[]): Generator<Contribution> {
  const opened = facts.find(({ type }) => type === 'ServiceCaseOpened');
  const unit = unitOfCase(opened, facts);
  const customer = [opened, ...facts].map((fact) => text(fact?.data['customerId'])).find(isNamed);
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
  return { ms: BigInt(plainDay) * DAY_MS, day: plainDay, plainDay };
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
        ? { unit, ...timedMeasure(measure, ms), amount, segmentDay: begin.day }
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

/** A case lies where it was opened; while its opening is not known, where the first of its facts says. */
function unitOfCase(opened: Fact | undefined, facts: readonly Fact[]): string {
  return [opened, ...facts].map((fact) => text(fact?.data['unitId']) ?? fact?.unitId).find(isNamed) ?? ROOT;
}

function isNamed(name: string | undefined): name is string {
  return name !== undefined;
}

function micros(value: unknown): bigint {
  return typeof value === 'string' ? parseMicros(value) : 0n;
}

function dayOfMs(ms: bigint): number {
  const day = ms / DAY_MS;
  return Number(ms % DAY_MS < 0n ? day - 1n : day);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
