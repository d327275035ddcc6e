import { crc32 } from 'node:zlib';
import { DamagedIndex } from './record.ts';
import type { Tables } from './tables.ts';

/** The tables that lead to records: names of streams, their revisions, their event ids. */
export type IndexTable = 'streams' | 'revisions' | 'ids';

const CHECKSUM_BYTES = 4;
const TABLE_CHECKSUMS: Readonly<Record<IndexTable, number>> = {
  streams: crc32('streams'),
  revisions: crc32('revisions'),
  ids: crc32('ids'),
};

/** A row as it is stored: its content, then the CRC-32 of its table's name, its key and its content. */
export function sealed(table: IndexTable, key: Buffer, content: Buffer): Buffer {
  const row = Buffer.allocUnsafe(content.length + CHECKSUM_BYTES);
  content.copy(row);
  row.writeUInt32LE(checksum(table, key, content), content.length);
  return row;
}

/** The content of a row. Errors: DamagedIndex, when key or content are not what was written. */
export function opened(table: IndexTable, key: Buffer, row: Buffer): Buffer {
  const content = row.subarray(0, Math.max(0, row.length - CHECKSUM_BYTES));
  if (row.length < CHECKSUM_BYTES || row.readUInt32LE(content.length) !== checksum(table, key, content))
    throw new DamagedIndex(`The row ${told(table, key)} is damaged: its checksum does not match.`);
  return content;
}

/**
 * The content of the row of a key; undefined when there is none.
 *
 * A row whose key has changed is not found under the right one: it lies where that one is looked for, so the rows beside an
 * empty place are looked at too. Errors: DamagedIndex.
 */
export function contentOf(tables: Tables, table: IndexTable, key: Buffer): Buffer | undefined {
  const row = tables[table].get(key);
  if (row) return opened(table, key, row);
  for (const reverse of [false, true])
    for (const beside of tables[table].getRange({ start: key, limit: 1, reverse }))
      opened(table, beside.key, beside.value);
  return undefined;
}

function checksum(table: IndexTable, key: Buffer, content: Buffer): number {
  return crc32(content, crc32(key, TABLE_CHECKSUMS[table]));
}

/** Which row it is, as far as its key can be believed. */
function told(table: IndexTable, key: Buffer): string {
  if (table === 'streams')
    return key[0] === 0
      ? `of the stream ${JSON.stringify(key.toString('utf8', 1))}`
      : `of the stream whose long name has the digest ${key.toString('hex', 1)}`;
  if (key.length < NUMBER_BYTES) return `${key.toString('hex')} of the table ${table}`;
  const stream = `stream number ${key.readUIntBE(0, NUMBER_BYTES)}`;
  return table === 'ids'
    ? `of the event id ${key.toString('hex', NUMBER_BYTES)} of ${stream}`
    : `of revision ${BigInt(`0x${key.toString('hex', NUMBER_BYTES) || '0'}`)} of ${stream}`;
}

const NUMBER_BYTES = 6;
