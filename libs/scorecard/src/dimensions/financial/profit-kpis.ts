import {
  divideRatio,
  monthsIn,
  multiplyRatio,
  previousPeriod,
  type Ratio,
  ratio,
  ratioOfDecimal,
  samePeriodOfPriorYear,
  subtractRatio,
} from '#kernel';
import { Coverage } from '../../figures/coverage.ts';
import { type Ask, type Evaluation, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import {
  currencyPart,
  minus,
  moneyFigure,
  moneyParts,
  moneyRatio,
  plus,
  reasonsOf,
  type Sum,
} from '../../figures/money.ts';
import { shown } from '../../figures/shown.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { type Capital, capitalAt, PeriodAmounts } from './amounts.ts';
import { growth } from './revenue-kpis.ts';

/** Profit, return on capital and economic value added. Source: kpis.md F1, F4; docs/figures.md §5. */

const sheet = {
  dimension: 'financial',
  direction: 'up',
  leading: false,
  main: ['invoices'],
  also: ['ledger'],
  policyFrom: ['net-revenue'],
  reads: ['rates'],
} as const;

function margin(
  code: string,
  name: KpiSheet['name'],
  formula: string,
  profit: (amounts: PeriodAmounts) => Sum,
): KpiSheet {
  return {
    ...sheet,
    code,
    name,
    unit: 'fraction',
    formula,
    async evaluate(ask) {
      const amounts = await PeriodAmounts.read(ask);
      return moneyRatio(ask, profit(amounts), amounts.revenue(), amounts.documents);
    },
  };
}

const earningsGrowth: KpiSheet = {
  ...sheet,
  code: 'earnings-growth',
  name: { en: 'Earnings growth', zh: '利润增长率' },
  unit: 'fraction',
  formula: '(operating profit − that of the same period of the prior year) / the latter',
  comparesWith: samePeriodOfPriorYear,
  async evaluate(ask) {
    const current = await PeriodAmounts.read(ask);
    const prior = await PeriodAmounts.read(ask.at(samePeriodOfPriorYear(ask.period, ask.calendar)));
    return growth(
      ask,
      current.operatingProfit(),
      prior.operatingProfit(),
      current.documents,
      (difference) => ({ difference }),
    );
  },
};

/** Opening and closing capital and their mean. */
interface AverageCapital {
  readonly opening: Capital;
  readonly closing: Capital;
  readonly average: Sum;
  /** Whether later postings or a close vouch for the closing balance. */
  readonly settled: boolean;
}

async function averageCapital(ask: Ask): Promise<AverageCapital> {
  const opening = await capitalAt(ask, ask.span.start - 1, previousPeriod(ask.period, ask.calendar));
  const closing = await capitalAt(ask, ask.span.end - 1, ask.period);
  const sum = plus(opening, closing);
  const later = await new Coverage(ask.read, ask.scope, 'ledger').anyAfter(ask.span.end - 1);
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
  return dayOfText(ask.periodOf(text).end) >= ask.span.end;
}

function onCapital(evaluation: Evaluation, capital: AverageCapital): Evaluation {
  if (!capital.closing.known) return { ...evaluation, value: null, status: 'not_measurable' };
  if (evaluation.status) return evaluation;
  return { ...evaluation, incomplete: evaluation.incomplete === true || !capital.settled };
}

const roce: KpiSheet = {
  ...sheet,
  code: 'roce',
  reads: ['rates', 'closings'],
  name: { en: 'Return on capital employed', zh: '资本回报率' },
  unit: 'fraction',
  formula: 'operating profit / mean of opening and closing capital employed',
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const capital = await averageCapital(ask);
    const parts = moneyParts(ask, { openingCapital: capital.opening, closingCapital: capital.closing });
    return onCapital(
      moneyRatio(ask, amounts.operatingProfit(), capital.average, amounts.documents, parts),
      capital,
    );
  },
};

interface CapitalRate {
  readonly wacc: Ratio;
  readonly taxRate: Ratio;
}

/** The rates in force on the first day for the unit, else for the nearest ancestor that has some. */
async function capitalRate(ask: Ask): Promise<CapitalRate | undefined> {
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

function afterTax(profit: Sum, { taxRate }: CapitalRate): Sum {
  return { ...profit, total: multiplyRatio(profit.total, subtractRatio(ratio(1n), taxRate)) };
}

const eva: KpiSheet = {
  ...sheet,
  code: 'eva',
  reads: ['rates', 'closings', 'capital-rates'],
  name: { en: 'Economic value added', zh: '经济增加值' },
  unit: 'money',
  formula: 'operating profit · (1 − tax rate) − WACC · mean capital · months / 12',
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const capital = await averageCapital(ask);
    const rate = await capitalRate(ask);
    const profit = amounts.operatingProfit();
    if (!rate) {
      const parts: Parts = { ...moneyParts(ask, { capital: capital.average }), ...currencyPart(ask) };
      return undefinedValue(
        'not_measurable',
        { ...parts, ...reasonsOf(profit, capital.average).parts },
        Number(amounts.documents),
      );
    }
    const nopat = afterTax(profit, rate);
    const share = divideRatio(monthsIn(ask.period), ratio(12n));
    const charge: Sum = {
      ...capital.average,
      total: multiplyRatio(multiplyRatio(capital.average.total, rate.wacc), share),
    };
    const figure = moneyFigure(ask, minus(nopat, charge), amounts.documents, {
      nopat,
      capital: capital.average,
      charge,
    });
    const parts = { ...figure.parts, wacc: shown(rate.wacc), taxRate: shown(rate.taxRate) };
    return onCapital({ ...figure, parts }, capital);
  },
};

const roic: KpiSheet = {
  ...sheet,
  code: 'roic',
  reads: ['rates', 'closings', 'capital-rates'],
  name: { en: 'Return on invested capital', zh: '投入资本回报率' },
  unit: 'fraction',
  formula: 'operating profit · (1 − tax rate) / mean capital',
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const capital = await averageCapital(ask);
    const rate = await capitalRate(ask);
    if (!rate)
      return undefinedValue(
        'not_measurable',
        reasonsOf(amounts.operatingProfit(), capital.average).parts,
        Number(amounts.documents),
      );
    const figure = moneyRatio(
      ask,
      afterTax(amounts.operatingProfit(), rate),
      capital.average,
      amounts.documents,
      { taxRate: shown(rate.taxRate) },
    );
    return onCapital(figure, capital);
  },
};

export const profitKpis: readonly KpiSheet[] = [
  margin(
    'operating-margin',
    { en: 'Operating margin', zh: '营业利润率' },
    'operating profit / net revenue',
    (amounts) => amounts.operatingProfit(),
  ),
  margin('net-margin', { en: 'Net margin', zh: '净利率' }, 'net profit / net revenue', (amounts) =>
    amounts.netProfit(),
  ),
  roce,
  earningsGrowth,
  eva,
  roic,
];
