import type { KpiSheet } from '../../figures/kpi.ts';
import type { Dimension } from '../../projection/dimension.ts';

export const learningDimension: Dimension = {
  name: 'learning',
  countsCustomers: false,
  registers: {},
  families: [],
};
export const learningKpis: readonly KpiSheet[] = [];
