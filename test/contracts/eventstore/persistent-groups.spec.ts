import {
  END,
  excludeSystemEvents,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionExistsError,
  type PersistentSubscriptionToStreamSettings,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { TURN_TIMEOUT_MS } from '../../lib/event-store.ts';
import { allSettings, GroupStore, streamSettings } from './lib/group-store.ts';

/**
 * Goal: groups are created, changed, deleted and told of as EventStoreDB does.
 * Method: through the official client, by URI only; `ESDB_URL` runs it against a given server.
 */
let store: GroupStore;

beforeAll(async () => {
  store = await GroupStore.open();
}, TURN_TIMEOUT_MS);
afterEach(() => store.leaveAll());
afterAll(() => store.close());

describe('settings are told as they were given', () => {
  it.each<Partial<PersistentSubscriptionToStreamSettings>>([
    { startFrom: START },
    { startFrom: END },
    { startFrom: 7n },
    { resolveLinkTos: true },
    { extraStatistics: true },
    { messageTimeout: 1234 },
    { maxRetryCount: 0 },
    { checkPointAfter: 4321, checkPointLowerBound: 3, checkPointUpperBound: 77 },
    { maxSubscriberCount: 5 },
    { maxSubscriberCount: 'unbounded' },
    { liveBufferSize: 300, historyBufferSize: 200, readBatchSize: 30 },
    { consumerStrategyName: 'DispatchToSingle' },
    { consumerStrategyName: 'RoundRobin' },
    { consumerStrategyName: 'Pinned' },
  ])('%p', async (settings) => {
    const stream = store.fresh('orders');
    await store.group(stream, settings);
    const info = await store.info(stream);
    expect(info).toMatchObject({ eventSource: stream, groupName: 'g', status: 'Live', connections: [] });
    expect(info.settings).toMatchObject(settings);
    await store.client.updatePersistentSubscriptionToStream(
      stream,
      'g',
      streamSettings({ maxRetryCount: 9 }),
    );
    expect((await store.info(stream)).settings).toMatchObject({ startFrom: START, maxRetryCount: 9 });
  });

  it('start 0 is the start', async () => {
    const stream = store.fresh('orders');
    await store.group(stream, { startFrom: 0n });
    expect((await store.info(stream)).settings.startFrom).toBe(START);
  });

  it.each([START, END] as const)('of a group on $all, from %s', async (startFrom) => {
    const group = store.fresh('g');
    await store.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom }), {
      filter: streamNameFilter({ prefixes: [store.fresh('nobody')] }),
    });
    const info = await store.client.getPersistentSubscriptionToAllInfo(group);
    expect(info).toMatchObject({ eventSource: '$all', groupName: group, settings: { startFrom } });
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  it('of a group on $all, from a position', async () => {
    const stream = store.fresh('orders');
    await store.append(stream, 1);
    let commit: bigint | undefined;
    for await (const { event } of store.client.readStream(stream)) commit = event?.position?.commit;
    const startFrom = { commit: commit as bigint, prepare: commit as bigint };
    const group = store.fresh('g');
    await store.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom }), {
      filter: excludeSystemEvents(),
    });
    const info = await store.client.getPersistentSubscriptionToAllInfo(group);
    expect(info.settings.startFrom).toEqual(startFrom);
    await store.client.deletePersistentSubscriptionToAll(group);
  });
});

describe('a name', () => {
  it('is taken once, on a stream', async () => {
    const stream = store.fresh('orders');
    await store.group(stream);
    await expect(store.group(stream)).rejects.toMatchObject({
      constructor: PersistentSubscriptionExistsError,
      streamName: stream,
      groupName: 'g',
    });
  });

  it('is taken once, on $all', async () => {
    const group = store.fresh('g');
    await store.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: END }));
    await expect(
      store.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: END })),
    ).rejects.toMatchObject({
      constructor: PersistentSubscriptionExistsError,
      streamName: '$all',
      groupName: group,
    });
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  it('may be the same on two streams', async () => {
    await store.group(store.fresh('orders'));
    await store.group(store.fresh('orders'));
  });

  it('is free again after the group was deleted', async () => {
    const stream = store.fresh('orders');
    await store.group(stream);
    await store.client.deletePersistentSubscriptionToStream(stream, 'g');
    await store.group(stream);
  });
});

describe('a group that does not exist', () => {
  const there = () => store.fresh('nobody');
  it.each<readonly [string, (stream: string) => Promise<unknown>]>([
    ['is not told of', (stream) => store.info(stream)],
    [
      'is not updated',
      (stream) => store.client.updatePersistentSubscriptionToStream(stream, 'g', streamSettings({})),
    ],
    ['is not deleted', (stream) => store.client.deletePersistentSubscriptionToStream(stream, 'g')],
    ['replays nothing', (stream) => store.client.replayParkedMessagesToStream(stream, 'g')],
    ['takes no consumers', (stream) => store.consumer(stream).next()],
  ])('%s', async (_what, ask) => {
    const stream = there();
    await expect(ask(stream)).rejects.toMatchObject({
      constructor: PersistentSubscriptionDoesNotExistError,
      streamName: stream,
      groupName: 'g',
    });
  });

  it.each<readonly [string, (group: string) => Promise<unknown>]>([
    ['is not told of', (group) => store.client.getPersistentSubscriptionToAllInfo(group)],
    ['is not updated', (group) => store.client.updatePersistentSubscriptionToAll(group, allSettings({}))],
    ['is not deleted', (group) => store.client.deletePersistentSubscriptionToAll(group)],
    ['replays nothing', (group) => store.client.replayParkedMessagesToAll(group)],
    ['takes no consumers', (group) => store.consumerOfAll(group).next()],
  ])('on $all %s', async (_what, ask) => {
    const group = there();
    await expect(ask(group)).rejects.toMatchObject({
      constructor: PersistentSubscriptionDoesNotExistError,
      streamName: '$all',
      groupName: group,
    });
  });

  it('is not listed, and a stream that never had one says so', async () => {
    const stream = there();
    await expect(store.client.listPersistentSubscriptionsToStream(stream)).rejects.toThrow(
      PersistentSubscriptionDoesNotExistError,
    );
  });
});

describe('lists', () => {
  it('are of one stream, of $all, or of everything', async () => {
    const [orders, cases, onAll] = [store.fresh('orders'), store.fresh('cases'), store.fresh('g')];
    await store.group(orders, {}, 'one');
    await store.group(orders, {}, 'two');
    await store.group(cases, {}, 'one');
    await store.client.createPersistentSubscriptionToAll(onAll, allSettings({ startFrom: END }));
    const { client } = store;
    const names = (groups: readonly { readonly eventSource: string; readonly groupName: string }[]) =>
      groups.map(({ eventSource, groupName }) => `${eventSource}/${groupName}`).sort();
    expect(names(await client.listPersistentSubscriptionsToStream(orders))).toEqual([
      `${orders}/one`,
      `${orders}/two`,
    ]);
    expect(names(await client.listPersistentSubscriptionsToAll())).toContain(`$all/${onAll}`);
    expect(names(await client.listAllPersistentSubscriptions())).toEqual(
      expect.arrayContaining([`${orders}/one`, `${orders}/two`, `${cases}/one`, `$all/${onAll}`]),
    );
    await client.deletePersistentSubscriptionToAll(onAll);
  });

  it('of a stream are empty when its last group was deleted', async () => {
    const stream = store.fresh('orders');
    await store.group(stream);
    await store.client.deletePersistentSubscriptionToStream(stream, 'g');
    expect(await store.client.listPersistentSubscriptionsToStream(stream)).toEqual([]);
  });
});
