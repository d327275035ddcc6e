export { financialDimension } from './measures.ts';

import type { KpiSheet } from '../../figures/kpi.ts';
import { cashKpis } from './cash-kpis.ts';
import { profitKpis } from './profit-kpis.ts';
import { revenueKpis } from './revenue-kpis.ts';

export const financialKpis: readonly KpiSheet[] = [...revenueKpis, ...profitKpis, ...cashKpis];
