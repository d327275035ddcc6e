import { verdictOn } from '#commands';
import { capitalCostRules, exchangeRateRules, measurePolicyRules } from './decider.ts';

type RateFact = Parameters<typeof exchangeRateRules.evolve>[1];

const rate = (fromCurrency: string, toCurrency: string, value: string): RateFact =>
  ({ type: 'ExchangeRateSet', data: { fromCurrency, toCurrency, rate: value } }) as unknown as RateFact;

describe('rates', () => {
  it.each([
    ['a rate is set', rate('USD', 'EUR', '0.92'), 'recorded'],
    ['a rate may be small', rate('IDR', 'EUR', '0.0000581234'), 'recorded'],
    ['a rate translates', rate('EUR', 'EUR', '1'), 'same-currency'],
    ['a rate is not 0', rate('USD', 'EUR', '0.00'), 'rate-not-positive'],
    ['a rate is not negative', rate('USD', 'EUR', '-1'), 'rate-not-positive'],
    ['same currency: rather than not positive', rate('EUR', 'EUR', '0'), 'same-currency'],
  ])('%s', (_sentence, when, verdict) => {
    expect(verdictOn(exchangeRateRules, { given: [], when })).toBe(verdict);
  });

  it('rates and policies may be set again', () => {
    const cost = { type: 'CapitalCostRateSet', data: { unitId: 'root' } };
    const policy = { type: 'MeasurePolicySet', data: { kpiCode: 'otif' } };
    const usd = rate('USD', 'EUR', '0.92');
    expect(verdictOn(exchangeRateRules, { given: [usd], when: usd })).toBe('recorded');
    expect(verdictOn(capitalCostRules, { given: [cost], when: cost })).toBe('recorded');
    expect(verdictOn(measurePolicyRules, { given: [policy], when: policy })).toBe('recorded');
  });
});
