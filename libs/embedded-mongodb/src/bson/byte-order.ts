import { compareToDouble, decimalAt, type Finite, nearestDouble } from './decimal.ts';
import { Fields, TYPE, type Value } from './value.ts';

/**
 * Bytes whose order is the order of BSON values. Index keys, `_id`, sorting, grouping, equality and comparison all use
 * it, so they cannot disagree. No encoding is the beginning of another one, so that keys can be joined and inverted.
 */
const CLASS: Readonly<Record<number, number>> = {
  [TYPE.minKey]: 1,
  [TYPE.undefined]: 3,
  [TYPE.null]: 5,
  [TYPE.int]: 10,
  [TYPE.long]: 10,
  [TYPE.double]: 10,
  [TYPE.decimal]: 10,
  [TYPE.string]: 15,
  [TYPE.symbol]: 15,
  [TYPE.object]: 20,
  [TYPE.array]: 25,
  [TYPE.binary]: 30,
  [TYPE.objectId]: 35,
  [TYPE.bool]: 40,
  [TYPE.date]: 45,
  [TYPE.timestamp]: 47,
  [TYPE.regex]: 50,
  [TYPE.dbPointer]: 55,
  [TYPE.javascript]: 60,
  [TYPE.javascriptWithScope]: 65,
  [TYPE.maxKey]: 250,
};

/** What an empty array is in an index or a sort: less than null. */
const NOTHING = 3;

/** The class of a type in BSON order: ranges compare only within a class. */
export function classOf(type: number): number {
  return CLASS[type] as number;
}

/** Joins keys from parts. One at a time: it is used synchronously and gives a copy. */
export class KeyWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  begin(): this {
    this.#at = 0;
    return this;
  }

  key(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  #need(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  uint32(value: number): this {
    this.#need(4);
    this.#at = this.#bytes.writeUInt32BE(value, this.#at);
    return this;
  }

  bytes(from: Buffer, start = 0, end = from.length): this {
    this.#need(end - start);
    from.copy(this.#bytes, this.#at, start, end);
    this.#at += end - start;
    return this;
  }

  nothing(): this {
    this.#need(1);
    this.#bytes[this.#at++] = NOTHING;
    return this;
  }

  /** A value, or null where there is none. */
  value(value: Value | undefined): this {
    this.#need(24);
    if (value === undefined) this.#bytes[this.#at++] = CLASS[TYPE.null] as number;
    else {
      this.#bytes[this.#at++] = classOf(value.type);
      this.#content(value);
    }
    return this;
  }

  /** Turns the order of what was written since `from` around. */
  invert(from: number): this {
    for (let i = from; i < this.#at; i++) this.#bytes[i] = ~(this.#bytes[i] as number) & 0xff;
    return this;
  }

  #content(value: Value): void {
    const { type, bytes, start, end } = value;
    this.#need(24);
    switch (type) {
      case TYPE.int:
        this.#double(bytes.readInt32LE(start), 1);
        break;
      case TYPE.double:
        this.#double(bytes.readDoubleLE(start), 1);
        break;
      case TYPE.long:
        this.#long(bytes.readBigInt64LE(start));
        break;
      case TYPE.decimal:
        this.#decimal(bytes, start);
        break;
      case TYPE.string:
      case TYPE.symbol:
      case TYPE.javascript:
        this.#escaped(bytes, start + 4, end - 1);
        break;
      case TYPE.object:
        this.#fields(value, true);
        break;
      case TYPE.array:
        this.#fields(value, false);
        break;
      case TYPE.date:
        this.#at = this.#bytes.writeBigUInt64BE(bytes.readBigUInt64LE(start) ^ (1n << 63n), this.#at);
        break;
      case TYPE.timestamp:
        this.#at = this.#bytes.writeBigUInt64BE(bytes.readBigUInt64LE(start), this.#at);
        break;
      case TYPE.binary:
        // Length, then subtype, then bytes: MongoDB's order of binary data.
        this.#at = this.#bytes.writeUInt32BE(bytes.readUInt32LE(start), this.#at);
        this.bytes(bytes, start + 4, end);
        break;
      case TYPE.regex:
      case TYPE.objectId:
      case TYPE.bool:
        this.bytes(bytes, start, end);
        break;
      case TYPE.dbPointer:
      case TYPE.javascriptWithScope:
        this.#at = this.#bytes.writeUInt32BE(end - start, this.#at);
        this.bytes(bytes, start, end);
        break;
      default:
    }
  }

  #fields(value: Value, named: boolean): void {
    const fields = new Fields(value);
    while (fields.next()) {
      this.#need(24);
      this.#bytes[this.#at++] = classOf(fields.type);
      if (named) this.#escaped(fields.bytes, fields.nameStart, fields.nameEnd);
      this.#content(fields.value);
    }
    this.#need(1);
    this.#bytes[this.#at++] = 0;
  }

  /** 0x00 becomes 0x00 0xFF and the end is 0x00 0x00, so that a text sorts before what it begins. */
  #escaped(from: Buffer, start: number, end: number): void {
    this.#need((end - start) * 2 + 2);
    const zero = from.indexOf(0, start);
    if (zero < 0 || zero >= end) {
      from.copy(this.#bytes, this.#at, start, end);
      this.#at += end - start;
    } else {
      for (let i = start; i < end; i++) {
        const byte = from[i] as number;
        this.#bytes[this.#at++] = byte;
        if (byte === 0) this.#bytes[this.#at++] = 0xff;
      }
    }
    this.#bytes[this.#at++] = 0;
    this.#bytes[this.#at++] = 0;
  }

  /**
   * Numbers of all types share one form: the nearest double, whether the number lies below (0), at (1) or above (2) it,
   * and where it does not lie at it the number itself as a decimal.
   */
  #double(double: number, side: 0 | 1 | 2): void {
    this.#need(24);
    if (Number.isNaN(double)) {
      this.#bytes.fill(0, this.#at, this.#at + 8);
    } else {
      this.#bytes.writeDoubleBE(double === 0 ? 0 : double, this.#at);
      if ((this.#bytes[this.#at] as number) & 0x80)
        for (let i = this.#at; i < this.#at + 8; i++) this.#bytes[i] = ~(this.#bytes[i] as number) & 0xff;
      else this.#bytes[this.#at] = (this.#bytes[this.#at] as number) | 0x80;
    }
    this.#at += 8;
    this.#bytes[this.#at++] = side;
  }

  #long(value: bigint): void {
    const double = Number(value);
    if (Number.isSafeInteger(double)) this.#double(double, 1);
    else this.#exact({ negative: value < 0n, coefficient: value < 0n ? -value : value, exponent: 0 }, double);
  }

  #decimal(bytes: Buffer, start: number): void {
    const decimal = decimalAt(bytes, start);
    const double = nearestDouble(decimal);
    if (typeof decimal === 'string') this.#double(double, 1);
    else if (decimal.coefficient === 0n) this.#double(0, 1);
    else this.#exact(decimal, double);
  }

  #exact(decimal: Finite, double: number): void {
    const side = Number.isFinite(double) ? compareToDouble(decimal, double) : double > 0 ? -1 : 1;
    this.#double(double, (side + 1) as 0 | 1 | 2);
    if (side === 0) return;
    const digits = decimal.coefficient.toString().replace(/0+$/, '');
    const magnitude = decimal.coefficient.toString().length + decimal.exponent;
    this.#need(digits.length + 4);
    // Sign, magnitude, digits; what is negative runs the other way round.
    const from = this.#at;
    this.#at = this.#bytes.writeUInt16BE(magnitude + 0x4000, this.#at);
    for (const digit of digits) this.#bytes[this.#at++] = Number(digit) + 1;
    this.#bytes[this.#at++] = 0;
    if (decimal.negative) this.invert(from);
  }
}

const writer = new KeyWriter();

/** The key of one value. */
export function encode(value: Value | undefined): Buffer {
  return writer.begin().value(value).key();
}

/** The order of two values: negative, zero, positive. */
export function compare(a: Value, b: Value): number {
  if (a.type === b.type) {
    if (a.type === TYPE.int) return a.bytes.readInt32LE(a.start) - b.bytes.readInt32LE(b.start);
    if (a.type === TYPE.string)
      return a.bytes.compare(b.bytes, b.start + 4, b.end - 1, a.start + 4, a.end - 1);
    if (a.type === TYPE.long) {
      const [x, y] = [a.bytes.readBigInt64LE(a.start), b.bytes.readBigInt64LE(b.start)];
      return x < y ? -1 : x > y ? 1 : 0;
    }
  } else {
    const difference = classOf(a.type) - classOf(b.type);
    if (difference !== 0) return difference;
  }
  return Buffer.compare(encode(a), encode(b));
}
