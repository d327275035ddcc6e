import {
  jsonEvent,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { crashPoint } from '#crash-points';
import { position } from '#kernel';
import type { StoreClient } from './client.ts';
import type { ExpectedRevision, NewEvent, Receipt } from './entries.ts';
import { AppendTooLarge, ConcurrencyConflict, StoreRefused, StreamGone } from './faults.ts';
import { loadStream } from './read.ts';
import { isLasting, repeatWhileAway } from './repeat.ts';

/** One append of a bulk intake. */
export interface AppendBatch {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: ExpectedRevision;
}

export type BatchOutcome =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly error: unknown };

const CONCURRENT_STREAMS_MAX = 32;

/** Appends one batch; the same ids and the same expectation travel with every repeat. */
export async function appendTo(store: StoreClient, batch: AppendBatch): Promise<Receipt> {
  const { stream, events, expected } = batch;
  if (events.length === 0) throw new Error(`An append to ${stream} without events says nothing.`);
  let outcomeUnknown = false;
  try {
    return await repeatWhileAway(store, `appending to ${stream}`, async ({ number, deadlineMs }) => {
      outcomeUnknown = number > 1;
      crashPoint('journal.before-append');
      const result = await store.client.appendToStream(store.namespace + stream, events.map(jsonEvent), {
        expectedRevision: expected,
        deadline: deadlineMs,
        ...(store.appendCredentials && { credentials: store.appendCredentials }),
      });
      crashPoint('journal.after-append');
      if (result.position === undefined) return receiptFromLog(store, batch, result.nextExpectedRevision);
      return receipt(batch, result.nextExpectedRevision, position(result.position.commit));
    });
  } catch (error) {
    return settle(store, batch, error, outcomeUnknown);
  }
}

/** Appends batches of many streams at once; after a failure the later batches of that stream are not tried. */
export async function appendToMany(
  store: StoreClient,
  batches: readonly AppendBatch[],
): Promise<readonly BatchOutcome[]> {
  const outcomes = new Array<BatchOutcome>(batches.length);
  const queues = byStream(batches);
  const work = queues.values();
  const worker = async (): Promise<void> => {
    for (const queue of work) await drain(store, queue, outcomes);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_STREAMS_MAX, queues.length) }, worker));
  return outcomes;
}

function byStream(batches: readonly AppendBatch[]): (readonly [number, AppendBatch])[][] {
  const queues = new Map<string, (readonly [number, AppendBatch])[]>();
  for (const [index, batch] of batches.entries()) {
    const queue = queues.get(batch.stream);
    if (queue) queue.push([index, batch]);
    else queues.set(batch.stream, [[index, batch]]);
  }
  return [...queues.values()];
}

async function drain(
  store: StoreClient,
  queue: readonly (readonly [number, AppendBatch])[],
  outcomes: BatchOutcome[],
): Promise<void> {
  let failed: BatchOutcome | undefined;
  for (const [index, batch] of queue) {
    const outcome: BatchOutcome =
      failed ??
      (await appendTo(store, batch).then(
        (landed) => ({ ok: true, receipt: landed }),
        (error: unknown) => ({ ok: false, error }),
      ));
    if (!outcome.ok) failed = outcome;
    outcomes[index] = outcome;
  }
}

/** Gives the store's answer its meaning; a wrong version after an unknown outcome is looked at first. */
async function settle(
  store: StoreClient,
  batch: AppendBatch,
  error: unknown,
  outcomeUnknown: boolean,
): Promise<Receipt> {
  const { stream, expected } = batch;
  if (error instanceof WrongExpectedVersionError) {
    const mine = outcomeUnknown ? await findMine(store, batch) : undefined;
    if (mine !== undefined) return mine;
    throw new ConcurrencyConflict({
      stream,
      expected: String(expected),
      actual: String(error.actualVersion),
      cause: error,
    });
  }
  if (error instanceof MaxAppendSizeExceededError) {
    throw new AppendTooLarge({ stream, bytesMax: error.maxAppendSize, cause: error });
  }
  if (error instanceof StreamDeletedError) throw new StreamGone(stream, error);
  if (isLasting(error)) throw new StoreRefused(`appending to ${stream}`, error);
  throw error;
}

/** The place where an earlier attempt of the same append was stored after all, if it was. */
async function findMine(store: StoreClient, batch: AppendBatch): Promise<Receipt | undefined> {
  const { stream, events, expected } = batch;
  const exact = typeof expected === 'bigint' || expected === 'no_stream';
  const fromRevision = typeof expected === 'bigint' ? expected + 1n : 0n;
  const { events: stored } = await loadStream(store, stream, {
    fromRevision,
    ...(exact && { maxCount: BigInt(events.length) }),
  });
  const first = stored.findIndex(({ eventId }) => eventId === events[0]?.id);
  if (first < 0 || !events.every(({ id }, i) => stored[first + i]?.eventId === id)) return undefined;
  const last = stored[first + events.length - 1];
  return last && receipt(batch, last.revision, last.position);
}

async function receiptFromLog(store: StoreClient, batch: AppendBatch, revision: bigint): Promise<Receipt> {
  const { events } = await loadStream(store, batch.stream, { fromRevision: revision, maxCount: 1n });
  const last = events[0];
  if (last === undefined)
    throw new Error(`${batch.stream} has no event at acknowledged revision ${revision}.`);
  return receipt(batch, revision, last.position);
}

function receipt(batch: AppendBatch, revision: bigint, position: Receipt['position']): Receipt {
  return { stream: batch.stream, revision, position, eventIds: batch.events.map(({ id }) => id) };
}
