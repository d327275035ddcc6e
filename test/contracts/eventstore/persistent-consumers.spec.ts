import {
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  type PersistentSubscriptionToStreamSettings,
  streamNameFilter,
} from '@eventstore/db-client';
import { TURN_TIMEOUT_MS } from '../../lib/event-store.ts';
import { type Consumer, eventually } from './lib/consumer.ts';
import { allSettings, GroupStore, streamSettings } from './lib/group-store.ts';

/**
 * Goal: several consumers share a group by its strategy, and learn when it ends.
 * Method: through the official client, by URI only.
 */
let store: GroupStore;

beforeAll(async () => {
  store = await GroupStore.open();
}, TURN_TIMEOUT_MS);
afterEach(() => store.leaveAll());
afterAll(() => store.close());

type Settings = Partial<PersistentSubscriptionToStreamSettings>;

/** Two consumers that are both there before anything is delivered. */
async function two(stream: string, bufferSize: number): Promise<readonly [Consumer, Consumer]> {
  const one = await store.consumer(stream, bufferSize).confirmed();
  await eventually(
    () => store.info(stream),
    (info) => info.connections.length === 1,
  );
  const other = await store.consumer(stream, bufferSize).confirmed();
  await eventually(
    () => store.info(stream),
    (info) => info.connections.length === 2,
  );
  return [one, other];
}

it('RoundRobin gives each the same number', async () => {
  const stream = store.fresh('orders');
  await store.group(stream, { consumerStrategyName: 'RoundRobin' });
  const [one, other] = await two(stream, 10);
  await store.append(stream, 6);
  const delivered = [...(await one.take(3)), ...(await other.take(3))];
  expect(delivered.map(({ at }) => at).sort()).toEqual(Array.from({ length: 6 }, (_, i) => `${stream}@${i}`));
});

it('DispatchToSingle fills one before the other', async () => {
  const stream = store.fresh('orders');
  await store.group(stream, { consumerStrategyName: 'DispatchToSingle' });
  const [one, other] = await two(stream, 3);
  await store.append(stream, 4);
  const { connections } = await eventually(
    () => store.info(stream),
    (info) => info.stats.totalInFlightMessages === 4,
  );
  expect(connections.map(({ inFlightMessages }) => inFlightMessages).sort()).toEqual([1, 3]);
  expect(one.waiting + other.waiting).toBeLessThanOrEqual(4);
});

it('Pinned gives all of one source stream to one of them, in order', async () => {
  const name = store.fresh('orders').replace('-', '');
  const group = store.fresh('g');
  await store.client.createPersistentSubscriptionToAll(
    group,
    allSettings({ startFrom: 'start', consumerStrategyName: 'Pinned' }),
    { filter: streamNameFilter({ prefixes: [`${name}-`] }) },
  );
  const consumers = [store.consumerOfAll(group), store.consumerOfAll(group)];
  await eventually(
    () => store.client.getPersistentSubscriptionToAllInfo(group),
    (info) => info.connections.length === 2,
  );
  const got = new Map<string, { consumer: number; revision: number }[]>();
  let left = 40;
  const consume = async (consumer: Consumer, number: number): Promise<void> => {
    while (left > 0) {
      const delivered = await consumer.next();
      const [stream, revision] = delivered.at.split('@') as [string, string];
      got.set(stream, [...(got.get(stream) ?? []), { consumer: number, revision: Number(revision) }]);
      left--;
      await consumer.ack(delivered);
    }
  };
  const consuming = consumers.map((consumer, number) => consume(consumer, number));
  for (let round = 0; round < 4; round++)
    for (let stream = 0; stream < 10; stream++) await store.append(`${name}-${stream}`, 1);
  await Promise.race(consuming);
  for (const events of got.values()) {
    expect(new Set(events.map(({ consumer }) => consumer)).size).toBe(1);
    expect(events.map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
  }
  expect(got.size).toBe(10);
  await Promise.all(consumers.map((consumer) => consumer.leave()));
  await store.client.deletePersistentSubscriptionToAll(group);
});

it('one consumer more than allowed is refused, until one leaves', async () => {
  const stream = store.fresh('orders');
  await store.group(stream, { maxSubscriberCount: 1 });
  const first = await store.consumer(stream).confirmed();
  await expect(store.consumer(stream).next()).rejects.toMatchObject({
    constructor: PersistentSubscriptionMaximumSubscribersReachedError,
    streamName: stream,
    groupName: 'g',
  });
  await first.leave();
  await eventually(
    () => store.info(stream),
    (info) => info.connections.length === 0,
  );
  const second = store.consumer(stream);
  const [event] = await store.append(stream, 1);
  expect((await second.next()).at).toBe(event);
});

describe('a connected consumer learns', () => {
  it.each<readonly [string, (stream: string) => Promise<void>, new (...args: never[]) => Error]>([
    [
      'that its group was updated',
      (stream) => store.client.updatePersistentSubscriptionToStream(stream, 'g', streamSettings({})),
      PersistentSubscriptionDroppedError,
    ],
    [
      'that its group was deleted',
      (stream) => store.client.deletePersistentSubscriptionToStream(stream, 'g'),
      PersistentSubscriptionDoesNotExistError,
    ],
  ])('%s', async (_what, change, expected) => {
    const stream = store.fresh('orders');
    await store.group(stream);
    const consumer = await store.consumer(stream).confirmed();
    await change(stream);
    expect(await consumer.ended).toMatchObject({
      constructor: expected,
      streamName: stream,
      groupName: 'g',
    });
  });
});

it('an updated group delivers what was not answered', async () => {
  const stream = store.fresh('orders');
  const settings: Settings = { messageTimeout: 60_000 };
  await store.append(stream, 3);
  await store.group(stream, settings);
  const consumer = store.consumer(stream);
  await consumer.take(3);
  await store.client.updatePersistentSubscriptionToStream(stream, 'g', streamSettings(settings));
  await consumer.ended;
  const next = store.consumer(stream);
  expect((await next.ackUntil(`${stream}@2`)).map(({ at }) => at)).toEqual([
    `${stream}@0`,
    `${stream}@1`,
    `${stream}@2`,
  ]);
});

it('a consumer is told of with its name, its room and its statistics', async () => {
  const stream = store.fresh('orders');
  await store.append(stream, 2);
  await store.group(stream, { extraStatistics: true });
  const consumer = store.consumer(stream, 7);
  const [one] = await consumer.take(2);
  await consumer.ack(one as NonNullable<typeof one>);
  const { connections } = await eventually(
    () => store.info(stream),
    (info) => info.connections[0]?.inFlightMessages === 1,
  );
  expect(connections).toMatchObject([{ inFlightMessages: 1, availableSlots: 6, totalItems: 2n }]);
  expect([...(connections[0]?.extraStatistics?.keys() ?? [])]).toEqual(
    expect.arrayContaining([
      'mean',
      'median',
      'fastest',
      'quintile 1',
      'quintile 5',
      '90%',
      '99.9%',
      'highest',
    ]),
  );
});
