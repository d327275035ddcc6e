import { Coverage } from '../../figures/coverage.ts';
import { type Ask, type Evaluation, type KpiSheet, undefinedValue } from '../../figures/kpi.ts';
import { moneyRatio, sumOf } from '../../figures/money.ts';
import type { Measures } from '../../figures/scope.ts';
import { countRatio, excludedPart, quantityRatio } from '../../figures/shown.ts';
import { durations, kpi } from './sheet.ts';

const CAUSES = ['quality', 'wrongItem', 'changeOfMind', 'transport', 'unknown'];

/** How orders are shipped and delivered, and what comes back. Source: kpis.md P1, P2; docs/figures.md §7. */
export const orderKpis: readonly KpiSheet[] = [
  kpi(
    {
      code: 'order-to-ship-time',
      name: { en: 'Order to shipment', zh: '订单发货周期' },
      unit: 'days',
      formula: 'mean days from order to complete shipment',
      direction: 'down',
      main: ['shipments', 'orders'],
    },
    (ask, flow) => durations(ask, flow, 'ots', 1n, { open: true }),
  ),
  kpi(
    {
      code: 'delivery-lead-time',
      name: { en: 'Delivery lead time', zh: '交付周期' },
      unit: 'days',
      formula: 'mean days from order to complete delivery',
      direction: 'down',
      main: ['deliveries'],
      reads: ['orders'],
    },
    (ask, flow) => durations(ask, flow, 'dlt', 1n, { open: true }),
  ),
  kpi(
    {
      code: 'on-time-shipment',
      name: { en: 'Shipped on time', zh: '准时发货率' },
      unit: 'fraction',
      formula: 'orders shipped complete by their due date / orders shipped complete',
      direction: 'up',
      main: ['shipments'],
      reads: ['orders'],
    },
    (_ask, flow) => verdicts(flow, 'ontime'),
  ),
  kpi(
    {
      code: 'otif',
      name: { en: 'On time in full', zh: '准时足量交付率' },
      unit: 'fraction',
      formula: 'orders delivered complete by their due date / orders due (or delivered, by policy)',
      direction: 'up',
      main: ['orders', 'deliveries'],
      mainUnder: ({ periodBasis }) =>
        periodBasis === 'delivered' ? ['deliveries', 'orders'] : ['orders', 'deliveries'],
    },
    (ask, flow) => verdicts(flow, ask.policy.periodBasis === 'delivered' ? 'del' : 'due'),
  ),
  kpi(
    {
      code: 'in-full-lines',
      name: { en: 'Lines in full', zh: '足量行率' },
      unit: 'fraction',
      formula: 'lines accepted in full / lines of orders with a delivery',
      direction: 'up',
      main: ['deliveries'],
      reads: ['orders'],
    },
    (_ask, flow) => {
      const full = flow.get('lines:1');
      const all = full + flow.get('lines:0');
      return countRatio(full, all, all);
    },
  ),
  returnRate(
    'quality-return-rate',
    { en: 'Quality return rate', zh: '质量退货率' },
    ['quality'],
    'quantity returned for quality / quantity shipped',
  ),
  returnRate(
    'return-rate-all-causes',
    { en: 'Return rate, all causes', zh: '退货率' },
    CAUSES,
    'quantity returned / quantity shipped',
  ),
  kpi(
    {
      code: 'cohort-return-rate',
      name: { en: 'Cohort return rate', zh: '批次退货率' },
      unit: 'fraction',
      formula: 'quantity shipped in the period that came back for quality within D days / quantity shipped',
      direction: 'down',
      main: ['shipments'],
      reads: ['returns', 'orders'],
    },
    async (ask, flow) => {
      const days = ask.policy.cohortDays;
      const back = flow
        .under('coh|')
        .reduce((sum, [age, quantity]) => (Number(age) <= days ? sum + quantity : sum), 0n);
      const figure = await ofReturns(
        ask,
        quantityRatio(
          back,
          flow.get('ship'),
          flow.get('$src:shipments'),
          excludedPart([['no-shipment', flow.get('cohx')]]),
        ),
      );
      return { ...figure, flags: ask.hasBegun(ask.span.end + days) ? [] : ['provisional'] };
    },
  ),
  kpi(
    {
      code: 'return-value-rate',
      name: { en: 'Return value rate', zh: '退货金额率' },
      unit: 'fraction',
      formula: 'credit notes for returns / invoices',
      direction: 'down',
      main: ['invoices'],
      reads: ['rates'],
    },
    async (ask) => {
      const amounts = await ask.read.amounts(ask.scope, ask.span);
      const under = (prefix: string) =>
        sumOf(
          ask.translation.flows(
            amounts
              .filter(({ measure }) => measure.startsWith(prefix))
              .map(({ day, measure, amount }) => ({ day, amount, currency: measure.slice(prefix.length) })),
          ),
        );
      const n = amounts.reduce(
        (sum, { measure, amount }) => (measure === '$src:invoices' ? sum + amount : sum),
        0n,
      );
      return moneyRatio(ask, under('credret|'), under('inv|'), n);
    },
  ),
];

function verdicts(flow: Measures, name: string): Evaluation {
  const yes = flow.get(`${name}:1`);
  const all = yes + flow.get(`${name}:0`);
  return countRatio(yes, all, all, excludedPart([['no-due-date', flow.get(`${name}:x`)]]));
}

function returned(flow: Measures, causes: readonly string[]): bigint {
  return causes.reduce((sum, cause) => sum + flow.get(`ret|${cause}`), 0n);
}

function returnRate(
  code: string,
  name: KpiSheet['name'],
  causes: readonly string[],
  formula: string,
): KpiSheet {
  return kpi(
    {
      code,
      name,
      unit: 'fraction',
      formula,
      direction: 'down',
      main: ['shipments', 'returns'],
      reads: ['orders'],
    },
    (ask, flow) =>
      ofReturns(
        ask,
        quantityRatio(
          returned(flow, causes),
          flow.get('ship'),
          flow.get('$src:shipments') + flow.get('$src:returns'),
        ),
      ),
  );
}

/** While nobody is known to record returns in the scope, none in the period says nothing. Source: kpis.md §1 rule 5. */
async function ofReturns(ask: Ask, figure: Evaluation): Promise<Evaluation> {
  if (await Coverage.of(ask.read, ask.scope, 'returns').any()) return figure;
  const { numerator: _, ...parts } = figure.parts;
  return undefinedValue('not_measurable', parts, figure.n);
}
