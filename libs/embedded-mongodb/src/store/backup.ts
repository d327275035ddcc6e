import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { DamagedDocument } from '../server/errors.ts';
import { FILE, LmdbTables, MAP_BYTES } from './lmdb-tables.ts';
import { opened } from './records.ts';
import { KIND } from './tables.ts';

/** What a directory of documents has: two with the same digest have the same documents and indexes. */
export interface DocumentsContent {
  /** Collections, documents and index entries. */
  readonly entries: number;
  /** SHA-256 over all of them in order of their keys, hexadecimal. */
  readonly digest: string;
}

/**
 * Copies the documents of a directory into another one, whether or not a server is at work on them: all that was committed at
 * one moment. The copy is on disk and has been read as a whole. Errors: DamagedDocument; those of the file system.
 */
export async function copyDocuments(from: string, to: string): Promise<DocumentsContent> {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const source = open({
    path: join(from, FILE),
    noSubdir: true,
    readOnly: true,
    mapSize: MAP_BYTES,
    maxDbs: 8,
  });
  try {
    // Compacted: pages that are not in use, with what was deleted, are left behind.
    await source.backup(join(to, FILE), true);
  } finally {
    await source.close();
  }
  const content = await readDocuments(to);
  for (const path of [join(to, FILE), to]) {
    const handle = openSync(path, 'r');
    fsyncSync(handle);
    closeSync(handle);
  }
  return content;
}

async function readDocuments(directory: string): Promise<DocumentsContent> {
  const tables = new LmdbTables(directory);
  try {
    const hash = createHash('sha256');
    let entries = 0;
    for (const { key, value } of tables.everything()) {
      check(key, value);
      hash.update(key).update(value);
      entries++;
    }
    return { entries, digest: hash.digest('hex') };
  } finally {
    await tables.close();
    rmSync(join(directory, `${FILE}-lock`), { force: true });
  }
}

/** Errors: DamagedDocument. */
function check(key: Buffer, value: Buffer): void {
  // The numbers of the store itself are no records.
  if (key[0] === KIND.meta) return;
  if (key[0] !== KIND.index) {
    opened(key, value, 'An entry of the backup');
    return;
  }
  // An entry of an index says twice to which document it leads.
  if (value.length === 0 || !key.subarray(-value.length).equals(value))
    throw new DamagedDocument(`An index entry of the backup, key ${key.toString('hex')},`);
}
