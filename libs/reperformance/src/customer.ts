import {
  addRatio,
  divideRatio,
  multiplyRatio,
  parseMicros,
  periodsWithin,
  previousPeriod,
  type Ratio,
  ratio,
  ratioOfDecimal,
  samePeriodOfPriorYear,
  ValueError,
} from '#kernel';
import { type Customer, unitOf } from './documents.ts';
import {
  type Asked,
  add,
  counts,
  currency,
  excluded,
  less,
  moneyRatio,
  moneyText,
  NOTHING,
  quantity,
  type Result,
  reasonsOf,
  six,
  sum,
  sums,
} from './figure.ts';
import { type Fact, latest, maybe, text } from './log.ts';
import type { Parts } from './types.ts';
import { daysLater, type Scope } from './world.ts';

/** The customer dimension, from lists of customers and answers. Source: docs/figures.md §6. */

/** The days on which a customer counts in a scope. */
function orderDays(scope: Scope, customer: Customer): string[] {
  const file = customer.files[0] as string;
  return [
    ...new Set(
      customer.orders.filter(({ unit, date }) => scope.has(unit, date, file)).map(({ date }) => date),
    ),
  ].sort();
}

/** Activity of a contractual customer: whether it is active on a date, and since when it is known in the scope. */
function contractOn(
  scope: Scope,
  customer: Customer,
): { first: string | undefined; active: (date: string) => boolean } {
  const file = customer.files[0] as string;
  const own = (customer.contract ?? []).filter(
    ({ unit, date }) => unit === undefined || scope.has(unit, date, file),
  );
  return {
    first: own.find(({ unit }) => unit !== undefined)?.date,
    active: (date) => own.findLast((event) => event.date <= date)?.unit !== undefined,
  };
}

function countCustomers(asked: Asked) {
  const { scope, policy } = asked;
  const group = scope.of('root', scope.segment);
  const before = previousPeriod(scope.period, scope.calendar);
  const tally = {
    opening: 0,
    closing: 0,
    retained: 0,
    lost: 0,
    new: 0,
    newStillActive: 0,
    wonBack: 0,
    newInGroup: 0,
    knownBefore: 0,
  };
  for (const customer of asked.customers()) {
    let first: string | undefined;
    let firstInGroup: string | undefined;
    let opening: boolean;
    let closing: boolean;
    if (customer.contract) {
      const own = contractOn(scope, customer);
      first = own.first;
      firstInGroup = contractOn(group, customer).first;
      opening = own.active(scope.opening);
      closing = own.active(scope.closing);
    } else {
      const dates = orderDays(scope, customer);
      first = dates[0];
      firstInGroup = orderDays(group, customer)[0];
      const within = (after: string, upTo: string) => dates.some((date) => date > after && date <= upTo);
      if (policy.retentionWindow === 'previous-period') {
        opening = dates.some((date) => date >= before.start && date < scope.period.start);
        closing = dates.some((date) => date >= scope.period.start && date < scope.period.end);
      } else {
        opening = within(daysLater(scope.opening, -policy.retentionWindowDays), scope.opening);
        closing = within(daysLater(scope.closing, -policy.retentionWindowDays), scope.closing);
      }
    }
    if (first === undefined) continue;
    const isNew = first >= scope.period.start && first < scope.period.end;
    tally.opening += Number(opening);
    tally.closing += Number(closing);
    tally.retained += Number(opening && closing);
    tally.lost += Number(opening && !closing);
    tally.new += Number(isNew);
    tally.newInGroup += Number(isNew && firstInGroup === first);
    tally.newStillActive += Number(isNew && closing);
    tally.wonBack += Number(closing && !opening && !isNew);
    tally.knownBefore += Number(first < scope.period.start);
  }
  return tally;
}

function countParts({ policy }: Asked, tally: ReturnType<typeof countCustomers>): Parts {
  const { opening, closing, retained, lost, newStillActive, wonBack } = tally;
  return {
    opening: String(opening),
    closing: String(closing),
    retained: String(retained),
    lost: String(lost),
    new: String(tally.new),
    newStillActive: String(newStillActive),
    wonBack: String(wonBack),
    ...(policy.retentionWindow === undefined
      ? { windowDays: String(policy.retentionWindowDays) }
      : { window: policy.retentionWindow }),
  };
}

/** Where the opening is the previous period, that one has to be covered too. */
function ofOpening(asked: Asked, result: Result): Result {
  if (asked.policy.retentionWindow !== 'previous-period') return result;
  const first = asked.firstDate('orders') ?? asked.firstDate('activations');
  const before = previousPeriod(asked.scope.period, asked.scope.calendar);
  return { ...result, incomplete: first !== undefined && before.start < first };
}

const single = (value: number, parts: Parts): Result => ({ value: String(value), parts, n: value });

function contactsIn({ scope }: Asked): Fact[] {
  return scope.company
    .of('ProspectContacted')
    .filter(
      (fact) =>
        scope.when(text(fact, 'contactedOn')) &&
        scope.has(unitOf(fact) ?? 'root', text(fact, 'contactedOn'), maybe(fact, 'customerId')),
    );
}

function definition(scope: Scope, segment: string, date: string): Fact | undefined {
  return latest(
    scope.company
      .of('SegmentDefined')
      .filter((fact) => text(fact, 'segmentCode') === segment && text(fact, 'effectiveFrom') <= date),
    (fact) => text(fact, 'effectiveFrom'),
  );
}

function documentsIn({ scope, documents }: Asked) {
  return documents.invoices.filter(
    (own) => scope.when(own.date) && scope.has(own.unit, own.date, own.customer),
  );
}

/** Invoiced less credited. */
function revenueOf(asked: Asked, documents: ReturnType<typeof documentsIn>) {
  const of = (wanted: 'invoice' | 'credit') =>
    sum(
      asked,
      documents
        .filter(({ kind }) => kind === wanted)
        .flatMap(({ lines, currency: own, date }) =>
          lines.map(({ net }) => ({ amount: net, currency: own, date })),
        ),
      'average',
    );
  return less(of('invoice'), of('credit'));
}

function marketFacts({ scope }: Asked): { all: Fact[]; basis: string; facts: readonly Fact[] | undefined } {
  const all = scope.company
    .of('MarketSizeReported')
    .filter(
      (fact) => (unitOf(fact) ?? 'root') === scope.unit && maybe(fact, 'segmentCode') === scope.segment,
    );
  for (const basis of ['revenue', 'units']) {
    const of = (period: string) =>
      all.findLast((fact) => text(fact, 'basis') === basis && text(fact, 'period') === period);
    const whole = of(scope.period.text);
    if (whole) return { all, basis, facts: [whole] };
    for (const grain of ['quarter', 'month'] as const) {
      const facts = partNames(scope, grain).map(of);
      if (facts.length > 0 && facts.every((fact) => fact !== undefined))
        return { all, basis, facts: facts as Fact[] };
    }
  }
  return { all, basis: 'revenue', facts: undefined };
}

function partNames({ period, calendar }: Scope, grain: 'quarter' | 'month'): string[] {
  if (
    !['year', 'quarter', 'range'].includes(period.grain) ||
    period.grain === grain ||
    (period.grain === 'range' && period.text.includes('W'))
  )
    return [];
  try {
    return periodsWithin(period, grain, calendar).map((own) => own.text);
  } catch (error) {
    if (error instanceof ValueError) return [];
    throw error;
  }
}

function share(asked: Asked, against: 'amount' | 'largestCompetitorAmount'): Result {
  const { all, basis, facts } = marketFacts(asked);
  const documents = documentsIn(asked);
  const n = documents.length;
  if (all.length === 0) return { value: null, status: 'no_data', parts: {}, n: 0 };
  if (!facts) return { value: null, status: 'not_measurable', parts: {}, n };
  const sizes = facts.map((fact) => maybe(fact, against));
  const size = sizes.includes(undefined)
    ? undefined
    : sizes.reduce((total, own) => total + parseMicros(own as string), 0n);
  const flags = (value: Ratio) => (value.numerator > value.denominator ? ['data-error'] : []);
  if (basis === 'units') {
    const uom = maybe(facts[0], 'uom');
    const own = documents.reduce(
      (total, { kind, lines }) =>
        total + lines.reduce((of, line) => of + (kind === 'invoice' ? line.quantity : -line.quantity), 0n),
      0n,
    );
    const parts: Parts = {
      basis,
      ...(uom === undefined ? {} : { uom }),
      numerator: quantity(own),
      ...(size === undefined ? {} : { denominator: quantity(size) }),
    };
    if (size === undefined || size === 0n) return { value: null, status: 'not_measurable', parts, n };
    return { value: six(ratio(own, size)), parts, n, flags: flags(ratio(own, size)) };
  }
  const own = revenueOf(asked, documents);
  const whole = sum(
    asked,
    [{ amount: size ?? 0n, currency: maybe(facts[0], 'currency') ?? '', date: asked.scope.period.start }],
    'average',
  );
  const { parts: reasons, missing } = reasonsOf([own, whole]);
  const parts: Parts = {
    basis,
    ...currency(asked),
    ...sums(asked, { numerator: own, ...(size === undefined ? {} : { denominator: whole }) }),
    ...reasons,
  };
  if (missing || whole.total.numerator === 0n) return { value: null, status: 'not_measurable', parts, n };
  const value = divideRatio(own.total, whole.total);
  return { value: six(value), parts, n, flags: flags(value) };
}

// --- surveys

interface Answer {
  readonly attribute: string;
  readonly least: number;
  readonly greatest: number;
  readonly score: number;
}

/** One answer for each respondent, instrument and attribute of a survey: the latest. */
function answersIn(
  asked: Asked,
  instrument: string,
  segment = asked.scope.segment,
): { valid: Answer[]; excluded: Parts } {
  const { scope } = asked;
  const last = new Map<string, Fact>();
  for (const fact of scope.company.of('SurveyResponseRecorded')) {
    const respondent =
      maybe(fact, 'customerId') === undefined
        ? `r ${text(fact, 'responseId')}`
        : `c ${text(fact, 'customerId')}`;
    const key = JSON.stringify([
      text(fact, 'surveyId'),
      respondent,
      text(fact, 'instrument'),
      maybe(fact, 'attribute') ?? '',
    ]);
    const known = last.get(key);
    if (!known || text(fact, 'answeredOn') >= text(known, 'answeredOn')) last.set(key, fact);
  }
  const place = scope.of(scope.unit, segment);
  const valid: Answer[] = [];
  let blank = 0;
  let outside = 0;
  for (const fact of last.values()) {
    const date = text(fact, 'answeredOn');
    if (
      text(fact, 'instrument') !== instrument ||
      !scope.when(date) ||
      !place.has(unitOf(fact) ?? 'root', date, maybe(fact, 'customerId'), maybe(fact, 'segmentCode'))
    )
      continue;
    const { score, scaleMin, scaleMax } = fact.data as {
      score: number | null;
      scaleMin: number;
      scaleMax: number;
    };
    const [least, greatest] = instrument === 'NPS' ? [0, 10] : [scaleMin, scaleMax];
    if (score === null) blank++;
    else if (!Number.isInteger(score) || score < least || score > greatest) outside++;
    else
      valid.push({ attribute: maybe(fact, 'attribute') ?? '', least: scaleMin, greatest: scaleMax, score });
  }
  return { valid, excluded: excluded({ 'no-answer': blank, 'out-of-scale': outside }) };
}

function judged(
  asked: Asked,
  instrument: string,
  compute: (valid: readonly Answer[]) => { value: string | null; parts: Parts; status?: 'not_meaningful' },
): Result {
  const { valid, excluded: left } = answersIn(asked, instrument);
  const { value, parts, status } = compute(valid);
  const all = { ...parts, ...left };
  const n = valid.length;
  if (n === 0 || (value === null && !status)) return { value: null, status: 'not_measurable', parts: all, n };
  if (status) return { value: null, status, parts: all, n };
  return n < asked.policy.minimumResponses
    ? { value, status: 'insufficient', parts: all, n }
    : { value, parts: all, n };
}

function fraction(numerator: number, denominator: number) {
  const parts = { numerator: String(numerator), denominator: String(denominator) };
  return { value: denominator === 0 ? null : six(ratio(BigInt(numerator), BigInt(denominator))), parts };
}

const scoreSum = (answers: readonly Answer[]) => answers.reduce((total, { score }) => total + score, 0);

export const customer: Readonly<Record<string, (asked: Asked) => Result>> = {
  'customer-retention': (asked) => {
    const tally = countCustomers(asked);
    return ofOpening(asked, counts(tally.retained, tally.opening, tally.opening, countParts(asked, tally)));
  },
  'customer-churn': (asked) => {
    const tally = countCustomers(asked);
    return ofOpening(asked, counts(tally.lost, tally.opening, tally.opening, countParts(asked, tally)));
  },
  'active-customers': (asked) => {
    const tally = countCustomers(asked);
    return single(tally.closing, countParts(asked, tally));
  },
  'new-customers': (asked) => {
    const tally = countCustomers(asked);
    return single(tally.new, { firstInUnit: String(tally.new), firstInGroup: String(tally.newInGroup) });
  },
  'customer-acquisition-rate': (asked) => {
    const tally = countCustomers(asked);
    const base = asked.policy.acquisitionBase;
    const denominator = base === 'known' ? tally.knownBefore : tally.opening;
    const result = counts(tally.new, denominator, denominator, { base });
    return base === 'known' ? result : ofOpening(asked, result);
  },
  'won-back-customers': (asked) => {
    const tally = countCustomers(asked);
    return ofOpening(asked, single(tally.wonBack, countParts(asked, tally)));
  },
  'orders-placed': ({ scope, documents }) =>
    single(
      documents.orders.filter(
        (order) =>
          order.placed &&
          [...order.required.values()].some((own) => own > 0n) &&
          scope.when(order.date) &&
          scope.has(order.unit, order.date, order.customer),
      ).length,
      {},
    ),
  'acquisition-conversion': (asked) => {
    const contacted = new Set(
      contactsIn(asked).map((fact) => maybe(fact, 'customerId') ?? `prospect ${text(fact, 'prospectId')}`),
    ).size;
    return counts(countCustomers(asked).new, contacted, contacted);
  },
  'acquisition-cost': (asked) => {
    const spent = sum(
      asked,
      contactsIn(asked).flatMap((fact) => {
        const cost = fact.data['cost'] as { amount: string; currency: string } | undefined;
        return cost
          ? [{ amount: parseMicros(cost.amount), currency: cost.currency, date: text(fact, 'contactedOn') }]
          : [];
      }),
      'average',
    );
    const gained = countCustomers(asked).new;
    const { parts: reasons, missing } = reasonsOf([spent]);
    const parts = {
      ...sums(asked, { numerator: spent }),
      denominator: String(gained),
      ...currency(asked),
      ...reasons,
    };
    if (missing || gained === 0) return { value: null, status: 'not_measurable', parts, n: gained };
    return {
      value: moneyText(divideRatio(spent.total, ratio(BigInt(gained))), asked.currency),
      parts,
      n: gained,
    };
  },
  'target-segment-revenue-share': (asked) => {
    const { scope } = asked;
    const all = documentsIn(asked);
    const target = all.filter(({ customer: file, date }) => {
      const segment = file === undefined ? undefined : scope.segmentOf(file, date);
      return segment !== undefined && definition(scope, segment, date)?.data['isTarget'] === true;
    });
    return moneyRatio(asked, revenueOf(asked, target), revenueOf(asked, all), all.length);
  },
  'net-revenue-retention': (asked) => {
    const before = asked.at(samePeriodOfPriorYear(asked.scope.period, asked.scope.calendar));
    const byCustomer = (one: Asked) => {
      const all = new Map<string, ReturnType<typeof documentsIn>>();
      for (const document of documentsIn(one)) {
        if (document.customer === undefined) continue;
        const identity = asked.scope.company.identity(document.customer);
        all.set(identity, [...(all.get(identity) ?? []), document]);
      }
      return all;
    };
    const [then, now] = [byCustomer(before), byCustomer(asked)];
    let [current, prior] = [NOTHING, NOTHING];
    for (const [identity, documents] of then) {
      prior = add(prior, revenueOf(asked, documents));
      current = add(current, revenueOf(asked, now.get(identity) ?? []));
    }
    return moneyRatio(
      asked,
      current,
      prior,
      then.size,
      { lost: String([...then.keys()].filter((identity) => !now.has(identity)).length) },
      { current, prior },
    );
  },
  'market-share': (asked) => share(asked, 'amount'),
  'relative-market-share': (asked) => share(asked, 'largestCompetitorAmount'),
  csat: (asked) =>
    judged(asked, 'CSAT', (valid) =>
      fraction(
        valid.filter(({ score, greatest }) => score > greatest - asked.policy.satisfactionTopBoxes).length,
        valid.length,
      ),
    ),
  'csat-mean': (asked) =>
    judged(asked, 'CSAT', (valid) => {
      const own = fraction(scoreSum(valid), valid.length);
      const scales = new Set(valid.map(({ least, greatest }) => `${least} ${greatest}`)).size;
      return scales > 1 ? { ...own, value: null, status: 'not_meaningful' } : own;
    }),
  nps: (asked) =>
    judged(asked, 'NPS', (valid) => {
      const promoters = valid.filter(({ score }) => score >= 9).length;
      const detractors = valid.filter(({ score }) => score <= 6).length;
      const parts = {
        promoters: String(promoters),
        passives: String(valid.length - promoters - detractors),
        detractors: String(detractors),
      };
      return {
        value:
          valid.length === 0 ? null : six(ratio(100n * BigInt(promoters - detractors), BigInt(valid.length))),
        parts,
      };
    }),
  acsi: (asked) =>
    judged(asked, 'ACSI', (valid) => {
      const present = new Set(valid.map(({ attribute }) => attribute));
      const weights =
        asked.policy.weights ?? Object.fromEntries([...present].map((attribute) => [attribute, '1']));
      const missing = Object.keys(weights)
        .filter((attribute) => !present.has(attribute))
        .sort();
      let total = ratio(0n);
      let weight = ratio(0n);
      for (const [attribute, own] of Object.entries(weights)) {
        const answers = valid.filter((answer) => answer.attribute === attribute);
        if (answers.length === 0) continue;
        const mean = divideRatio(
          answers.reduce(
            (of, { score, least, greatest }) =>
              addRatio(of, ratio(BigInt(score - least), BigInt(greatest - least))),
            ratio(0n),
          ),
          ratio(BigInt(answers.length)),
        );
        total = addRatio(total, multiplyRatio(ratioOfDecimal(own), mean));
        weight = addRatio(weight, ratioOfDecimal(own));
      }
      const parts: Parts = missing.length === 0 ? {} : { missing: missing.join(',') };
      return {
        value: weight.numerator === 0n ? null : six(multiplyRatio(ratio(100n), divideRatio(total, weight))),
        parts,
      };
    }),
  'value-proposition-score': (asked) => {
    const { scope, policy } = asked;
    const all = [
      ...new Set(scope.company.of('SegmentDefined').map((fact) => text(fact, 'segmentCode'))),
    ].sort();
    const segments =
      scope.segment === undefined
        ? all.filter((code) => definition(scope, code, scope.period.start)?.data['isTarget'] === true)
        : [scope.segment];
    let total = ratio(0n);
    let weight = ratio(0n);
    let n = 0;
    const missing = new Set<string>();
    for (const segment of segments) {
      const proposition = (definition(scope, segment, scope.period.start)?.data['valueProposition'] ??
        []) as readonly { attribute: string; weight: string }[];
      const { valid } = answersIn(asked, 'ATTRIBUTE', segment);
      for (const promised of proposition) {
        const answers = valid.filter(({ attribute }) => attribute === promised.attribute);
        n += answers.length;
        if (answers.length === 0) missing.add(promised.attribute);
        else {
          total = addRatio(
            total,
            multiplyRatio(
              ratioOfDecimal(promised.weight),
              ratio(BigInt(scoreSum(answers)), BigInt(answers.length)),
            ),
          );
          weight = addRatio(weight, ratioOfDecimal(promised.weight));
        }
      }
    }
    const parts: Parts = missing.size === 0 ? {} : { missing: [...missing].sort().join(',') };
    if (weight.numerator === 0n) return { value: null, status: 'not_measurable', parts, n };
    const value = six(divideRatio(total, weight));
    return n < policy.minimumResponses ? { value, status: 'insufficient', parts, n } : { value, parts, n };
  },
};
