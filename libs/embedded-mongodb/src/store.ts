import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { deserialize, Long, ObjectId, serialize } from 'bson';
import { type Database, open, type RootDatabase } from 'lmdb';
import { encode } from './byte-order.ts';
import { crashPoint } from './crash-point.ts';
import { badValue, CommandError, namespaceNotFound } from './errors.ts';
import { type Doc, reach } from './paths.ts';

export interface IndexSpec {
  readonly name: string;
  /** Field → 1 or −1, in order. */
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique: boolean;
}

interface CollectionState {
  readonly id: number;
  readonly indexes: readonly (IndexSpec & { readonly id: number })[];
}

/** A document that the disk does not give back as it was written. */
export class DamagedDocument extends Error {}

const FORMAT = 1;
const MAP_BYTES = 1 << 40;
const KEY_BYTES_MAX = 1_900;
const LAST = Buffer.alloc(KEY_BYTES_MAX, 0xff);

/**
 * Documents and indexes on LMDB.
 *
 * Layout: `d` + collection + encode(_id) → checksum and raw BSON; `i` + index + encode(fields) + encode(_id) → the
 * document's key. Everything that waits is committed in one transaction; a promise resolves when it is on disk.
 */
export class DocumentStore {
  readonly #root: RootDatabase;
  readonly #catalogue: Database<CollectionState, string>;
  readonly #documents: Database<Buffer, Buffer>;
  readonly #indexes: Database<Buffer, Buffer>;
  readonly #replies: Database<Buffer, string>;
  readonly #meta: Database<number, string>;
  #fail: (error: Error) => void = () => undefined;
  readonly failed = new Promise<Error>((resolve) => {
    this.#fail = resolve;
  });
  #failure: Error | undefined;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#root = open({
      path: join(directory, 'documents.mdb'),
      noSubdir: true,
      overlappingSync: false,
      mapSize: MAP_BYTES,
      maxDbs: 8,
    });
    this.#meta = this.#root.openDB({ name: 'meta', encoding: 'json' });
    this.#catalogue = this.#root.openDB({ name: 'catalogue', encoding: 'json' });
    this.#documents = this.#root.openDB({ name: 'documents', encoding: 'binary', keyEncoding: 'binary' });
    this.#indexes = this.#root.openDB({ name: 'indexes', encoding: 'binary', keyEncoding: 'binary' });
    this.#replies = this.#root.openDB({ name: 'replies', encoding: 'binary' });
    const format = this.#meta.get('format');
    if (format === undefined) this.#meta.putSync('format', FORMAT);
    else if (format !== FORMAT)
      throw new Error(
        `The documents in ${directory} have format ${format}; this version reads format ${FORMAT}.`,
      );
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  /** Runs `work` in a transaction of its own or of all that wait; resolves when it is on disk. A command error undoes nothing by itself. */
  async commit<T>(work: () => T): Promise<T> {
    if (this.#failure) throw this.#failure;
    let refusal: unknown;
    let result: T | undefined;
    try {
      await this.#root.transaction(() => {
        crashPoint('mongodb.before-commit');
        try {
          result = work();
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          refusal = error;
        }
      });
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#fail(this.#failure);
      throw this.#failure;
    }
    crashPoint('mongodb.after-commit-before-reply');
    if (refusal) throw refusal;
    return result as T;
  }

  static newId(): ObjectId {
    return new ObjectId();
  }

  collection(namespace: string): CollectionState | undefined {
    return this.#catalogue.get(namespace);
  }

  /** Namespaces `<database>.<collection>` of a database (or all), in text order. */
  namespaces(database?: string): string[] {
    const all = [...this.#catalogue.getKeys()].map(String);
    return database === undefined ? all : all.filter((name) => name.startsWith(`${database}.`));
  }

  #nextId(): number {
    const next = (this.#meta.get('nextId') ?? 1) + 1;
    this.#meta.put('nextId', next);
    return next;
  }

  create(namespace: string): CollectionState {
    const known = this.collection(namespace);
    if (known) return known;
    const made: CollectionState = { id: this.#nextId(), indexes: [] };
    this.#catalogue.put(namespace, made);
    return made;
  }

  drop(namespace: string): boolean {
    const known = this.collection(namespace);
    if (!known) return false;
    for (const key of [...this.#documents.getKeys(rangeOf(known.id))])
      this.#documents.remove(Buffer.from(key as Buffer));
    for (const index of known.indexes) this.#clearIndex(index.id);
    this.#catalogue.remove(namespace);
    return true;
  }

  #clearIndex(id: number): void {
    for (const key of [...this.#indexes.getKeys(rangeOf(id))])
      this.#indexes.remove(Buffer.from(key as Buffer));
  }

  rename(from: string, to: string, dropTarget: boolean): void {
    const known = this.collection(from);
    if (!known) throw namespaceNotFound(from);
    if (this.collection(to)) {
      if (!dropTarget) throw new CommandError(48, 'NamespaceExists', 'target namespace exists');
      this.drop(to);
    }
    this.#catalogue.remove(from);
    this.#catalogue.put(to, known);
  }

  createIndex(namespace: string, spec: IndexSpec): boolean {
    const state = this.create(namespace);
    if (state.indexes.some(({ name }) => name === spec.name)) return false;
    const index = { ...spec, id: this.#nextId() };
    for (const { key, doc } of this.scan(state, undefined, false))
      this.#putIndexEntries(index, namespace, doc, key);
    this.#catalogue.put(namespace, { ...state, indexes: [...state.indexes, index] });
    return true;
  }

  dropIndex(namespace: string, name: string): void {
    const state = this.collection(namespace);
    const index = state?.indexes.find((own) => own.name === name);
    if (!state || !index) throw new CommandError(27, 'IndexNotFound', `index not found with name [${name}]`);
    this.#clearIndex(index.id);
    this.#catalogue.put(namespace, { ...state, indexes: state.indexes.filter((own) => own !== index) });
  }

  get(state: CollectionState, id: unknown): Doc | undefined {
    return this.byKey(documentKey(state.id, id));
  }

  byKey(key: Buffer): Doc | undefined {
    const bytes = this.#documents.get(key);
    return bytes === undefined ? undefined : decode(bytes);
  }

  insert(namespace: string, state: CollectionState, given: Doc): void {
    const doc = given['_id'] === undefined ? { _id: new ObjectId(), ...given } : given;
    if (Array.isArray(doc['_id'])) throw badValue("The '_id' value cannot be of type array");
    const key = documentKey(state.id, doc['_id']);
    if (this.#documents.doesExist(key)) throw duplicate(namespace, '_id_', { _id: 1 }, { _id: doc['_id'] });
    for (const index of state.indexes) this.#checkUnique(index, namespace, doc, key);
    this.#write(key, doc);
    for (const index of state.indexes) this.#putIndexEntries(index, namespace, doc, key);
  }

  replace(namespace: string, state: CollectionState, before: Doc, after: Doc): void {
    const key = documentKey(state.id, before['_id']);
    for (const index of state.indexes) this.#checkUnique(index, namespace, after, key);
    for (const index of state.indexes)
      for (const entry of indexEntries(index, before, key)) this.#indexes.remove(entry);
    this.#write(key, after);
    for (const index of state.indexes) this.#putIndexEntries(index, namespace, after, key);
  }

  remove(state: CollectionState, doc: Doc): void {
    const key = documentKey(state.id, doc['_id']);
    for (const index of state.indexes)
      for (const entry of indexEntries(index, doc, key)) this.#indexes.remove(entry);
    this.#documents.remove(key);
  }

  #write(key: Buffer, doc: Doc): void {
    const bson = serialize(doc, { ignoreUndefined: true });
    if (bson.length > 16 * 1024 * 1024)
      throw new CommandError(
        10334,
        'BSONObjectTooLarge',
        `object to insert too large. size in bytes: ${bson.length}, max size: 16777216`,
      );
    const bytes = Buffer.allocUnsafe(4 + bson.length);
    bytes.writeUInt32LE(crc32(bson), 0);
    bytes.set(bson, 4);
    this.#documents.put(key, bytes);
  }

  #checkUnique(index: IndexSpec & { readonly id: number }, namespace: string, doc: Doc, own: Buffer): void {
    if (!index.unique) return;
    for (const prefix of indexPrefixes(index, doc)) {
      for (const { value } of this.#indexes.getRange({
        start: prefix,
        end: Buffer.concat([prefix, LAST]).subarray(0, KEY_BYTES_MAX),
        limit: 2,
      })) {
        if (Buffer.compare(value, own) !== 0)
          throw duplicate(
            namespace,
            index.name,
            index.key,
            Object.fromEntries(
              Object.keys(index.key).map((field) => [field, reach(doc, field.split('.'))[0] ?? null]),
            ),
          );
      }
    }
  }

  #putIndexEntries(
    index: IndexSpec & { readonly id: number },
    namespace: string,
    doc: Doc,
    key: Buffer,
  ): void {
    if (index.unique) this.#checkUnique(index, namespace, doc, key);
    for (const entry of indexEntries(index, doc, key)) this.#indexes.put(entry, key);
  }

  /** Documents in the order of `_id`, within bounds given as encoded ids. Nothing stays open between two steps. */
  *scan(
    state: CollectionState,
    bounds: IdBounds | undefined,
    reverse: boolean,
    limit?: number,
  ): Generator<{ key: Buffer; doc: Doc }> {
    const low = Buffer.concat([prefixOf(state.id), bounds?.low ?? Buffer.alloc(0)]);
    const high = bounds?.high
      ? Buffer.concat([prefixOf(state.id), bounds.high, ...(bounds.includeHigh ? [Buffer.from([0])] : [])])
      : prefixOf(state.id + 1);
    const start = bounds?.excludeLow ? Buffer.concat([low, Buffer.from([0])]) : low;
    const range = reverse ? { start: high, end: start, reverse: true } : { start, end: high };
    for (const { key, value } of this.#documents.getRange({
      ...range,
      ...(limit === undefined ? {} : { limit: limit + 1 }),
    })) {
      const bytes = Buffer.from(key as unknown as Buffer);
      // lmdb's reverse ranges include their start, which lies just above the last key that is wanted.
      if (reverse && Buffer.compare(bytes, high) >= 0) continue;
      if (reverse && Buffer.compare(bytes, start) < 0) return;
      yield { key: bytes, doc: decode(value) };
    }
  }

  /** Documents that an index has under equal values of its first fields, without repetition. */
  *byIndex(
    state: CollectionState,
    name: string,
    values: readonly unknown[],
  ): Generator<{ key: Buffer; doc: Doc }> {
    const index = state.indexes.find((own) => own.name === name);
    if (!index) return;
    const directions = Object.values(index.key);
    const prefix = Buffer.concat([
      prefixOf(index.id),
      ...values.map((value, i) => directed(encode(value), directions[i] as 1 | -1)),
    ]);
    const seen = new Set<string>();
    const end = Buffer.concat([prefix, LAST]).subarray(0, KEY_BYTES_MAX);
    for (const { value } of this.#indexes.getRange({ start: prefix, end })) {
      const key = Buffer.from(value);
      const text = key.toString('latin1');
      if (seen.has(text)) continue;
      seen.add(text);
      const doc = this.byKey(key);
      if (doc) yield { key, doc };
    }
  }

  count(state: CollectionState): number {
    return this.#documents.getKeysCount(rangeOf(state.id));
  }

  reply(session: string): { txn: Long; reply: Doc } | undefined {
    const bytes = this.#replies.get(session);
    return bytes === undefined
      ? undefined
      : (deserialize(bytes, { promoteValues: false, promoteLongs: false }) as { txn: Long; reply: Doc });
  }

  keepReply(session: string, txn: Long, reply: Doc): void {
    this.#replies.put(session, Buffer.from(serialize({ txn, reply })));
  }

  forgetSession(session: string): void {
    this.#replies.remove(session);
  }
}

/** Bounds of a scan in encoded ids: low inclusive unless excluded, high exclusive unless included. */
export interface IdBounds {
  readonly low?: Buffer;
  readonly excludeLow?: boolean;
  readonly high?: Buffer;
  readonly includeHigh?: boolean;
}

function prefixOf(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(id);
  return bytes;
}

function rangeOf(id: number): { start: Buffer; end: Buffer } {
  return { start: prefixOf(id), end: prefixOf(id + 1) };
}

function documentKey(collection: number, id: unknown): Buffer {
  return checkedKey(Buffer.concat([prefixOf(collection), encode(id)]), '_id');
}

function checkedKey(key: Buffer, name: string): Buffer {
  if (key.length > KEY_BYTES_MAX)
    throw new CommandError(
      17280,
      'KeyTooLong',
      `${name}: the key has ${key.length} bytes; the embedded store takes at most ${KEY_BYTES_MAX}`,
    );
  return key;
}

function decode(bytes: Buffer): Doc {
  const bson = bytes.subarray(4);
  if (crc32(bson) !== bytes.readUInt32LE(0))
    throw new DamagedDocument('A document is damaged: its checksum does not match.');
  return deserialize(bson, { promoteValues: false, promoteLongs: false, promoteBuffers: false }) as Doc;
}

function directed(bytes: Buffer, direction: 1 | -1): Buffer {
  return direction === 1 ? bytes : Buffer.from(bytes.map((byte) => ~byte & 0xff));
}

/** Values of an index for a document: one for each element where a field is an array. */
function indexPrefixes(index: IndexSpec & { readonly id: number }, doc: Doc): Buffer[] {
  let prefixes = [prefixOf(index.id)];
  for (const [field, direction] of Object.entries(index.key)) {
    const reached = reach(doc, field.split('.'));
    const values =
      reached.length === 0
        ? [null]
        : reached.flatMap((value) => (Array.isArray(value) && value.length > 0 ? value : [value]));
    prefixes = prefixes.flatMap((prefix) =>
      values.map((value) => Buffer.concat([prefix, directed(encode(value), direction)])),
    );
  }
  return prefixes;
}

function indexEntries(index: IndexSpec & { readonly id: number }, doc: Doc, key: Buffer): Buffer[] {
  return indexPrefixes(index, doc).map((prefix) =>
    checkedKey(Buffer.concat([prefix, key.subarray(4)]), index.name),
  );
}

function duplicate(
  namespace: string,
  index: string,
  keyPattern: Readonly<Record<string, unknown>>,
  keyValue: Readonly<Record<string, unknown>>,
): CommandError {
  const shown = Object.entries(keyValue).map(([field, value]) => `${field}: ${JSON.stringify(value)}`);
  return new CommandError(
    11000,
    'DuplicateKey',
    `E11000 duplicate key error collection: ${namespace} index: ${index} dup key: { ${shown.join(', ')} }`,
    { keyPattern, keyValue, index },
  );
}
