import { crc32 } from 'node:zlib';
import { UnusableData } from '#lmdb-copy';
import { type ByteWriter, byteLengthOfVarint, writeVarint } from '../varint.ts';

/** An event about to be written. */
export interface RecordFields {
  readonly position: number;
  readonly stream: string;
  /** The stream's number in this log. */
  readonly streamNumber: number;
  /** From 0; 2^63 − 1 for a tombstone. */
  readonly revision: bigint;
  /** 36 characters, lower case. */
  readonly id: string;
  readonly type: string;
  /** 100 ns ticks since the Unix epoch. */
  readonly created: bigint;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** A record whose bytes are not what was written: said with its position, never skipped. */
export class DamagedRecord extends UnusableData {
  readonly position: number;

  constructor(position: number, why: string) {
    super(`The record at position ${position} is damaged: ${why}.`);
    this.position = position;
  }
}

/** An index and the log do not say the same: something that was written is not where it has to be. */
export class DamagedIndex extends UnusableData {}

/** Between two positions lies at least this much. */
const STEP = 128;

/**
 * The position of an event after another one: where a record begins, counted in bytes, as on the real server. From a record
 * so follows the position of the one before it, and a missing one is noticed.
 */
export function positionAfter(last: number, event: Pick<RecordFields, 'data' | 'metadata'>): number {
  return last + STEP + event.data.length + event.metadata.length;
}

/**
 * Layout: a header of fixed length, then the event as the wire's `RecordedEvent`, so that reading it costs no encoding.
 * Header, little endian: CRC-32 of all that follows it, version, flags, position, stream number, revision, created, and
 * where the stream's name, type, custom metadata and data lie (offset and length each).
 */
const HEADER_BYTES = 72;
const VERSION = 1;
const JSON_FLAG = 1;
const LINK_FLAG = 2;
/** `RecordedEvent` begins with its id as text: tag, length, tag, length, 36 characters. */
const ID_AT = HEADER_BYTES + 4;
const ID_BYTES = 36;
export const ID_FIELD_BYTES = 4 + ID_BYTES;
export const LINK_TYPE = '$>';

export function encodeRecord(event: RecordFields): Buffer {
  const json = event.json;
  const name = Buffer.from(event.stream);
  const type = Buffer.from(event.type);
  const created = Buffer.from(String(event.created), 'latin1');
  const contentType = json ? JSON_CONTENT : BINARY_CONTENT;
  const identifierBytes = 1 + byteLengthOfVarint(name.length) + name.length;
  const typeEntry = entryBytes(4, type.length);
  const createdEntry = entryBytes(7, created.length);
  const contentEntry = entryBytes(12, contentType.length);
  const total =
    HEADER_BYTES +
    ID_FIELD_BYTES +
    fieldBytes(identifierBytes) +
    (event.revision === 0n ? 0 : 1 + byteLengthOfVarint(event.revision)) +
    2 * (1 + byteLengthOfVarint(event.position)) +
    fieldBytes(typeEntry) +
    fieldBytes(createdEntry) +
    fieldBytes(contentEntry) +
    (event.metadata.length === 0 ? 0 : fieldBytes(event.metadata.length)) +
    (event.data.length === 0 ? 0 : fieldBytes(event.data.length));
  const bytes = Buffer.allocUnsafe(total);
  const writer: ByteWriter = { bytes, at: HEADER_BYTES };

  open(writer, 0x0a, ID_BYTES + 2);
  open(writer, 0x12, ID_BYTES);
  writer.at += bytes.write(event.id, writer.at, ID_BYTES, 'latin1');
  open(writer, 0x12, identifierBytes);
  open(writer, 0x1a, name.length);
  const nameAt = put(writer, name);
  if (event.revision !== 0n) {
    bytes[writer.at++] = 0x18;
    writeVarint(writer, event.revision);
  }
  bytes[writer.at++] = 0x20;
  writeVarint(writer, event.position);
  bytes[writer.at++] = 0x28;
  writeVarint(writer, event.position);
  open(writer, 0x32, typeEntry);
  const typeAt = entry(writer, TYPE_KEY, type);
  open(writer, 0x32, createdEntry);
  entry(writer, CREATED_KEY, created);
  open(writer, 0x32, contentEntry);
  entry(writer, CONTENT_KEY, contentType);
  let metadataAt = writer.at;
  if (event.metadata.length > 0) {
    open(writer, 0x3a, event.metadata.length);
    metadataAt = put(writer, event.metadata);
  }
  let dataAt = writer.at;
  if (event.data.length > 0) {
    open(writer, 0x42, event.data.length);
    dataAt = put(writer, event.data);
  }

  bytes[4] = VERSION;
  bytes[5] = (json ? JSON_FLAG : 0) | (event.type === LINK_TYPE ? LINK_FLAG : 0);
  bytes.writeUInt16LE(0, 6);
  bytes.writeDoubleLE(event.position, 8);
  bytes.writeDoubleLE(event.streamNumber, 16);
  bytes.writeBigInt64LE(event.revision, 24);
  bytes.writeBigInt64LE(event.created, 32);
  for (const [i, place] of [nameAt, name.length, typeAt, type.length].entries())
    bytes.writeUInt32LE(place, 40 + 4 * i);
  for (const [i, place] of [metadataAt, event.metadata.length, dataAt, event.data.length].entries())
    bytes.writeUInt32LE(place, 56 + 4 * i);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

const TYPE_KEY = Buffer.from('type');
const CREATED_KEY = Buffer.from('created');
const CONTENT_KEY = Buffer.from('content-type');
const JSON_CONTENT = Buffer.from('application/json');
const BINARY_CONTENT = Buffer.from('application/octet-stream');

function fieldBytes(length: number): number {
  return 1 + byteLengthOfVarint(length) + length;
}

function entryBytes(key: number, value: number): number {
  return fieldBytes(key) + fieldBytes(value);
}

function open(writer: ByteWriter, tag: number, length: number): void {
  writer.bytes[writer.at++] = tag;
  writeVarint(writer, length);
}

function put(writer: ByteWriter, bytes: Uint8Array): number {
  const at = writer.at;
  writer.bytes.set(bytes, at);
  writer.at += bytes.length;
  return at;
}

/** One entry of the metadata map; returns where its value lies. */
function entry(writer: ByteWriter, key: Buffer, value: Buffer): number {
  open(writer, 0x0a, key.length);
  put(writer, key);
  open(writer, 0x12, value.length);
  return put(writer, value);
}

/** An event as it lies in the log; its checksum has been compared. */
export class LogRecord {
  readonly #bytes: Buffer;

  /** Errors: DamagedRecord when the bytes are not those that were written at this position. */
  constructor(position: number, bytes: Buffer) {
    if (bytes.length < HEADER_BYTES) throw new DamagedRecord(position, `it has only ${bytes.length} bytes`);
    if (crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0))
      throw new DamagedRecord(position, 'its checksum does not match');
    if (bytes[4] !== VERSION) throw new DamagedRecord(position, `its version is ${bytes[4]}`);
    if (bytes.readDoubleLE(8) !== position)
      throw new DamagedRecord(position, `it was written for position ${bytes.readDoubleLE(8)}`);
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#bytes.readDoubleLE(8);
  }
  /** The position of the record before it; 0: it is the first. */
  get previous(): number {
    return this.position - STEP - this.#bytes.readUInt32LE(60) - this.#bytes.readUInt32LE(68);
  }
  get streamNumber(): number {
    return this.#bytes.readDoubleLE(16);
  }
  get revision(): bigint {
    return this.#bytes.readBigInt64LE(24);
  }
  get created(): bigint {
    return this.#bytes.readBigInt64LE(32);
  }
  get json(): boolean {
    return ((this.#bytes[5] as number) & JSON_FLAG) !== 0;
  }
  get isLink(): boolean {
    return ((this.#bytes[5] as number) & LINK_FLAG) !== 0;
  }
  get id(): string {
    return this.#bytes.toString('latin1', ID_AT, ID_AT + ID_BYTES);
  }
  get stream(): string {
    return this.#text(40);
  }
  /** Whether the stream's name begins with these bytes; decodes nothing. */
  streamBegins(prefix: Buffer): boolean {
    const from = this.#bytes.readUInt32LE(40);
    const length = this.#bytes.readUInt32LE(44);
    return (
      length >= prefix.length &&
      this.#bytes.compare(prefix, 0, prefix.length, from, from + prefix.length) === 0
    );
  }
  get type(): string {
    return this.#text(48);
  }
  get metadata(): Buffer {
    return this.#part(56);
  }
  get data(): Buffer {
    return this.#part(64);
  }
  /** Bytes of the wire's `RecordedEvent`, its id as text. */
  get messageBytes(): number {
    return this.#bytes.length - HEADER_BYTES;
  }
  /** Copies the wire's `RecordedEvent` without its first `skip` bytes; returns how many were copied. */
  copyMessage(target: Buffer, at: number, skip: number): number {
    return this.#bytes.copy(target, at, HEADER_BYTES + skip);
  }

  #text(at: number): string {
    const from = this.#bytes.readUInt32LE(at);
    return this.#bytes.toString('utf8', from, from + this.#bytes.readUInt32LE(at + 4));
  }
  #part(at: number): Buffer {
    const from = this.#bytes.readUInt32LE(at);
    return this.#bytes.subarray(from, from + this.#bytes.readUInt32LE(at + 4));
  }
}
