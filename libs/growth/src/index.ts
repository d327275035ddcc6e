/** What the company learns and renews: initiatives, products, people, skills, assets. */
import type { AnyFactRules } from '#commands';
import { assetRules } from './assets/decider.ts';
import { developmentRules, improvementRules, productRules } from './initiatives/decider.ts';
import { employeeRules, jobRules } from './people/decider.ts';

/** The rules of this area's streams. */
export const growthRules: readonly AnyFactRules[] = [
  developmentRules,
  improvementRules,
  productRules,
  employeeRules,
  jobRules,
  assetRules,
];
