import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Journal } from '#journal';
import type { ReadModels } from '#read-models';

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** A scrape waits this long for a store before it calls it down. */
const STORE_MS = 1_000;

export type FactOutcome = 'appended' | 'duplicate' | 'refused';

/** What operators watch, in the text format of Prometheus. One registry for each application. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #facts: Counter<'result'>;
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #up: Gauge<'store'>;
  readonly #head: Gauge;
  readonly #position: Gauge<'projection'>;
  readonly #lag: Gauge;
  readonly #waiting: Gauge;

  constructor(
    private readonly journal: Journal,
    private readonly readModels: ReadModels,
  ) {
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: 'quadrant_http_request_seconds',
      help: 'Requests by route and status: how many, and how long they took',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.#facts = new Counter({
      name: 'quadrant_facts_total',
      help: 'Facts that this process was sent, by what became of them',
      labelNames: ['result'],
      registers,
    });
    for (const result of ['appended', 'duplicate', 'refused']) this.#facts.inc({ result }, 0);
    this.#up = new Gauge({
      name: 'quadrant_store_up',
      help: '1 when the store answered this scrape',
      labelNames: ['store'],
      registers,
    });
    this.#head = new Gauge({ name: 'quadrant_log_position', help: 'Position of the last event', registers });
    this.#position = new Gauge({
      name: 'quadrant_projection_position',
      help: 'Position up to which a read model has projected',
      labelNames: ['projection'],
      registers,
    });
    this.#waiting = new Gauge({
      name: 'quadrant_questions_waiting',
      help: 'Questions that wait for a position',
      registers,
    });
    this.#lag = new Gauge({
      name: 'quadrant_projection_lag_seconds',
      help: 'Age of the oldest event that is not in every read model; 0 when all are',
      registers,
    });
  }

  /** Counts every request that is answered. Routes by their pattern: an id of a customer is no label. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', async (request, reply) => {
      this.#requests.observe(
        {
          method: request.method,
          route: request.routeOptions.url ?? 'none',
          status: String(reply.statusCode),
        },
        reply.elapsedTime / 1000,
      );
    });
  }

  facts(result: FactOutcome, count = 1): void {
    this.#facts.inc({ result }, count);
  }

  waiting(more: 1 | -1): void {
    this.#waiting.inc(more);
  }

  async text(): Promise<string> {
    await Promise.all([this.#askEventStore(), this.#askMongo()]);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async #askEventStore(): Promise<void> {
    const head = await answered(this.journal.head());
    this.#up.set({ store: 'eventstore' }, head === undefined ? 0 : 1);
    if (head !== undefined) this.#head.set(Number(head));
  }

  async #askMongo(): Promise<void> {
    const models = await answered(this.readModels.status());
    this.#up.set({ store: 'mongodb' }, models === undefined ? 0 : 1);
    for (const { dimension, position } of models ?? [])
      this.#position.set({ projection: dimension }, Number(position));
    const lag = models && (await answered(this.#lagSeconds()));
    if (lag !== undefined) this.#lag.set(lag);
  }

  async #lagSeconds(): Promise<number> {
    const known = await this.readModels.known();
    for await (const { created } of this.journal.readAll({
      ...(known > 0n ? { from: known } : {}),
      maxCount: 1,
    }))
      return Math.max(0, (Date.now() - Number(created)) / 1000);
    return 0;
  }
}

/** The value, or undefined when the store is away or silent: that is what is measured here, so it is no error. */
async function answered<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), STORE_MS);
  });
  try {
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
