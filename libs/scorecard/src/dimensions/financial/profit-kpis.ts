import { samePeriodOfPriorYear } from '#kernel';
import type { KpiSheet } from '../../figures/kpi.ts';
import { moneyParts, moneyRatio, type Sum } from '../../figures/money.ts';
import { PeriodAmounts } from './amounts.ts';
import { averageCapital, onCapital } from './capital.ts';
import { growth } from './revenue-kpis.ts';

/** Profit and return on capital. Source: kpis.md F1; docs/figures.md §5. */

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
];
