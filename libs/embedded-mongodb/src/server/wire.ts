import { checkDocument, InvalidBson } from '../bson/check.ts';
import { documentAt, entries, type Value } from '../bson/value.ts';
import { documentOf, type Writable } from '../bson/write.ts';

/** MongoDB's wire protocol: OP_MSG, and OP_QUERY for the first hello. Source: MongoDB manual, "Wire Protocol". */
const OP_MSG = 2013;
const OP_QUERY = 2004;
const OP_REPLY = 1;
export const MESSAGE_BYTES_MAX = 48_000_000;
const HEADER_BYTES = 16;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Flags below this have to be understood by who reads them. */
const REQUIRED_FLAGS = 0xffff;

export interface Message {
  readonly requestId: number;
  readonly isLegacy: boolean;
  /** The sender wants no answer. */
  readonly oneWay: boolean;
  readonly fields: ReadonlyMap<string, Value>;
  /** Lists of documents that came beside the command. */
  readonly sequences: ReadonlyMap<string, readonly Value[]>;
}

/** Bytes that are no message. Nothing after them can be understood either. */
export class ProtocolError extends Error {}

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #wanted = 4;

  *push(chunk: Buffer): Generator<Message> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Chunks are joined when a message is whole: joining at each of them would copy a large one again and again.
    while (this.#size >= this.#wanted) {
      const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      const length = all.readInt32LE(0);
      if (length < HEADER_BYTES || length > MESSAGE_BYTES_MAX)
        throw new ProtocolError(
          `a message of ${length} bytes; ${HEADER_BYTES} to ${MESSAGE_BYTES_MAX} are possible`,
        );
      const whole = all.length >= length;
      this.#chunks = whole && all.length === length ? [] : [whole ? all.subarray(length) : all];
      this.#size = whole ? all.length - length : all.length;
      this.#wanted = whole ? 4 : length;
      if (whole) yield parsed(all.subarray(0, length));
    }
  }
}

function parsed(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4);
  const opCode = bytes.readInt32LE(12);
  try {
    if (opCode === OP_QUERY) return { requestId, isLegacy: true, ...query(bytes) };
    if (opCode === OP_MSG) return { requestId, isLegacy: false, ...sections(bytes) };
  } catch (error) {
    if (error instanceof InvalidBson || error instanceof RangeError)
      throw new ProtocolError(`a message could not be read: ${error.message}`);
    throw error;
  }
  throw new ProtocolError(`operation ${opCode} is not spoken here`);
}

type Content = Pick<Message, 'oneWay' | 'fields' | 'sequences'>;

function query(bytes: Buffer): Content {
  const end = bytes.indexOf(0, 20);
  if (end < 0) throw new ProtocolError('a query without the end of its namespace');
  checkDocument(bytes, end + 9, bytes.length);
  return { oneWay: false, fields: fieldsOf(documentAt(bytes, end + 9)), sequences: new Map() };
}

function sections(bytes: Buffer): Content {
  if (bytes.length < 26) throw new ProtocolError('a message without a command');
  const flags = bytes.readUInt32LE(16);
  if (flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME))
    throw new ProtocolError(`the flags ${flags.toString(16)} are not known`);
  const end = bytes.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  let command: Value | undefined;
  const sequences = new Map<string, readonly Value[]>();
  for (let at = 20; at < end; ) {
    const kind = bytes[at++];
    if (kind === 0) {
      if (command) throw new ProtocolError('a message with two commands');
      command = documentAt(bytes, at);
      at = checkDocument(bytes, at, end);
    } else if (kind === 1) {
      const size = bytes.readInt32LE(at);
      if (size < 5 || at + size > end) throw new ProtocolError('a section ends beyond its message');
      const [name, docs] = sequence(bytes, at + 4, at + size);
      if (sequences.has(name)) throw new ProtocolError(`two sections are named ${name}`);
      sequences.set(name, docs);
      at += size;
    } else throw new ProtocolError(`a section of kind ${kind} is not known`);
  }
  if (!command) throw new ProtocolError('a message without a command');
  return { oneWay: (flags & MORE_TO_COME) !== 0, fields: fieldsOf(command), sequences };
}

function sequence(bytes: Buffer, start: number, end: number): [string, Value[]] {
  const zero = bytes.indexOf(0, start);
  if (zero < 0 || zero >= end) throw new ProtocolError('a section without the end of its name');
  const docs: Value[] = [];
  for (let at = zero + 1; at < end; ) {
    docs.push(documentAt(bytes, at));
    at = checkDocument(bytes, at, end);
  }
  return [bytes.toString('utf8', start, zero), docs];
}

function fieldsOf(command: Value): Map<string, Value> {
  const fields = new Map<string, Value>();
  for (const [name, value] of entries(command)) {
    if (fields.has(name)) throw new ProtocolError(`the command has two fields ${name}`);
    fields.set(name, value);
  }
  return fields;
}

let lastId = 0;

export function replyBytes(to: Message, reply: { readonly [name: string]: Writable | undefined }): Buffer {
  const room = to.isLegacy ? 36 : 21;
  const bytes = documentOf(reply, room);
  lastId = (lastId + 1) & 0x7fffffff;
  bytes.fill(0, 0, room);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(lastId, 4);
  bytes.writeInt32LE(to.requestId, 8);
  bytes.writeInt32LE(to.isLegacy ? OP_REPLY : OP_MSG, 12);
  if (to.isLegacy) {
    bytes.writeInt32LE(8, 16);
    bytes.writeInt32LE(1, 32);
  }
  return bytes;
}
