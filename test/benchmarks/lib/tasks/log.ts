import { EventStoreDBClient } from '@eventstore/db-client';
import { type NewEvent, openJournal } from '#journal';
import { generateLog, type LogOrder } from '../generator.ts';

export interface LoadedLog {
  readonly events: number;
  readonly late: number;
  readonly seconds: number;
}

/** Events that are on their way at once; those of one stream go together. */
const WINDOW = 512;

/** Writes a generated log, window by window in its order. */
export async function loadLog({
  eventStoreUri,
  ...order
}: LogOrder & { readonly eventStoreUri: string }): Promise<LoadedLog> {
  const journal = openJournal({ uri: eventStoreUri });
  const began = performance.now();
  let [events, late] = [0, 0];
  let window = new Map<string, NewEvent[]>();
  let waiting = 0;
  const flush = async (): Promise<void> => {
    const batches = [...window].map(([stream, own]) => ({ stream, events: own, expected: 'any' as const }));
    window = new Map();
    waiting = 0;
    const failed = (await journal.appendMany(batches)).find(({ ok }) => !ok);
    if (failed && !failed.ok) throw failed.error;
  };
  for (const { stream, event, late: isLate } of generateLog(order)) {
    const own = window.get(stream);
    if (own) own.push(event);
    else window.set(stream, [event]);
    events += 1;
    if (isLate) late += 1;
    if (++waiting >= WINDOW) await flush();
  }
  await flush();
  await journal.close();
  return { events, late, seconds: (performance.now() - began) / 1000 };
}

export interface Drained {
  readonly events: number;
  readonly seconds: number;
}

/** Reads the whole log with the official client, which decodes each event, and does nothing with it. */
export async function drainLog({
  eventStoreUri,
  maxCount,
}: {
  readonly eventStoreUri: string;
  readonly maxCount?: number;
}): Promise<Drained> {
  const client = EventStoreDBClient.connectionString(eventStoreUri);
  const began = performance.now();
  let events = 0;
  for await (const { event } of client.readAll(maxCount === undefined ? {} : { maxCount }, {
    highWaterMark: 256,
  })) {
    if (event !== undefined && !event.type.startsWith('$')) events += 1;
  }
  const seconds = (performance.now() - began) / 1000;
  await client.dispose();
  return { events, seconds };
}
