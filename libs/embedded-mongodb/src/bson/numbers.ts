import {
  add,
  type Decimal,
  decimalAt,
  decimalOfDouble,
  decimalOfInteger,
  decimalValue,
  exactly,
  multiply,
  nearestDouble,
  rounded,
} from './decimal.ts';
import { TYPE, type Value } from './value.ts';
import { bsonOf, type Writable } from './write.ts';

/** The exact integer of an int or a long. */
export function integerAt({ type, bytes, start }: Value): bigint {
  return type === TYPE.int ? BigInt(bytes.readInt32LE(start)) : bytes.readBigInt64LE(start);
}

/** The nearest double of a number of any type. */
export function doubleOf(value: Value): number {
  const { type, bytes, start } = value;
  if (type === TYPE.int) return bytes.readInt32LE(start);
  if (type === TYPE.double) return bytes.readDoubleLE(start);
  if (type === TYPE.long) return Number(bytes.readBigInt64LE(start));
  return nearestDouble(decimalAt(bytes, start));
}

/** The whole number that a number is; undefined where it has a fraction or no end. */
export function wholeOf(value: Value): bigint | undefined {
  if (value.type === TYPE.int || value.type === TYPE.long) return integerAt(value);
  if (value.type === TYPE.double) {
    const double = doubleOf(value);
    return Number.isInteger(double) ? BigInt(double) : undefined;
  }
  const decimal = decimalAt(value.bytes, value.start);
  if (typeof decimal === 'string') return undefined;
  const scale = 10n ** BigInt(Math.abs(decimal.exponent));
  const sign = decimal.negative ? -1n : 1n;
  if (decimal.exponent >= 0) return sign * decimal.coefficient * scale;
  return decimal.coefficient % scale === 0n ? (sign * decimal.coefficient) / scale : undefined;
}

function decimalOf(value: Value): Decimal {
  if (value.type === TYPE.decimal) return decimalAt(value.bytes, value.start);
  if (value.type === TYPE.double) return decimalOfDouble(doubleOf(value));
  return decimalOfInteger(integerAt(value));
}

const LONG_MAX = 2n ** 63n - 1n;
const INT_MAX = 2n ** 31n - 1n;

/** An integer as int, or as long where it does not fit or `wide` is asked; undefined beyond 64 bits. */
function integerValue(value: bigint, wide: boolean): Value | undefined {
  if (value > LONG_MAX || value < -LONG_MAX - 1n) return undefined;
  const narrow: Writable = value <= INT_MAX && value >= -INT_MAX - 1n ? Number(value) : value;
  return bsonOf(wide ? value : narrow);
}

/**
 * Sum or product in the wider of the two types: int, long, double, decimal. Integers stay exact; an int that overflows
 * becomes a long, a long that overflows gives undefined.
 */
export function computed(operator: '$inc' | '$mul', a: Value, b: Value): Value | undefined {
  const adding = operator === '$inc';
  if (a.type === TYPE.decimal || b.type === TYPE.decimal)
    return decimalValue((adding ? add : multiply)(decimalOf(a), decimalOf(b)));
  if (a.type === TYPE.double || b.type === TYPE.double) {
    const [x, y] = [doubleOf(a), doubleOf(b)];
    return doubleValue(adding ? x + y : x * y);
  }
  const [x, y] = [integerAt(a), integerAt(b)];
  return integerValue(adding ? x + y : x * y, a.type === TYPE.long || b.type === TYPE.long);
}

/** A double, also where it is a whole number. */
export function doubleValue(double: number): Value {
  const value = bsonOf(0.5);
  value.bytes.writeDoubleLE(double, value.start);
  return value;
}

const SUBNORMAL = 1074;

/** A sum over numbers of all types: exact until it is asked for, then rounded once. Other values count nothing. */
export class Sum {
  #integers = 0n;
  /** Finite doubles, in units of 2^−1074. */
  #binary = 0n;
  /** Finite decimals, in units of 10^−6176. */
  #decimals = 0n;
  #exponent = 0;
  #special = 0;
  #type: number = TYPE.int;

  add(value: Value): void {
    if (!value.isNumber) return;
    if (RANK.indexOf(value.type) > RANK.indexOf(this.#type)) this.#type = value.type;
    if (value.type === TYPE.decimal) this.#addDecimal(decimalAt(value.bytes, value.start));
    else if (value.type === TYPE.double) this.#addDouble(doubleOf(value));
    else this.#integers += integerAt(value);
  }

  #addDouble(double: number): void {
    if (!Number.isFinite(double)) {
      this.#special += double;
      return;
    }
    const { mantissa, exponent } = exactly(double);
    this.#binary += mantissa << BigInt(exponent + SUBNORMAL);
  }

  #addDecimal(decimal: Decimal): void {
    if (typeof decimal === 'string') {
      this.#special += Number(decimal);
      return;
    }
    if (decimal.exponent < this.#exponent) {
      this.#decimals *= 10n ** BigInt(this.#exponent - decimal.exponent);
      this.#exponent = decimal.exponent;
    }
    const scaled = decimal.coefficient * 10n ** BigInt(decimal.exponent - this.#exponent);
    this.#decimals += decimal.negative ? -scaled : scaled;
  }

  get value(): Value {
    if (this.#type === TYPE.decimal) return decimalValue(this.#decimal());
    if (this.#type === TYPE.double) return doubleValue(this.#double());
    return integerValue(this.#integers, this.#type === TYPE.long) ?? doubleValue(Number(this.#integers));
  }

  #double(): number {
    if (this.#special !== 0) return this.#special;
    return nearest(this.#binary + (this.#integers << BigInt(SUBNORMAL)));
  }

  #decimal(): Decimal {
    if (this.#special !== 0) return String(this.#special) as Decimal;
    const whole = this.#decimals + this.#integers * 10n ** BigInt(-this.#exponent);
    const total = rounded({
      negative: whole < 0n,
      coefficient: whole < 0n ? -whole : whole,
      exponent: this.#exponent,
    });
    return this.#binary === 0n ? total : add(total, decimalOfDouble(nearest(this.#binary)));
  }
}

const RANK: readonly number[] = [TYPE.int, TYPE.long, TYPE.double, TYPE.decimal];

/** The nearest double of an integer in units of 2^−1074. */
function nearest(units: bigint): number {
  const magnitude = units < 0n ? -units : units;
  const surplus = magnitude.toString(16).length * 4 - 64;
  const sign = units < 0n ? -1 : 1;
  if (surplus <= 0) return sign * Number(magnitude) * 2 ** -SUBNORMAL;
  // The lowest bit stands for all that were cut off, so that a tie is a tie only where it is one.
  const cut = magnitude >> BigInt(surplus);
  const sticky = cut << BigInt(surplus) === magnitude ? 0n : 1n;
  return sign * Number(cut | sticky) * 2 ** (surplus - SUBNORMAL);
}
