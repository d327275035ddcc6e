import { CommandError, namespaceNotFound } from '../server/errors.ts';
import { opened, sealed } from './records.ts';
import { above, type CollectionState, KIND, prefixOf, scan, type Tables, textKey } from './tables.ts';

const NEXT_ID = textKey(KIND.meta, 'nextId');
const REMOVED_AT_ONCE = 1_000;

/** The collections of a store, and of a transaction as it sees them. */
export class Catalogue {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  collection(namespace: string): CollectionState | undefined {
    const key = textKey(KIND.catalogue, namespace);
    const record = this.#tables.get(key);
    return (
      record &&
      (JSON.parse(opened(key, record, `the catalogue entry of ${namespace}`).toString()) as CollectionState)
    );
  }

  set(namespace: string, state: CollectionState): void {
    const key = textKey(KIND.catalogue, namespace);
    this.#tables.put(key, sealed(key, Buffer.from(JSON.stringify(state))));
  }

  /** Namespaces `<database>.<collection>` of a database (or all), in text order. */
  namespaces(database?: string): string[] {
    const start = textKey(KIND.catalogue, database === undefined ? '' : `${database}.`);
    return [...scan(this.#tables, start, above(start), false)].map(({ key }) => key.toString('utf8', 1));
  }

  nextId(): number {
    const record = this.#tables.get(NEXT_ID);
    const next = (record ? opened(NEXT_ID, record, 'the counter of ids').readUInt32LE(0) : 0) + 1;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(next, 0);
    this.#tables.put(NEXT_ID, sealed(NEXT_ID, bytes));
    return next;
  }

  create(namespace: string): CollectionState {
    const known = this.collection(namespace);
    if (known) return known;
    const made: CollectionState = { id: this.nextId(), indexes: [] };
    this.set(namespace, made);
    return made;
  }

  drop(namespace: string): boolean {
    const known = this.collection(namespace);
    if (!known) return false;
    this.#clear(prefixOf(KIND.document, known.id));
    for (const index of known.indexes) this.#clear(prefixOf(KIND.index, index.id));
    this.#tables.remove(textKey(KIND.catalogue, namespace));
    return true;
  }

  clearIndex(id: number): void {
    this.#clear(prefixOf(KIND.index, id));
  }

  #clear(prefix: Buffer): void {
    for (;;) {
      const part = this.#tables.read(prefix, above(prefix), false, REMOVED_AT_ONCE);
      for (const { key } of part) this.#tables.remove(key);
      if (part.length < REMOVED_AT_ONCE) return;
    }
  }

  rename(from: string, to: string, dropTarget: boolean): void {
    const known = this.collection(from);
    if (!known) throw namespaceNotFound(from);
    if (from === to) throw new CommandError(20, 'IllegalOperation', "Can't rename a collection to itself");
    if (this.collection(to)) {
      if (!dropTarget) throw new CommandError(48, 'NamespaceExists', 'target namespace exists');
      this.drop(to);
    }
    this.#tables.remove(textKey(KIND.catalogue, from));
    this.set(to, known);
  }
}
