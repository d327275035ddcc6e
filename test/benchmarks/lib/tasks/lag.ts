import { openJournal } from '#journal';
import type { Position } from '#kernel';
import { openReadModels } from '#read-models';
import { generateLog, type LogOrder } from '../generator.ts';
import { percentileOf } from '../pairs.ts';
import { CODE, type StoreUris } from './projection.ts';

const IN_FLIGHT = 64;
const POLL_MS = 2;
const PROBE_MS = 50;
const WAIT_MS = 120_000;

export interface LoadOrder extends StoreUris, Pick<LogOrder, 'seed' | 'latePercent'> {
  /** Events of the generated log that are recorded already. */
  readonly skip: number;
  readonly seconds: number;
  /** Arrivals a second, whatever becomes of those before; absent: as fast as answers come. */
  readonly perSecond?: number;
}

export interface Load {
  readonly events: number;
  /** From the first append to the last event's visibility. */
  readonly perSecond: number;
  /** From the acknowledgement of an event to its visibility in a query. */
  readonly lagMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Durable single writes to the read models' store in the same time. */
  readonly storeWriteMs: { readonly p50: number; readonly p99: number };
  /** By how much the generator itself was late with an arrival; above the lag it would be the generator's own. */
  readonly behindMs: { readonly p99: number };
}

/** Appends the next events of a log, one each, while a projector runs, and watches when a query can see them. */
export async function steadyLoad(order: LoadOrder): Promise<Load> {
  const journal = openJournal({ uri: order.eventStoreUri });
  const readModels = await openReadModels({ uri: order.mongoUri, code: CODE });
  const log = generateLog({ ...order, events: Number.MAX_SAFE_INTEGER });
  for (let i = 0; i < order.skip; i++) log.next();
  const acknowledged: { readonly position: Position; readonly atMs: number }[] = [];
  const behind: number[] = [];
  const append = async (): Promise<void> => {
    const { stream, event } = log.next().value as {
      stream: string;
      event: Parameters<typeof journal.append>[1][0];
    };
    const { position } = await journal.append(stream, [event], 'any');
    acknowledged.push({ position, atMs: performance.now() });
  };
  const began = performance.now();
  const endsMs = began + order.seconds * 1000;
  let sending = true;
  const watched = watch(readModels, acknowledged, () => sending);
  const probed = probe(readModels.db, () => sending);
  if (order.perSecond === undefined) {
    const lane = async (): Promise<void> => {
      while (performance.now() < endsMs) await append();
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    behind.push(0);
  } else await onSchedule(1000 / order.perSecond, endsMs, append, behind);
  sending = false;
  const [lags, writes] = await Promise.all([watched, probed]);
  const perSecond = (acknowledged.length * 1000) / (performance.now() - began);
  await readModels.close();
  await journal.close();
  return {
    events: acknowledged.length,
    perSecond,
    lagMs: { p50: percentileOf(lags, 50), p99: percentileOf(lags, 99), max: Math.max(...lags) },
    storeWriteMs: { p50: percentileOf(writes, 50), p99: percentileOf(writes, 99) },
    behindMs: { p99: percentileOf(behind, 99) },
  };
}

/** Begins a piece of work at each point of a schedule, whether or not the ones before have ended. */
async function onSchedule(
  everyMs: number,
  endsMs: number,
  work: () => Promise<void>,
  behind: number[],
): Promise<void> {
  const begun: Promise<void>[] = [];
  const began = performance.now();
  for (let due = began; due < endsMs; due += everyMs) {
    const ahead = due - performance.now();
    if (ahead > 0) await pause(ahead);
    behind.push(Math.max(0, performance.now() - due));
    begun.push(work());
  }
  await Promise.all(begun);
}

/** Asks again and again how far the read models are, until everything acknowledged can be seen; the lags. */
async function watch(
  readModels: { known(): Promise<Position> },
  acknowledged: readonly { readonly position: Position; readonly atMs: number }[],
  sending: () => boolean,
): Promise<readonly number[]> {
  const lags: number[] = [];
  let waiting: (typeof acknowledged)[number][] = [];
  let taken = 0;
  let lastSent = performance.now();
  for (;;) {
    if (sending()) lastSent = performance.now();
    const known = await readModels.known();
    const now = performance.now();
    // What was acknowledged while the question was on its way is looked at too: it is seen no later than now.
    waiting = [...waiting, ...acknowledged.slice(taken)].filter(({ position, atMs }) => {
      if (position > known) return true;
      lags.push(Math.max(0, now - atMs));
      return false;
    });
    taken = acknowledged.length;
    if (!sending() && waiting.length === 0 && lags.length === acknowledged.length) return lags;
    if (now - lastSent > WAIT_MS) throw new Error(`${waiting.length} events were not visible after 120 s.`);
    await pause(POLL_MS);
  }
}

/** Times a durable write of one small document, every 50 ms. */
async function probe(
  db: Awaited<ReturnType<typeof openReadModels>>['db'],
  sending: () => boolean,
): Promise<readonly number[]> {
  const writes = db.collection<{ _id: string; n: number }>('benchmark.writes');
  const took: number[] = [];
  for (let n = 0; sending() || took.length === 0; n++) {
    const began = performance.now();
    await writes.updateOne({ _id: 'probe' }, { $set: { n } }, { upsert: true });
    took.push(performance.now() - began);
    await pause(PROBE_MS);
  }
  return took;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
