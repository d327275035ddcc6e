import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import { openTables } from '../log/tables.ts';
import { type EmbeddedEventStore, startEmbeddedEventStore } from '../server.ts';

/**
 * Goal: a group that meets a damaged record says so and skips nothing; the others work on, also after a restart.
 * Method: a bit of a record in the middle of the log is turned while the store is down.
 */
let directory: string;
let store: EmbeddedEventStore;
let client: EventStoreDBClient;

async function start(): Promise<void> {
  store = await startEmbeddedEventStore({ directory });
  client = EventStoreDBClient.connectionString(store.uri);
}

async function stop(): Promise<void> {
  await client.dispose();
  await store.close();
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-damaged-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(directory, { recursive: true, force: true });
});

const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
const events = (count: number) =>
  Array.from({ length: count }, (_, n) => jsonEvent({ type: 'note', data: { n } }));

async function damage(position: number): Promise<void> {
  const tables = openTables(directory);
  const bytes = Buffer.from(tables.log.get(position) as Buffer);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  await tables.log.put(position, bytes);
  await tables.root.close();
}

/** What ends a consumer, or the first event that comes. */
function firstOf(stream: string): Promise<unknown> {
  const consumer = client.subscribeToPersistentSubscriptionToStream(stream, 'g');
  return new Promise((resolve) => {
    consumer.on('error', resolve);
    consumer.on('data', (resolved) => {
      void consumer.unsubscribe().then(() => resolve(resolved.event?.streamId));
    });
  });
}

it('its consumers are told, those of others are served', async () => {
  const { position } = await client.appendToStream('orders', events(1));
  await client.appendToStream('orders', events(1));
  await client.appendToStream('cases', events(1));
  await client.createPersistentSubscriptionToStream('cases', 'g', settings);
  await stop();
  await damage(Number(position?.commit));

  await start();
  await client.createPersistentSubscriptionToStream('orders', 'g', settings);
  for (const _start of ['as created', 'after a restart']) {
    const error = await firstOf('orders');
    expect(String(error)).toContain(`The record at position ${position?.commit} is damaged`);
    expect(await firstOf('cases')).toBe('cases');
    await stop();
    await start();
  }
});
