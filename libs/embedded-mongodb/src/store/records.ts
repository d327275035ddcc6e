import { crc32 } from 'node:zlib';
import { DamagedDocument } from '../server/errors.ts';

const CHECKSUM_BYTES = 4;

/** Content with a checksum over its key and itself: a record in a wrong place is as damaged as a wrong byte. */
export function sealed(key: Buffer, content: Buffer, start = 0, end = content.length): Buffer {
  const record = Buffer.allocUnsafe(CHECKSUM_BYTES + end - start);
  content.copy(record, CHECKSUM_BYTES, start, end);
  record.writeUInt32LE(crc32(record.subarray(CHECKSUM_BYTES), crc32(key)), 0);
  return record;
}

/** The content of a record. Error: `DamagedDocument`, with `what` and the key. */
export function opened(key: Buffer, record: Buffer, what: string): Buffer {
  const content = record.subarray(CHECKSUM_BYTES);
  if (record.length < CHECKSUM_BYTES || crc32(content, crc32(key)) !== record.readUInt32LE(0))
    throw new DamagedDocument(`${what}, key ${key.toString('hex')},`);
  return content;
}

/** The content of a record that has been opened before. */
export function contentOf(record: Buffer): Buffer {
  return record.subarray(CHECKSUM_BYTES);
}
