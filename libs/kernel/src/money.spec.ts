import { addMoney, currencyOf, formatMoney, minorUnits, money, negateMoney, parseMicros } from '#kernel';

describe('money', () => {
  it.each([
    ['JPY', 0, '1234.5', '1234.5'],
    ['JPY', 0, '1234.00', '1234'],
    ['CNY', 2, '1234.5', '1234.50'],
    ['USD', 2, '1265793.0395', '1265793.0395'],
    ['KWD', 3, '-1', '-1.000'],
    ['CLF', 4, '1.000001', '1.000001'],
    ['ITL', 0, '1500', '1500'],
  ])('%s has %i minor digits and writes %s as %s', (code, digits, amount, text) => {
    const currency = currencyOf(code);
    expect(minorUnits(currency)).toBe(digits);
    expect(formatMoney(parseMicros(amount), currency)).toBe(text);
  });

  it.each(['eur', 'EURO', '', 'XXX', 'XTS', 'US$', 'toString'])('refuses the currency %j by name', (code) => {
    expect(() => currencyOf(code)).toThrow(
      `${JSON.stringify(code)} is not a currency; write an ISO 4217 code`,
    );
  });

  it('knows every currency of the runtime, so that no customer of today is refused', () => {
    const missing = Intl.supportedValuesOf('currency').filter((code) => {
      try {
        return currencyOf(code) !== code;
      } catch {
        return true;
      }
    });
    expect(missing).toEqual([]);
  });

  it('adds within one currency only', () => {
    expect(addMoney(money('0.10', 'EUR'), money('0.20', 'EUR'))).toEqual(money('0.3', 'EUR'));
    expect(negateMoney(money('1', 'EUR'))).toEqual(money('-1', 'EUR'));
    expect(() => addMoney(money('1', 'EUR'), money('1', 'USD'))).toThrow('EUR and USD cannot be added');
  });
});
