import { join } from 'node:path';
import { type Stores, startStores, Worker } from '../benchmarks/lib/processes.ts';
import type { SeenEvents } from '../benchmarks/lib/seen.ts';
import type { SeenByMany } from '../benchmarks/lib/tasks/consumers.ts';
import type { Appends, DrainedAll } from '../benchmarks/lib/tasks/stores.ts';
import { MemoryWatch } from './lib/memory-watch.ts';
import type { Storm, StormOrder, StormReport } from './lib/storm.ts';

/** Events of a point, and of one append. */
const TOGETHER = 1_000;
/** Events that the writer has in memory. */
const PREPARED_MAX = 100_000;
/** One of them never reads. */
const CONSUMERS = 100;
const SUBSCRIPTIONS = 1_000;
/** On one connection, as a client has them. */
const PER_CONNECTION = 100;
/** Of the log's events so many are one that is sent to each of the thousand subscriptions. */
const LIVE_SHARE = 100;
/** Highest memory in the last tenth of a stretch ÷ in the first one. */
const FLAT = 1.25;
/** Bytes; below it the collector of garbage has not been under pressure, and a ratio says nothing. */
const SMALL = 120 * 1024 * 1024;
const MEGABYTE = 1_000_000;
/** Of a longer log the hundred consumers read its last events: all of it would take them hours. */
const CONSUMED_MAX = 1_000_000;

/**
 * A long run of the embedded event store as it is started, with TLS: a log is appended, drained by the official client,
 * subscribed to by a hundred consumers of whom one never reads, and then followed live by a thousand subscriptions. Every consumer sees every event once and in order, and the memory of the store stays flat.
 */
export const storm: Storm = {
  name: 'long',
  does: `a log is appended, drained, read by ${CONSUMERS} consumers of whom one is stuck, and followed by ${SUBSCRIPTIONS}; a point is ${TOGETHER} events`,
  points: { full: 1_000, quick: 20 },
  run,
};

export async function run(order: StormOrder, consumedMax = CONSUMED_MAX): Promise<StormReport> {
  const stores = await startStores(join(order.directory, 'data'), 'TLS');
  const long = new LongRun(order, stores, consumedMax);
  try {
    return await long.run();
  } finally {
    await long.close();
  }
}

type Drained = Pick<DrainedAll, 'seen' | 'seconds'> & Required<Pick<DrainedAll, 'tail'>>;

class LongRun {
  readonly #order: StormOrder;
  readonly #consumedMax: number;
  readonly #stores: Stores;
  readonly #writer = new Worker();
  readonly #readers = new Worker();
  readonly #stuck = new Worker();
  readonly #memory: MemoryWatch;
  readonly #wrong: string[] = [];
  readonly #counts: Record<string, number> = {};
  #written = 0;

  constructor(order: StormOrder, stores: Stores, consumedMax: number) {
    this.#order = order;
    this.#consumedMax = consumedMax;
    this.#stores = stores;
    this.#memory = new MemoryWatch(stores.child);
  }

  async close(): Promise<void> {
    this.#memory.stop();
    await Promise.all([this.#writer.stop(), this.#readers.stop(), this.#stuck.stop()]);
    await this.#stores.child.stop();
  }

  async run(): Promise<StormReport> {
    const events = this.#order.points * TOGETHER;
    await this.#append(events);
    const all = await this.#drain(events);
    await this.#consumeWithOneStuck(all.tail);
    await this.#follow(all.seen.count, Math.min(events, this.#consumedMax) / LIVE_SHARE);
    this.#counts['MB of memory with mapped pages, highest'] = megabytes(this.#memory.highestResident);
    const { seed, points } = this.#order;
    return { points, failures: this.#wrong.map((what) => ({ seed, what })), counts: this.#counts };
  }

  async #append(events: number): Promise<void> {
    let seconds = 0;
    await this.#flat('appending', async () => {
      const tenth = events / 10;
      for (let rest = tenth; rest > 0; rest -= PREPARED_MAX) {
        const part = Math.min(rest, PREPARED_MAX);
        const { perSecond } = await this.#write({ events: part, together: TOGETHER });
        seconds += part / perSecond;
      }
    });
    this.#counts['events appended a second'] = Math.round(events / seconds);
    this.#order.say(`${events} events appended`);
  }

  /** What the official client reads is what everybody has to see. */
  async #drain(events: number): Promise<Drained> {
    let read: DrainedAll | undefined;
    const drain = async (more: object): Promise<DrainedAll> =>
      (await this.#readers.run<DrainedAll>('drainAll', { ...this.#uri, ...more })).result;
    // The first tenth by itself, and then all: of a drain no part can be taken out.
    const first = await this.#memory.during(() => drain({ maxCount: events / 10 }));
    const whole = await this.#memory.during(async () => {
      read = await drain({ tailAfter: Math.max(0, events - this.#consumedMax) });
    });
    const { seen, seconds, tail } = read as unknown as Drained;
    this.#compare('draining', first, whole);
    // The first event of the store is its own.
    this.#expect(
      seen.count === this.#written + 1,
      `the drain read ${seen.count} events of ${this.#written + 1}`,
    );
    this.#expect(seen.rising, 'the drain read an event twice, or out of order');
    this.#counts['events drained a second'] = Math.round(seen.count / seconds);
    this.#order.say('drained');
    return { seen, seconds, tail };
  }

  async #consumeWithOneStuck({ after, seen: all }: Drained['tail']): Promise<void> {
    await this.#stuck.run('holdStuck', { ...this.#uri, count: 1 });
    const reading = CONSUMERS - 1;
    const began = performance.now();
    await this.#readers.run('openConsumers', {
      ...this.#uri,
      consumers: reading,
      perConnection: 1,
      from: after === 0 ? 'start' : { after },
    });
    const first = await this.#memory.during(() =>
      this.#readers.run('awaitConsumers', { count: Math.floor(all.count / 10) }),
    );
    let seen: SeenByMany = [];
    const whole = await this.#memory.during(async () => {
      seen = (await this.#readers.run<SeenByMany>('awaitConsumers', { count: all.count })).result;
    });
    const seconds = (performance.now() - began) / 1000;
    this.#compare(`feeding ${reading} consumers`, first, whole);
    this.#same(seen, reading, all);
    await this.#readers.run('closeConsumers', {});
    await this.#stuck.run('letStuckGo', {});
    this.#counts['events delivered a second beside a stuck consumer'] = Math.round(
      (reading * all.count) / seconds,
    );
    this.#order.say(`${reading} consumers have seen everything, one is stuck`);
  }

  async #follow(before: number, events: number): Promise<void> {
    const idle = this.#stores.child.anonymousBytes();
    await this.#readers.run('openConsumers', {
      ...this.#uri,
      consumers: SUBSCRIPTIONS,
      perConnection: PER_CONNECTION,
      from: 'end',
    });
    this.#counts[`kB of memory for each of ${SUBSCRIPTIONS} subscriptions`] = Math.round(
      Math.max(0, this.#stores.child.anonymousBytes() - idle) / SUBSCRIPTIONS / 1000,
    );
    let sent = 0;
    let seen: SeenByMany = [];
    await this.#flat(`following with ${SUBSCRIPTIONS} subscriptions`, async () => {
      sent += events / 10;
      await this.#write({ events: events / 10, together: 10 });
      seen = (await this.#readers.run<SeenByMany>('awaitConsumers', { count: sent })).result;
    });
    const tail = await this.#readers.run<DrainedAll>('drainAll', this.#uri);
    this.#expect(
      tail.result.seen.count === before + events,
      `the log has ${tail.result.seen.count} events at the end`,
    );
    this.#same(seen, SUBSCRIPTIONS, { count: events, rising: true });
    await this.#readers.run('closeConsumers', {});
    this.#order.say(`${SUBSCRIPTIONS} subscriptions have seen ${events} events each`);
  }

  get #uri(): { readonly eventStoreUri: string } {
    return { eventStoreUri: this.#stores.eventStoreUri };
  }

  async #write(more: { readonly events: number; readonly together: number }): Promise<Appends> {
    const order = { ...this.#uri, prefix: `long-${this.#written}`, ...more };
    const { result } = await this.#writer.run<Appends>('appendTogether', order);
    this.#written += result.events;
    return result;
  }

  /** Does something in tenths; the memory of the last one against the first one's. */
  async #flat(what: string, part: () => Promise<void>): Promise<void> {
    const first = await this.#memory.during(() => part());
    for (let tenth = 2; tenth < 10; tenth++) await part();
    this.#compare(what, first, await this.#memory.during(() => part()));
  }

  #compare(what: string, first: number, last: number): void {
    this.#counts[`MB ${what}: first tenth`] = megabytes(first);
    this.#counts[`MB ${what}: at its end`] = megabytes(last);
    this.#expect(
      last < SMALL || last <= FLAT * first,
      `${what}: ${megabytes(last)} MB of memory at its end, ${megabytes(first)} MB in the first tenth`,
    );
  }

  #same(seen: SeenByMany, consumers: number, expected: Partial<SeenEvents>): void {
    const [one, ...others] = seen;
    const right =
      one !== undefined &&
      others.length === 0 &&
      one.consumers === consumers &&
      Object.entries(expected).every(([name, value]) => one[name as keyof SeenEvents] === value);
    this.#expect(
      right,
      `${consumers} consumers were to see ${JSON.stringify(expected)}: ${JSON.stringify(seen)}`,
    );
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#wrong.push(what);
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / MEGABYTE);
}
