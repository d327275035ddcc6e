import { addRatio, type Ratio, ratio } from '#kernel';
import { amountsByCustomer, under } from '../../figures/by-customer.ts';
import type { Ask, KpiSheet, Parts } from '../../figures/kpi.ts';
import { minus, moneyFigure, plus, type Sum, sumOf, ZERO } from '../../figures/money.ts';
import type { Amount } from '../../figures/scope.ts';
import { shownMoney } from '../../figures/shown.ts';
import { ChartOfAccounts } from './accounts.ts';
import { eliminated } from './amounts.ts';
import { atCutOff, measureAtCutOff } from './cut-off.ts';

interface Account {
  readonly revenue: Sum;
  readonly costOfSales: Sum;
  readonly costToServe: Sum;
}

const NOTHING: Account = { revenue: ZERO, costOfSales: ZERO, costToServe: ZERO };
const READ = /^(\$src:invoices$|inv\||cred\||cost\||credcost\||costless$|costed$|served?\|)/;

/** Customer profitability 客户盈利能力: what customers leave after what it costs to serve them. Source: Kaplan and Norton 1996 ch. 4; kpis.md F1; docs/figures.md §5. */
export const customerProfitability: KpiSheet = {
  code: 'customer-profitability',
  dimension: 'financial',
  name: { en: 'Customer profitability', zh: '客户盈利能力' },
  unit: 'money',
  formula: 'Σ over customers of net revenue − cost of sales − cost to serve',
  direction: 'up',
  leading: false,
  main: ['invoices'],
  reads: ['rates', 'ledger', 'accounts', 'membership'],
  async evaluate(ask) {
    const chart = new ChartOfAccounts(await ask.register('accounts'));
    const customers = await amountsByCustomer(ask, (measure) => READ.test(measureAtCutOff(measure)));
    let total = NOTHING;
    let [costless, costed] = [0n, 0n];
    let [n, profitable, unprofitable] = [0n, 0n, 0n];
    let loss: Ratio = ratio(0n);
    for (const all of customers.values()) {
      const amounts = atCutOff(ask, all);
      const own = accountOf(ask, chart, amounts);
      if (own.counts) n++;
      costless += count(amounts, 'costless');
      costed += count(amounts, 'costed');
      const { numerator } = profitOf(own).total;
      if (numerator > 0n) profitable++;
      if (numerator < 0n) {
        unprofitable++;
        loss = addRatio(loss, profitOf(own).total);
      }
      total = {
        revenue: plus(total.revenue, own.revenue),
        costOfSales: plus(total.costOfSales, own.costOfSales),
        costToServe: plus(total.costToServe, own.costToServe),
      };
    }
    const figure = moneyFigure(ask, profitOf(total), n, { ...total });
    const parts: Parts = {
      ...figure.parts,
      ...('missingRate' in figure.parts
        ? {}
        : {
            profitable: String(profitable),
            unprofitable: String(unprofitable),
            lossOfUnprofitable: shownMoney(loss, ask.currency),
          }),
      ...(costless > 0n ? { linesWithoutCost: String(costless) } : {}),
    };
    if (costless > 0n && costed === 0n && total.revenue.total.numerator !== 0n)
      return { ...figure, value: null, status: 'not_measurable', parts };
    return { ...figure, parts, incomplete: figure.incomplete === true || costless > 0n };
  },
};

function profitOf({ revenue, costOfSales, costToServe }: Account): Sum {
  return minus(minus(revenue, costOfSales), costToServe);
}

/** A customer's account for the period; it counts with a document or a cost to serve. */
function accountOf(
  ask: Ask,
  chart: ChartOfAccounts,
  amounts: readonly Amount[],
): Account & { readonly counts: boolean } {
  const unknown = new Set<string>();
  const serving: Amount[] = [];
  let postings = 0n;
  for (const amount of amounts) {
    if (!amount.measure.startsWith('serve|')) continue;
    const [, code = '', , counter = ''] = amount.measure.split('|').map(decodeURIComponent);
    if (eliminated(ask, counter, amount.day)) continue;
    if (chart.classOf(code, amount.day) === 'operating-expense') serving.push(amount);
  }
  for (const { day, measure, amount } of standingPostings(amounts)) {
    const [, code = '', counter = ''] = measure.split('|').map(decodeURIComponent);
    if (eliminated(ask, counter, day)) continue;
    const found = chart.classOf(code, day);
    if (found === undefined) unknown.add(code);
    if (found === 'operating-expense') postings += amount;
  }
  const flows = (prefix: string) => sumOf(ask.translation.flows(under(amounts, prefix)));
  return {
    counts: count(amounts, '$src:invoices') > 0n || postings > 0n,
    revenue: minus(flows('inv|'), flows('cred|')),
    costOfSales: minus(flows('cost|'), flows('credcost|')),
    costToServe: sumOf(
      ask.translation.flows(
        serving.map(({ day, measure, amount }) => ({
          day,
          amount,
          currency: measure.split('|')[2] as string,
        })),
      ),
      [...unknown].sort(),
    ),
  };
}

/** How many postings stand, by day and account: a history keeps what was taken back. */
function standingPostings(amounts: readonly Amount[]): Amount[] {
  const counts = new Map<string, Amount>();
  for (const own of amounts) {
    if (!own.measure.startsWith('served|')) continue;
    const key = `${own.day} ${own.measure}`;
    const known = counts.get(key);
    counts.set(key, known ? { ...known, amount: known.amount + own.amount } : own);
  }
  return [...counts.values()].filter(({ amount }) => amount > 0n);
}

function count(amounts: readonly Amount[], name: string): bigint {
  return amounts.reduce((sum, { measure, amount }) => (measure === name ? sum + amount : sum), 0n);
}
