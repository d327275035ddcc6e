import { TYPE, Value } from './value.ts';

/**
 * Decimal128: (−1)^negative · coefficient · 10^exponent, at most 34 digits.
 * Source: IEEE 754-2008, binary integer decimal encoding; BSON specification, "Decimal128".
 */
export interface Finite {
  readonly negative: boolean;
  readonly coefficient: bigint;
  readonly exponent: number;
}

export type Decimal = Finite | 'NaN' | 'Infinity' | '-Infinity';

const DIGITS_MAX = 34;
const LIMIT = 10n ** 34n;
const EXPONENT_MIN = -6176;
const EXPONENT_MAX = 6111;

export function decimalAt(bytes: Buffer, at: number): Decimal {
  const low = bytes.readBigUInt64LE(at);
  const high = bytes.readBigUInt64LE(at + 8);
  const negative = high >> 63n === 1n;
  const kind = Number((high >> 58n) & 0x1fn);
  if (kind === 0x1f) return 'NaN';
  if (kind === 0x1e) return negative ? '-Infinity' : 'Infinity';
  // Coefficients beyond 34 digits are not canonical: the standard reads them as zero.
  if (kind >> 3 === 3)
    return { negative, coefficient: 0n, exponent: Number((high >> 47n) & 0x3fffn) + EXPONENT_MIN };
  const coefficient = ((high & 0x1_ffff_ffff_ffffn) << 64n) | low;
  const exponent = Number((high >> 49n) & 0x3fffn) + EXPONENT_MIN;
  return { negative, coefficient: coefficient < LIMIT ? coefficient : 0n, exponent };
}

export function decimalValue(decimal: Decimal): Value {
  const bytes = Buffer.alloc(16);
  if (decimal === 'NaN') bytes.writeBigUInt64LE(0x7c00_0000_0000_0000n, 8);
  else if (decimal === 'Infinity') bytes.writeBigUInt64LE(0x7800_0000_0000_0000n, 8);
  else if (decimal === '-Infinity') bytes.writeBigUInt64LE(0xf800_0000_0000_0000n, 8);
  else {
    const { negative, coefficient, exponent } = decimal;
    const high =
      (negative ? 1n << 63n : 0n) | (BigInt(exponent - EXPONENT_MIN) << 49n) | (coefficient >> 64n);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, coefficient), 0);
    bytes.writeBigUInt64LE(high, 8);
  }
  return new Value(TYPE.decimal, bytes, 0, 16);
}

function digitsOf(coefficient: bigint): number {
  return coefficient === 0n ? 1 : coefficient.toString().length;
}

/** Brings a result into 34 digits and the range of exponents, rounding half to even. */
export function rounded({ negative, coefficient, exponent }: Finite): Decimal {
  let [c, e] = [coefficient, exponent];
  const drop = Math.max(digitsOf(c) - DIGITS_MAX, EXPONENT_MIN - e, 0);
  if (drop > 0) {
    c = dropped(c, drop);
    e += drop;
    if (c === LIMIT) [c, e] = [c / 10n, e + 1];
  }
  if (c === 0n)
    return { negative, coefficient: 0n, exponent: Math.min(Math.max(e, EXPONENT_MIN), EXPONENT_MAX) };
  while (e > EXPONENT_MAX && c * 10n < LIMIT) [c, e] = [c * 10n, e - 1];
  if (e > EXPONENT_MAX) return negative ? '-Infinity' : 'Infinity';
  return { negative, coefficient: c, exponent: e };
}

function dropped(coefficient: bigint, count: number): bigint {
  const divisor = 10n ** BigInt(count);
  const [quotient, rest] = [coefficient / divisor, coefficient % divisor];
  const twice = rest * 2n;
  return twice > divisor || (twice === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function signed({ negative, coefficient }: Finite): bigint {
  return negative ? -coefficient : coefficient;
}

export function add(a: Decimal, b: Decimal): Decimal {
  if (typeof a === 'string' || typeof b === 'string') {
    if (a === 'NaN' || b === 'NaN') return 'NaN';
    if (typeof a === 'string' && typeof b === 'string') return a === b ? a : 'NaN';
    return typeof a === 'string' ? a : (b as Decimal);
  }
  const exponent = Math.min(a.exponent, b.exponent);
  const sum =
    signed(a) * 10n ** BigInt(a.exponent - exponent) + signed(b) * 10n ** BigInt(b.exponent - exponent);
  const negative = sum === 0n ? a.negative && b.negative : sum < 0n;
  return rounded({ negative, coefficient: sum < 0n ? -sum : sum, exponent });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  if (a === 'NaN' || b === 'NaN') return 'NaN';
  const negative = isNegative(a) !== isNegative(b);
  if (typeof a === 'string' || typeof b === 'string') {
    const zero = [a, b].some((own) => typeof own !== 'string' && own.coefficient === 0n);
    if (zero) return 'NaN';
    return negative ? '-Infinity' : 'Infinity';
  }
  return rounded({
    negative,
    coefficient: a.coefficient * b.coefficient,
    exponent: a.exponent + b.exponent,
  });
}

function isNegative(decimal: Decimal): boolean {
  return typeof decimal === 'string' ? decimal === '-Infinity' : decimal.negative;
}

export function decimalOfInteger(value: bigint): Finite {
  return { negative: value < 0n, coefficient: value < 0n ? -value : value, exponent: 0 };
}

/** A double in a decimal computation has 15 significant digits, as in MongoDB. */
export function decimalOfDouble(value: number): Decimal {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity';
  const [mantissa, exponent] = Math.abs(value).toExponential(14).split('e') as [string, string];
  return rounded({
    negative: value < 0 || Object.is(value, -0),
    coefficient: BigInt(mantissa.replace('.', '')),
    exponent: Number(exponent) - 14,
  });
}

/** The nearest double. */
export function nearestDouble(decimal: Decimal): number {
  if (typeof decimal === 'string') return Number(decimal);
  return Number(`${decimal.negative ? '-' : ''}${decimal.coefficient}e${decimal.exponent}`);
}

/** How a finite decimal lies to the exact value of a finite double: −1, 0, 1. */
export function compareToDouble(decimal: Finite, double: number): -1 | 0 | 1 {
  const { mantissa, exponent } = exactly(double);
  let [a, b] = [signed(decimal), mantissa];
  if (decimal.exponent >= 0) a *= 10n ** BigInt(decimal.exponent);
  else b *= 10n ** BigInt(-decimal.exponent);
  if (exponent >= 0) b <<= BigInt(exponent);
  else a <<= BigInt(-exponent);
  return a < b ? -1 : a > b ? 1 : 0;
}

const VIEW = new DataView(new ArrayBuffer(8));

/** A finite double as mantissa · 2^exponent. */
export function exactly(double: number): { readonly mantissa: bigint; readonly exponent: number } {
  VIEW.setFloat64(0, double);
  const bits = VIEW.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 1n ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 };
}

/** As MongoDB shows it in messages; the digits and the exponent are kept. */
export function decimalText(decimal: Decimal): string {
  if (typeof decimal === 'string') return decimal;
  const digits = decimal.coefficient.toString();
  const sign = decimal.negative ? '-' : '';
  const scientific = decimal.exponent + digits.length - 1;
  if (decimal.exponent > 0 || scientific < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}E${scientific < 0 ? '' : '+'}${scientific}`;
  }
  if (decimal.exponent === 0) return sign + digits;
  const padded = digits.padStart(1 - decimal.exponent, '0');
  return `${sign}${padded.slice(0, decimal.exponent)}.${padded.slice(decimal.exponent)}`;
}
