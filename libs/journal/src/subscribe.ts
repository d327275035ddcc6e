import {
  type AllStreamSubscription,
  excludeSystemEvents,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { ExponentialBackoff } from 'cockatiel';
import type { Position } from '#kernel';
import type { StoreClient } from './client.ts';
import { StoreRefused, sentenceOf } from './faults.ts';
import { type RecordedEvent, recordedOf } from './recorded.ts';
import { isLasting } from './repeat.ts';

const BATCH_MAX = 500;
const CHECKPOINT_INTERVAL = 100;

export interface SubscribeAllOptions {
  /** Exclusive: the last position already dealt with; absent: from the beginning. */
  readonly from?: Position;
  /** Ends the subscription; the batch in hand is finished first. */
  readonly signal: AbortSignal;
  /** Up to `batchMax` events in order; the next batch waits until this one is dealt with. */
  readonly onEvents: (events: readonly RecordedEvent[]) => Promise<void> | void;
  /** Every event recorded before now has been delivered; again after each reconnection. */
  readonly onCaughtUp?: () => Promise<void> | void;
  /** The store is away; the subscription goes on by itself. Once for each absence. */
  readonly onAway?: (reason: string) => void;
  /** The store is back after an absence. */
  readonly onBack?: () => void;
  /** Default 500. */
  readonly batchMax?: number;
}

/** Whose error ended a session: the consumer's ends the subscription, the store's only the session. */
class ConsumerFailed {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * Follows the log until aborted, resuming behind the last batch that was dealt with.
 *
 * A batch is what has arrived while the consumer was busy: one event when the log is quiet, hundreds in a catch-up.
 */
export async function subscribeToAll(store: StoreClient, options: SubscribeAllOptions): Promise<void> {
  const ended = AbortSignal.any([options.signal, store.closed]);
  const growing = new ExponentialBackoff({ initialDelay: 50, maxDelay: 5_000 });
  const course = { last: options.from, away: false, backoff: growing.next() };
  const arrived = (): void => {
    course.backoff = growing.next();
    if (course.away) options.onBack?.();
    course.away = false;
  };
  while (!ended.aborted) {
    try {
      await session(store, { options, ended, course, arrived });
    } catch (error) {
      if (error instanceof ConsumerFailed) throw error.error;
      if (isLasting(error)) throw new StoreRefused('subscribing to the log', error);
      if (ended.aborted) return;
      if (!course.away) {
        store.logger?.warn({ cause: error, last: String(course.last) }, 'The event store is away; resuming.');
        options.onAway?.(sentenceOf(error));
      }
      course.away = true;
      await pauseUnless(ended, course.backoff.duration);
      course.backoff = course.backoff.next(undefined);
    }
  }
}

interface Session {
  readonly options: SubscribeAllOptions;
  readonly ended: AbortSignal;
  readonly course: { last: Position | undefined };
  readonly arrived: () => void;
}

/** One connection: reads what has arrived, hands it over, waits for more. */
async function session(store: StoreClient, { options, ended, course, arrived }: Session): Promise<void> {
  const batchMax = options.batchMax ?? BATCH_MAX;
  const subscription = store.client.subscribeToAll(
    {
      fromPosition: course.last === undefined ? START : { commit: course.last, prepare: course.last },
      filter:
        store.namespace === ''
          ? excludeSystemEvents({ checkpointInterval: CHECKPOINT_INTERVAL })
          : streamNameFilter({ prefixes: [store.namespace], checkpointInterval: CHECKPOINT_INTERVAL }),
    },
    { highWaterMark: batchMax },
  );
  const news = watch(subscription, ended, arrived);
  try {
    for (;;) {
      const batch = await gather(subscription, {
        max: batchMax,
        last: course.last,
        namespace: store.namespace,
      });
      if (batch.length > 0) {
        await handOver(() => options.onEvents(batch));
        course.last = batch.at(-1)?.position;
      } else if (news.caughtUp) {
        news.caughtUp = false;
        await handOver(() => options.onCaughtUp?.());
      } else {
        await news.wait();
      }
      if (ended.aborted) return;
    }
  } finally {
    news.stop();
    await subscription.unsubscribe().catch((cause: unknown) => {
      store.logger?.warn({ cause }, 'A subscription could not be cancelled; it had already failed.');
    });
  }
}

interface Taking {
  readonly max: number;
  /** Position of the last event dealt with. */
  readonly last: Position | undefined;
  readonly namespace: string;
}

/** What has arrived and what still arrives turn after turn of the event loop, up to `max`. */
async function gather(subscription: AllStreamSubscription, taking: Taking): Promise<RecordedEvent[]> {
  const batch: RecordedEvent[] = [];
  while (take(subscription, batch, taking) > 0 && batch.length < taking.max) {
    await new Promise(setImmediate);
  }
  return batch;
}

/** Moves what can be read now into the batch; answers how many events that were. */
function take(
  subscription: AllStreamSubscription,
  batch: RecordedEvent[],
  { max, last, namespace }: Taking,
): number {
  const before = batch.length;
  while (batch.length < max) {
    const resolved = subscription.read() as { event?: Parameters<typeof recordedOf>[0] } | null;
    if (resolved === null) break;
    if (!resolved.event) continue;
    const event = recordedOf(resolved.event, namespace);
    if (last === undefined || event.position > last) batch.push(event);
  }
  return batch.length - before;
}

async function handOver(consume: () => Promise<void> | void): Promise<void> {
  try {
    await consume();
  } catch (error) {
    throw new ConsumerFailed(error);
  }
}

interface News {
  /** Set by the store's message; everything before it can be read by then. */
  caughtUp: boolean;
  /** Resolves when there may be something to read or to do; rejects when the connection failed. */
  wait(): Promise<void>;
  stop(): void;
}

/** Turns the subscription's events into something to wait for; nothing that comes between two waits is lost. */
function watch(subscription: AllStreamSubscription, ended: AbortSignal, arrived: () => void): News {
  let pending = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    pending = true;
    wake?.();
  };
  const fail = (error: Error): void => {
    failure ??= error;
    ring();
  };
  const news: News = {
    caughtUp: false,
    wait: async () => {
      if (!pending)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      wake = undefined;
      pending = false;
      if (failure) throw failure;
    },
    // The error listener stays: a cancelled call may still report its end.
    stop: () => ended.removeEventListener('abort', ring),
  };
  subscription.on('confirmation', arrived);
  subscription.on('caughtUp', () => {
    news.caughtUp = true;
    ring();
  });
  subscription.on('readable', ring);
  subscription.on('error', fail);
  subscription.on('end', () => fail(new Error('the store ended the subscription')));
  subscription.on('close', () => fail(new Error('the store closed the subscription')));
  ended.addEventListener('abort', ring, { once: true });
  if (ended.aborted) ring();
  return news;
}

function pauseUnless(ended: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    ended.addEventListener('abort', done, { once: true });
    if (ended.aborted) done();
  });
}
