import { deserialize, serialize } from 'bson';
import type { Doc } from './paths.ts';

/** MongoDB's wire protocol: OP_MSG, and OP_QUERY for the first hello. Source: MongoDB manual, "Wire Protocol". */
export const OP_MSG = 2013;
export const OP_QUERY = 2004;
const OP_REPLY = 1;
const MESSAGE_BYTES_MAX = 48_000_000;
const HEADER_BYTES = 16;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

export interface Message {
  readonly requestId: number;
  readonly opCode: number;
  readonly command: Doc;
  /** The sender wants no answer. */
  readonly oneWay: boolean;
}

export class ProtocolError extends Error {}

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #size = 0;

  *push(chunk: Buffer): Generator<Message> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= 4) {
      const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      this.#chunks = [all];
      const length = all.readInt32LE(0);
      if (length < HEADER_BYTES || length > MESSAGE_BYTES_MAX)
        throw new ProtocolError(
          `a message of ${length} bytes; ${HEADER_BYTES} to ${MESSAGE_BYTES_MAX} are possible`,
        );
      if (all.length < length) return;
      this.#chunks = all.length === length ? [] : [all.subarray(length)];
      this.#size = all.length - length;
      yield parseMessage(all.subarray(0, length));
    }
  }
}

const READ = { promoteValues: false, promoteLongs: false, promoteBuffers: false } as const;

function parseMessage(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4);
  const opCode = bytes.readInt32LE(12);
  try {
    if (opCode === OP_QUERY) {
      const end = bytes.indexOf(0, 20);
      return { requestId, opCode, command: deserialize(bytes.subarray(end + 9), READ) as Doc, oneWay: false };
    }
    if (opCode !== OP_MSG) throw new ProtocolError(`operation ${opCode} is not spoken here`);
    return { requestId, opCode, ...parseSections(bytes) };
  } catch (error) {
    throw error instanceof ProtocolError
      ? error
      : new ProtocolError(`a message could not be read: ${(error as Error).message}`);
  }
}

function parseSections(bytes: Buffer): { command: Doc; oneWay: boolean } {
  const flags = bytes.readUInt32LE(16);
  const end = bytes.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  let command: Doc | undefined;
  const sequences: [string, Doc[]][] = [];
  for (let at = 20; at < end; ) {
    const kind = bytes[at++];
    const size = bytes.readInt32LE(at);
    if (size < 5 || at + size > end) throw new ProtocolError('a section ends beyond its message');
    if (kind === 0) command = deserialize(bytes.subarray(at, at + size), READ) as Doc;
    else if (kind === 1) sequences.push(parseSequence(bytes.subarray(at + 4, at + size)));
    else throw new ProtocolError(`a section of kind ${kind} is not known`);
    at += size;
  }
  if (!command) throw new ProtocolError('a message without a command');
  for (const [name, docs] of sequences) command[name] = docs;
  return { command, oneWay: (flags & MORE_TO_COME) !== 0 };
}

function parseSequence(bytes: Buffer): [string, Doc[]] {
  const end = bytes.indexOf(0);
  const docs: Doc[] = [];
  for (let at = end + 1; at < bytes.length; ) {
    const size = bytes.readInt32LE(at);
    if (size < 5 || at + size > bytes.length) throw new ProtocolError('a document ends beyond its section');
    docs.push(deserialize(bytes.subarray(at, at + size), READ) as Doc);
    at += size;
  }
  return [bytes.toString('utf8', 0, end), docs];
}

let lastId = 0;

export function replyBytes(to: Message, reply: Doc): Buffer {
  const body = serialize(reply, { ignoreUndefined: true });
  lastId = (lastId + 1) & 0x7fffffff;
  const legacy = to.opCode === OP_QUERY;
  const head = Buffer.alloc(legacy ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(lastId, 4);
  head.writeInt32LE(to.requestId, 8);
  head.writeInt32LE(legacy ? OP_REPLY : OP_MSG, 12);
  if (legacy) {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return Buffer.concat([head, body]);
}
