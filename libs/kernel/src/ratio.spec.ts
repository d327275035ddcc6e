import fc from 'fast-check';
import {
  addRatio,
  compareRatio,
  divideRatio,
  multiplyRatio,
  powerRatio,
  type Ratio,
  ratio,
  ratioOfDecimal,
  roundRatio,
  roundToInteger,
  subtractRatio,
} from '#kernel';

const big = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const ratios = fc
  .tuple(
    big,
    big.filter((d) => d !== 0n),
  )
  .map(([n, d]) => ratio(n, d));

describe('exact ratios', () => {
  it.each([
    // numerator, denominator, decimals, shown
    [123_450n, 933_400n, 6, '0.132258'],
    [-5n, 2n, 0, '-3'],
    [5n, 2n, 0, '3'],
    [5n, -2n, 6, '-2.500000'],
    [1n, 3n, 6, '0.333333'],
    [2n, 3n, 6, '0.666667'],
    [-1n, 3_000_000n, 6, '0.000000'],
    [5n, 10_000_000n, 6, '0.000001'],
    [-5n, 10_000_000n, 6, '-0.000001'],
    [49_999_999n, 100_000_000_000_000n, 6, '0.000000'],
    [280n, 1000n, 2, '0.28'],
    [0n, -7n, 3, '0.000'],
    // 2.675 as a binary double shows 2.67.
    [2675n, 1000n, 2, '2.68'],
  ])('shows %s/%s with %i decimals as %s', (n, d, decimals, shown) => {
    expect(roundRatio(ratio(n, d), decimals)).toBe(shown);
  });

  it('sums segments before it divides (case pol-6) and does not force shares to 1 (case pol-7)', () => {
    expect(roundRatio(ratio(10n + 270n, 100n + 900n), 6)).toBe('0.280000');
    const third = ratio(1n, 3n);
    expect(addRatio(addRatio(third, third), third)).toEqual(ratio(1n));
    expect(roundRatio(third, 6)).toBe('0.333333');
  });

  it('is in lowest terms with a positive denominator, so equal values are equal structures', () => {
    expect(ratio(6n, -4n)).toEqual({ numerator: -3n, denominator: 2n });
    expect(ratio(0n, -9n)).toEqual({ numerator: 0n, denominator: 1n });
    fc.assert(
      fc.property(
        big,
        big.filter((d) => d !== 0n),
        big.filter((k) => k !== 0n),
        (n, d, k) => {
          expect(ratio(n * k, d * k)).toEqual(ratio(n, d));
        },
      ),
    );
  });

  it('refuses a zero denominator', () => {
    expect(() => ratio(1n, 0n)).toThrow('a zero denominator is "not_measurable"');
    expect(() => divideRatio(ratio(1n), ratio(0n))).toThrow('not_measurable');
    expect(() => roundToInteger(1n, 0n)).toThrow('1/0 cannot be rounded');
  });

  it('rounds to the nearest, and a half away from zero', () => {
    fc.assert(
      fc.property(ratios, fc.integer({ min: 0, max: 12 }), (r, decimals) => {
        const scale = 10n ** BigInt(decimals);
        const shown = roundRatio(r, decimals);
        const q = BigInt(shown.replace('.', ''));
        const off = r.numerator * scale - q * r.denominator;
        const twice = 2n * (off < 0n ? -off : off);
        expect(twice <= r.denominator).toBe(true);
        if (twice === r.denominator) expect(off > 0n).toBe(r.numerator < 0n);
        expect(shown).toMatch(decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`));
        expect(shown).not.toMatch(/^-0(\.0*)?$/);
      }),
    );
  });

  it('rounds true halves away from zero on both sides', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 25n }), (k) => {
        expect(roundToInteger(2n * k + 1n, 2n)).toBe(k + 1n);
        expect(roundToInteger(-2n * k - 1n, 2n)).toBe(-k - 1n);
        expect(roundToInteger(2n * k + 1n, -2n)).toBe(-k - 1n);
      }),
    );
  });

  it('obeys the laws of a field', () => {
    fc.assert(
      fc.property(ratios, ratios, ratios, (a, b, c) => {
        expect(addRatio(a, b)).toEqual(addRatio(b, a));
        expect(multiplyRatio(a, b)).toEqual(multiplyRatio(b, a));
        expect(addRatio(addRatio(a, b), c)).toEqual(addRatio(a, addRatio(b, c)));
        expect(multiplyRatio(multiplyRatio(a, b), c)).toEqual(multiplyRatio(a, multiplyRatio(b, c)));
        expect(multiplyRatio(a, addRatio(b, c))).toEqual(addRatio(multiplyRatio(a, b), multiplyRatio(a, c)));
        expect(subtractRatio(addRatio(a, b), b)).toEqual(a);
        if (b.numerator !== 0n) expect(multiplyRatio(divideRatio(a, b), b)).toEqual(a);
      }),
    );
  });

  it('orders as the sign of the difference', () => {
    const sign = (r: Ratio) => (r.numerator === 0n ? 0 : r.numerator < 0n ? -1 : 1);
    fc.assert(
      fc.property(ratios, ratios, (a, b) => {
        expect(compareRatio(a, b)).toBe(sign(subtractRatio(a, b)));
        expect(compareRatio(a, a)).toBe(0);
      }),
    );
  });

  it('reads decimals of any length exactly', () => {
    expect(ratioOfDecimal('1.08125')).toEqual({ numerator: 173n, denominator: 160n });
    expect(ratioOfDecimal('-0.1234567')).toEqual({ numerator: -1_234_567n, denominator: 10_000_000n });
    expect(() => ratioOfDecimal('1e-3')).toThrow('exponent form');
    expect(() => ratioOfDecimal(`0.${'1'.repeat(41)}`)).toThrow('41 decimals');
    fc.assert(
      fc.property(big, fc.integer({ min: 0, max: 30 }), (digits, decimals) => {
        const r = ratio(digits, 10n ** BigInt(decimals));
        expect(ratioOfDecimal(roundRatio(r, decimals))).toEqual(r);
      }),
    );
  });

  it('takes powers', () => {
    expect(powerRatio(ratio(-2n, 3n), 3)).toEqual(ratio(-8n, 27n));
    expect(powerRatio(ratio(0n), 0)).toEqual(ratio(1n));
    expect(() => powerRatio(ratio(2n), -1)).toThrow('whole number of at least 0');
  });

  it('refuses an impossible number of decimals', () => {
    for (const decimals of [-1, 1.5, 101, Number.NaN]) {
      expect(() => roundRatio(ratio(1n, 3n), decimals)).toThrow('whole number from 0 to 100');
    }
  });
});
