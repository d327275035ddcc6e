import { Catalogue } from './catalogue.ts';
import { Collection } from './collection.ts';
import type { Tables } from './tables.ts';

/** What a command works on: what is on disk, or what a transaction sees. */
export class View {
  readonly tables: Tables;
  readonly catalogue: Catalogue;
  readonly #committed: Tables | undefined;

  /** `committed`: what is on disk, where `tables` shows an earlier moment. */
  constructor(tables: Tables, committed?: Tables) {
    this.tables = tables;
    this.catalogue = new Catalogue(tables);
    this.#committed = committed;
  }

  collection(namespace: string): Collection | undefined {
    const state = this.catalogue.collection(namespace);
    return (
      state &&
      new Collection(namespace, state, {
        tables: this.tables,
        catalogue: this.catalogue,
        committed: this.#committed,
      })
    );
  }

  /** The collection, made when it is not there. */
  create(namespace: string): Collection {
    this.catalogue.create(namespace);
    return this.collection(namespace) as Collection;
  }
}
