export { customerDimension } from './measures.ts';

import type { KpiSheet } from '../../figures/kpi.ts';
import { countKpis } from './count-kpis.ts';
import { marketKpis } from './market-kpis.ts';
import { netRevenueRetention } from './revenue-retention.ts';
import { surveyKpis } from './survey-kpis.ts';

export const customerKpis: readonly KpiSheet[] = [
  ...countKpis,
  netRevenueRetention,
  ...marketKpis,
  ...surveyKpis,
];
