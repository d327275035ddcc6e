import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { EventLog, LogStopped } from '../log/event-log.ts';
import { ResponseWriter } from '../protocol/response-writer.ts';
import { Reader } from './reader.ts';
import { subscribeToAll, subscribeToStream } from './subscriptions.ts';

/** Goal: a log that has stopped ends its subscriptions; looked at again and again it would keep the process busy for ever. */
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-stopped-log-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it.each<[string, (log: EventLog, reader: Reader) => Promise<void>]>([
  ['$all', (log, reader) => subscribeToAll(log, reader, 'start', undefined)],
  ['a stream', (log, reader) => subscribeToStream(log, reader, 'notes', 'start')],
])('a subscription of %s gets what is there and is told that the log has stopped', async (_, subscribe) => {
  const log = new EventLog(directory, Date.now);
  const event = { type: 'Noted', json: true, data: Buffer.from('{}'), metadata: Buffer.alloc(0) };
  await log.append('notes', 'any', [{ ...event, id: crypto.randomUUID() }]);
  const consumer = new PassThrough({ objectMode: true });
  const ended = new AbortController();
  const writer = new ResponseWriter(consumer as never, ended.signal);
  const subscription = subscribe(log, new Reader(log, writer, ended.signal, false, 'text'));
  const outcome = subscription.catch((error: unknown) => error);
  await new Promise((resolve) => consumer.once('data', resolve));
  await log.drain();
  expect(await outcome).toBeInstanceOf(LogStopped);
  // One that comes later is told the same.
  const later = subscribe(log, new Reader(log, writer, ended.signal, false, 'text'));
  await expect(later).rejects.toThrow(LogStopped);
  await log.close();
});
