import type { KpiSheet } from '../../figures/kpi.ts';
import { moneyFigure, plus, type Sum, ZERO } from '../../figures/money.ts';
import { PeriodAmounts } from './amounts.ts';

/** Cash flow 现金流量, direct method. Source: IAS 7.6, 10–18, 25–28; kpis.md F3; docs/figures.md §5. */

const ACTIVITIES = ['operating', 'investing', 'financing'] as const;
type Activity = (typeof ACTIVITIES)[number];

const sheet = {
  dimension: 'financial',
  direction: 'up',
  leading: false,
  unit: 'money',
  main: ['cash'],
  reads: ['rates'],
} as const;

function cashFlow(
  code: string,
  name: KpiSheet['name'],
  activities: readonly Activity[],
  shownParts: boolean,
): KpiSheet {
  return {
    ...sheet,
    code,
    name,
    formula: `cash moved by value date, ${activities.join(' + ')}`,
    async evaluate(ask) {
      const amounts = await PeriodAmounts.read(ask);
      const parts: Record<string, Sum> = {};
      for (const activity of activities) parts[activity] = amounts.cash(activity);
      const total = Object.values(parts).reduce(plus, ZERO);
      const n = activities.reduce((sum, activity) => sum + amounts.count(`moves|${activity}`), 0n);
      return moneyFigure(ask, total, n, shownParts ? parts : {});
    },
  };
}

export const cashKpis: readonly KpiSheet[] = [
  cashFlow(
    'operating-cash-flow',
    { en: 'Cash flow from operating activities', zh: '经营活动现金流量' },
    ['operating'],
    false,
  ),
  cashFlow(
    'investing-cash-flow',
    { en: 'Cash flow from investing activities', zh: '投资活动现金流量' },
    ['investing'],
    false,
  ),
  cashFlow(
    'financing-cash-flow',
    { en: 'Cash flow from financing activities', zh: '筹资活动现金流量' },
    ['financing'],
    false,
  ),
  cashFlow('net-cash-change', { en: 'Net change in cash', zh: '现金净增加额' }, ACTIVITIES, true),
  cashFlow(
    'free-cash-flow',
    { en: 'Free cash flow (operating + investing)', zh: '自由现金流量' },
    ['operating', 'investing'],
    true,
  ),
];
