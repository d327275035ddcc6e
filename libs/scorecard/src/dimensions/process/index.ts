import type { KpiSheet } from '../../figures/kpi.ts';
import { caseKpis } from './case-kpis.ts';
import { orderKpis } from './order-kpis.ts';

export { processDimension } from './measures.ts';

export const processKpis: readonly KpiSheet[] = [...orderKpis, ...caseKpis];
