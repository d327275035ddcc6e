import { divideRatio, previousPeriod, ratio } from '#kernel';
import { Coverage } from '../../figures/coverage.ts';
import type { Ask, Evaluation, KpiSheet, Parts } from '../../figures/kpi.ts';
import { undefinedValue } from '../../figures/kpi.ts';
import { currencyPart, moneyParts, reasonsOf, sumOf } from '../../figures/money.ts';
import { countRatio, shownMoney } from '../../figures/shown.ts';
import { CustomerFiles } from '../../projection/customers.ts';
import { factsAt } from '../../projection/history.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { type CustomerCounts, customerCounts } from './counts.ts';

/** Retention, churn, acquisition, win-back 客户保有与获得. Source: kpis.md C2, C3; docs/figures.md §6. */

const sheet = {
  dimension: 'customer',
  leading: false,
  main: ['orders', 'activations'],
  policyFrom: ['customer-retention'],
  reads: ['orders', 'activations', 'files'],
} as const;

function countParts(ask: Ask, counts: CustomerCounts): Parts {
  return {
    opening: String(counts.opening),
    closing: String(counts.closing),
    retained: String(counts.retained),
    lost: String(counts.lost),
    new: String(counts.new),
    newStillActive: String(counts.newStillActive),
    wonBack: String(counts.wonBack),
    ...(ask.policy.retentionWindow === undefined
      ? { windowDays: String(ask.policy.retentionWindowDays) }
      : { window: ask.policy.retentionWindow }),
  };
}

/** Under the window of the previous period that one has to be covered too. */
async function ofOpening(ask: Ask, figure: Evaluation): Promise<Evaluation> {
  if (ask.policy.retentionWindow !== 'previous-period') return figure;
  const previous = dayOfText(previousPeriod(ask.period, ask.calendar).start);
  const [orders, activations] = sheet.main.map((source) => Coverage.of(ask.read, ask.scope, source));
  const first = (await orders?.firstDay()) ?? (await activations?.firstDay());
  return { ...figure, incomplete: first !== undefined && previous < first };
}

function count(value: bigint, parts: Parts): Evaluation {
  return { value: String(value), parts, n: Number(value) };
}

export const countKpis: readonly KpiSheet[] = [
  {
    ...sheet,
    code: 'customer-retention',
    name: { en: 'Customer retention', zh: '客户保有率' },
    unit: 'fraction',
    direction: 'up',
    formula: 'customers active at opening and at closing / customers active at opening',
    async evaluate(ask) {
      const counts = await customerCounts(ask);
      return ofOpening(
        ask,
        countRatio(counts.retained, counts.opening, counts.opening, countParts(ask, counts)),
      );
    },
  },
  {
    ...sheet,
    code: 'customer-churn',
    name: { en: 'Customer churn', zh: '客户流失率' },
    unit: 'fraction',
    direction: 'down',
    formula: 'customers active at opening and not at closing / customers active at opening',
    async evaluate(ask) {
      const counts = await customerCounts(ask);
      return ofOpening(ask, countRatio(counts.lost, counts.opening, counts.opening, countParts(ask, counts)));
    },
  },
  {
    ...sheet,
    code: 'active-customers',
    name: { en: 'Active customers', zh: '活跃客户数' },
    unit: 'count',
    direction: 'up',
    formula: 'customers active at closing',
    async evaluate(ask) {
      const counts = await customerCounts(ask);
      return count(counts.closing, countParts(ask, counts));
    },
  },
  {
    ...sheet,
    code: 'new-customers',
    name: { en: 'New customers', zh: '新客户数' },
    unit: 'count',
    direction: 'up',
    formula: 'customers whose first qualifying order or activation in the scope lies in the period',
    async evaluate(ask) {
      const counts = await customerCounts(ask);
      return count(counts.new, { firstInUnit: String(counts.new), firstInGroup: String(counts.newInGroup) });
    },
  },
  {
    ...sheet,
    code: 'customer-acquisition-rate',
    name: { en: 'Customer acquisition rate', zh: '客户获得率' },
    unit: 'fraction',
    direction: 'up',
    formula: 'new customers / customers active at opening (or known before, by policy)',
    async evaluate(ask) {
      const counts = await customerCounts(ask);
      const base = ask.policy.acquisitionBase;
      const denominator = base === 'known' ? counts.knownBefore : counts.opening;
      const figure = countRatio(counts.new, denominator, denominator, { base });
      return base === 'known' ? figure : ofOpening(ask, figure);
    },
  },
  {
    ...sheet,
    code: 'won-back-customers',
    name: { en: 'Customers won back', zh: '赢回客户数' },
    unit: 'count',
    direction: 'up',
    formula: 'customers active at closing, not at opening, and not new',
    async evaluate(ask) {
      const counts = await customerCounts(ask);
      return ofOpening(ask, count(counts.wonBack, countParts(ask, counts)));
    },
  },
  {
    ...sheet,
    code: 'orders-placed',
    name: { en: 'Orders placed', zh: '订单数' },
    unit: 'count',
    direction: 'up',
    main: ['orders'],
    policyFrom: [],
    reads: [],
    formula: 'orders placed in the period and not wholly cancelled',
    async evaluate(ask) {
      return count((await ask.read.flow(ask.scope, ask.span)).get('orders'), {});
    },
  },
  {
    ...sheet,
    policyFrom: [],
    code: 'acquisition-conversion',
    name: { en: 'Acquisition conversion', zh: '获客转化率' },
    unit: 'fraction',
    direction: 'up',
    leading: true,
    main: ['contacts'],
    formula: 'new customers / distinct prospects contacted',
    async evaluate(ask) {
      const contacted = await contactedIn(ask);
      return countRatio((await customerCounts(ask)).new, contacted, contacted);
    },
  },
  {
    ...sheet,
    policyFrom: [],
    code: 'acquisition-cost',
    reads: [...sheet.reads, 'rates'],
    name: { en: 'Acquisition cost per new customer', zh: '获客成本' },
    unit: 'money',
    direction: 'down',
    main: ['contacts'],
    formula: 'cost of contacts / new customers',
    async evaluate(ask) {
      const amounts = await ask.read.amounts(ask.scope, ask.span);
      const cost = sumOf(
        ask.translation.flows(
          amounts
            .filter(({ measure }) => measure.startsWith('reach|'))
            .map(({ day, measure, amount }) => ({ day, amount, currency: measure.slice(6) })),
        ),
      );
      const counts = await customerCounts(ask);
      const n = Number(counts.new);
      const reasons = reasonsOf(cost);
      const parts = {
        ...moneyParts(ask, { numerator: cost }),
        denominator: String(counts.new),
        ...currencyPart(ask),
        ...reasons.parts,
      };
      if (reasons.missing || counts.new === 0n) return undefinedValue('not_measurable', parts, n);
      return { value: shownMoney(divideRatio(cost.total, ratio(counts.new)), ask.currency), parts, n };
    },
  },
];

/** Distinct prospects or customer files contacted in the scope and period. */
async function contactedIn(ask: Ask): Promise<bigint> {
  const contacted = new Set<string>();
  const segmentOf = await segmentsOf(ask);
  for (const fact of await ask.register('contacts')) {
    const day = dayOfText(fact.data['contactedOn'] as string);
    const unit = (fact.data['unitId'] as string | undefined) ?? fact.unitId ?? 'root';
    if (day < ask.span.start || day >= ask.span.end || !ask.organisation.contains(ask.scope.unit, unit, day))
      continue;
    const customer = fact.data['customerId'] as string | undefined;
    if (
      ask.scope.segment !== undefined &&
      (customer === undefined || segmentOf(customer, day) !== ask.scope.segment)
    )
      continue;
    contacted.add(customer === undefined ? `p:${fact.data['prospectId']}` : `c:${customer}`);
  }
  return BigInt(contacted.size);
}

/** The segment of a customer on a day; read only when a segment is asked for. */
async function segmentsOf(ask: Ask): Promise<(customer: string, day: number) => string | undefined> {
  const files = ask.scope.segment === undefined ? [] : await ask.read.reader.historiesUnder('c/');
  const facts = new Map(files.map((history) => [history.key.slice(2), factsAt(history, ask.knownAt)]));
  const known = new CustomerFiles((file) => facts.get(file) ?? []);
  return (customer, day) => known.segments(known.members(customer))(ask.segmentDay ?? day);
}
