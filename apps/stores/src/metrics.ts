import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { EventStoreStats } from '#embedded-eventstore';
import type { MongoDbStats } from '#embedded-mongodb';
import { conditionOf, type StoreCondition, type StoreName, type Watched } from './condition.ts';

/** What each figure of a store says. */
const FIGURES = {
  eventstore: {
    events: 'Events of the log',
    streams: 'Streams that ever were',
    lastPosition: 'Position of the last event',
    fileBytes: 'Bytes of the log on disk',
    waiting: 'Appends and other changes that are not yet on disk',
    reads: 'Finite reads on their way',
    subscriptions: 'Catch-up subscriptions that are open',
    groups: 'Persistent subscriptions',
    consumers: 'Consumers that are connected to persistent subscriptions',
  } satisfies Record<keyof EventStoreStats, string>,
  mongodb: {
    collections: 'Collections of all databases',
    fileBytes: 'Bytes of documents and indexes on disk',
    connections: 'Connections that are open',
    cursors: 'Cursors that are open',
    transactions: 'Transactions that are open',
    commands: 'Commands since the start',
  } satisfies Record<keyof MongoDbStats, string>,
};

/** The condition of the stores in the text format of Prometheus, beside prom-client's own figures of the process. */
export class StoreMetrics {
  readonly #watched: Watched;
  readonly #registry = new Registry();
  readonly #figures: Readonly<Record<StoreName, ReadonlyMap<string, Gauge>>>;
  readonly #up: Gauge<'store'>;
  readonly #anonymous: Gauge;
  readonly #operations: Counter<'store' | 'operation'>;
  readonly #slow: Counter<'store' | 'operation'>;
  readonly #longest: Gauge<'store' | 'operation'>;

  constructor(watched: Watched) {
    this.#watched = watched;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#figures = { eventstore: this.#gauges('eventstore'), mongodb: this.#gauges('mongodb') };
    this.#up = new Gauge({
      name: 'quadrant_embedded_store_up',
      help: '1 when the store can be used, 0 when it has stopped or cannot read its file',
      labelNames: ['store'],
      registers,
    });
    this.#anonymous = new Gauge({
      name: 'quadrant_embedded_stores_anonymous_memory_bytes',
      help: 'Resident memory without pages of mapped files (Linux)',
      registers,
    });
    const labelNames = ['store', 'operation'] as const;
    this.#operations = new Counter({
      name: 'quadrant_embedded_store_operations_total',
      help: 'Operations that are over',
      labelNames,
      registers,
    });
    this.#slow = new Counter({
      name: 'quadrant_embedded_store_slow_operations_total',
      help: 'Operations that took as long as the threshold, or longer',
      labelNames,
      registers,
    });
    this.#longest = new Gauge({
      name: 'quadrant_embedded_store_longest_operation_seconds',
      help: 'The longest operation since the start',
      labelNames,
      registers,
    });
  }

  /** `quadrant_embedded_eventstore_file_bytes`. */
  #gauges(store: StoreName): ReadonlyMap<string, Gauge> {
    return new Map(
      Object.entries(FIGURES[store]).map(([figure, help]) => {
        const words = figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        const name = `quadrant_embedded_${store}_${words}`;
        return [figure, new Gauge({ name, help, registers: [this.#registry] })];
      }),
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    const { memory, stores } = conditionOf(this.#watched);
    if (memory.anonymous !== undefined) this.#anonymous.set(memory.anonymous);
    // The counts are kept where the operations are seen; here they are only shown.
    for (const counter of [this.#operations, this.#slow]) counter.reset();
    for (const store of ['eventstore', 'mongodb'] as const) {
      const condition = stores[store];
      if (condition) this.#show(store, condition);
    }
    return this.#registry.metrics();
  }

  #show(store: StoreName, { health, figures, operations }: StoreCondition): void {
    this.#up.set({ store }, health === 'ok' ? 1 : 0);
    for (const [figure, value] of Object.entries(figures)) this.#figures[store].get(figure)?.set(value);
    for (const [operation, { count, slow, longestMs }] of Object.entries(operations)) {
      this.#operations.inc({ store, operation }, count);
      this.#slow.inc({ store, operation }, slow);
      this.#longest.set({ store, operation }, longestMs / 1000);
    }
  }
}
