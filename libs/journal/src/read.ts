import {
  BACKWARDS,
  END,
  FORWARDS,
  START,
  type AllStreamRecordedEvent as StoredEvent,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { ExponentialBackoff } from 'cockatiel';
import { NO_POSITION, type Position, position } from '#kernel';
import type { StoreClient } from './client.ts';
import { StoreRefused, StoreUnavailable, StreamGone } from './faults.ts';
import { delivered } from './reading.ts';
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
    return await repeatWhileAway(store, doing, async () => {
      const events: RecordedEvent[] = [];
      try {
        const reading = store.client.readStream(store.namespace + stream, {
          direction: FORWARDS,
          fromRevision: slice.fromRevision ?? START,
          ...(slice.maxCount !== undefined && { maxCount: slice.maxCount }),
        });
        for await (const { event } of delivered(store, reading)) {
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
  for await (const event of storedEvents(store, options)) yield recordedOf(event, store.namespace);
}

/** Where an event is: its place in its stream and in the log. */
export interface EventPlace {
  readonly revision: bigint;
  readonly position: Position;
}

interface StoredReadOptions extends ReadAllOptions {
  /** Events that the store is asked for, its own and those of other companies among them; absent: all. */
  readonly pageMax?: number;
  /** Whoever wrote them, the store itself included; absent: those of the company. */
  readonly everybodys?: boolean;
}

/** Events as the store has them; after a failure it goes on behind the last one handed out. */
export async function* storedEvents(
  store: StoreClient,
  options: StoredReadOptions,
): AsyncGenerator<StoredEvent, void, void> {
  const limit = options.maxCount ?? Number.MAX_SAFE_INTEGER;
  let last = options.from;
  let handedOut = 0;
  let waiting = patience(store);
  while (handedOut < limit) {
    try {
      for await (const event of onePass(store, { ...options, from: last })) {
        const at = position(event.position.commit);
        if (options.upTo !== undefined && at > options.upTo) return;
        last = at;
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

/** Whether an event is one of the company's, and none of the store's own. */
export function isOwn({ namespace }: StoreClient, { type, streamId }: StoredEvent): boolean {
  return !type.startsWith('$') && streamId.startsWith(namespace);
}

/** Position of the last event of the log, whoever wrote it; one event is read. */
export async function readEnd(store: StoreClient): Promise<Position> {
  const last = { direction: 'backwards', maxCount: 1, pageMax: 1, everybodys: true } as const;
  for await (const { position: at } of storedEvents(store, last)) return position(at.commit);
  return NO_POSITION;
}

async function* onePass(
  store: StoreClient,
  options: Omit<StoredReadOptions, 'from'> & { readonly from: Position | undefined },
): AsyncGenerator<StoredEvent, void, void> {
  const backwards = options.direction === 'backwards';
  const { from } = options;
  const reading = store.client.readAll(
    {
      direction: backwards ? BACKWARDS : FORWARDS,
      fromPosition: from === undefined ? (backwards ? END : START) : { commit: from, prepare: from },
      ...(options.pageMax !== undefined && { maxCount: options.pageMax }),
    },
    { highWaterMark: 256 },
  );
  for await (const { event } of delivered(store, reading)) {
    // A forward read includes the position it starts at, a backward read does not.
    if (!event || event.position.commit === from) continue;
    if (options.everybodys || isOwn(store, event)) yield event;
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
