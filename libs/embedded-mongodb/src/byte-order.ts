import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';

/**
 * `encode(value)`: bytes whose order is the order of BSON values. Index keys, `_id`, sorting, equality and comparison all
 * use it, so they cannot disagree. Numbers of all types share one form: the nearest double, then what is missing to the exact integer.
 */
const CLASS = {
  minKey: 1,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  boolean: 40,
  date: 45,
  timestamp: 50,
  regex: 55,
  maxKey: 255,
} as const;

export class UnsupportedValue extends Error {}

export function encode(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

export function compareValues(a: unknown, b: unknown): number {
  return Buffer.compare(encode(a), encode(b));
}

/** The class of a value in BSON order: ranges compare only within a class. */
export function classOf(value: unknown): number {
  return encode(value)[0] as number;
}

export function isNumber(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Int32 ||
    value instanceof Double ||
    Long.isLong(value) ||
    value instanceof Decimal128
  );
}

/** Exact: an integer as bigint, anything else as the double it is. */
export function numberOf(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Int32) return value.value;
  if (value instanceof Double) return value.value;
  if (Long.isLong(value)) return value.toBigInt();
  throw new UnsupportedValue('Decimal128 cannot be compared or computed with here');
}

function write(value: unknown, out: Buffer[]): void {
  if (value === null || value === undefined) out.push(Buffer.from([CLASS.null]));
  else if (isNumber(value)) out.push(numberBytes(numberOf(value)));
  else if (typeof value === 'string')
    out.push(Buffer.from([CLASS.string]), escaped(Buffer.from(value, 'utf8')));
  else if (typeof value === 'boolean') out.push(Buffer.from([CLASS.boolean, value ? 1 : 0]));
  else if (value instanceof Date) out.push(Buffer.from([CLASS.date]), signed64(BigInt(value.getTime())));
  else if (value instanceof ObjectId) out.push(Buffer.from([CLASS.objectId]), Buffer.from(value.id));
  else if (value instanceof Timestamp) out.push(Buffer.from([CLASS.timestamp]), signed64(value.toBigInt()));
  else if (value instanceof Binary) writeBinary(value, out);
  else if (Buffer.isBuffer(value)) writeBinary(new Binary(value), out);
  else if (value instanceof RegExp)
    out.push(Buffer.from([CLASS.regex]), escaped(Buffer.from(`${value.source}/${value.flags}`)));
  else if (Array.isArray(value))
    writeMany(
      CLASS.array,
      value.map((item) => [item] as const),
      out,
    );
  else if (typeof value === 'object') writeObject(value as Record<string, unknown>, out);
  else throw new UnsupportedValue(`a value of type ${typeof value} has no place in the order`);
}

function writeObject(value: Record<string, unknown>, out: Buffer[]): void {
  const tag = (value as { _bsontype?: string })._bsontype;
  if (tag === 'MinKey') out.push(Buffer.from([CLASS.minKey]));
  else if (tag === 'MaxKey') out.push(Buffer.from([CLASS.maxKey]));
  else if (tag !== undefined)
    throw new UnsupportedValue(`a value of BSON type ${tag} has no place in the order`);
  else
    writeMany(
      CLASS.object,
      Object.entries(value).map(([name, item]) => [item, name] as const),
      out,
    );
}

function writeMany(
  tag: number,
  items: readonly (readonly [value: unknown, name?: string])[],
  out: Buffer[],
): void {
  out.push(Buffer.from([tag]));
  for (const [value, name] of items) {
    const own: Buffer[] = [];
    write(value, own);
    const bytes = Buffer.concat(own);
    out.push(bytes.subarray(0, 1));
    if (name !== undefined) out.push(escaped(Buffer.from(name)));
    out.push(bytes.subarray(1));
  }
  out.push(Buffer.from([0]));
}

function writeBinary(value: Binary, out: Buffer[]): void {
  const bytes = Buffer.from(value.buffer.subarray(0, value.position));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  out.push(Buffer.from([CLASS.binary]), length, Buffer.from([value.sub_type]), bytes);
}

/** 0x00 becomes 0x00 0xFF and the end is 0x00 0x00, so that a prefix sorts before what it begins. */
function escaped(bytes: Buffer): Buffer {
  if (!bytes.includes(0)) return Buffer.concat([bytes, Buffer.from([0, 0])]);
  const out: number[] = [];
  for (const byte of bytes) {
    out.push(byte);
    if (byte === 0) out.push(0xff);
  }
  return Buffer.from([...out, 0, 0]);
}

function numberBytes(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(17);
  bytes[0] = CLASS.number;
  const double = Number(value);
  if (Number.isNaN(double)) return bytes;
  bytes.writeDoubleBE(double === 0 ? 0 : double, 1);
  if ((bytes[1] as number) & 0x80) for (let i = 1; i < 9; i++) bytes[i] = ~(bytes[i] as number) & 0xff;
  else bytes[1] = (bytes[1] as number) | 0x80;
  const rest = typeof value === 'bigint' ? value - BigInt(double) : 0n;
  signed64(rest).copy(bytes, 9);
  return bytes;
}

function signed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value) ^ (1n << 63n));
  return bytes;
}
