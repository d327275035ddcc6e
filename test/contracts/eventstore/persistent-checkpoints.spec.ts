import {
  type PersistentSubscriptionToStreamSettings,
  StreamNotFoundError,
  streamNameFilter,
} from '@eventstore/db-client';
import { TURN_TIMEOUT_MS } from '../../lib/event-store.ts';
import { eventually } from './lib/consumer.ts';
import { allSettings, GroupStore } from './lib/group-store.ts';

/**
 * Goal: a group goes on from its last checkpoint.
 * Method: through the official client, by URI only; the subsystem of persistent subscriptions is restarted, not the server.
 */
let store: GroupStore;

beforeAll(async () => {
  store = await GroupStore.open();
}, TURN_TIMEOUT_MS);
afterEach(() => store.leaveAll());
afterAll(() => store.close());

/** The last checkpoint that lies in the group's stream; undefined: none yet. */
async function written(key: string): Promise<string | undefined> {
  try {
    const events = store.client.readStream(`$persistentsubscription-${key}-checkpoint`, {
      direction: 'backwards',
      fromRevision: 'end',
      maxCount: 1,
    });
    let last: string | undefined;
    // To its end: a read that is left halfway keeps the client from ever being disposed of.
    for await (const { event } of events) last = String(event?.data);
    return last;
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
    return undefined;
  }
}

/** Drops all consumers, and with them the client's connection. */
async function restart(): Promise<void> {
  await store.client.restartPersistentSubscriptionSubsystem();
}

describe('a checkpoint is written', () => {
  it.each<Partial<PersistentSubscriptionToStreamSettings>>([
    { checkPointLowerBound: 1, checkPointUpperBound: 1, checkPointAfter: 3_600_000 },
    { checkPointLowerBound: 1, checkPointUpperBound: 3, checkPointAfter: 3_600_000 },
    { checkPointLowerBound: 1, checkPointUpperBound: 1000, checkPointAfter: 100 },
  ])('for three answers, by %p', async (settings) => {
    const stream = store.fresh('orders');
    await store.append(stream, 3);
    await store.group(stream, settings);
    const consumer = store.consumer(stream);
    await consumer.ack(...(await consumer.take(3)));
    await eventually(
      () => written(`${stream}::g`),
      (place) => place === '2',
    );
    expect((await store.info(stream)).stats.lastCheckpointedEventRevision).toBe(2n);
  });
});

it('what was acknowledged below the checkpoint does not come again, what was not does', async () => {
  const stream = store.fresh('orders');
  await store.append(stream, 3);
  await store.group(stream, { checkPointLowerBound: 1, checkPointUpperBound: 1 });
  const consumer = store.consumer(stream, 3);
  await consumer.ack(...(await consumer.take(3)));
  await eventually(
    () => written(`${stream}::g`),
    (place) => place === '2',
  );
  const [open] = await store.append(stream, 1);
  expect((await consumer.next()).at).toBe(open);
  await restart();
  await consumer.ended;
  await eventually(
    () => store.info(stream).catch((error: unknown) => error),
    (info) => !(info instanceof Error),
  );
  expect((await store.consumer(stream).next()).at).toBe(open);
});

it('the same of a group on $all, with its filter', async () => {
  const [stream, group] = [store.fresh('orders'), store.fresh('g')];
  await store.append(stream, 2);
  const settings = allSettings({ checkPointLowerBound: 1, checkPointUpperBound: 1 });
  await store.client.createPersistentSubscriptionToAll(group, settings, {
    filter: streamNameFilter({ prefixes: [stream] }),
  });
  const consumer = store.consumerOfAll(group);
  const [, last] = await consumer.take(2).then(async (delivered) => {
    await consumer.ack(...delivered);
    return delivered;
  });
  const commit = last?.resolved.event?.position?.commit;
  await eventually(
    () => written(`$all::${group}`),
    (place) => BigInt(/^C:(\d+)/.exec(place ?? '')?.[1] ?? -1) >= (commit as bigint),
  );
  await restart();
  await consumer.ended;
  await eventually(
    () => store.client.getPersistentSubscriptionToAllInfo(group).catch((error: unknown) => error),
    (info) => !(info instanceof Error),
  );
  await store.append(store.fresh('others'), 1);
  const [next] = await store.append(stream, 1);
  const second = store.consumerOfAll(group);
  expect((await second.next()).at).toBe(next);
  await second.leave();
  await store.client.deletePersistentSubscriptionToAll(group);
});

it('parked messages outlast a restart', async () => {
  const stream = store.fresh('orders');
  await store.append(stream, 1);
  await store.group(stream);
  const consumer = store.consumer(stream);
  await consumer.nack('park', 'for later', await consumer.next());
  await eventually(
    () => store.info(stream),
    (info) => info.stats.parkedMessageCount === 1n,
  );
  await restart();
  await consumer.ended;
  await eventually(
    () => store.info(stream).catch((error: unknown) => error),
    (info) => !(info instanceof Error),
  );
  await store.client.replayParkedMessagesToStream(stream, 'g');
  const second = store.consumer(stream);
  const delivered: (string | null | undefined)[] = [];
  while (delivered.length === 0) {
    const next = await second.next();
    await second.ack(next);
    // Without a checkpoint the event itself may come again, too.
    if (next.target !== undefined) delivered.push(next.target);
  }
  expect(delivered).toEqual([`${stream}@0`]);
});

it('a group that was deleted leaves no checkpoint to the next one of its name', async () => {
  const stream = store.fresh('orders');
  await store.append(stream, 2);
  const settings: Partial<PersistentSubscriptionToStreamSettings> = {
    checkPointLowerBound: 1,
    checkPointUpperBound: 1,
  };
  await store.group(stream, settings);
  const consumer = store.consumer(stream);
  await consumer.ack(...(await consumer.take(2)));
  await eventually(
    () => written(`${stream}::g`),
    (place) => place === '1',
  );
  await store.client.deletePersistentSubscriptionToStream(stream, 'g');
  await store.group(stream, settings);
  const second = store.consumer(stream);
  expect((await second.take(2)).map(({ at }) => at)).toEqual([`${stream}@0`, `${stream}@1`]);
});
