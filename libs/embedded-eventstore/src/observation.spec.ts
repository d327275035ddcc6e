import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
} from '@eventstore/db-client';
import type { StoreOperation } from './operations.ts';
import { ResponseWriter } from './protocol/response-writer.ts';
import { type EmbeddedEventStore, startEmbeddedEventStore } from './server.ts';

/** What the store tells of itself: its operations, what is open, and that it is well or not. */
let directory: string;
let store: EmbeddedEventStore;
let client: EventStoreDBClient;
let seen: StoreOperation[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quadrant-observation-'));
  seen = [];
  store = await startEmbeddedEventStore({ directory, observe: (operation) => seen.push(operation) });
  client = EventStoreDBClient.connectionString(store.uri);
  seen.length = 0;
});

afterEach(async () => {
  await client.dispose();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const opened = (text = '') => jsonEvent({ type: 'Opened', data: { text } });
const told = () => seen.map(({ ms: _, ...what }) => what);
/** Once the store has told as many operations: the client has its answer a moment before or after. */
const toldAll = async (count: number) => {
  while (seen.length < count) await new Promise((resolve) => setImmediate(resolve));
  return told();
};

it('tells each append, removal and read with its stream, and the commit they waited for', async () => {
  await client.appendToStream('a-1', [opened(), opened()]);
  await client.appendToStream('a-1', opened(), { credentials: { username: 'a', password: 'b' } });
  await client.deleteStream('a-1');
  await client.tombstoneStream('a-2');
  expect(await toldAll(8)).toEqual([
    { operation: 'commit', events: 2 },
    { operation: 'append', stream: 'a-1' },
    { operation: 'commit', events: 1 },
    { operation: 'append', stream: 'a-1' },
    { operation: 'commit', events: 1 },
    { operation: 'delete', stream: 'a-1' },
    { operation: 'commit', events: 1 },
    { operation: 'tombstone', stream: 'a-2' },
  ]);
  for (const { ms } of seen) expect(ms).toBeGreaterThan(0);
});

it('tells reads of a stream and of all', async () => {
  await client.appendToStream('a-1', [opened(), opened()]);
  seen.length = 0;
  for await (const _ of client.readStream('a-1'));
  for await (const _ of client.readAll({ maxCount: 1 }));
  expect(await toldAll(2)).toEqual([
    { operation: 'read', stream: 'a-1' },
    { operation: 'read', stream: '$all' },
  ]);
});

it('knows how long a consumer took nothing, which is no time of the store', async () => {
  const taken: (() => void)[] = [];
  const call = { write: (_: unknown, isTaken: () => void) => taken.push(isTaken) };
  const writer = new ResponseWriter(call as never, new AbortController().signal);
  await writer.send(Buffer.from('on its way'));
  expect(writer.waitedMs).toBe(0);
  const sent = writer.send(Buffer.from('waits'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  taken[0]?.();
  await sent;
  expect(writer.waitedMs).toBeGreaterThan(1);
});

it('counts subscriptions, groups and their consumers while they are there', async () => {
  await client.appendToStream('a-1', opened());
  await client.createPersistentSubscriptionToStream(
    'a-1',
    'readers',
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: 'start' }),
  );
  const subscription = client.subscribeToStream('a-1');
  const consumer = client.subscribeToPersistentSubscriptionToStream('a-1', 'readers');
  for (const each of [subscription, consumer]) await new Promise((resolve) => each.once('data', resolve));
  expect(store.stats()).toMatchObject({ reads: 0, subscriptions: 1, groups: 1, consumers: 1, waiting: 0 });
  await Promise.all([subscription.unsubscribe(), consumer.unsubscribe()]);
  while (store.stats().subscriptions + store.stats().consumers > 0)
    await new Promise((resolve) => setImmediate(resolve));
  expect(store.stats()).toMatchObject({ subscriptions: 0, groups: 1, consumers: 0 });
});

it('knows how much there is', async () => {
  const before = store.stats();
  await client.appendToStream('a-1', [opened(), opened('x'.repeat(100_000))]);
  const after = store.stats();
  expect(after.events - before.events).toBe(2);
  expect(after.lastPosition).toBeGreaterThan(before.lastPosition + 100_000);
  expect(after.fileBytes).toBeGreaterThanOrEqual(before.fileBytes + 100_000);
});

it('is well until its last record is damaged, and not when it has stopped', async () => {
  await client.appendToStream('a-1', opened('a mark of its own'));
  expect(store.ailment()).toBeUndefined();
  // The file is mapped: what changes in it is seen at once.
  const file = join(directory, 'events.mdb');
  const at = readFileSync(file).indexOf('a mark of its own');
  expect(at).toBeGreaterThan(0);
  const handle = openSync(file, 'r+');
  writeSync(handle, 'A', at);
  expect(store.ailment()).toContain(String(store.stats().lastPosition));
  writeSync(handle, 'a', at);
  expect(store.ailment()).toBeUndefined();
  await store.close();
  expect(store.ailment()).toContain('closed');
});
