import type { AccountClass } from '#contracts';
import { divideRatio, previousPeriod, type Ratio, ratio, ratioOfDecimal } from '#kernel';
import { Coverage } from '../../figures/coverage.ts';
import type { Ask, Evaluation } from '../../figures/kpi.ts';
import { plus, type Sum } from '../../figures/money.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { periodIn } from '../initiatives.ts';
import { type Capital, capitalAt } from './amounts.ts';

/** Capital employed and what it costs. Source: kpis.md F1, F4; docs/figures.md §5. */

/** Opening and closing capital and their mean. */
export interface AverageCapital {
  readonly opening: Capital;
  readonly closing: Capital;
  readonly average: Sum;
  /** Whether later postings or a close vouch for the closing balance. */
  readonly settled: boolean;
}

/** `leftOut`: an asset class that does not count. */
export async function averageCapital(ask: Ask, leftOut?: AccountClass): Promise<AverageCapital> {
  const opening = await capitalAt(ask, ask.span.start - 1, previousPeriod(ask.period, ask.calendar), leftOut);
  const closing = await capitalAt(ask, ask.span.end - 1, ask.period, leftOut);
  const sum = plus(opening, closing);
  const later = await Coverage.of(ask.read, ask.scope, 'ledger').anyAfter(ask.span.end - 1);
  const closed = (await ask.register('closings')).some(
    ({ data }) => data['unitId'] === ask.scope.unit && periodEndsAtOrAfter(ask, data['period'] as string),
  );
  return {
    opening,
    closing,
    average: { ...sum, total: divideRatio(sum.total, ratio(2n)) },
    settled: later || closed,
  };
}

function periodEndsAtOrAfter(ask: Ask, text: string): boolean {
  const closed = periodIn(ask, text);
  return closed !== undefined && dayOfText(closed.end) >= ask.span.end;
}

export function onCapital(evaluation: Evaluation, capital: AverageCapital): Evaluation {
  if (!capital.closing.known) return { ...evaluation, value: null, status: 'not_measurable' };
  if (evaluation.status) return evaluation;
  return { ...evaluation, incomplete: evaluation.incomplete === true || !capital.settled };
}

export interface CapitalRate {
  readonly wacc: Ratio;
  readonly taxRate: Ratio;
}

/** The rates in force on the first day for the unit, else for the nearest ancestor that has some. */
export async function capitalRate(ask: Ask): Promise<CapitalRate | undefined> {
  const rates = await ask.register('capital-rates');
  for (const unit of ask.organisation.chain(ask.scope.unit, ask.span.end - 1)) {
    let best: (typeof rates)[number] | undefined;
    for (const fact of rates) {
      if (fact.data['unitId'] !== unit || dayOfText(fact.data['effectiveFrom'] as string) > ask.span.start)
        continue;
      if (!best || (fact.data['effectiveFrom'] as string) >= (best.data['effectiveFrom'] as string))
        best = fact;
    }
    if (best)
      return {
        wacc: ratioOfDecimal(best.data['wacc'] as string),
        taxRate: ratioOfDecimal(best.data['taxRate'] as string),
      };
  }
  return undefined;
}
