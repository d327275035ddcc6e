import { type FactRules, revised } from '#commands';
import type { EventOf } from '#contracts';
import { compareRatio, ratio, ratioOfDecimal, refuse } from '#kernel';

/**
 * Exchange rates of a pair of currencies; a later rate for the same day replaces the earlier. Stream:
 * `policy-rate-<from>-<to>`. Refusals, in order of precedence: same-currency, rate-not-positive.
 */
export const exchangeRateRules: FactRules<null, EventOf<'ExchangeRateSet'>> = {
  types: ['ExchangeRateSet'],
  initial: null,
  refusal: (_state, { data: { fromCurrency, toCurrency, rate } }) => {
    if (fromCurrency === toCurrency) {
      return refuse('same-currency', `A rate from ${fromCurrency} to itself is always 1.`, 'toCurrency');
    }
    return compareRatio(ratioOfDecimal(rate), ratio(0n)) > 0
      ? undefined
      : refuse('rate-not-positive', `A rate is greater than 0; ${rate} is not.`, 'rate');
  },
  evolve: () => null,
};

/** Capital cost, `policy-capital-<unitId>`, and measure policies, `policy-<kpiCode>`: dated revisions. */
export const capitalCostRules = revised('CapitalCostRateSet');
export const measurePolicyRules = revised('MeasurePolicySet');
