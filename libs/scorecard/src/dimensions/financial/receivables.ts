import { divideRatio, lengthInDays, multiplyRatio, ratio } from '#kernel';
import type { KpiSheet } from '../../figures/kpi.ts';
import { moneyRatio, sumOf } from '../../figures/money.ts';
import { shown } from '../../figures/shown.ts';
import { PeriodAmounts } from './amounts.ts';

/** Days sales outstanding 应收账款周转天数: what is owed at closing, in days of sales. Source: docs/figures.md §5. */
export const daysSalesOutstanding: KpiSheet = {
  code: 'days-sales-outstanding',
  dimension: 'financial',
  name: { en: 'Days sales outstanding', zh: '应收账款周转天数' },
  unit: 'days',
  formula: 'receivables at closing / gross sales of the period · days of the period',
  direction: 'down',
  leading: false,
  main: ['invoices'],
  also: ['payments'],
  reads: ['rates'],
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const closing = ask.span.end - 1;
    const owed = (await ask.read.stock(ask.scope, ask.span)).under('$rec|');
    const receivables = sumOf(
      ask.translation.balances(
        owed.map(([currency, amount]) => ({ currency, day: closing, amount })),
        closing,
        ask.period.text,
      ),
    );
    const sales = amounts.grossSales();
    const days = BigInt(lengthInDays(ask.period));
    const figure = moneyRatio(ask, receivables, sales, amounts.documents, { days: String(days) });
    if (figure.status) return figure;
    return {
      ...figure,
      value: shown(multiplyRatio(divideRatio(receivables.total, sales.total), ratio(days))),
    };
  },
};
