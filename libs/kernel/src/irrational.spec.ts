import fc from 'fast-check';
import {
  compoundGrowth,
  divideRatio,
  multiplyRatio,
  naturalLog,
  powerRatio,
  type Ratio,
  ratio,
  ratioOfDecimal,
  root,
  roundRatio,
  ValueError,
} from '#kernel';

const positive = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.bigInt({ min: 1n, max: 10n ** 24n }))
  .map(([n, d]) => ratio(n, d));

/** Another way to the logarithm: halving to [1, 2) and the atanh series, in integers with 70 decimals. */
function logBySeries(r: Ratio): Ratio {
  const one = 10n ** 70n;
  const atanhTwice = (top: bigint, bottom: bigint) => {
    const z = (top * one) / bottom;
    let power = z;
    let sum = 0n;
    for (let k = 1n; power !== 0n; k += 2n) {
      sum += power / k;
      power = (power * z * z) / (one * one);
    }
    return 2n * sum;
  };
  let { numerator: n, denominator: d } = r;
  let halvings = 0n;
  for (; n >= 2n * d; halvings += 1n) d *= 2n;
  for (; n < d; halvings -= 1n) n *= 2n;
  return ratio(halvings * atanhTwice(1n, 3n) + atanhTwice(n - d, n + d), one);
}

describe('natural logarithm', () => {
  it.each([
    // Digits of ln 2, ln 10 and ln 1.5 as printed in tables (Abramowitz & Stegun, table 4.2).
    [2n, 1n, 16, '0.6931471805599453'],
    [1n, 2n, 16, '-0.6931471805599453'],
    [10n, 1n, 20, '2.30258509299404568402'],
    [3n, 2n, 4, '0.4055'],
    [1n, 1n, 6, '0.000000'],
    [1_000_001n, 1_000_000n, 4, '0.0000'],
    [999_999n, 1_000_000n, 4, '0.0000'],
    [999_999n, 1_000_000n, 6, '-0.000001'],
  ])('of %s/%s with %i decimals is %s', (n, d, decimals, text) => {
    expect(naturalLog(ratio(n, d), decimals)).toBe(text);
  });

  it('agrees with an integer series to 50 decimals, also close to 1', () => {
    const nearOne = fc.bigInt({ min: 1n, max: 10n ** 20n }).map((k) => ratio(k + 1n, k));
    fc.assert(
      fc.property(fc.oneof(positive, nearOne), fc.integer({ min: 0, max: 50 }), (r, decimals) => {
        expect(naturalLog(r, decimals)).toBe(roundRatio(logBySeries(r), decimals));
      }),
      { numRuns: 60 },
    );
  });

  it('gives a half-life by T ln 2 / ln(baseline/after) (kpis.md L3)', () => {
    // Defects fall from 100 to 25 in 120 days: two halvings, 60 days each.
    const ln = (n: bigint, d: bigint) => ratioOfDecimal(naturalLog(ratio(n, d), 30));
    const halfLife = multiplyRatio(ratio(120n), divideRatio(ln(2n, 1n), ln(100n, 25n)));
    expect(roundRatio(halfLife, 4)).toBe('60.0000');
  });

  it('does not exist for zero and below', () => {
    expect(() => naturalLog(ratio(0n), 4)).toThrow(ValueError);
    expect(() => naturalLog(ratio(-1n), 4)).toThrow('must be positive');
  });
});

describe('roots and compound growth', () => {
  it.each([
    [2n, 1n, 2, 10, '1.4142135624'],
    [8n, 27n, 3, 6, '0.666667'],
    [9n, 4n, 2, 0, '2'],
    [25n, 4n, 2, 0, '3'],
    [0n, 1n, 5, 3, '0.000'],
    [7n, 3n, 1, 6, '2.333333'],
    [1n, 4n, 2, 0, '1'],
  ])('%s/%s, degree %i, %i decimals', (n, d, degree, decimals, text) => {
    expect(root(ratio(n, d), degree, decimals)).toBe(text);
  });

  it('lies within half a last digit of the true root', () => {
    const degrees = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(positive, degrees, fc.integer({ min: 0, max: 8 }), (r, degree, decimals) => {
        const q = BigInt(root(r, degree, decimals).replace('.', ''));
        const [n, scale] = [BigInt(degree), 2n ** BigInt(degree) * 10n ** BigInt(decimals * degree)];
        const value = r.numerator * scale;
        expect((2n * q + 1n) ** n * r.denominator > value).toBe(true);
        if (q > 0n) expect((2n * q - 1n) ** n * r.denominator <= value).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('undoes a power', () => {
    const small = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 9n }), fc.bigInt({ min: 1n, max: 10n ** 9n }))
      .map(([n, d]) => ratio(n, d));
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 12 }), (r, degree) => {
        expect(root(powerRatio(r, degree), degree, 6)).toBe(roundRatio(r, 6));
        expect(compoundGrowth(powerRatio(r, degree), degree, 6)).toBe(
          roundRatio(ratio(r.numerator - r.denominator, r.denominator), 6),
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    // 100 → 121 in two years; 200 → 50 in two years; halves away from zero on both sides.
    [121n, 100n, 2, 6, '0.100000'],
    [50n, 200n, 2, 6, '-0.500000'],
    [15n, 10n, 1, 0, '1'],
    [5n, 10n, 1, 0, '-1'],
    [100n, 100n, 3, 6, '0.000000'],
    [0n, 100n, 3, 6, '-1.000000'],
  ])('grows from %s/%s over %i periods', (last, first, periods, decimals, text) => {
    expect(compoundGrowth(ratio(last, first), periods, decimals)).toBe(text);
  });

  it('refuses what has no root', () => {
    expect(() => root(ratio(-8n), 3, 2)).toThrow('is negative');
    for (const degree of [0, -1, 1.5, 1201])
      expect(() => root(ratio(2n), degree, 2)).toThrow('whole number from 1');
  });
});
