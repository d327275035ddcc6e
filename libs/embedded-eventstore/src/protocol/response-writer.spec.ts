import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore } from '../server.ts';
import { ResponseWriter } from './response-writer.ts';

/**
 * Goal: a consumer that takes nothing costs the store two packs and the one being made; buffers of packs are filled again, and
 * never while anybody still reads them.
 */
const FRAME = Buffer.alloc(30 * 1024, 1);
/** Turns of the loop in which a writer that does not wait would have written many packs more. */
const TURNS = 50;

/** As a stream of grpc-js: sixteen objects are taken before `write` says that it is full. */
class Consumer extends Writable {
  readonly #taken: (() => void)[] = [];

  constructor() {
    super({ objectMode: true });
  }

  override _write(_: unknown, __: BufferEncoding, taken: () => void): void {
    this.#taken.push(taken);
  }

  take(): void {
    this.#taken.shift()?.();
  }
}

it('given a consumer that takes nothing, then two packs wait for it, and one more with each that it takes', async () => {
  const consumer = new Consumer();
  const gone = new AbortController();
  const writer = new ResponseWriter(consumer as never, gone.signal);
  let made = 0;
  const reading = (async () => {
    while (!gone.signal.aborted) {
      await writer.send(FRAME);
      made++;
    }
  })();
  const waiting: number[] = [];
  for (let taken = 0; taken < 4; taken++) {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
    waiting.push(consumer.writableLength);
    consumer.take();
  }
  expect(waiting).toEqual([2, 2, 2, 2]);
  gone.abort();
  await reading;
  expect(made).toBeLessThan(10);
});

describe('on a connection', () => {
  const EVENTS = 1_200;
  const READERS = 6;
  /** From a few bytes to more than a pack; each text is one of its own. */
  const text = (n: number) => `${n}:`.padEnd(n % 100 === 7 ? 100_000 : 10 + ((n * 37) % 900), String(n % 10));

  it('given readers at different paces, when buffers are filled again, then each gets the bytes of every event', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'quadrant-packs-'));
    const store = await startEmbeddedEventStore({ directory });
    const clients = Array.from({ length: READERS }, () => EventStoreDBClient.connectionString(store.uri));
    try {
      const events = Array.from({ length: EVENTS }, (_, n) =>
        jsonEvent({ type: 'Noted', data: { text: text(n) } }),
      );
      for (let n = 0; n < EVENTS; n += 100)
        await (clients[0] as EventStoreDBClient).appendToStream('notes', events.slice(n, n + 100));
      const wrong = await Promise.all(
        clients.map(async (client, reader) => {
          const different: number[] = [];
          let n = 0;
          for await (const { event } of client.readStream('notes')) {
            if ((event?.data as { text: string } | undefined)?.text !== text(n)) different.push(n);
            if (++n % (reader + 1) === 0) await setImmediate();
          }
          return { read: n, different };
        }),
      );
      expect(wrong).toEqual(Array.from({ length: READERS }, () => ({ read: EVENTS, different: [] })));
    } finally {
      await Promise.all(clients.map((client) => client.dispose()));
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
