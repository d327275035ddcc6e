import { EventStoreDBClient } from '@eventstore/db-client';
import { eventStoreContract, someEvents, uniqueStream } from './contract.ts';
import { wireOf } from './wire.ts';

/** Goal: the server tells what it can do in the words that clients look for. */
const store = eventStoreContract();
const below = wireOf(store);

const STREAMS = 'event_store.client.streams.streams';
const GROUPS = 'event_store.client.persistent_subscriptions.persistentsubscriptions';

it('presents itself with a version', async () => {
  const answer = await below.wire.supportedMethods();
  expect(answer.getEventStoreServerVersion()).toMatch(/^\d+\.\d+/);
});

it.each([
  [STREAMS, 'read'],
  [STREAMS, 'append'],
  [STREAMS, 'batchappend'],
  [STREAMS, 'delete'],
  [STREAMS, 'tombstone'],
  [GROUPS, 'create'],
  [GROUPS, 'update'],
  [GROUPS, 'delete'],
  [GROUPS, 'read'],
  [GROUPS, 'getinfo'],
  [GROUPS, 'replayparked'],
  [GROUPS, 'list'],
  [GROUPS, 'restartsubsystem'],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods'],
])('lists %s %s', async (service, method) => {
  const listed = (await below.wire.supportedMethods())
    .getMethodsList()
    .filter((entry) => entry.getServiceName() === service && entry.getMethodName() === method);
  expect(listed).toHaveLength(1);
});

it('says that persistent subscriptions are to streams and to $all', async () => {
  const methods = (await below.wire.supportedMethods()).getMethodsList();
  for (const name of ['create', 'update', 'delete', 'read'])
    expect(
      methods
        .find((entry) => entry.getServiceName() === GROUPS && entry.getMethodName() === name)
        ?.getFeaturesList(),
    ).toEqual(expect.arrayContaining(['stream', 'all']));
});

it('serves several clients at once, each with what it needs', async () => {
  const clients = Array.from({ length: 5 }, () => EventStoreDBClient.connectionString(store.uri));
  const stream = uniqueStream();
  const results = await Promise.all(clients.map((client) => client.appendToStream(stream, someEvents(1))));
  expect(results.map(({ nextExpectedRevision }) => Number(nextExpectedRevision)).sort()).toEqual([
    0, 1, 2, 3, 4,
  ]);
  for (const client of clients) await client.dispose();
});
