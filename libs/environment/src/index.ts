/** What figures are measured against: organisation, accounts, calendars, rates, policies, markets, segments, targets. */
import type { AnyFactRules } from '#commands';
import { marketRules, segmentRules } from './market/decider.ts';
import { accountRules, calendarRules, organisationRules } from './organisation/decider.ts';
import { capitalCostRules, exchangeRateRules, measurePolicyRules } from './rates/decider.ts';
import { targetRules } from './scorecard/decider.ts';

export { ensureRoot } from './organisation/root.ts';

/** The rules of this area's streams. */
export const environmentRules: readonly AnyFactRules[] = [
  organisationRules,
  accountRules,
  calendarRules,
  exchangeRateRules,
  capitalCostRules,
  measurePolicyRules,
  marketRules,
  segmentRules,
  targetRules,
];
