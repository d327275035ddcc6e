import type { KpiSheet } from '../../figures/kpi.ts';
import { caseKpis } from './case-kpis.ts';
import { orderKpis } from './order-kpis.ts';

import { returnOnQuality } from './quality.ts';

export { processDimension } from './measures.ts';

export const processKpis: readonly KpiSheet[] = [...orderKpis, returnOnQuality, ...caseKpis];
