import type { AnyFactRules } from '#commands';
import { customerFilesRules } from '#customer-files';
import { environmentRules } from '#environment';
import { growthRules } from '#growth';
import { intakeRules } from '#intake';
import { operationsRules } from '#operations';
import { orderToCashRules } from '#order-to-cash';

/** The rules of all business areas: what a recorder of facts is given. An area that is new is added here. */
export const allRules: readonly AnyFactRules[] = [
  ...customerFilesRules,
  ...orderToCashRules,
  ...operationsRules,
  ...growthRules,
  ...environmentRules,
  ...intakeRules,
];
