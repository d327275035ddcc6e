import type { AnyFactRules } from '#commands';
import { customerFilesRules } from '#customer-files';
import { environmentRules } from '#environment';
import { growthRules } from '#growth';
import { operationsRules } from '#operations';
import { orderToCashRules } from '#order-to-cash';
import { intakeRules } from '../src/index.ts';

/** The rules of all areas, as an application puts them together. */
export const allRules: readonly AnyFactRules[] = [
  ...customerFilesRules,
  ...orderToCashRules,
  ...operationsRules,
  ...growthRules,
  ...environmentRules,
  ...intakeRules,
];
