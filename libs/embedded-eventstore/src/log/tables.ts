import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { makeDirectory } from '#directory-lock';
import { DamagedFile, makeEnvironment, pooledBytes, UnusableData, verifyEnvironment } from '#lmdb-copy';

/** The log's tables in one LMDB file. */
export interface Tables {
  readonly path: string;
  readonly root: RootDatabase<unknown, string>;
  /** Small facts about the file: its format, its owner. */
  readonly facts: Database<unknown, string>;
  /** Position → record. */
  readonly log: Database<Buffer, number>;
  /** Name → state. This and the two that follow: each row with a checksum, see rows.ts. */
  readonly streams: Database<Buffer, Buffer>;
  /** Stream number, revision → position. */
  readonly revisions: Database<Buffer, Buffer>;
  /** Stream number, event id → revision. */
  readonly ids: Database<Buffer, Buffer>;
}

export const FILE = 'events.mdb';
const FORMAT = 3;
const TABLES = ['facts', 'log', 'streams', 'revisions', 'ids'];
/** What can be read at a start: two seconds or so. */
const VERIFIED_BYTES_MAX = 64 * 2 ** 20;
export const MAP_BYTES = 64 * 2 ** 30;
/** LMDB keys are short; a longer name is found by its digest. */
const NAME_BYTES_MAX = 1024;

/**
 * Opens the log of a directory; makes it when there is none. A new file gets its name only when it is complete and on disk,
 * so that a crash leaves no half-made log.
 *
 * Errors: another format; DamagedFile. Nobody else may have it open for writing.
 */
export function openTables(directory: string): Tables {
  makeDirectory(directory);
  const path = join(directory, FILE);
  if (existsSync(path)) verifyEnvironment(path, { tables: TABLES, wholeUpToBytes: VERIFIED_BYTES_MAX });
  else makeEnvironment(path, MAP_BYTES, fill);
  const tables = openFile(path);
  let format: unknown;
  try {
    format = factOf(tables, 'format');
  } catch (error) {
    void tables.root.close();
    throw error;
  }
  if (format !== FORMAT) {
    void tables.root.close();
    throw new UnusableData(
      `The event log in ${directory} has format ${String(format)}; this version reads format ${FORMAT}. Start the version that wrote it, or use another directory.`,
    );
  }
  return tables;
}

/** What a new log holds: its format. */
function fill(unfinished: string): void {
  const tables = openFile(unfinished);
  tables.facts.putSync('format', FORMAT);
  void tables.root.close();
}

/** Read by us and not by lmdb, so that what cannot be read is an error of our own kind wherever lmdb was loaded first. */
const json = {
  encoder: {
    encode: (fact: unknown): Uint8Array => Buffer.from(JSON.stringify(fact)),
    decode: (read: Uint8Array): unknown => JSON.parse(pooledBytes.encoder.decode(read).toString()),
  },
} as const;

function openFile(path: string): Tables {
  const root = open<unknown, string>({
    path,
    noSubdir: true,
    // lmdb's default acknowledges before the disk has it: reopened after a power cut, acknowledged writes were gone.
    overlappingSync: false,
    // A commit begins when a group of appends is complete, not at the end of an event turn.
    eventTurnBatching: false,
    mapSize: MAP_BYTES,
    maxDbs: 8,
  });
  const binary = { keyEncoding: 'binary', ...pooledBytes } as const;
  return {
    path,
    root,
    facts: root.openDB({ name: 'facts', ...json }),
    log: root.openDB({ name: 'log', ...pooledBytes }),
    streams: root.openDB({ name: 'streams', ...binary }),
    revisions: root.openDB({ name: 'revisions', ...binary }),
    ids: root.openDB({ name: 'ids', ...binary }),
  };
}

/** What the file says of itself. Errors: DamagedFile, when it is nothing that could have been written. */
export function factOf(tables: Tables, name: 'format' | 'owner'): unknown {
  try {
    return tables.facts.get(name);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DamagedFile(
      `The row "${name}" of the table facts in ${tables.path} is damaged: it is not what was written.`,
    );
  }
}

export function nameKey(stream: string): Buffer {
  const name = Buffer.from(stream);
  if (name.length <= NAME_BYTES_MAX) return Buffer.concat([Buffer.of(0), name]);
  return Buffer.concat([Buffer.of(1), createHash('sha256').update(name).digest()]);
}

export function revisionKey(streamNumber: number, revision: bigint): Buffer {
  const key = Buffer.allocUnsafe(14);
  key.writeUIntBE(streamNumber, 0, 6);
  key.writeBigUInt64BE(revision, 6);
  return key;
}

export function idKey(streamNumber: number, id: string): Buffer {
  const key = Buffer.allocUnsafe(22);
  key.writeUIntBE(streamNumber, 0, 6);
  key.write(id.replaceAll('-', ''), 6, 'hex');
  return key;
}

export function encodeNumber(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
