import { crc32 } from 'node:zlib';

/** An event as the log keeps it. One per position; never changed. */
export interface StoredEvent {
  readonly position: number;
  readonly stream: string;
  /** From 0; 2^63 − 1 for a tombstone. */
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  /** 100 ns ticks since the Unix epoch. */
  readonly created: bigint;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** A record whose bytes are not what was written: said with its position, never skipped. */
export class DamagedRecord extends Error {
  constructor(position: number, why: string) {
    super(`The record at position ${position} is damaged: ${why}.`);
  }
}

/** Layout: CRC-32 of the rest (4 bytes), length of the header (4), header (JSON), length of the data (4), data, metadata. */
export function encodeRecord(event: StoredEvent): Buffer {
  const { stream, revision, id, type, created, json } = event;
  const header = Buffer.from(
    JSON.stringify([stream, String(revision), id, type, String(created), json ? 1 : 0]),
  );
  const bytes = Buffer.allocUnsafe(12 + header.length + event.data.length + event.metadata.length);
  bytes.writeUInt32LE(header.length, 4);
  header.copy(bytes, 8);
  bytes.writeUInt32LE(event.data.length, 8 + header.length);
  bytes.set(event.data, 12 + header.length);
  bytes.set(event.metadata, 12 + header.length + event.data.length);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

export function decodeRecord(position: number, bytes: Buffer): StoredEvent {
  if (bytes.length < 12 || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0))
    throw new DamagedRecord(position, 'its checksum does not match');
  const headerLength = bytes.readUInt32LE(4);
  const [stream, revision, id, type, created, json] = JSON.parse(
    bytes.toString('utf8', 8, 8 + headerLength),
  ) as [string, string, string, string, string, 0 | 1];
  const dataAt = 12 + headerLength;
  const dataLength = bytes.readUInt32LE(8 + headerLength);
  return {
    position,
    stream,
    revision: BigInt(revision),
    id,
    type,
    created: BigInt(created),
    json: json === 1,
    data: bytes.subarray(dataAt, dataAt + dataLength),
    metadata: bytes.subarray(dataAt + dataLength),
  };
}
