import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, type Position } from '@eventstore/db-client';
import { type EmbeddedEventStore, startEmbeddedEventStore } from './server.ts';

/** A store with a client, both of which can go away and come back. */
export class RealStore {
  readonly #directory: string;
  #store: EmbeddedEventStore;
  client: EventStoreDBClient;
  /** Where a reader of `$all` that remembers its place has got to. */
  readTo: Position | undefined;

  private constructor(directory: string, store: EmbeddedEventStore) {
    this.#directory = directory;
    this.#store = store;
    this.client = EventStoreDBClient.connectionString(store.uri);
  }

  static async open(): Promise<RealStore> {
    const directory = await mkdtemp(join(tmpdir(), 'quadrant-model-'));
    return new RealStore(directory, await startEmbeddedEventStore({ directory }));
  }

  /** A client of its own connection in the place of this one, whatever that had open. */
  async reconnect(): Promise<void> {
    await this.client.dispose();
    this.client = EventStoreDBClient.connectionString(this.#store.uri);
  }

  /** With the client's connection still open: what it has not been told it will not be told. */
  async restart(): Promise<void> {
    await this.#store.close();
    await this.client.dispose();
    this.#store = await startEmbeddedEventStore({ directory: this.#directory });
    this.client = EventStoreDBClient.connectionString(this.#store.uri);
  }

  async close(): Promise<void> {
    await this.client.dispose();
    await this.#store.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
