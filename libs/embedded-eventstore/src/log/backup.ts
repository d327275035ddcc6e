import { createHash } from 'node:crypto';
import { copyEnvironment } from '#lmdb-copy';
import { releaseLog } from './ownership.ts';
import { DamagedIndex, LogRecord } from './record.ts';
import { contentOf, opened } from './rows.ts';
import { FILE, idKey, MAP_BYTES, openTables, revisionKey, type Tables } from './tables.ts';

/** What a log has: two with the same digest have the same events at the same places. */
export interface LogContent {
  readonly events: number;
  /** 0: none. */
  readonly lastPosition: number;
  /** SHA-256 over all records in their order, hexadecimal. */
  readonly digest: string;
}

/**
 * Copies the log of a directory into another one, whether or not a server is at work on it: everything acknowledged before the
 * call is in the copy. The copy is on disk and has been read as a whole.
 *
 * Errors: DamagedRecord, DamagedIndex; those of the file system, a full disk among them.
 */
export function copyLog(from: string, to: string): Promise<LogContent> {
  return copyEnvironment(from, to, { file: FILE, mapSize: MAP_BYTES }, async (directory) => {
    const copy = openTables(directory);
    try {
      // The server that was copied is not the owner of its copy.
      releaseLog(copy);
      return contentOfLog(copy);
    } finally {
      await copy.root.close();
    }
  });
}

/** Every record, its chain to the one before it, and the rows that lead to it; then the names of all streams. */
function contentOfLog(tables: Tables): LogContent {
  const hash = createHash('sha256');
  let events = 0;
  let lastPosition = 0;
  for (const { key, value } of tables.log.getRange({})) {
    const record = new LogRecord(key, value);
    if (record.previous !== lastPosition)
      throw new DamagedIndex(`The record at position ${record.previous} is missing.`);
    const { streamNumber, revision } = record;
    if (contentOf(tables, 'revisions', revisionKey(streamNumber, revision))?.readDoubleLE() !== key)
      throw new DamagedIndex(`Revision ${revision} of ${record.stream} does not lead to position ${key}.`);
    contentOf(tables, 'ids', idKey(streamNumber, record.id));
    hash.update(value);
    events++;
    lastPosition = key;
  }
  for (const { key, value } of tables.streams.getRange({})) opened('streams', key, value);
  return { events, lastPosition, digest: hash.digest('hex') };
}
