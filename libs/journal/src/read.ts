import {
  BACKWARDS,
  END,
  FORWARDS,
  START,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { ExponentialBackoff } from 'cockatiel';
import { NO_POSITION, type Position } from '#kernel';
import type { StoreClient } from './client.ts';
import { StoreRefused, StoreUnavailable, StreamGone } from './faults.ts';
import { type RecordedEvent, recordedOf } from './recorded.ts';
import { isLasting, isPassing, repeatWhileAway } from './repeat.ts';

/** A stream as read; revision -1n when it has no events. */
export interface LoadedStream {
  /** Revision of the last event read. */
  readonly revision: bigint;
  readonly events: readonly RecordedEvent[];
}

interface StreamSlice {
  readonly fromRevision?: bigint;
  readonly maxCount?: bigint;
}

export interface ReadAllOptions {
  /** Exclusive: the last position the reader has; absent: the beginning, or the end when backwards. */
  readonly from?: Position;
  /** Inclusive end of a forward read. */
  readonly upTo?: Position;
  readonly maxCount?: number;
  readonly direction?: 'forwards' | 'backwards';
}

/** Reads a stream forwards, as a whole or a slice; repeats the whole read while the store is away. */
export async function loadStream(
  store: StoreClient,
  stream: string,
  slice: StreamSlice,
): Promise<LoadedStream> {
  const doing = `reading ${stream}`;
  try {
    return await repeatWhileAway(store, doing, async ({ deadlineMs }) => {
      const events: RecordedEvent[] = [];
      try {
        for await (const { event } of store.client.readStream(store.namespace + stream, {
          direction: FORWARDS,
          fromRevision: slice.fromRevision ?? START,
          ...(slice.maxCount !== undefined && { maxCount: slice.maxCount }),
          deadline: deadlineMs,
        })) {
          if (event) events.push(recordedOf(event, store.namespace));
        }
      } catch (error) {
        if (!(error instanceof StreamNotFoundError)) throw error;
      }
      return { revision: events.at(-1)?.revision ?? -1n, events };
    });
  } catch (error) {
    if (error instanceof StreamDeletedError) throw new StreamGone(stream, error);
    throw isLasting(error) ? new StoreRefused(doing, error) : error;
  }
}

/** Reads the log; after a failure it goes on behind the last event handed out. */
export async function* readAllEvents(
  store: StoreClient,
  options: ReadAllOptions,
): AsyncGenerator<RecordedEvent, void, void> {
  const limit = options.maxCount ?? Number.MAX_SAFE_INTEGER;
  let last = options.from;
  let handedOut = 0;
  let waiting = patience(store);
  while (handedOut < limit) {
    try {
      for await (const event of onePass(store, { ...options, from: last })) {
        if (options.upTo !== undefined && event.position > options.upTo) return;
        last = event.position;
        waiting = patience(store);
        yield event;
        handedOut += 1;
        if (handedOut >= limit) return;
      }
      return;
    } catch (error) {
      await waiting.after(error);
    }
  }
}

/** Position of the last event of the log that is not the store's own. */
export async function readHead(store: StoreClient): Promise<Position> {
  for await (const event of readAllEvents(store, { direction: 'backwards', maxCount: 1 }))
    return event.position;
  return NO_POSITION;
}

async function* onePass(
  store: StoreClient,
  options: Omit<ReadAllOptions, 'from'> & { readonly from: Position | undefined },
): AsyncGenerator<RecordedEvent, void, void> {
  const backwards = options.direction === 'backwards';
  const { from } = options;
  const reading = store.client.readAll(
    {
      direction: backwards ? BACKWARDS : FORWARDS,
      fromPosition: from === undefined ? (backwards ? END : START) : { commit: from, prepare: from },
    },
    { highWaterMark: 256 },
  );
  try {
    for await (const { event } of reading) {
      // A forward read includes the position it starts at, a backward read does not.
      const own = event && !event.type.startsWith('$') && event.streamId.startsWith(store.namespace);
      if (own && event.position.commit !== from) yield recordedOf(event, store.namespace);
    }
  } finally {
    await reading.cancel().catch((cause: unknown) => {
      store.logger?.warn({ cause }, 'A read of the log could not be cancelled; it had already failed.');
    });
  }
}

/** How long a reader without any progress goes on trying. */
function patience(store: StoreClient): { after(error: unknown): Promise<void> } {
  const startedAt = performance.now();
  const growing = new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 });
  let backoff = growing.next();
  let attempts = 0;
  return {
    after: async (error) => {
      if (isLasting(error)) throw new StoreRefused('reading the log', error);
      if (!isPassing(error)) throw error;
      attempts += 1;
      const waitedMs = Math.round(performance.now() - startedAt);
      if (store.closed.aborted || waitedMs > store.totalTimeoutMs) {
        throw new StoreUnavailable({ doing: 'reading the log', attempts, waitedMs, cause: error });
      }
      await pause(backoff.duration);
      backoff = backoff.next(undefined);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
