import type { KpiSheet } from '../../figures/kpi.ts';
import { assetKpis } from './assets.ts';
import { breakEvenTime } from './break-even.ts';
import { improvementKpis } from './improvements.ts';
import { peopleKpis } from './people.ts';
import { newProductSalesRatio } from './products.ts';
import { projectKpis } from './projects.ts';

export { learningDimension } from './measures.ts';

export const learningKpis: readonly KpiSheet[] = [
  newProductSalesRatio,
  ...projectKpis,
  breakEvenTime,
  ...improvementKpis,
  ...peopleKpis,
  ...assetKpis,
];
