import { divideRatio, ratio } from '#kernel';
import { distribution, histogram, openCases } from '../../figures/distribution.ts';
import { type Ask, type Evaluation, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import type { Measures } from '../../figures/scope.ts';
import { countRatio, excludedPart, quantityRatio, shown, shownMoney } from '../../figures/shown.ts';

/** KPIs of the internal process dimension. Source: kpis.md P1–P3; docs/figures.md §7. */

const DAY_MS = 86_400_000n;
const MINUTE_MS = 60_000n;

type Sheet = Pick<KpiSheet, 'code' | 'name' | 'unit' | 'formula' | 'direction' | 'main'>;

function kpi(
  sheet: Sheet,
  evaluate: (ask: Ask, flow: Measures) => Evaluation | Promise<Evaluation>,
): KpiSheet {
  return {
    ...sheet,
    dimension: 'process',
    leading: true,
    evaluate: async (ask) => evaluate(ask, await ask.read.flow(ask.scope, ask.span)),
  };
}

/** A distribution of durations with the cases that are still open at closing. */
async function durations(
  ask: Ask,
  flow: Measures,
  name: string,
  scale: bigint,
  { open, steps = false }: { readonly open: boolean; readonly steps?: boolean },
): Promise<Evaluation> {
  const parts = excludedPart([
    ['negative-duration', flow.get(`${name}x`)],
    ['negative-step', steps ? flow.get('negstep') : 0n],
  ]);
  if (open) {
    const stock = await ask.read.stock(ask.scope, ask.span);
    Object.assign(
      parts,
      openCases(stock.get(`$open:${name}`), stock.get(`$opensum:${name}`), ask.span.end - 1),
    );
  }
  return distribution(histogram(flow.under(`${name}:`), scale), parts);
}

function verdicts(flow: Measures, name: string): Evaluation {
  const yes = flow.get(`${name}:1`);
  const all = yes + flow.get(`${name}:0`);
  return countRatio(yes, all, all, excludedPart([['no-due-date', flow.get(`${name}:x`)]]));
}

function returned(flow: Measures, causes: readonly string[]): bigint {
  return causes.reduce((sum, cause) => sum + flow.get(`ret|${cause}`), 0n);
}

const CAUSES = ['quality', 'wrongItem', 'changeOfMind', 'transport', 'unknown'];

function returnRate(
  code: string,
  name: KpiSheet['name'],
  causes: readonly string[],
  formula: string,
): KpiSheet {
  return kpi(
    { code, name, unit: 'fraction', formula, direction: 'down', main: ['shipments', 'returns'] },
    (_ask, flow) =>
      quantityRatio(
        returned(flow, causes),
        flow.get('ship'),
        flow.get('$src:shipments') + flow.get('$src:returns'),
      ),
  );
}

/** Ratio of durations, shown in days. */
function timeRatio(numerator: bigint, denominator: bigint, flow: Measures): Evaluation {
  const excluded = excludedPart([
    ['negative-duration', flow.get('stepx')],
    ['negative-step', flow.get('negstep')],
  ]);
  const parts: Parts = {
    numerator: shown(ratio(numerator, DAY_MS)),
    denominator: shown(ratio(denominator, DAY_MS)),
    ...excluded,
  };
  const n = Number(flow.get('stepcases'));
  return denominator === 0n
    ? undefinedValue('not_measurable', parts, n)
    : { value: shown(ratio(numerator, denominator)), parts, n };
}

export const processKpis: readonly KpiSheet[] = [
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
    },
    (ask, flow) => {
      const days = ask.policy.cohortDays;
      const back = flow
        .under('coh|')
        .reduce((sum, [age, quantity]) => (Number(age) <= days ? sum + quantity : sum), 0n);
      const figure = quantityRatio(
        back,
        flow.get('ship'),
        flow.get('$src:shipments'),
        excludedPart([['no-shipment', flow.get('cohx')]]),
      );
      return { ...figure, flags: ask.span.end + days > ask.today ? ['provisional'] : [] };
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
    },
    async (ask) => {
      const amounts = await ask.read.amounts(ask.scope, ask.span);
      const under = (prefix: string) =>
        ask.translation.flows(
          amounts
            .filter(({ measure }) => measure.startsWith(prefix))
            .map(({ day, measure, amount }) => ({ day, amount, currency: measure.slice(prefix.length) })),
        );
      const n = Number(
        amounts.reduce((sum, { measure, amount }) => (measure === '$src:invoices' ? sum + amount : sum), 0n),
      );
      const [numerator, denominator] = [under('credret|'), under('inv|')];
      const currency: Parts = ask.currency === undefined ? {} : { currency: ask.currency };
      if ('missingRate' in numerator || 'missingRate' in denominator) {
        const [missingRate] = [numerator, denominator]
          .flatMap((sum) => ('missingRate' in sum ? [sum.missingRate] : []))
          .sort();
        return undefinedValue('not_measurable', { ...currency, missingRate: missingRate as string }, n);
      }
      const parts = {
        numerator: shownMoney(numerator.total, ask.currency),
        denominator: shownMoney(denominator.total, ask.currency),
        ...currency,
      };
      if (denominator.total.numerator === 0n) return undefinedValue('not_measurable', parts, n);
      return { value: shown(divideRatio(numerator.total, denominator.total)), parts, n };
    },
  ),
  kpi(
    {
      code: 'scrap-rate',
      name: { en: 'Scrap rate', zh: '报废率' },
      unit: 'fraction',
      formula: 'scrapped / (good + scrapped)',
      direction: 'down',
      main: ['cases'],
    },
    (_ask, flow) =>
      quantityRatio(flow.get('scrap'), flow.get('good') + flow.get('scrap'), flow.get('qtycases')),
  ),
  kpi(
    {
      code: 'first-pass-yield',
      name: { en: 'First-pass yield', zh: '一次合格率' },
      unit: 'fraction',
      formula: 'good without rework / (good + scrapped); by case where no quantities are given',
      direction: 'up',
      main: ['cases'],
    },
    (_ask, flow) => {
      const first = flow.get('fp:1');
      const done = first + flow.get('fp:0');
      const parts = { cases: String(done), casesFirstPass: String(first) };
      if (flow.get('qtycases') > 0n)
        return quantityRatio(
          flow.get('firstgood'),
          flow.get('good') + flow.get('scrap'),
          flow.get('qtycases'),
          {
            basis: 'quantity',
            ...parts,
          },
        );
      return countRatio(first, done, done, { basis: 'case', ...parts });
    },
  ),
  kpi(
    {
      code: 'production-lead-time',
      name: { en: 'Production lead time', zh: '生产提前期' },
      unit: 'days',
      formula: 'mean time from opening to closing of a case',
      direction: 'down',
      main: ['cases'],
    },
    (ask, flow) => durations(ask, flow, 'case', DAY_MS, { open: true }),
  ),
  kpi(
    {
      code: 'process-cycle-time',
      name: { en: 'Cycle time of key processes', zh: '关键流程周期' },
      unit: 'days',
      formula: 'mean time of cases that cross departments',
      direction: 'down',
      main: ['cases'],
    },
    (ask, flow) => durations(ask, flow, 'keycase', DAY_MS, { open: false, steps: true }),
  ),
  kpi(
    {
      code: 'cycle-efficiency',
      name: { en: 'Cycle efficiency (MCE)', zh: '制造周期效率' },
      unit: 'fraction',
      formula: 'value-adding time / throughput time',
      direction: 'up',
      main: ['cases'],
    },
    (_ask, flow) => timeRatio(flow.get('value'), flow.get('lead'), flow),
  ),
  kpi(
    {
      code: 'waiting-share',
      name: { en: 'Waiting share', zh: '等待占比' },
      unit: 'fraction',
      formula: '1 − touch time / throughput time',
      direction: 'down',
      main: ['cases'],
    },
    (_ask, flow) => timeRatio(flow.get('lead') - flow.get('touch'), flow.get('lead'), flow),
  ),
  kpi(
    {
      code: 'handoffs-per-case',
      name: { en: 'Hand-offs per case', zh: '部门交接次数' },
      unit: 'handoffs',
      formula: 'changes of department / cases done with steps',
      direction: 'down',
      main: ['cases'],
    },
    (_ask, flow) => {
      const cases = flow.get('stepped');
      return countRatio(
        flow.get('handoffs'),
        cases,
        cases,
        excludedPart([['negative-step', flow.get('negstep')]]),
      );
    },
  ),
  kpi(
    {
      code: 'process-on-time',
      name: { en: 'Cases on time', zh: '流程准时率' },
      unit: 'fraction',
      formula: 'cases closed by their due time / cases with one',
      direction: 'up',
      main: ['cases'],
    },
    (_ask, flow) => {
      const timely = flow.get('timely:1');
      const all = timely + flow.get('timely:0');
      return countRatio(timely, all, all);
    },
  ),
  kpi(
    {
      code: 'service-first-response',
      name: { en: 'First response', zh: '首次响应时间' },
      unit: 'minutes',
      formula: 'mean minutes from opening to the first answer',
      direction: 'down',
      main: ['service'],
    },
    (ask, flow) => durations(ask, flow, 'answer', MINUTE_MS, { open: true }),
  ),
  kpi(
    {
      code: 'service-resolution-time',
      name: { en: 'Resolution time', zh: '解决时间' },
      unit: 'minutes',
      formula: 'mean minutes from opening to the last resolution',
      direction: 'down',
      main: ['service'],
    },
    (ask, flow) => durations(ask, flow, 'resolve', MINUTE_MS, { open: true }),
  ),
];
