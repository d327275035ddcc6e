import { verdictOn } from '#commands';
import { capitalCostRules, exchangeRateRules, measurePolicyRules } from './decider.ts';

describe('rates and policies', () => {
  it.each([
    [
      exchangeRateRules,
      { type: 'ExchangeRateSet', data: { fromCurrency: 'USD', toCurrency: 'EUR', rate: '0.92' } },
    ],
    [capitalCostRules, { type: 'CapitalCostRateSet', data: { unitId: 'root' } }],
    [measurePolicyRules, { type: 'MeasurePolicySet', data: { kpiCode: 'otif' } }],
  ])('%# may be set again', (rules, fact) => {
    expect(rules.types).toEqual([fact.type]);
    expect(verdictOn(rules, { given: [fact], when: fact })).toBe('recorded');
  });
});
