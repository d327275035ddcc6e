import { epochMs, type Instant, parseMicros, ratio } from '#kernel';
import { delivered, type Order, type Progress, shipped, unitInOrder, unitOf } from './documents.ts';
import {
  type Asked,
  counts,
  excluded,
  moneyRatio,
  quantities,
  type Result,
  six,
  spread,
  sum,
} from './figure.ts';
import { closedInitiatives } from './learning.ts';
import { type Fact, maybe, text } from './log.ts';
import type { Parts } from './types.ts';
import { days, daysLater, dayText, type Scope } from './world.ts';

/** The internal process dimension, order by order and case by case. Source: docs/figures.md §7. */

const DAY = 86_400_000n;
const MINUTE = 60_000n;
const ms = (at: string) => epochMs(at as Instant);

const wanted = (order: Order) => [...order.required.values()].some((own) => own > 0n);
const due = (order: Order) => maybe(order.placed, 'promisedOn') ?? maybe(order.placed, 'requestedOn');

function here(scope: Scope, order: Order, date: string): boolean {
  return scope.has(order.unit, date, order.customer);
}

function duration(asked: Asked, of: (order: Order) => Progress): Result {
  const { scope, documents } = asked;
  const values: bigint[] = [];
  let negative = 0;
  const ages: number[] = [];
  for (const order of documents.orders) {
    if (!order.placed) continue;
    const { completed } = of(order);
    if (completed !== undefined && scope.when(completed) && here(scope, order, completed)) {
      const length = days(order.date, completed);
      if (length < 0) negative++;
      else values.push(BigInt(length));
    }
    const open =
      wanted(order) && scope.before(order.date) && (completed === undefined || !scope.before(completed));
    // A stock belongs to the tree of the closing day and to the segment of the day on which it arose.
    if (open && stockHere(scope, order.unit, order.customer, order.date))
      ages.push(days(order.date, scope.closing));
  }
  return spread(values, 1n, { ...excluded({ 'negative-duration': negative }), ...openParts(ages) });
}

function stockHere(scope: Scope, unit: string, customer: string | undefined, date: string): boolean {
  if (!scope.company.inside(scope.unit, unit, scope.closing)) return false;
  return (
    scope.segment === undefined ||
    (customer !== undefined && scope.segmentOf(customer, date) === scope.segment)
  );
}

function openParts(ages: readonly number[]): Parts {
  if (ages.length === 0) return { open: '0' };
  return {
    open: String(ages.length),
    openAgeDays: six(ratio(BigInt(ages.reduce((a, b) => a + b, 0)), BigInt(ages.length))),
  };
}

function timely(
  asked: Asked,
  orders: readonly (readonly [order: Order, date: string, completed: string | undefined])[],
): Result {
  const { scope } = asked;
  const own = orders.filter(([order, date]) => scope.when(date) && here(scope, order, date));
  const dated = own.filter(([order]) => due(order) !== undefined);
  const good = dated.filter(
    ([order, , completed]) => completed !== undefined && completed <= (due(order) as string),
  ).length;
  return counts(good, dated.length, dated.length, excluded({ 'no-due-date': own.length - dated.length }));
}

function shipments({ scope, documents }: Asked): { fact: Fact; order: Order }[] {
  return documents.orders.flatMap((order) =>
    order.facts
      .filter(
        (fact) =>
          fact.type === 'GoodsShipped' &&
          scope.when(text(fact, 'shippedOn')) &&
          scope.has(unitInOrder(order, fact), text(fact, 'shippedOn'), order.customer),
      )
      .map((fact) => ({ fact, order })),
  );
}

function returns({ scope, documents }: Asked): { fact: Fact; order: Order }[] {
  return documents.orders.flatMap((order) =>
    order.facts
      .filter(
        (fact) =>
          fact.type === 'GoodsReturned' &&
          scope.when(text(fact, 'returnedOn')) &&
          scope.has(unitInOrder(order, fact), text(fact, 'returnedOn'), order.customer),
      )
      .map((fact) => ({ fact, order })),
  );
}

const shippedQuantity = (fact: Fact) =>
  (fact.data['lines'] as readonly { qty: string }[]).reduce((total, { qty }) => total + parseMicros(qty), 0n);

function returnRate(asked: Asked, causes: readonly string[] | undefined): Result {
  const out = shipments(asked);
  const back = returns(asked);
  const returned = back
    .filter(({ fact }) => causes === undefined || causes.includes(text(fact, 'cause')))
    .reduce((total, { fact }) => total + parseMicros(text(fact, 'qty')), 0n);
  return onceReturned(
    asked,
    quantities(
      returned,
      out.reduce((total, { fact }) => total + shippedQuantity(fact), 0n),
      out.length + back.length,
    ),
  );
}

/** A scope that has never seen a return does not say that nothing comes back. */
function onceReturned({ firstDate }: Asked, result: Result): Result {
  if (firstDate('returns') !== undefined) return result;
  const { numerator: _, ...parts } = result.parts;
  return { ...result, value: null, status: 'not_measurable', parts };
}

function originOf(order: Order, returned: Fact): Fact | undefined {
  const all = order.facts.filter(({ type }) => type === 'GoodsShipped');
  const named = maybe(returned, 'shipmentId');
  if (named !== undefined) return all.find((fact) => text(fact, 'shipmentId') === named);
  return [...all].sort((a, b) =>
    text(a, 'shippedOn') < text(b, 'shippedOn') ? -1 : text(a, 'shippedOn') > text(b, 'shippedOn') ? 1 : 0,
  )[0];
}

function cohort(asked: Asked): Result {
  const { scope, policy, documents } = asked;
  const out = shipments(asked);
  let back = 0n;
  let unmatched = 0;
  for (const order of documents.orders) {
    for (const fact of order.facts) {
      if (fact.type !== 'GoodsReturned' || text(fact, 'cause') !== 'quality') continue;
      const origin = originOf(order, fact);
      if (!origin)
        unmatched += Number(
          scope.when(text(fact, 'returnedOn')) &&
            scope.has(unitInOrder(order, fact), text(fact, 'returnedOn'), order.customer),
        );
      else if (
        out.some((own) => own.fact === origin) &&
        days(text(origin, 'shippedOn'), text(fact, 'returnedOn')) <= policy.cohortDays
      )
        back += parseMicros(text(fact, 'qty'));
    }
  }
  const result = onceReturned(
    asked,
    quantities(
      back,
      out.reduce((total, { fact }) => total + shippedQuantity(fact), 0n),
      out.length,
      excluded({ 'no-shipment': unmatched }),
    ),
  );
  return {
    ...result,
    flags: daysLater(scope.period.end, policy.cohortDays) > scope.today ? ['provisional'] : [],
  };
}

// --- process cases

interface Case {
  readonly unit: string;
  readonly opened: Fact | undefined;
  readonly closed: Fact | undefined;
  readonly steps: readonly Fact[];
}

function casesOf({ scope }: Asked): Case[] {
  const byCase = new Map<string, Fact[]>();
  for (const fact of scope.company.of('ProcessCaseOpened', 'ProcessStepPerformed', 'ProcessCaseClosed'))
    byCase.set(text(fact, 'caseId'), [...(byCase.get(text(fact, 'caseId')) ?? []), fact]);
  return [...byCase.values()].map((facts) => {
    const opened = facts.find(({ type }) => type === 'ProcessCaseOpened');
    const closed = facts.findLast(({ type }) => type === 'ProcessCaseClosed');
    const steps = facts.filter(({ type }) => type === 'ProcessStepPerformed');
    return {
      opened,
      closed,
      steps,
      unit: unitOf(opened) ?? facts.map(unitOf).find((unit) => unit !== undefined) ?? 'root',
    };
  });
}

function closedIn(asked: Asked): Case[] {
  const { scope } = asked;
  return casesOf(asked).filter(
    ({ closed, unit }) =>
      closed !== undefined &&
      scope.when(text(closed, 'closedAt')) &&
      scope.has(unit, text(closed, 'closedAt'), undefined),
  );
}

const done = (asked: Asked) =>
  closedIn(asked).filter(({ closed }) => text(closed as Fact, 'outcome') === 'done');

/** Milliseconds from opening to closing; undefined without an opening. */
function lengthOf({ opened, closed }: Case): bigint | undefined {
  if (!opened || !closed) return undefined;
  const at = maybe(opened, 'openedAt');
  const end = text(closed, 'closedAt');
  return at === undefined ? BigInt(days(text(opened, 'openedOn'), dayText(end))) * DAY : ms(end) - ms(at);
}

function orderedSteps({ steps }: Case): { all: number; usable: Fact[] } {
  const usable = steps.filter((fact) => ms(text(fact, 'endedAt')) >= ms(text(fact, 'startedAt')));
  const by = (fact: Fact) => [
    ms(text(fact, 'startedAt')),
    ms(text(fact, 'endedAt')),
    fact.position as bigint,
  ];
  usable.sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (x[i] as bigint) < (y[i] as bigint) ? -1 : 1;
    return 0;
  });
  return { all: steps.length, usable };
}

function crosses(own: Case): boolean {
  return new Set(orderedSteps(own).usable.map((fact) => text(fact, 'department'))).size >= 2;
}

function caseTimes(asked: Asked, key: boolean): Result {
  const own = done(asked).filter((one) => !key || crosses(one));
  const lengths = own.flatMap((one) => lengthOf(one) ?? []);
  const negative = lengths.filter((length) => length < 0n).length;
  const badSteps = key
    ? done(asked).reduce((total, one) => total + one.steps.length - orderedSteps(one).usable.length, 0)
    : 0;
  const more: Parts = excluded({ 'negative-duration': negative, 'negative-step': badSteps });
  return spread(
    lengths.filter((length) => length >= 0n),
    DAY,
    key ? more : { ...more, ...openCases(asked) },
  );
}

function openCases(asked: Asked): Parts {
  const { scope } = asked;
  const ages: number[] = [];
  for (const { opened, closed, unit } of casesOf(asked)) {
    if (!opened || scope.segment !== undefined || !scope.company.inside(scope.unit, unit, scope.closing))
      continue;
    const begin = maybe(opened, 'openedAt') ?? text(opened, 'openedOn');
    const end = closed && text(closed, 'closedAt');
    const beginMs =
      maybe(opened, 'openedAt') === undefined ? BigInt(days('1970-01-01', begin)) * DAY : ms(begin);
    if (!scope.before(begin) || (end !== undefined && (ms(end) <= beginMs || scope.before(end)))) continue;
    ages.push(days(dayText(begin), scope.closing));
  }
  return openParts(ages);
}

/** Cases done with usable steps: their hand-offs, and the times of those whose duration is usable. */
function stepped(asked: Asked) {
  let negative = 0;
  let negativeSteps = 0;
  let withSteps = 0;
  let handoffs = 0;
  const cases: { lead: bigint; touch: bigint; value: bigint }[] = [];
  for (const one of done(asked)) {
    const { all, usable } = orderedSteps(one);
    negativeSteps += all - usable.length;
    if (usable.length === 0) continue;
    withSteps++;
    const departments = usable.map((fact) => text(fact, 'department'));
    handoffs += departments.filter((own, i) => i > 0 && own !== departments[i - 1]).length;
    const lead = lengthOf(one);
    if (lead === undefined) continue;
    const value = covered(usable.filter((fact) => fact.data['valueAdding'] === true));
    if (lead < 0n) negative++;
    else cases.push({ lead, touch: covered(usable), value });
  }
  return { cases, withSteps, handoffs, negative, negativeSteps };
}

/** Time covered by at least one step: breakpoints, and what lies between two of them counts once. */
function covered(steps: readonly Fact[]): bigint {
  const points = [
    ...new Set(steps.flatMap((fact) => [ms(text(fact, 'startedAt')), ms(text(fact, 'endedAt'))])),
  ].sort((a, b) => (a < b ? -1 : 1));
  let total = 0n;
  points.forEach((from, i) => {
    const to = points[i + 1];
    if (
      to !== undefined &&
      steps.some((fact) => ms(text(fact, 'startedAt')) <= from && ms(text(fact, 'endedAt')) >= to)
    )
      total += to - from;
  });
  return total;
}

function timeShare(
  asked: Asked,
  of: (one: { lead: bigint; touch: bigint; value: bigint }) => bigint,
): Result {
  const { cases, negative, negativeSteps } = stepped(asked);
  const left = excluded({ 'negative-duration': negative, 'negative-step': negativeSteps });
  const numerator = cases.reduce((total, one) => total + of(one), 0n);
  const denominator = cases.reduce((total, one) => total + one.lead, 0n);
  const parts: Parts = {
    numerator: six(ratio(numerator, DAY)),
    denominator: six(ratio(denominator, DAY)),
    ...left,
  };
  return denominator === 0n
    ? { value: null, status: 'not_measurable', parts, n: cases.length }
    : { value: six(ratio(numerator, denominator)), parts, n: cases.length };
}

const given = (fact: Fact, field: string) => parseMicros(maybe(fact, field) ?? '0');
const weighed = (asked: Asked) =>
  closedIn(asked).flatMap(({ closed }) =>
    closed && (maybe(closed, 'goodQty') !== undefined || maybe(closed, 'scrappedQty') !== undefined)
      ? [closed]
      : [],
  );

// --- service cases

function serviceTimes(asked: Asked, kind: 'answer' | 'resolution'): Result {
  const { scope } = asked;
  const byCase = new Map<string, Fact[]>();
  for (const fact of scope.company.of(
    'ServiceCaseOpened',
    'ServiceCaseAnswered',
    'ServiceCaseHandedOver',
    'ServiceCaseResolved',
    'ServiceCaseReopened',
  ))
    byCase.set(text(fact, 'caseId'), [...(byCase.get(text(fact, 'caseId')) ?? []), fact]);
  const values: bigint[] = [];
  let negative = 0;
  const ages: number[] = [];
  for (const facts of byCase.values()) {
    const opened = facts.find(({ type }) => type === 'ServiceCaseOpened');
    if (!opened) continue;
    const ordered = [...facts].sort((a, b) =>
      ms(text(a, 'at')) < ms(text(b, 'at'))
        ? -1
        : ms(text(a, 'at')) > ms(text(b, 'at'))
          ? 1
          : a.position < b.position
            ? -1
            : 1,
    );
    const last = ordered.findLast(
      ({ type }) => type === 'ServiceCaseResolved' || type === 'ServiceCaseReopened',
    );
    const end =
      kind === 'answer'
        ? ordered.find(({ type }) => type === 'ServiceCaseAnswered')
        : last?.type === 'ServiceCaseResolved'
          ? last
          : undefined;
    const unit = unitOf(opened) ?? facts.map(unitOf).find((own) => own !== undefined) ?? 'root';
    const file =
      maybe(opened, 'customerId') ??
      facts.map((fact) => maybe(fact, 'customerId')).find((own) => own !== undefined);
    const begin = text(opened, 'at');
    if (end && scope.when(text(end, 'at')) && scope.has(unit, text(end, 'at'), file)) {
      const length = ms(text(end, 'at')) - ms(begin);
      if (length < 0n) negative++;
      else values.push(length);
    }
    const open =
      scope.before(begin) && (!end || (ms(text(end, 'at')) > ms(begin) && !scope.before(text(end, 'at'))));
    if (open && stockHere(scope, unit, file, begin)) ages.push(days(dayText(begin), scope.closing));
  }
  return spread(values, MINUTE, { ...excluded({ 'negative-duration': negative }), ...openParts(ages) });
}

export const process: Readonly<Record<string, (asked: Asked) => Result>> = {
  'order-to-ship-time': (asked) => duration(asked, shipped),
  'delivery-lead-time': (asked) => duration(asked, delivered),
  'on-time-shipment': (asked) =>
    timely(
      asked,
      asked.documents.orders.flatMap((order) =>
        order.placed && shipped(order).completed !== undefined
          ? [[order, shipped(order).completed as string, shipped(order).completed] as const]
          : [],
      ),
    ),
  otif: (asked) => {
    const placed = asked.documents.orders.filter((order) => order.placed);
    if (asked.policy.periodBasis === 'delivered')
      return timely(
        asked,
        placed.flatMap((order) =>
          delivered(order).completed !== undefined
            ? [[order, delivered(order).completed as string, delivered(order).completed] as const]
            : [],
        ),
      );
    return timely(
      asked,
      placed
        .filter(wanted)
        .map((order) => [order, due(order) ?? order.date, delivered(order).completed] as const),
    );
  },
  'in-full-lines': ({ scope, documents }) => {
    let full = 0;
    let all = 0;
    for (const order of documents.orders) {
      const { lastDay, quantities: accepted } = delivered(order);
      if (!order.placed || lastDay === undefined || !scope.when(lastDay) || !here(scope, order, lastDay))
        continue;
      for (const [lineNo, need] of order.required) {
        all++;
        if ((accepted.get(lineNo) ?? 0n) >= need) full++;
      }
    }
    return counts(full, all, all);
  },
  'quality-return-rate': (asked) => returnRate(asked, ['quality']),
  'return-rate-all-causes': (asked) => returnRate(asked, undefined),
  'cohort-return-rate': cohort,
  'return-value-rate': (asked) => {
    const own = asked.documents.invoices.filter(
      ({ unit, date, customer }) => asked.scope.when(date) && asked.scope.has(unit, date, customer),
    );
    const of = (documents: typeof own) =>
      sum(
        asked,
        documents.flatMap(({ lines, currency, date }) =>
          lines.map(({ net }) => ({ amount: net, currency, date })),
        ),
        'average',
      );
    return moneyRatio(
      asked,
      of(own.filter(({ kind, cause }) => kind === 'credit' && cause === 'return')),
      of(own.filter(({ kind }) => kind === 'invoice')),
      own.length,
    );
  },
  'return-on-quality': (asked) => {
    const quality = [
      ...['quality-return-rate', 'return-rate-all-causes', 'cohort-return-rate', 'return-value-rate'],
      ...['scrap-rate', 'first-pass-yield'],
    ];
    const own = closedInitiatives(asked).filter(({ fact }) => quality.includes(text(fact, 'kpiCode')));
    const stated = (fact: Fact, field: string) =>
      fact.data[field] as { amount: string; currency: string } | undefined;
    const beneficial = own.filter(({ fact }) => stated(fact, 'benefit'));
    const counted = beneficial.filter(({ fact }) => stated(fact, 'cost'));
    const total = (field: string) =>
      sum(
        asked,
        counted.map(({ fact, date }) => {
          const { amount, currency } = stated(fact, field) as { amount: string; currency: string };
          return { amount: parseMicros(amount), currency, date };
        }),
        'average',
      );
    return moneyRatio(
      asked,
      total('benefit'),
      total('cost'),
      counted.length,
      excluded({
        'no-benefit': own.length - beneficial.length,
        'no-cost': beneficial.length - counted.length,
      }),
    );
  },
  'scrap-rate': (asked) => {
    const own = weighed(asked);
    const scrapped = own.reduce((total, fact) => total + given(fact, 'scrappedQty'), 0n);
    return quantities(
      scrapped,
      scrapped + own.reduce((total, fact) => total + given(fact, 'goodQty'), 0n),
      own.length,
    );
  },
  'first-pass-yield': (asked) => {
    const finished = done(asked);
    const first = finished.filter(({ closed }) => closed?.data['firstPass'] === true).length;
    const parts = { cases: String(finished.length), casesFirstPass: String(first) };
    const own = weighed(asked);
    if (own.length === 0) return counts(first, finished.length, finished.length, { basis: 'case', ...parts });
    const clean = own.reduce((total, fact) => {
      const left = given(fact, 'goodQty') - given(fact, 'reworkedQty');
      return left > 0n ? total + left : total;
    }, 0n);
    return quantities(
      clean,
      own.reduce((total, fact) => total + given(fact, 'goodQty') + given(fact, 'scrappedQty'), 0n),
      own.length,
      { basis: 'quantity', ...parts },
    );
  },
  'production-lead-time': (asked) => caseTimes(asked, false),
  'process-cycle-time': (asked) => caseTimes(asked, true),
  'cycle-efficiency': (asked) => timeShare(asked, ({ value }) => value),
  'waiting-share': (asked) => timeShare(asked, ({ lead, touch }) => lead - touch),
  'handoffs-per-case': (asked) => {
    const { handoffs, withSteps, negativeSteps } = stepped(asked);
    return counts(handoffs, withSteps, withSteps, excluded({ 'negative-step': negativeSteps }));
  },
  'process-on-time': (asked) => {
    const own = done(asked).filter(({ opened }) => maybe(opened, 'dueAt') !== undefined);
    const good = own.filter(
      ({ opened, closed }) => ms(text(closed as Fact, 'closedAt')) <= ms(text(opened as Fact, 'dueAt')),
    ).length;
    return counts(good, own.length, own.length);
  },
  'service-first-response': (asked) => serviceTimes(asked, 'answer'),
  'service-resolution-time': (asked) => serviceTimes(asked, 'resolution'),
};
