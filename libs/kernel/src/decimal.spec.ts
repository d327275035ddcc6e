import fc from 'fast-check';
import { formatMicros, isDecimalText, parseMicros, ValueError } from '#kernel';

describe('decimal strings as integer millionths', () => {
  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['-0.00', 0n],
    ['14.50', 14_500_000n],
    ['-12.5', -12_500_000n],
    ['0.000001', 1n],
    ['-0.000001', -1n],
    ['007', 7_000_000n],
    ['9007199254740993.000001', 9_007_199_254_740_993_000_001n],
  ])('reads %s', (text, micros) => {
    expect(parseMicros(text)).toBe(micros);
    expect(isDecimalText(text)).toBe(true);
  });

  it.each([
    ['0.1234567', 'has 7 decimals; at most 6 are kept exactly, so more are refused, never rounded'],
    ['0.1000000', 'has 7 decimals'],
    ['1e3', 'is in exponent form'],
    ['1.5E-7', 'is in exponent form'],
    ['NaN', 'is not a finite number'],
    ['-Infinity', 'is not a finite number'],
    ['', 'An empty text is not a number'],
    ['  ', 'An empty text is not a number'],
    [' 1', 'has blanks around the number'],
    ['1\n', 'has blanks around the number'],
    ['+1', 'starts with a plus sign'],
    ['1,5', 'the decimal sign is a point'],
    ['1 000', 'is not a decimal number'],
    ['.5', 'is not a decimal number'],
    ['5.', 'is not a decimal number'],
    ['--5', 'is not a decimal number'],
    ['-', 'is not a decimal number'],
    ['0x10', 'is not a decimal number'],
    ['１２', 'is not a decimal number'],
    ['9'.repeat(41), 'has 41 digits before the point'],
  ])('refuses %j', (text, sentence) => {
    expect(() => parseMicros(text)).toThrow(ValueError);
    expect(() => parseMicros(text)).toThrow(sentence);
    expect(isDecimalText(text)).toBe(false);
  });

  it('refuses JSON numbers, which have lost their decimals already', () => {
    expect(() => parseMicros(12.5 as unknown as string)).toThrow('12.5 is not a decimal string');
    expect(isDecimalText(12.5)).toBe(false);
  });

  it.each([
    [0n, 0, '0'],
    [0n, 2, '0.00'],
    [1_234_500_000n, 2, '1234.50'],
    [39_500n, 2, '0.0395'],
    [-500_000n, 0, '-0.5'],
    [-1n, 6, '-0.000001'],
    [1_000_000n, 6, '1.000000'],
  ])('writes %s with at least %i decimals', (micros, minimum, text) => {
    expect(formatMicros(micros, minimum)).toBe(text);
  });

  it('keeps every integer through text, far beyond 2^53, with any minimum of decimals', () => {
    const micros = fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n });
    fc.assert(
      fc.property(micros, fc.integer({ min: 0, max: 6 }), (value, minimum) => {
        const text = formatMicros(value, minimum);
        expect(parseMicros(text)).toBe(value);
        const fraction = text.split('.')[1] ?? '';
        expect(fraction.length).toBeGreaterThanOrEqual(minimum);
        expect(fraction.length > minimum && fraction.endsWith('0')).toBe(false);
      }),
    );
  });

  it('refuses an impossible minimum of decimals', () => {
    for (const minimum of [-1, 7, 1.5, Number.NaN])
      expect(() => formatMicros(1n, minimum)).toThrow(ValueError);
  });

  it('says beforehand whether a text will be read', () => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom('0', '7', '.', '-', 'e', ' ', '+'), maxLength: 12 }),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let read = true;
        try {
          parseMicros(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ValueError);
          read = false;
        }
        expect(isDecimalText(text)).toBe(read);
      }),
    );
  });
});
