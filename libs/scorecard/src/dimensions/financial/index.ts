export { financialDimension } from './measures.ts';

import type { KpiSheet } from '../../figures/kpi.ts';
import { cashKpis } from './cash-kpis.ts';
import { customerProfitability } from './customer-profit.ts';
import { economicValueKpis } from './economic-value.ts';
import { profitKpis } from './profit-kpis.ts';
import { daysSalesOutstanding } from './receivables.ts';
import { revenueKpis } from './revenue-kpis.ts';

export const financialKpis: readonly KpiSheet[] = [
  ...revenueKpis,
  ...profitKpis,
  customerProfitability,
  ...cashKpis,
  daysSalesOutstanding,
  ...economicValueKpis,
];
