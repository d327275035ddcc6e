import { Decimal } from 'decimal.js';
import { checkDecimals, fixedText, type Ratio } from './ratio.ts';
import { shown, ValueError } from './value-error.ts';

/**
 * The natural logarithm of a positive ratio, correctly rounded to `decimals` places (half away from zero).
 * A quotient of two logarithms (a half-life) is made of both with some twenty decimals more than are shown:
 * `divideRatio(ratioOfDecimal(naturalLog(a, 30)), ratioOfDecimal(naturalLog(b, 30)))`.
 */
export function naturalLog(r: Ratio, decimals: number): string {
  checkDecimals(decimals);
  if (r.numerator <= 0n) {
    throw new ValueError(
      `The logarithm of ${r.numerator}/${r.denominator} does not exist; it must be positive.`,
    );
  }
  if (r.numerator === r.denominator) return fixedText(0n, decimals);
  // The logarithm of a rational other than 1 is irrational, so it is never half-way: more digits always decide.
  for (let guard = 15; ; guard *= 2) {
    const rounded = roundedLog(r, decimals, guard);
    if (rounded !== undefined) return rounded;
  }
}

/** Rounds the logarithm when `guard` digits beyond the last shown decide the rounding, else gives undefined. */
function roundedLog(r: Ratio, decimals: number, guard: number): string | undefined {
  // ln x of a number with n digits has at most as many digits before the point as n itself has.
  const integerDigits = String(r.numerator.toString().length + r.denominator.toString().length).length + 1;
  const Precise = Decimal.clone({
    precision: decimals + integerDigits + guard,
    rounding: Decimal.ROUND_HALF_UP,
    maxE: 9e15,
    minE: -9e15,
  });
  const log = new Precise(r.numerator.toString()).div(r.denominator.toString()).ln();
  const doubt = new Precise(10).pow(-(decimals + guard - 3));
  const low = log.minus(doubt).toFixed(decimals);
  const high = log.plus(doubt).toFixed(decimals);
  if (low !== high) return undefined;
  return /^-0(\.0*)?$/.test(low) ? low.slice(1) : low;
}

/** The n-th root of a ratio of at least 0, correctly rounded to `decimals` places (half away from zero). */
export function root(r: Ratio, n: number, decimals: number): string {
  return fixedText(scaledRoot(r, n, decimals, true), decimals);
}

/**
 * Compound growth per period, `r^(1/periods) - 1`, where `r` = last / first; correctly rounded.
 * For a span of 23 months stated per year, pass `powerRatio(r, 12)` and 23.
 */
export function compoundGrowth(r: Ratio, periods: number, decimals: number): string {
  // Below 1 the growth is negative, and away from zero means downwards.
  const grows = r.numerator >= r.denominator;
  return fixedText(scaledRoot(r, periods, decimals, grows) - 10n ** BigInt(decimals), decimals);
}

/** The integer nearest to `r^(1/n) · 10^decimals`. */
function scaledRoot(r: Ratio, n: number, decimals: number, halfUp: boolean): bigint {
  checkDecimals(decimals);
  if (!Number.isInteger(n) || n < 1 || n > 1200) {
    throw new ValueError(`The degree of the root is ${shown(n)}; it must be a whole number from 1 to 1200.`);
  }
  if (r.numerator < 0n) {
    throw new ValueError(`${r.numerator}/${r.denominator} is negative; a root is taken of 0 or more.`);
  }
  const degree = BigInt(n);
  const scaled = r.numerator * 10n ** (BigInt(decimals) * degree);
  const floor = integerRoot(scaled / r.denominator, degree);
  // floor + 1/2 against the root, both to the n-th power and cleared of fractions: exact.
  const half = (2n * floor + 1n) ** degree * r.denominator;
  const exact = scaled * 2n ** degree;
  return exact > half || (exact === half && halfUp) ? floor + 1n : floor;
}

/** The largest integer whose n-th power is at most `value`, by Newton's method from above. */
function integerRoot(value: bigint, degree: bigint): bigint {
  if (value < 2n) return value;
  const bits = BigInt(value.toString(2).length);
  let guess = 1n << (bits / degree + 1n);
  for (;;) {
    const next = ((degree - 1n) * guess + value / guess ** (degree - 1n)) / degree;
    if (next >= guess) return guess;
    guess = next;
  }
}
