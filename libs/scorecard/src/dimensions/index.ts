import type { KpiSheet } from '../figures/kpi.ts';
import { filesProjection } from '../files/projection.ts';
import type { Dimension, DimensionName, ProjectionName } from '../projection/dimension.ts';
import { customerDimension, customerKpis } from './customer/index.ts';
import { financialDimension, financialKpis } from './financial/index.ts';
import { learningDimension, learningKpis } from './learning/index.ts';
import { processDimension, processKpis } from './process/index.ts';

/** The four dimensions of the scorecard. */
export const dimensions: Readonly<Record<DimensionName, Dimension>> = {
  financial: financialDimension,
  customer: customerDimension,
  process: processDimension,
  learning: learningDimension,
};

/** Every KPI by its code, in the order of the dictionary. */
export const kpiSheets: ReadonlyMap<string, KpiSheet> = new Map(
  [...financialKpis, ...customerKpis, ...processKpis, ...learningKpis].map((sheet) => [sheet.code, sheet]),
);

/** Everything that is projected: the four dimensions and the customer files. */
export const projections: Readonly<Record<ProjectionName, Dimension>> = {
  ...dimensions,
  files: filesProjection,
};
