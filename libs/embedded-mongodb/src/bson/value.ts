/**
 * BSON where it lies: documents are never decoded as a whole, so that what a client sent is what it gets back, and that
 * a query reads no more of a document than it needs. Source: bsonspec.org, version 1.1.
 */
export const TYPE = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binary: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  maxKey: 127,
  minKey: 255,
} as const;

/** A value of a type, from `start` to `end` of `bytes`, without its name. */
export class Value {
  readonly type: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  constructor(type: number, bytes: Buffer, start: number, end: number) {
    this.type = type;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  get isObject(): boolean {
    return this.type === TYPE.object;
  }

  get isArray(): boolean {
    return this.type === TYPE.array;
  }

  get isNumber(): boolean {
    const { type } = this;
    return type === TYPE.int || type === TYPE.double || type === TYPE.long || type === TYPE.decimal;
  }

  get isNull(): boolean {
    return this.type === TYPE.null || this.type === TYPE.undefined;
  }

  /** Text of a string or symbol. */
  get text(): string {
    return this.bytes.toString('utf8', this.start + 4, this.end - 1);
  }

  get raw(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }

  equals(other: Value): boolean {
    return (
      this.type === other.type &&
      this.end - this.start === other.end - other.start &&
      this.bytes.compare(other.bytes, other.start, other.end, this.start, this.end) === 0
    );
  }
}

/** A whole document as a value. */
export function documentAt(bytes: Buffer, start = 0): Value {
  return new Value(TYPE.object, bytes, start, start + bytes.readInt32LE(start));
}

/** Goes through the fields of a document or the elements of an array. */
export class Fields {
  readonly bytes: Buffer;
  readonly #end: number;
  #next: number;
  type = 0;
  nameStart = 0;
  nameEnd = 0;
  start = 0;
  end = 0;

  constructor(of: Value) {
    this.bytes = of.bytes;
    this.#next = of.start + 4;
    this.#end = of.end - 1;
  }

  next(): boolean {
    if (this.#next >= this.#end) return false;
    const { bytes } = this;
    this.type = bytes[this.#next] as number;
    this.nameStart = this.#next + 1;
    let at = this.nameStart;
    while (bytes[at] !== 0) at++;
    this.nameEnd = at;
    this.start = at + 1;
    this.end = this.start + sizeAt(this.type, bytes, this.start);
    this.#next = this.end;
    return true;
  }

  get name(): string {
    return this.bytes.toString('utf8', this.nameStart, this.nameEnd);
  }

  get value(): Value {
    return new Value(this.type, this.bytes, this.start, this.end);
  }

  named(name: Buffer): boolean {
    const { bytes, nameStart } = this;
    if (this.nameEnd - nameStart !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (bytes[nameStart + i] !== name[i]) return false;
    return true;
  }
}

/** Bytes that a value of a type takes, beginning at `at`. The document has been checked before. */
function sizeAt(type: number, bytes: Buffer, at: number): number {
  switch (type) {
    case TYPE.int:
      return 4;
    case TYPE.double:
    case TYPE.date:
    case TYPE.long:
    case TYPE.timestamp:
      return 8;
    case TYPE.string:
    case TYPE.symbol:
    case TYPE.javascript:
      return 4 + bytes.readInt32LE(at);
    case TYPE.object:
    case TYPE.array:
    case TYPE.javascriptWithScope:
      return bytes.readInt32LE(at);
    case TYPE.binary:
      return 5 + bytes.readInt32LE(at);
    case TYPE.objectId:
      return 12;
    case TYPE.bool:
      return 1;
    case TYPE.decimal:
      return 16;
    case TYPE.regex:
      return bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1 - at;
    case TYPE.dbPointer:
      return 16 + bytes.readInt32LE(at);
    default:
      return 0;
  }
}

export function field(of: Value, name: Buffer): Value | undefined {
  const fields = new Fields(of);
  while (fields.next()) if (fields.named(name)) return fields.value;
  return undefined;
}

/** Fields in their order, `[name, value]`. */
export function entries(of: Value): [string, Value][] {
  const fields = new Fields(of);
  const out: [string, Value][] = [];
  while (fields.next()) out.push([fields.name, fields.value]);
  return out;
}

export function elements(of: Value): Value[] {
  const fields = new Fields(of);
  const out: Value[] = [];
  while (fields.next()) out.push(fields.value);
  return out;
}

export function firstName(of: Value): string | undefined {
  const fields = new Fields(of);
  return fields.next() ? fields.name : undefined;
}

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(TYPE).map(([name, code]) => [code, name === 'binary' ? 'binData' : name]),
);

/** The name of a type as MongoDB's messages and `$type` have it. */
export function typeName(type: number): string {
  return NAMES[type] ?? 'unknown';
}

export function typeNamed(name: string): number | undefined {
  const found = Object.entries(NAMES).find(([, own]) => own === name);
  return found ? Number(found[0]) : undefined;
}
