import type { Expected, Outcome } from '../log/append-rules.ts';
import { type ByteWriter, byteLengthOfVarint, writeVarint } from '../varint.ts';
import type { Shared } from './definitions.ts';
import { FRAME_BYTES } from './framed-messages.ts';

export interface BatchAppendSuccess {
  readonly correlationId: InstanceType<Shared['UUID']>;
  readonly stream: string;
  readonly expected: Expected;
  readonly outcome: Extract<Outcome, { kind: 'done' }>;
}

/** No field of it is longer than this, but for the stream's name. */
const ROOM_BYTES = 160;
const EMPTY_FIELD = 0;

/**
 * The answer to an append that was taken, `BatchAppendResp` with `success`, framed and encoded by hand: the generated code takes a tenth
 * of all that an append costs the server (measured with 64 writers). All other answers are left to it.
 */
export function framedSuccess({ correlationId, stream, expected, outcome }: BatchAppendSuccess): Buffer {
  const id = correlationId.hasString()
    ? textId(correlationId.getString())
    : Buffer.from(correlationId.serializeBinary());
  const name = Buffer.from(stream);
  const bytes = Buffer.allocUnsafe(ROOM_BYTES + id.length + name.length);
  const writer: ByteWriter = { bytes, at: FRAME_BYTES };
  putBytes(writer, 0x0a, id);
  putSuccess(writer, outcome);
  bytes[writer.at++] = 0x22;
  // `StreamIdentifier`: a message with one field, which is left out when it is empty.
  writeVarint(writer, name.length === 0 ? 0 : 1 + byteLengthOfVarint(name.length) + name.length);
  if (name.length > 0) putBytes(writer, 0x1a, name);
  putExpected(writer, expected);
  bytes[0] = 0;
  bytes.writeUInt32BE(writer.at - FRAME_BYTES, 1);
  return bytes.subarray(0, writer.at);
}

/** `UUID` with its text. */
function textId(text: string): Buffer {
  const writer: ByteWriter = { bytes: Buffer.allocUnsafe(6 + Buffer.byteLength(text)), at: 0 };
  putBytes(writer, 0x12, Buffer.from(text));
  return writer.bytes.subarray(0, writer.at);
}

function putSuccess(writer: ByteWriter, { revision, position }: BatchAppendSuccess['outcome']): void {
  const revisionBytes = revision < 0n ? 2 : 1 + byteLengthOfVarint(revision);
  const inner = position === undefined ? 0 : 2 * (1 + byteLengthOfVarint(position));
  writer.bytes[writer.at++] = 0x1a;
  writeVarint(writer, revisionBytes + 2 + inner);
  if (revision < 0n) putEmpty(writer, 0x12);
  else putNumber(writer, 0x08, revision);
  if (position === undefined) {
    putEmpty(writer, 0x22);
    return;
  }
  writer.bytes[writer.at++] = 0x1a;
  writeVarint(writer, inner);
  putNumber(writer, 0x08, position);
  putNumber(writer, 0x10, position);
}

function putExpected(writer: ByteWriter, expected: Expected): void {
  if (expected === 'no_stream') putEmpty(writer, 0x32);
  else if (expected === 'any') putEmpty(writer, 0x3a);
  else if (expected === 'stream_exists') putEmpty(writer, 0x42);
  else putNumber(writer, 0x28, expected);
}

function putNumber(writer: ByteWriter, tag: number, value: number | bigint): void {
  writer.bytes[writer.at++] = tag;
  writeVarint(writer, value);
}

function putEmpty(writer: ByteWriter, tag: number): void {
  writer.bytes[writer.at++] = tag;
  writer.bytes[writer.at++] = EMPTY_FIELD;
}

function putBytes(writer: ByteWriter, tag: number, bytes: Buffer): void {
  writer.bytes[writer.at++] = tag;
  writeVarint(writer, bytes.length);
  writer.at += bytes.copy(writer.bytes, writer.at);
}
