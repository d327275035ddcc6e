import { createHash } from 'node:crypto';
import { copyEnvironment } from '#lmdb-copy';
import { checkEntry, FILE, LmdbTables, MAP_BYTES } from './lmdb-tables.ts';

/** What a directory of documents has: two with the same digest have the same documents and indexes. */
export interface DocumentsContent {
  /** Collections, documents and index entries. */
  readonly entries: number;
  /** SHA-256 over all of them in order of their keys, hexadecimal. */
  readonly digest: string;
}

/**
 * Copies the documents of a directory into another one, whether or not a server is at work on them. The copy is on disk and has
 * been read as a whole. Errors: DamagedDocument; those of the file system, a full disk among them.
 */
export function copyDocuments(from: string, to: string): Promise<DocumentsContent> {
  return copyEnvironment(from, to, { file: FILE, mapSize: MAP_BYTES }, async (directory) => {
    const tables = new LmdbTables(directory);
    try {
      return contentOf(tables);
    } finally {
      await tables.close();
    }
  });
}

function contentOf(tables: LmdbTables): DocumentsContent {
  const hash = createHash('sha256');
  let entries = 0;
  for (const { key, value } of tables.everything()) {
    checkEntry(key, value);
    hash.update(key).update(value);
    entries++;
  }
  return { entries, digest: hash.digest('hex') };
}
