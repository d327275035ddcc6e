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
import { initiativesIn, periodIn } from '../initiatives.ts';

/** Process-improvement efficiency 流程改进效率. Source: Schneiderman 1988 (half-life); kpis.md L3; docs/figures.md §8. */

interface Improvement {
  readonly baseline: Ratio;
  readonly after: Ratio;
  /** (baseline − after) / baseline, its sign turned where up is better. */
  readonly rate: Ratio;
  readonly upIsBetter: boolean;
  readonly effortHours: bigint;
  readonly days: number | undefined;
}

/** Initiatives of the period with their rates, and how many have no baseline to be measured by. */
async function improvementsIn(
  ask: Ask,
): Promise<{ measured: Improvement[]; withoutBaseline: bigint; incomplete: boolean }> {
  const measured: Improvement[] = [];
  let withoutBaseline = 0n;
  let incomplete = false;
  for (const { fact } of await initiativesIn(ask)) {
    const { kpiCode, baselinePeriod, afterPeriod, effortHours, startedOn, closedOn } = fact.data as Record<
      string,
      string
    >;
    const first = await valueIn(ask, kpiCode as string, baselinePeriod as string);
    const last = await valueIn(ask, kpiCode as string, afterPeriod as string);
    incomplete ||= first.incomplete || last.incomplete;
    const { value: before, direction } = first;
    const { value: now } = last;
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
      upIsBetter: direction === 'up',
      effortHours: parseMicros(effortHours as string),
      days:
        closedOn === undefined ? undefined : daysBetween(localDate(startedOn as string), localDate(closedOn)),
    });
  }
  return { measured, withoutBaseline, incomplete };
}

async function valueIn(ask: Ask, kpi: string, period: string): ReturnType<Ask['figure']> {
  if (periodIn(ask, period) === undefined) return { value: null, direction: 'neutral', incomplete: false };
  return ask.figure(kpi, period);
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
      const { measured, withoutBaseline, incomplete } = await improvementsIn(ask);
      const parts: Parts = excludedPart([['no-baseline', withoutBaseline]]);
      if (measured.length === 0) return { ...undefinedValue('not_measurable', parts, 0), incomplete };
      return {
        value: shown(divideRatio(sumOf(measured), ratio(BigInt(measured.length)))),
        parts,
        n: measured.length,
        incomplete,
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
      const { measured, withoutBaseline, incomplete } = await improvementsIn(ask);
      const hours = measured.reduce((sum, { effortHours }) => sum + effortHours, 0n);
      const parts: Parts = {
        numerator: shown(sumOf(measured)),
        denominator: shownQuantity(hours),
        ...excludedPart([['no-baseline', withoutBaseline]]),
      };
      if (hours === 0n) return { ...undefinedValue('not_measurable', parts, measured.length), incomplete };
      return {
        value: shown(divideRatio(multiplyRatio(sumOf(measured), ratio(100n)), ratio(hours, 1_000_000n))),
        parts,
        n: measured.length,
        incomplete,
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
      const { measured, withoutBaseline, incomplete } = await improvementsIn(ask);
      const lives: Ratio[] = [];
      let negative = 0n;
      let without = 0n;
      for (const { baseline, after, upIsBetter, days } of measured) {
        // Only what has to fall halves; half-life is undefined down to zero or below.
        const falls = !upIsBetter && after.numerator > 0n && compareRatio(baseline, after) > 0;
        if (!falls || days === undefined) without++;
        else if (days < 0) negative++;
        else lives.push(halfLife(days, divideRatio(baseline, after)));
      }
      const parts = excludedPart([
        ['no-baseline', withoutBaseline],
        ['no-improvement', without],
        ['negative-duration', negative],
      ]);
      if (lives.length === 0) return { ...undefinedValue('not_measurable', parts, 0), incomplete };
      const sum = lives.reduce(addRatio, ratio(0n));
      return {
        value: shown(divideRatio(sum, ratio(BigInt(lives.length)))),
        parts,
        n: lives.length,
        incomplete,
      };
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
