import type { KpiSheet } from '../../figures/kpi.ts';
import type { Dimension } from '../../projection/dimension.ts';

export const processDimension: Dimension = {
  name: 'process',
  countsCustomers: false,
  registers: {},
  families: [],
};
export const processKpis: readonly KpiSheet[] = [];
