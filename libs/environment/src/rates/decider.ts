import { revised } from '#commands';

/** Exchange rates of a pair of currencies, `policy-rate-<from>-<to>`: a later rate for the same day replaces the earlier. */
export const exchangeRateRules = revised('ExchangeRateSet');

/** Capital cost, `policy-capital-<unitId>`, and measure policies, `policy-<kpiCode>`: dated revisions. */
export const capitalCostRules = revised('CapitalCostRateSet');
export const measurePolicyRules = revised('MeasurePolicySet');
