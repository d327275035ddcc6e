export { financialDimension } from './measures.ts';

import type { KpiSheet } from '../../figures/kpi.ts';
import { cashKpis } from './cash-kpis.ts';
import { customerProfitability } from './customer-profit.ts';
import { withCutOff } from './cut-off.ts';
import { economicValueKpis } from './economic-value.ts';
import { profitKpis } from './profit-kpis.ts';
import { daysSalesOutstanding } from './receivables.ts';
import { revenueKpis } from './revenue-kpis.ts';

const sheets: readonly KpiSheet[] = [
  ...revenueKpis,
  ...profitKpis,
  customerProfitability,
  ...cashKpis,
  daysSalesOutstanding,
  ...economicValueKpis,
];

export const financialKpis: readonly KpiSheet[] = sheets.map(withCutOff);
