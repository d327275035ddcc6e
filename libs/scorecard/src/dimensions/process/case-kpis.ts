import { ratio } from '#kernel';
import { type Evaluation, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import type { Measures } from '../../figures/scope.ts';
import { countRatio, excludedPart, quantityRatio, shown } from '../../figures/shown.ts';
import { durations, kpi } from './sheet.ts';

const DAY_MS = 86_400_000n;
const MINUTE_MS = 60_000n;

/** How cases run, and what they yield. Source: kpis.md P1–P3; docs/figures.md §7. */
export const caseKpis: readonly KpiSheet[] = [
  kpi(
    {
      code: 'scrap-rate',
      name: { en: 'Scrap rate', zh: '报废率' },
      unit: 'fraction',
      formula: 'scrapped / (good + scrapped)',
      direction: 'down',
      main: ['cases'],
      reads: ['steps'],
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
      reads: ['steps'],
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
      reads: ['steps'],
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
      reads: ['steps'],
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
      reads: ['steps'],
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
      reads: ['steps'],
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
      reads: ['steps'],
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
      reads: ['steps'],
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
