import { encode } from '../bson/byte-order.ts';
import { newObjectId } from '../bson/object-id.ts';
import { show } from '../bson/show.ts';
import { documentAt, Fields, field, TYPE, type Value } from '../bson/value.ts';
import { Fieldset, NULL, type Writable } from '../bson/write.ts';
import { KeyPattern, ParallelArrays } from '../query/key-pattern.ts';
import { valuesAt } from '../query/paths.ts';
import { badValue, CommandError, DamagedDocument } from '../server/errors.ts';
import { Draft } from '../update/draft.ts';
import type { Catalogue } from './catalogue.ts';
import { KEY_BYTES_MAX } from './lmdb-tables.ts';
import { opened, sealed } from './records.ts';
import { above, type CollectionState, type IndexState, KIND, prefixOf, scan, type Tables } from './tables.ts';

const ID = Buffer.from('_id');
export const DOCUMENT_BYTES_MAX = 16 * 1024 * 1024;

interface Index extends IndexState {
  readonly pattern: KeyPattern;
  readonly prefix: Buffer;
}

/** One collection and its indexes, on disk or as a transaction sees it. */
export class Collection {
  readonly namespace: string;
  readonly tables: Tables;
  readonly #catalogue: Catalogue;
  /** What is committed, where `tables` is a transaction's view: keys have to be unique in both. */
  readonly #committed: Tables | undefined;
  readonly prefix: Buffer;
  #state: CollectionState;
  #indexes: readonly Index[];

  constructor(
    namespace: string,
    state: CollectionState,
    {
      tables,
      catalogue,
      committed,
    }: { tables: Tables; catalogue: Catalogue; committed?: Tables | undefined },
  ) {
    this.namespace = namespace;
    this.tables = tables;
    this.#catalogue = catalogue;
    this.#committed = committed;
    this.#state = state;
    this.prefix = prefixOf(KIND.document, state.id);
    this.#indexes = state.indexes.map(indexOf);
  }

  get indexes(): readonly Index[] {
    return this.#indexes;
  }

  documentKey(id: Value): Buffer {
    return this.#keyOf(encode(id));
  }

  #keyOf(encodedId: Buffer): Buffer {
    return checkedKey(Buffer.concat([this.prefix, encodedId]), '_id_');
  }

  /** A document by its key. Error: it is damaged. */
  document(key: Buffer): Value | undefined {
    const record = this.tables.get(key);
    return record && this.opened(key, record);
  }

  opened(key: Buffer, record: Buffer): Value {
    return documentAt(opened(key, record, `a document of ${this.namespace}`));
  }

  /** The document that an index entry leads to. Error: the entry or the document is damaged, or there is none. */
  indexed(index: Index, entry: Buffer, record: Buffer): Value {
    const what = `index ${index.name} of ${this.namespace}`;
    const document = this.document(this.#keyOf(opened(entry, record, what)));
    if (!document) throw new DamagedDocument(`${what}, key ${entry.toString('hex')},`);
    return document;
  }

  insert(given: Value): Value {
    const doc = withIdFirst(given);
    const id = field(doc, ID) as Value;
    if (id.type === TYPE.array) throw badValue("can't use an array for _id");
    if (id.type === TYPE.regex) throw badValue("can't use a regex for _id");
    if (id.type === TYPE.undefined) throw badValue("can't use a undefined for _id");
    checkSize(doc, 10334, 'object to insert too large');
    const encodedId = encode(id);
    const key = this.#keyOf(encodedId);
    if (this.tables.get(key) || this.#committed?.get(key))
      throw this.#duplicate('_id_', [['_id', 1]], [['_id', id]]);
    const entries = this.#indexes.map((index) => this.#entries(index, doc, encodedId));
    this.#indexes.forEach((index, i) => {
      for (const entry of entries[i] as Buffer[]) this.#checkUnique(index, entry, encodedId, doc);
    });
    this.#put(key, doc);
    for (const list of entries) for (const entry of list) this.tables.put(entry, sealed(entry, encodedId));
    return id;
  }

  replace(before: Value, after: Value): void {
    checkSize(after, 17419, 'Resulting document after update is larger than 16777216');
    const encodedId = encode(field(before, ID));
    const changes = this.#indexes.map((index) => {
      const [old, fresh] = [before, after].map((doc) => this.#entries(index, doc, encodedId)) as [
        Buffer[],
        Buffer[],
      ];
      return {
        index,
        removed: old.filter((entry) => !fresh.some((own) => own.equals(entry))),
        added: fresh.filter((entry) => !old.some((own) => own.equals(entry))),
      };
    });
    for (const { index, added } of changes)
      for (const entry of added) this.#checkUnique(index, entry, encodedId, after);
    this.#put(this.#keyOf(encodedId), after);
    for (const { removed, added } of changes) {
      for (const entry of removed) this.tables.remove(entry);
      for (const entry of added) this.tables.put(entry, sealed(entry, encodedId));
    }
  }

  remove(doc: Value): void {
    const encodedId = encode(field(doc, ID));
    const entries = this.#indexes.flatMap((index) => this.#entries(index, doc, encodedId));
    for (const entry of entries) this.tables.remove(entry);
    this.tables.remove(this.#keyOf(encodedId));
  }

  #put(key: Buffer, doc: Value): void {
    this.tables.put(key, sealed(key, doc.bytes, doc.start, doc.end));
  }

  /** Entries of a document in an index. An array found for the first time is noted in the catalogue. */
  #entries(index: Index, doc: Value, encodedId: Buffer): Buffer[] {
    const { keys, multikey } = keysOf(index, doc);
    if (multikey && !this.#indexes.find(({ id }) => id === index.id)?.multikey) this.#noteArrays(index.id);
    return keys.map((key) => checkedKey(Buffer.concat([index.prefix, key, encodedId]), index.name));
  }

  #noteArrays(id: number): void {
    this.#setIndexes(this.#state.indexes.map((own) => (own.id === id ? { ...own, multikey: true } : own)));
  }

  #setIndexes(indexes: readonly IndexState[]): void {
    this.#state = { ...this.#state, indexes };
    this.#catalogue.set(this.namespace, this.#state);
    this.#indexes = indexes.map(indexOf);
  }

  #checkUnique(index: Index, entry: Buffer, encodedId: Buffer, doc: Value): void {
    if (!index.unique) return;
    const start = entry.subarray(0, entry.length - encodedId.length);
    this.tables.claim?.(start);
    for (const tables of this.#committed ? [this.tables, this.#committed] : [this.tables]) {
      for (const other of tables.read(start, above(start), false, 2))
        if (!opened(other.key, other.value, `index ${index.name} of ${this.namespace}`).equals(encodedId)) {
          const key = start.subarray(index.prefix.length);
          throw this.#duplicate(index.name, index.key, keyValues(index, key, doc));
        }
    }
  }

  #duplicate(
    index: string,
    pattern: IndexState['key'],
    values: readonly (readonly [string, Value])[],
  ): CommandError {
    const shown = values.map(([name, value]) => `${name}: ${show(value)}`);
    return new CommandError(
      11000,
      'DuplicateKey',
      `E11000 duplicate key error collection: ${this.namespace} index: ${index} dup key: { ${shown.join(', ')} }`,
      { keyPattern: new Fieldset(pattern), keyValue: new Fieldset(values as readonly [string, Writable][]) },
    );
  }

  /** Makes an index over what is there. False: it is there already. Errors: MongoDB's, for another index of that name or key. */
  createIndex(spec: Omit<IndexState, 'id' | 'multikey'>): boolean {
    const shape = (own: Pick<IndexState, 'key' | 'unique'>) => JSON.stringify([own.key, own.unique]);
    const named = this.#indexes.find(({ name }) => name === spec.name);
    if (named && shape(named) === shape(spec)) return false;
    if (named)
      throw new CommandError(
        86,
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${spec.name}, existing index: ${named.name}`,
      );
    const same = this.#indexes.find(({ key }) => JSON.stringify(key) === JSON.stringify(spec.key));
    if (same)
      throw new CommandError(
        85,
        'IndexOptionsConflict',
        `Index already exists with a different name: ${same.name}`,
      );
    const made: IndexState = { ...spec, id: this.#catalogue.nextId(), multikey: false };
    const before = this.#state.indexes;
    this.#setIndexes([...before, made]);
    try {
      this.#build(made.id);
    } catch (error) {
      this.#catalogue.clearIndex(made.id);
      this.#setIndexes(before);
      throw error;
    }
    return true;
  }

  #build(id: number): void {
    const index = this.#indexes.find((own) => own.id === id) as Index;
    for (const { key, value } of scan(this.tables, this.prefix, above(this.prefix), false)) {
      const doc = this.opened(key, value);
      const encodedId = key.subarray(this.prefix.length);
      for (const entry of this.#entries(index, doc, encodedId)) {
        this.#checkUnique(index, entry, encodedId, doc);
        this.tables.put(entry, sealed(entry, encodedId));
      }
    }
  }

  dropIndex(name: string): void {
    const index = this.#indexes.find((own) => own.name === name);
    if (!index) throw new CommandError(27, 'IndexNotFound', `index not found with name [${name}]`);
    this.#catalogue.clearIndex(index.id);
    this.#setIndexes(this.#state.indexes.filter(({ id }) => id !== index.id));
  }
}

function indexOf(state: IndexState): Index {
  return { ...state, pattern: new KeyPattern(state.key), prefix: prefixOf(KIND.index, state.id) };
}

function keysOf(index: Index, doc: Value): { readonly keys: readonly Buffer[]; readonly multikey: boolean } {
  try {
    return index.pattern.keysOf(doc);
  } catch (error) {
    if (error instanceof ParallelArrays)
      throw new CommandError(
        171,
        'CannotIndexParallelArrays',
        `cannot index parallel arrays under ${index.name}`,
      );
    throw error;
  }
}

/** The values that a key was made of, as far as one field tells; else the first that the path leads to. */
function keyValues(index: Index, key: Buffer, doc: Value): [string, Value][] {
  return index.pattern.fields.map(({ path, direction }) => {
    const values = valuesAt(doc, path);
    const own = new KeyPattern([['v', direction]]);
    const exact = values.find((value) => {
      const draft = new Draft(false);
      draft.set('v', value);
      return own.keysOf(draft.value()).keys.some((made) => made.equals(key));
    });
    return [path.text, exact ?? values[0] ?? NULL];
  });
}

function withIdFirst(doc: Value): Value {
  const fields = new Fields(doc);
  if (fields.next() && fields.named(ID)) return doc;
  const draft = Draft.of(doc);
  if (draft.names.includes('_id')) draft.moveToFront('_id');
  else {
    draft.set('_id', newObjectId());
    draft.moveToFront('_id');
  }
  return draft.value();
}

function checkSize(doc: Value, code: number, what: string): void {
  const size = doc.end - doc.start;
  if (size > DOCUMENT_BYTES_MAX)
    throw new CommandError(
      code,
      code === 10334 ? 'BSONObjectTooLarge' : `Location${code}`,
      `${what}. size in bytes: ${size}, max size: ${DOCUMENT_BYTES_MAX}`,
    );
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
