import { join } from 'node:path';
import type {
  Benchmark,
  BenchmarkOrder,
  BenchmarkReport,
  HonestyCheck,
  Measurement,
} from './lib/benchmark.ts';
import { inPairs, intervalOf, medianOf, type PairedSamples, ratioOf, type Sample } from './lib/pairs.ts';
import { type Stores, startStores, Worker } from './lib/processes.ts';
import type { Appends, Delivered, DrainedAll } from './lib/tasks/stores.ts';

const WRITERS = 64;
const TOGETHER = 1_000;
/** Subscriptions that are never read, each on a connection of its own. */
const STUCK = 10;
/** What a drain reads at most: the log grows from run to run, and pairs are to be alike. */
const DRAIN_EVENTS_MAX = 100_000;

/**
 * The embedded event store by itself, driven by the official client, over TLS (as it is started) and without. The goals are
 * ratios, taken from what a real EventStoreDB 24.6.0 showed with the same script on two such cores.
 */
export const benchmark: Benchmark = {
  name: 'stores',
  does: 'the embedded event store: group commit, large appends, draining, live delivery, and what it costs beside its client',
  async run(order): Promise<BenchmarkReport> {
    const [measurements, checks]: [Measurement[], HonestyCheck[]] = [[], []];
    for (const access of ['TLS', 'plain'] as const) {
      const bench = await StoreBench.open(order, access);
      try {
        measurements.push(...(await bench.measurements()));
        checks.push(...(await bench.checks()));
      } finally {
        await bench.close();
      }
    }
    return { measurements, checks };
  },
};

/** A store, and a client in a process of its own. */
class StoreBench {
  readonly #order: BenchmarkOrder;
  readonly #access: 'TLS' | 'plain';
  readonly #stores: Stores;
  readonly #client = new Worker();
  readonly #others = new Worker();
  readonly #sink = new Worker('sink');
  /** By kind of work: CPU seconds of the server ÷ those of the client, one for each run. */
  readonly #serverShare = new Map<string, number[]>();
  #runs = 0;
  #appended = 0;
  #disordered = 0;
  #lost = 0;

  private constructor(order: BenchmarkOrder, access: 'TLS' | 'plain', stores: Stores) {
    this.#order = order;
    this.#access = access;
    this.#stores = stores;
  }

  static async open(order: BenchmarkOrder, access: 'TLS' | 'plain'): Promise<StoreBench> {
    return new StoreBench(order, access, await startStores(join(order.directory, access), access));
  }

  async close(): Promise<void> {
    await Promise.all([this.#client.stop(), this.#others.stop(), this.#sink.stop()]);
    await this.#stores.child.stop();
  }

  async measurements(): Promise<readonly Measurement[]> {
    const { pairs, seed, events } = this.#order;
    const singly = Math.min(2_000, Math.max(20, Math.round(events / 10)));
    const oneByOne = () => this.#singly(singly, 1);
    const paired = async (
      what: string,
      contender: () => Promise<Sample>,
      baseline: () => Promise<Sample>,
    ) => {
      const samples = await inPairs({ pairs, contender, baseline });
      this.#order.say(`${this.#access}: ${what} done`);
      return samples;
    };
    const writers = await paired(`${WRITERS} writers`, () => this.#singly(events, WRITERS), oneByOne);
    const together = await paired('thousands', () => this.#together(events * 2), oneByOne);
    const { result: sink } = await this.#sink.run<{ uri: string }>('start', {});
    const writersAtMost = await paired(
      `${WRITERS} writers of the sink`,
      () => this.#unkept('appendSingly', sink.uri, { events, writers: WRITERS }),
      oneByOne,
    );
    const togetherAtMost = await paired(
      'thousands of the sink',
      () => this.#unkept('appendTogether', sink.uri, { events: events * 2, together: TOGETHER }),
      oneByOne,
    );
    const live = await paired(
      'live delivery',
      () => this.#live(singly),
      () => this.#singly(singly, 1, 'p50Ms'),
    );
    const [busy, ready]: [number[], number[]] = [[], []];
    const stuck = await paired(
      'drain',
      () => this.#besideStuck(() => this.#drain()),
      () => this.#drain(busy, ready),
    );
    return [
      this.#measurement('E1', `${WRITERS} writers ÷ one by one, appends a second`, '×', {
        result: ratioOf(writers, seed),
        gate: { must: 8, moonshot: 10, better: 'higher' },
        beside: { 'events a run': events, ...values('appends/s', 'one by one', writers) },
      }),
      this.#measurement('E2', `appends of ${TOGETHER} events ÷ one by one, events a second`, '×', {
        result: ratioOf(together, seed),
        gate: { must: 36, moonshot: 42, better: 'higher' },
        beside: { 'events a run': events * 2, ...values('events/s', 'one by one', together) },
      }),
      // What the client reaches with a server that keeps nothing: where it lies below a goal, no store could reach the goal here.
      this.#measurement(
        'E1 at most',
        `${WRITERS} writers of a server that answers at once ÷ one by one`,
        '×',
        {
          result: ratioOf(writersAtMost, seed),
          beside: { 'events a run': events, ...values('appends/s', 'one by one', writersAtMost) },
        },
      ),
      this.#measurement(
        'E2 at most',
        `appends of ${TOGETHER} events to a server that answers at once ÷ one by one`,
        '×',
        {
          result: ratioOf(togetherAtMost, seed),
          beside: { 'events a run': events * 2, ...values('events/s', 'one by one', togetherAtMost) },
        },
      ),
      this.#measurement('E3', 'share of a core that the client is busy while it drains `$all`', '', {
        // The first one warms up.
        result: intervalOf(busy.slice(1), seed),
        gate: { must: 0.95, moonshot: 0.98, better: 'higher' },
        beside: {
          ...values('events/s beside ten stuck', 'events/s', stuck),
          'with its waits for a core': Number(medianOf(ready.slice(1)).toFixed(3)),
        },
      }),
      this.#measurement('E4', 'live: append call → delivered, p50 ÷ append call → answer, p50', '×', {
        result: ratioOf(live, seed),
        gate: { must: 1.2, moonshot: 1.1, better: 'lower' },
        beside: { ...values('ms to the subscriber', 'ms to the answer', live, 3) },
      }),
      ...[...this.#serverShare].map(([kind, shares]) =>
        this.#measurement('E5', `${kind}: CPU seconds of the server ÷ of the client`, '×', {
          result: intervalOf(shares.slice(1), seed),
          gate: { must: 1, moonshot: 0.8, better: 'lower' },
          beside: { runs: shares.length - 1 },
        }),
      ),
      this.#measurement('E6', `drain beside ${STUCK} subscriptions that are never read ÷ without`, '×', {
        result: ratioOf(stuck, seed),
        gate: { must: 0.95, moonshot: 0.99, better: 'higher' },
        beside: { ...values('events/s', 'without', stuck) },
      }),
    ];
  }

  async checks(): Promise<readonly HonestyCheck[]> {
    const { eventStoreUri } = this.#stores;
    const { result } = await this.#client.run<DrainedAll>('drainAll', { eventStoreUri });
    const { count, rising } = result.seen;
    // The first event of the store is its own.
    const own = count - 1;
    return [
      {
        what: `${this.#access}: every event of every run is in the log, once`,
        ok: own === this.#appended && rising,
        detail: `${own} of ${this.#appended} events, positions ${rising ? 'rising' : 'NOT rising'}`,
      },
      {
        what: `${this.#access}: every live event was delivered, in order, and every drain read what it was to read`,
        ok: this.#lost === 0 && this.#disordered === 0,
        detail: `${this.#lost} missing, ${this.#disordered} runs out of order`,
      },
    ];
  }

  /** A run of the client, with what it cost it and the server. */
  async #run<Result>(
    kind: string,
    task: string,
    more: object,
  ): Promise<{ result: Result; cpuSeconds: number }> {
    const { eventStoreUri, child } = this.#stores;
    const before = child.cpuSeconds();
    const order = { eventStoreUri, prefix: `run${this.#runs++}`, ...more };
    const done = await this.#client.run<Result>(task, order);
    const shares = this.#serverShare.get(kind) ?? [];
    this.#serverShare.set(kind, shares);
    shares.push((child.cpuSeconds() - before) / done.cpuSeconds);
    return done;
  }

  async #singly(
    events: number,
    writers: number,
    value: 'perSecond' | 'p50Ms' = 'perSecond',
  ): Promise<Sample> {
    const kind = writers === 1 ? 'appends one by one' : `${writers} writers`;
    const { result, cpuSeconds } = await this.#run<Appends>(kind, 'appendSingly', { events, writers });
    this.#appended += result.events;
    return { value: result[value], cpuSeconds };
  }

  async #together(events: number): Promise<Sample> {
    const more = { events, together: TOGETHER };
    const { result, cpuSeconds } = await this.#run<Appends>(`appends of ${TOGETHER}`, 'appendTogether', more);
    this.#appended += result.events;
    return { value: result.perSecond, cpuSeconds };
  }

  /** Appends to the sink, which keeps nothing. */
  async #unkept(
    task: 'appendSingly' | 'appendTogether',
    eventStoreUri: string,
    more: object,
  ): Promise<Sample> {
    const order = { eventStoreUri, prefix: `run${this.#runs++}`, ...more };
    const { result, cpuSeconds } = await this.#client.run<Appends>(task, order);
    return { value: result.perSecond, cpuSeconds };
  }

  async #live(events: number): Promise<Sample> {
    const { eventStoreUri } = this.#stores;
    const order = { eventStoreUri, events, prefix: `live${this.#runs++}` };
    const { result, cpuSeconds } = await this.#client.run<Delivered>('deliverLive', order);
    this.#appended += events;
    this.#lost += events - result.events;
    if (!result.inOrder) this.#disordered++;
    return { value: result.deliveredP50Ms, cpuSeconds };
  }

  async #drain(busy: number[] = [], ready: number[] = []): Promise<Sample> {
    const maxCount = Math.min(DRAIN_EVENTS_MAX, this.#appended);
    const { result, cpuSeconds } = await this.#run<DrainedAll>('reads of `$all`', 'drainAll', { maxCount });
    this.#lost += maxCount - result.seen.count;
    busy.push(result.threadSeconds / result.seconds);
    ready.push((result.threadSeconds + result.waitedForCoreSeconds) / result.seconds);
    return { value: result.seen.count / result.seconds, cpuSeconds };
  }

  async #besideStuck(run: () => Promise<Sample>): Promise<Sample> {
    const { eventStoreUri } = this.#stores;
    await this.#others.run('holdStuck', { eventStoreUri, count: STUCK });
    const sample = await run();
    await this.#others.run('letStuckGo', {});
    return sample;
  }

  #measurement(
    goal: string,
    what: string,
    unit: string,
    rest: Omit<Measurement, 'goal' | 'what' | 'unit'>,
  ): Measurement {
    return { goal: `${goal} ${this.#access}`, what, unit, ...rest };
  }
}

/** Medians of both sides. */
function values(
  contender: string,
  baseline: string,
  samples: PairedSamples,
  digits = 0,
): Record<string, number> {
  const of = (side: readonly Sample[]) => Number(medianOf(side.map(({ value }) => value)).toFixed(digits));
  return { [contender]: of(samples.contender), [baseline]: of(samples.baseline) };
}
