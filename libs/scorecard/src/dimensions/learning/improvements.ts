import {
  addRatio,
  compareRatio,
  daysBetween,
  divideRatio,
  localDate,
  multiplyRatio,
  naturalLog,
  parseMicros,
  type Ratio,
  ratio,
  ratioOfDecimal,
  roundRatio,
  subtractRatio,
} from '#kernel';
import { type Ask, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import { excludedPart, shown, shownQuantity } from '../../figures/shown.ts';
import type { Fact } from '../../projection/change.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { unitOf } from './measures.ts';

/** Process-improvement efficiency 流程改进效率. Source: Schneiderman 1988 (half-life); kpis.md L3; docs/figures.md §8. */

interface Improvement {
  readonly baseline: Ratio;
  readonly after: Ratio;
  readonly rate: Ratio;
  readonly effortHours: bigint;
  readonly days: number | undefined;
}

/** Initiatives of the period with their rates, and how many have no baseline to be measured by. */
async function improvementsIn(ask: Ask): Promise<{ measured: Improvement[]; withoutBaseline: bigint }> {
  const measured: Improvement[] = [];
  let withoutBaseline = 0n;
  for (const fact of await ask.register('initiatives')) {
    if (!belongs(ask, fact)) continue;
    const { kpiCode, baselinePeriod, afterPeriod, effortHours, startedOn, closedOn } = fact.data as Record<
      string,
      string
    >;
    const { value: before, direction } = await ask.figure(kpiCode as string, baselinePeriod as string);
    const now = (await ask.figure(kpiCode as string, afterPeriod as string)).value;
    const baseline = before === null ? undefined : ratioOfDecimal(before);
    if (!baseline || baseline.numerator === 0n || now === null) {
      withoutBaseline++;
      continue;
    }
    const after = ratioOfDecimal(now);
    const fall = divideRatio(subtractRatio(baseline, after), baseline);
    measured.push({
      baseline,
      after,
      rate: direction === 'up' ? subtractRatio(ratio(0n), fall) : fall,
      effortHours: parseMicros(effortHours as string),
      days:
        closedOn === undefined ? undefined : daysBetween(localDate(startedOn as string), localDate(closedOn)),
    });
  }
  return { measured, withoutBaseline };
}

function belongs(ask: Ask, fact: Fact): boolean {
  const closed = fact.data['closedOn'] as string | undefined;
  const day =
    closed === undefined
      ? dayOfText(ask.periodOf(fact.data['afterPeriod'] as string).end) - 1
      : dayOfText(closed);
  return (
    ask.scope.segment === undefined &&
    day >= ask.span.start &&
    day < ask.span.end &&
    ask.organisation.contains(ask.scope.unit, unitOf(fact), day)
  );
}

const sheet = { dimension: 'learning', leading: true, main: ['initiatives'] } as const;

export const improvementKpis: readonly KpiSheet[] = [
  {
    ...sheet,
    code: 'improvement-rate',
    name: { en: 'Improvement rate', zh: '流程改进率' },
    unit: 'fraction',
    direction: 'up',
    formula: 'mean of (baseline − after) / baseline over initiatives',
    async evaluate(ask) {
      const { measured, withoutBaseline } = await improvementsIn(ask);
      const parts: Parts = excludedPart([['no-baseline', withoutBaseline]]);
      if (measured.length === 0) return undefinedValue('not_measurable', parts, 0);
      return {
        value: shown(divideRatio(sumOf(measured), ratio(BigInt(measured.length)))),
        parts,
        n: measured.length,
      };
    },
  },
  {
    ...sheet,
    code: 'improvement-per-100h',
    name: { en: 'Improvement per 100 hours', zh: '每百工时改进率' },
    unit: 'fraction',
    direction: 'up',
    formula: 'Σ improvement rates / Σ effort hours · 100',
    async evaluate(ask) {
      const { measured, withoutBaseline } = await improvementsIn(ask);
      const hours = measured.reduce((sum, { effortHours }) => sum + effortHours, 0n);
      const parts: Parts = {
        numerator: shown(sumOf(measured)),
        denominator: shownQuantity(hours),
        ...excludedPart([['no-baseline', withoutBaseline]]),
      };
      if (hours === 0n) return undefinedValue('not_measurable', parts, measured.length);
      return {
        value: shown(divideRatio(multiplyRatio(sumOf(measured), ratio(100n)), ratio(hours, 1_000_000n))),
        parts,
        n: measured.length,
      };
    },
  },
  {
    ...sheet,
    code: 'improvement-half-life',
    name: { en: 'Improvement half-life', zh: '改进半衰期' },
    unit: 'days',
    direction: 'down',
    formula: 'mean of days · ln 2 / ln(baseline / after)',
    async evaluate(ask) {
      const { measured, withoutBaseline } = await improvementsIn(ask);
      const lives: Ratio[] = [];
      let without = 0n;
      for (const { baseline, after, days } of measured) {
        const improves = after.numerator > 0n && baseline.numerator > 0n && compareRatio(baseline, after) > 0;
        if (!improves || days === undefined) without++;
        else lives.push(halfLife(days, divideRatio(baseline, after)));
      }
      const parts = excludedPart([
        ['no-baseline', withoutBaseline],
        ['no-improvement', without],
      ]);
      if (lives.length === 0) return undefinedValue('not_measurable', parts, 0);
      const sum = lives.reduce(addRatio, ratio(0n));
      return { value: shown(divideRatio(sum, ratio(BigInt(lives.length)))), parts, n: lives.length };
    },
  },
];

/** T · ln 2 / ln(baseline / after), to four decimals. */
function halfLife(days: number, improvement: Ratio): Ratio {
  const exact = divideRatio(
    multiplyRatio(ratio(BigInt(days)), ratioOfDecimal(naturalLog(ratio(2n), 30))),
    ratioOfDecimal(naturalLog(improvement, 30)),
  );
  return ratioOfDecimal(roundRatio(exact, 4));
}

function sumOf(measured: readonly Improvement[]): Ratio {
  return measured.reduce((sum, { rate }) => addRatio(sum, rate), ratio(0n));
}
