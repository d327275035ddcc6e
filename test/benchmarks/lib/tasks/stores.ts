import { readFileSync } from 'node:fs';
import { EventStoreDBClient, type JSONEventData, jsonEvent } from '@eventstore/db-client';
import { percentileOf } from '../pairs.ts';
import { Seen, type SeenEvents } from '../seen.ts';

export interface AppendsOrder {
  readonly eventStoreUri: string;
  readonly events: number;
  /** Makes the streams of this run its own. */
  readonly prefix: string;
}

export interface Appends {
  readonly events: number;
  readonly perSecond: number;
  /** Of one append, from the call to its answer. */
  readonly p50Ms: number;
}

const TYPE = 'Measured';
const EVENT_BYTES = 250;

/** Bytes of its data: 250, as in the figures of the real server. */
function measured(number: number): JSONEventData {
  const data = { number, padding: '' };
  data.padding = 'x'.repeat(EVENT_BYTES - JSON.stringify(data).length);
  return jsonEvent({ type: TYPE, data });
}

async function withClient<T>(uri: string, work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
  const client = EventStoreDBClient.connectionString(uri);
  try {
    return await work(client);
  } finally {
    await client.dispose();
  }
}

/** Writers side by side, each with a stream of its own, each waiting for its answer before it goes on; one event an append. */
export function appendSingly({
  eventStoreUri,
  events,
  prefix,
  writers,
}: AppendsOrder & { readonly writers: number }): Promise<Appends> {
  return withClient(eventStoreUri, async (client) => {
    const took: number[] = [];
    let next = 0;
    const write = async (writer: number): Promise<void> => {
      while (next < events) {
        const event = measured(next++);
        const began = performance.now();
        await client.appendToStream(`${prefix}-${writer}`, event);
        took.push(performance.now() - began);
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    const perSecond = (events * 1000) / (performance.now() - began);
    return { events, perSecond, p50Ms: percentileOf(took, 50) };
  });
}

/** One append after the other, each of many events. */
export function appendTogether({
  eventStoreUri,
  events,
  prefix,
  together,
}: AppendsOrder & { readonly together: number }): Promise<Appends> {
  return withClient(eventStoreUri, async (client) => {
    const took: number[] = [];
    // Made before: the client of an application has its events.
    const batches = Array.from({ length: Math.ceil(events / together) }, (_, batch) =>
      Array.from({ length: Math.min(together, events - batch * together) }, (_, i) =>
        measured(batch * together + i),
      ),
    );
    const began = performance.now();
    for (const batch of batches) {
      const before = performance.now();
      await client.appendToStream(prefix, batch);
      took.push(performance.now() - before);
    }
    return {
      events,
      perSecond: (events * 1000) / (performance.now() - began),
      p50Ms: percentileOf(took, 50),
    };
  });
}

export interface DrainedAll {
  /** Every event of `$all`, those of the server too. */
  readonly seen: SeenEvents;
  readonly seconds: number;
  /** Of the thread that decodes, by the kernel's clock: helpers of the garbage collector do not count as a busy client. */
  readonly threadSeconds: number;
  /** Of the same thread, when it could have run and both cores were taken: no wait for the server. */
  readonly waitedForCoreSeconds: number;
  /** What came after `tailAfter` events, and the position of the last event before it; 0: there is none. */
  readonly tail?: { readonly after: number; readonly seen: SeenEvents };
}

/** Reads `$all` with the official client, which decodes each event. */
export function drainAll({
  eventStoreUri,
  maxCount,
  tailAfter,
}: {
  readonly eventStoreUri: string;
  readonly maxCount?: number;
  /** What comes after so many events is told of by itself as well. */
  readonly tailAfter?: number;
}): Promise<DrainedAll> {
  return withClient(eventStoreUri, async (client) => {
    const seen = new Seen();
    const tail = new Seen();
    let after = 0;
    // Connected before: a client of an application is.
    for await (const _ of client.readAll({ maxCount: 1 }));
    const [began, before] = [performance.now(), threadTimes()];
    for await (const { event } of client.readAll(maxCount === undefined ? {} : { maxCount }, {
      highWaterMark: 256,
    }))
      if (event) {
        const position = Number(event.position.commit);
        if (tailAfter !== undefined && seen.count >= tailAfter) tail.event(position);
        else after = position;
        seen.event(position);
      }
    const seconds = (performance.now() - began) / 1000;
    const then = threadTimes();
    return {
      seen: seen.events,
      seconds,
      threadSeconds: then.running - before.running,
      waitedForCoreSeconds: then.waiting - before.waiting,
      ...(tailAfter === undefined ? {} : { tail: { after, seen: tail.events } }),
    };
  });
}

/** Seconds of the main thread of this process, on a core and waiting for one. Source: Documentation/scheduler/sched-stats of Linux, schedstat of a task. */
function threadTimes(): { readonly running: number; readonly waiting: number } {
  const [running, waiting] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return { running: Number(running) / 1e9, waiting: Number(waiting) / 1e9 };
}

export interface Delivered {
  readonly events: number;
  /** From the call of the append to the event in the subscriber's hands. */
  readonly deliveredP50Ms: number;
  readonly inOrder: boolean;
}

/** Appends one by one while another client is subscribed to the stream. */
export function deliverLive({ eventStoreUri, events, prefix }: AppendsOrder): Promise<Delivered> {
  return withClient(eventStoreUri, (reading) =>
    withClient(eventStoreUri, async (writing) => {
      const took: number[] = [];
      let [inOrder, began] = [true, 0];
      let arrived = (): void => undefined;
      const subscription = reading.subscribeToStream(prefix, { fromRevision: 'start' });
      const confirmed = new Promise((resolve) => subscription.once('confirmation', resolve));
      subscription.on('data', ({ event }) => {
        took.push(performance.now() - began);
        if (event?.revision !== BigInt(took.length - 1)) inOrder = false;
        arrived();
      });
      await confirmed;
      for (let number = 0; number < events; number++) {
        const delivered = new Promise<void>((resolve) => {
          arrived = resolve;
        });
        began = performance.now();
        await Promise.all([writing.appendToStream(prefix, measured(number)), delivered]);
      }
      await subscription.unsubscribe();
      return { events: took.length, deliveredP50Ms: percentileOf(took, 50), inOrder };
    }),
  );
}

/** Clients with a subscription to `$all` from its beginning that they never read. */
const stuck: EventStoreDBClient[] = [];

export async function holdStuck({
  eventStoreUri,
  count,
}: {
  readonly eventStoreUri: string;
  readonly count: number;
}): Promise<{ readonly open: number }> {
  for (let i = 0; i < count; i++) {
    const client = EventStoreDBClient.connectionString(eventStoreUri);
    stuck.push(client);
    const subscription = client.subscribeToAll();
    // Nobody listens for its events; letting go of it ends it with an error.
    subscription.on('error', () => undefined);
    await new Promise((resolve) => subscription.once('readable', resolve));
  }
  return { open: stuck.length };
}

export async function letStuckGo(): Promise<{ readonly open: number }> {
  await Promise.all(stuck.splice(0).map((client) => client.dispose()));
  return { open: stuck.length };
}
