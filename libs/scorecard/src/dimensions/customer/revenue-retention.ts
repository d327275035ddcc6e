import { samePeriodOfPriorYear } from '#kernel';
import { amountsByCustomer, documentsOf, under } from '../../figures/by-customer.ts';
import type { Ask, KpiSheet } from '../../figures/kpi.ts';
import { minus, moneyParts, moneyRatio, plus, type Sum, sumOf, ZERO } from '../../figures/money.ts';
import type { Amount } from '../../figures/scope.ts';

const REVENUE = /^(\$src:invoices|inv\||cred\|)/;

/** Net revenue retention 收入留存率: growth with existing customers. Source: Kaplan and Norton 1996 ch. 4; kpis.md C2; docs/figures.md §6. */
export const netRevenueRetention: KpiSheet = {
  code: 'net-revenue-retention',
  dimension: 'customer',
  name: { en: 'Net revenue retention', zh: '收入留存率' },
  unit: 'fraction',
  formula: 'net revenue of the prior year’s customers / their net revenue then',
  direction: 'up',
  leading: false,
  main: ['invoices'],
  reads: ['rates', 'membership'],
  comparesWith: samePeriodOfPriorYear,
  async evaluate(ask) {
    const revenue = (measure: string) => REVENUE.test(measure);
    const base = ask.at(samePeriodOfPriorYear(ask.period, ask.calendar));
    const then = await amountsByCustomer(base, revenue);
    const now = await amountsByCustomer(ask, revenue);
    let [current, prior] = [ZERO, ZERO];
    let customers = 0n;
    let lost = 0n;
    for (const [customer, amounts] of then) {
      if (documentsOf(amounts) === 0n) continue;
      const kept = now.get(customer) ?? [];
      customers++;
      if (documentsOf(kept) === 0n) lost++;
      prior = plus(prior, revenueOf(ask, amounts));
      current = plus(current, revenueOf(ask, kept));
    }
    const parts = { ...moneyParts(ask, { current, prior }), lost: String(lost) };
    return moneyRatio(ask, current, prior, customers, parts);
  },
};

function revenueOf(ask: Ask, amounts: readonly Amount[]): Sum {
  const flows = (prefix: string) => sumOf(ask.translation.flows(under(amounts, prefix)));
  return minus(flows('inv|'), flows('cred|'));
}
