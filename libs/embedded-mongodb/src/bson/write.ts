import { TYPE, Value } from './value.ts';

/** What a reply or a document is made of; numbers become int or double, bigints long, values are copied as they are. */
export type Writable =
  | Value
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | readonly Writable[]
  | Fieldset
  | { readonly [name: string]: Writable | undefined };

/** A document given as a list, for names that an object would reorder. */
export class Fieldset {
  readonly list: readonly (readonly [name: string, value: Writable])[];
  constructor(list: readonly (readonly [string, Writable])[]) {
    this.list = list;
  }
}

/** Bytes that grow as they are written. */
export class Writer {
  bytes: Buffer;
  at = 0;

  constructor(expected = 512) {
    this.bytes = Buffer.allocUnsafe(expected);
  }

  need(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }

  head(type: number, name: string): void {
    this.need(name.length * 3 + 24);
    this.bytes[this.at++] = type;
    this.at += this.bytes.write(name, this.at, 'utf8');
    this.bytes[this.at++] = 0;
  }

  /** A head whose name is given byte for byte. */
  rawHead(type: number, name: string): void {
    this.need(name.length + 24);
    this.bytes[this.at++] = type;
    this.at += this.bytes.write(name, this.at, 'latin1');
    this.bytes[this.at++] = 0;
  }

  begin(): number {
    this.need(5);
    this.at += 4;
    return this.at - 4;
  }

  end(begin: number): void {
    this.need(1);
    this.bytes[this.at++] = 0;
    this.bytes.writeInt32LE(this.at - begin, begin);
  }

  copy(from: Buffer, start: number, end: number): void {
    this.need(end - start + 1);
    from.copy(this.bytes, this.at, start, end);
    this.at += end - start;
  }

  document(list: Iterable<readonly [string, Writable | undefined]>): void {
    const begin = this.begin();
    for (const [name, value] of list) if (value !== undefined) this.value(name, value);
    this.end(begin);
  }

  value(name: string, value: Writable): void {
    if (value instanceof Value) {
      this.head(value.type, name);
      this.copy(value.bytes, value.start, value.end);
    } else if (typeof value === 'string') this.#text(name, value);
    else if (typeof value === 'number') this.#number(name, value);
    else if (typeof value === 'bigint') {
      this.head(TYPE.long, name);
      this.at = this.bytes.writeBigInt64LE(BigInt.asIntN(64, value), this.at);
    } else if (typeof value === 'boolean') {
      this.head(TYPE.bool, name);
      this.bytes[this.at++] = value ? 1 : 0;
    } else if (value === null) this.head(TYPE.null, name);
    else if (value instanceof Date) {
      this.head(TYPE.date, name);
      this.at = this.bytes.writeBigInt64LE(BigInt(value.getTime()), this.at);
    } else if (Array.isArray(value)) {
      this.head(TYPE.array, name);
      this.document((value as readonly Writable[]).map((item, i) => [String(i), item] as const));
    } else {
      this.head(TYPE.object, name);
      this.document(
        value instanceof Fieldset ? value.list : Object.entries(value as Record<string, Writable>),
      );
    }
  }

  #number(name: string, value: number): void {
    const int = Number.isInteger(value) && value === (value | 0) && !Object.is(value, -0);
    this.head(int ? TYPE.int : TYPE.double, name);
    this.at = int ? this.bytes.writeInt32LE(value, this.at) : this.bytes.writeDoubleLE(value, this.at);
  }

  #text(name: string, text: string): void {
    this.head(TYPE.string, name);
    this.need(text.length * 3 + 5);
    const length = this.bytes.write(text, this.at + 4, 'utf8');
    this.bytes.writeInt32LE(length + 1, this.at);
    this.at += 4 + length;
    this.bytes[this.at++] = 0;
  }
}

/** The bytes of a document, after `room` bytes that the caller fills. */
export function documentOf(
  content: { readonly [name: string]: Writable | undefined } | Fieldset,
  room = 0,
): Buffer {
  const writer = new Writer();
  writer.at = room;
  writer.document(content instanceof Fieldset ? content.list : Object.entries(content));
  return writer.bytes.subarray(0, writer.at);
}

/** A value made here. */
export function bsonOf(content: Writable): Value {
  if (content instanceof Value) return content;
  const bytes = documentOf({ v: content });
  return new Value(bytes[4] as number, bytes, 7, bytes.length - 1);
}

export function objectOf(list: readonly (readonly [string, Writable])[]): Value {
  const bytes = documentOf(new Fieldset(list));
  return new Value(TYPE.object, bytes, 0, bytes.length);
}

export function arrayOf(list: readonly Value[]): Value {
  const writer = new Writer();
  writer.document(list.map((item, i) => [String(i), item] as const));
  return new Value(TYPE.array, writer.bytes, 0, writer.at);
}

export const NULL = bsonOf(null);
export const EMPTY = objectOf([]);
