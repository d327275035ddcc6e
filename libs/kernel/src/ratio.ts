import { parseScaled } from './decimal.ts';
import { shown, ValueError } from './value-error.ts';

/**
 * An exact fraction in lowest terms with a positive denominator; equal values are equal structures.
 * It is divided out and rounded once, when it is shown. Source: kpis.md §1.4.
 */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Makes `n / d`; a zero denominator is the caller's `not_measurable` and throws here. */
export function ratio(n: bigint, d: bigint = 1n): Ratio {
  if (d === 0n) {
    throw new ValueError(`${n}/0 is not a ratio; a zero denominator is "not_measurable", not a number.`);
  }
  const divisor = greatestCommonDivisor(n, d);
  const sign = d < 0n ? -1n : 1n;
  return { numerator: (sign * n) / divisor, denominator: (sign * d) / divisor };
}

/** Reads a decimal string of any precision up to 40 decimals exactly, for rates: `"1.08125"` → 173/160. */
export function ratioOfDecimal(text: string): Ratio {
  const { digits, decimals } = parseScaled(text);
  return ratio(digits, 10n ** BigInt(decimals));
}

export function addRatio(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtractRatio(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator);
}

export function multiplyRatio(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** `a / b`; throws when `b` is zero. */
export function divideRatio(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** `r` to a whole power of at least 0. */
export function powerRatio(r: Ratio, exponent: number): Ratio {
  if (!Number.isSafeInteger(exponent) || exponent < 0) {
    throw new ValueError(`The exponent is ${shown(exponent)}; it must be a whole number of at least 0.`);
  }
  return ratio(r.numerator ** BigInt(exponent), r.denominator ** BigInt(exponent));
}

export function compareRatio(a: Ratio, b: Ratio): -1 | 0 | 1 {
  const left = a.numerator * b.denominator;
  const right = b.numerator * a.denominator;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Rounds to `decimals` places, half away from zero, and pads: `"0.132254"`, `"-2.500000"`; never `"-0"`. */
export function roundRatio(r: Ratio, decimals: number): string {
  const scale = 10n ** BigInt(checkDecimals(decimals));
  return fixedText(roundToInteger(r.numerator * scale, r.denominator), decimals);
}

/** The integer nearest to `n / d`; a half goes away from zero. */
export function roundToInteger(n: bigint, d: bigint): bigint {
  if (d === 0n) throw new ValueError(`${n}/0 cannot be rounded.`);
  const negative = n < 0n !== d < 0n;
  const top = n < 0n ? -n : n;
  const bottom = d < 0n ? -d : d;
  const magnitude = (2n * top + bottom) / (2n * bottom);
  return negative ? -magnitude : magnitude;
}

/** Writes the integer `value` as `value / 10^decimals`, padded. */
export function fixedText(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const text = decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return value < 0n ? `-${text}` : text;
}

/** Checks a number of decimals (0 to 100) and gives it back. */
export function checkDecimals(decimals: number): number {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 100) {
    throw new ValueError(`decimals is ${shown(decimals)}; it must be a whole number from 0 to 100.`);
  }
  return decimals;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
