import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';
import { makeDirectory } from '#directory-lock';
import {
  DamagedFile,
  makeEnvironment,
  pooledBytes,
  reasonOfFailedCommit,
  UnusableData,
  verifyEnvironment,
} from '#lmdb-copy';
import { DamagedDocument } from '../server/errors.ts';
import { crashPoint } from './crash-point.ts';
import { opened } from './records.ts';
import { after, type Entry, KIND, type Tables, textKey } from './tables.ts';

export const FILE = 'documents.mdb';
const FORMAT = 3;
/** What can be read at a start: two seconds or so. */
const VERIFIED_BYTES_MAX = 64 * 2 ** 20;
export const MAP_BYTES = 64 * 2 ** 30;
export const KEY_BYTES_MAX = 1_900;
const FORMAT_KEY = textKey(KIND.meta, 'format');

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The key space on LMDB. Everything that waits is committed in one LMDB transaction with one flush; a promise resolves
 * when it is on disk. A failed flush is never repeated: the store stops.
 */
export class LmdbTables implements Tables {
  readonly #path: string;
  readonly #root: RootDatabase;
  readonly #data: Database<Buffer, Buffer>;
  #fail: (error: Error) => void = () => undefined;
  readonly failed = new Promise<Error>((resolve) => {
    this.#fail = resolve;
  });
  #failure: Error | undefined;
  #waiting: Waiting[] = [];
  #pumping: Promise<void> | undefined;

  constructor(directory: string) {
    makeDirectory(directory);
    this.#path = join(directory, FILE);
    if (existsSync(this.#path)) verify(this.#path);
    else makeEnvironment(this.#path, MAP_BYTES, fill);
    this.#root = openFile(this.#path);
    this.#refuseFirstFormat(directory);
    this.#data = dataOf(this.#root);
    const format = this.get(FORMAT_KEY)?.readUInt32LE(0);
    if (format !== FORMAT) throw this.#otherFormat(directory, String(format));
  }

  /** The first format had databases of other names in the same file. */
  #refuseFirstFormat(directory: string): void {
    const names = [...this.#root.getKeys({ limit: 16 })].map(String);
    if (names.includes('catalogue')) throw this.#otherFormat(directory, '1');
  }

  #otherFormat(directory: string, format: string): UnusableData {
    void this.#root.close();
    return new UnusableData(
      `The documents in ${directory} have format ${format}; this version reads format ${FORMAT}. Read models are rebuilt from the log: move the directory away and start again.`,
    );
  }

  async close(): Promise<void> {
    await this.#pumping;
    await this.#root.close();
  }

  /** Runs `work` among all that waits; resolves when it is on disk. `work` has to be whole: it is not taken back. */
  commit<T>(work: () => T): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#pumping ??= this.#pump();
    });
  }

  async #pump(): Promise<void> {
    // Whatever else arrives in this turn of the event loop joins the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 && !this.#failure) await this.#commitGroup();
    this.#pumping = undefined;
  }

  /**
   * One transaction at a time: of those that lmdb-js is given beside one that fails, it runs the next, writes and syncs again, and
   * a process that ends in the meantime waits for it for ever.
   */
  async #commitGroup(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    const settle: (() => void)[] = [];
    try {
      await this.#root.transaction(() => {
        for (const { work, resolve, reject } of group) {
          crashPoint('mongodb.before-commit');
          try {
            const result = work();
            settle.push(() => resolve(result as never));
          } catch (error) {
            settle.push(() => reject(error));
          }
          crashPoint('mongodb.written-not-committed');
        }
      });
    } catch (error) {
      this.#failure = await reasonOfFailedCommit(error);
      for (const { reject } of [...group, ...this.#waiting]) reject(this.#failure);
      this.#waiting = [];
      this.#fail(this.#failure);
      return;
    }
    for (const tell of settle) {
      crashPoint('mongodb.after-commit-before-reply');
      tell();
    }
  }

  get(key: Buffer): Buffer | undefined {
    return this.#data.get(key);
  }

  read(start: Buffer, end: Buffer, reverse: boolean, limit: number): Entry[] {
    return readRange(this.#data, start, end, reverse, limit, undefined);
  }

  put(key: Buffer, value: Buffer): void {
    this.#data.putSync(key, value);
  }

  remove(key: Buffer): void {
    this.#data.removeSync(key);
  }

  /** How many entries lie in a range. */
  count(start: Buffer, end: Buffer): number {
    return this.#data.getKeysCount({ start, end });
  }

  /** The file as it is on disk; what was deleted in it is used again. */
  get fileBytes(): number {
    return statSync(this.#path).size;
  }

  /** Why it cannot be used; undefined when all is well. */
  ailment(): string | undefined {
    if (this.#failure) return `The store has stopped: ${this.#failure.message}`;
    try {
      return this.get(FORMAT_KEY) ? undefined : 'The format number of the documents is gone.';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** All entries in order of their keys. */
  everything(): Iterable<Entry> {
    return this.#data.getRange({});
  }

  /** What is on disk now, unchanging until it is released. */
  snapshot(): Snapshot {
    return new Snapshot(this.#data);
  }
}

function openFile(path: string): RootDatabase {
  return open({
    path,
    noSubdir: true,
    // Reopened under the same boot id, images of a power cut were damaged with overlapping sync.
    overlappingSync: false,
    // A commit begins when a group is complete, not at the end of an event turn.
    eventTurnBatching: false,
    mapSize: MAP_BYTES,
    maxDbs: 8,
  });
}

/**
 * A start reads everything: a key that has changed would hide a document from those who ask for it, and nobody would notice.
 * Errors: DamagedFile.
 */
function verify(path: string): void {
  const damage: Error[] = [];
  let format: number | undefined;
  const row = (key: Buffer, value: Buffer) => {
    if (key.equals(FORMAT_KEY)) format = value.readUInt32LE(0);
    else if (damage.length === 0) damage.push(...damageOf(key, value));
  };
  try {
    verifyEnvironment(path, {
      tables: ['data'],
      row: (_, key, value) => row(key, value),
      wholeUpToBytes: VERIFIED_BYTES_MAX,
    });
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    damage.unshift(error);
    format = FORMAT;
  }
  // Records of another format are none of this one's; the format itself is told by whoever opens the file.
  if (damage[0] && format === FORMAT)
    throw new DamagedFile(
      `${damage[0].message} Read models are rebuilt from the log: move the directory away and start again.`,
    );
}

function damageOf(key: Buffer, value: Buffer): readonly Error[] {
  try {
    checkEntry(key, value);
    return [];
  } catch (error) {
    if (error instanceof DamagedDocument) return [error];
    throw error;
  }
}

/** Errors: DamagedDocument. */
export function checkEntry(key: Buffer, value: Buffer): void {
  // The format is read before anything is known of records.
  if (!key.equals(FORMAT_KEY)) opened(key, value, 'An entry');
}

function dataOf(root: RootDatabase): Database<Buffer, Buffer> {
  return root.openDB({ name: 'data', keyEncoding: 'binary', ...pooledBytes });
}

/** What a new store holds: its format. */
function fill(unfinished: string): void {
  const root = openFile(unfinished);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(FORMAT, 0);
  dataOf(root).putSync(FORMAT_KEY, bytes);
  void root.close();
}

/** A view of one moment. It keeps pages of the file from being used again: release it. */
export class Snapshot implements Tables {
  readonly #data: Database<Buffer, Buffer>;
  readonly #transaction: Transaction;

  constructor(data: Database<Buffer, Buffer>) {
    this.#data = data;
    this.#transaction = data.useReadTransaction();
  }

  /** By a range of one key: inside of a write, lmdb-js' own look-up would read what is being written. */
  get(key: Buffer): Buffer | undefined {
    return this.read(key, after(key), false, 1)[0]?.value;
  }

  read(start: Buffer, end: Buffer, reverse: boolean, limit: number): Entry[] {
    return readRange(this.#data, start, end, reverse, limit, this.#transaction);
  }

  put(): void {
    throw new Error('a snapshot cannot be changed');
  }

  remove(): void {
    throw new Error('a snapshot cannot be changed');
  }

  release(): void {
    this.#transaction.done();
  }
}

function readRange(
  data: Database<Buffer, Buffer>,
  start: Buffer,
  end: Buffer,
  reverse: boolean,
  limit: number,
  transaction: Transaction | undefined,
): Entry[] {
  const out: Entry[] = [];
  const range = reverse ? { start: end, reverse } : { start, end };
  for (const { key, value } of data.getRange({ ...range, ...(transaction ? { transaction } : {}) })) {
    // A reverse range begins with its start, which is our end: excluded.
    if (reverse && Buffer.compare(key, end) >= 0) continue;
    if (reverse && Buffer.compare(key, start) < 0) break;
    out.push({ key, value });
    if (out.length >= limit) break;
  }
  return out;
}
