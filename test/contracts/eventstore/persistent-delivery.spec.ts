import {
  END,
  eventTypeFilter,
  type PersistentSubscriptionToStreamSettings,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { TURN_TIMEOUT_MS } from '../../lib/event-store.ts';
import { allSettings, GroupStore } from './lib/group-store.ts';

/**
 * Goal: a group delivers what it is to deliver, from where it is to begin, in order.
 * Method: through the official client, by URI only. That something is not delivered is shown by what comes after it.
 */
let store: GroupStore;

beforeAll(async () => {
  store = await GroupStore.open();
}, TURN_TIMEOUT_MS);
afterEach(() => store.leaveAll());
afterAll(() => store.close());

const revisions = (delivered: readonly { readonly at: string }[]) =>
  delivered.map(({ at }) => Number(at.slice(at.lastIndexOf('@') + 1)));

describe('a group on a stream', () => {
  it.each<{ startFrom: PersistentSubscriptionToStreamSettings['startFrom']; expected: number[] }>([
    { startFrom: START, expected: [0, 1, 2, 3, 4] },
    { startFrom: 1n, expected: [1, 2, 3, 4] },
    { startFrom: END, expected: [3, 4] },
  ])('from $startFrom: of three events before and two after its creation $expected', async (row) => {
    const stream = store.fresh('orders');
    await store.append(stream, 3);
    await store.group(stream, { startFrom: row.startFrom });
    const [, last] = await store.append(stream, 2);
    expect(revisions(await store.consumer(stream).ackUntil(last as string))).toEqual(row.expected);
  });

  it.each([START, END] as const)('may be there before its stream, from %s', async (startFrom) => {
    const stream = store.fresh('orders');
    await store.group(stream, { startFrom });
    const consumer = store.consumer(stream);
    await store.append(stream, 2);
    expect(revisions(await consumer.take(2))).toEqual([0, 1]);
  });

  it.each([
    { liveBufferSize: 10, historyBufferSize: 11, readBatchSize: 10 },
    { liveBufferSize: 500, historyBufferSize: 500, readBatchSize: 20 },
  ])('delivers more than it keeps, history and live: %p', async (buffers) => {
    const stream = store.fresh('orders');
    await store.append(stream, 60);
    await store.group(stream, buffers);
    const consumer = store.consumer(stream);
    const [first] = await store.append(stream, 1);
    const history = await consumer.ackUntil(first as string);
    await store.append(stream, 60);
    const [last] = await store.append(stream, 1);
    const live = await consumer.ackUntil(last as string);
    expect(revisions([...history, ...live])).toEqual(Array.from({ length: 122 }, (_, i) => i));
  });

  it('has no more on its way to a consumer than that takes', async () => {
    const stream = store.fresh('orders');
    await store.append(stream, 5);
    await store.group(stream);
    const consumer = store.consumer(stream, 2);
    const [one, two] = await consumer.take(2);
    const { connections } = await store.info(stream);
    expect(connections).toHaveLength(1);
    expect(connections[0]).toMatchObject({ inFlightMessages: 2, availableSlots: 0 });
    expect(consumer.waiting).toBe(0);
    await consumer.ack(one as NonNullable<typeof one>, two as NonNullable<typeof two>);
    expect(revisions(await consumer.take(2))).toEqual([2, 3]);
  });

  it('leaves out what the stream hides', async () => {
    const stream = store.fresh('orders');
    await store.append(stream, 5);
    await store.client.setStreamMetadata(stream, { truncateBefore: 3 });
    await store.group(stream);
    expect(revisions(await store.consumer(stream).take(2))).toEqual([3, 4]);
  });
});

describe('links', () => {
  it.each([
    { resolveLinkTos: true, targets: ['target@1', null, 'target@0'] },
    { resolveLinkTos: false, targets: [undefined, undefined, undefined] },
  ])('with resolveLinkTos $resolveLinkTos', async ({ resolveLinkTos, targets }) => {
    const [stream, target] = [store.fresh('links'), store.fresh('target')];
    await store.append(target, 2);
    for (const revision of [1, 9, 0]) await store.link(stream, `${revision}@${target}`);
    await store.group(stream, { resolveLinkTos });
    const consumer = store.consumer(stream);
    const delivered = await consumer.take(3);
    expect(delivered.map(({ at }) => at)).toEqual([`${stream}@0`, `${stream}@1`, `${stream}@2`]);
    expect(delivered.map((one) => one.target?.replace(target, 'target') ?? one.target)).toEqual(targets);
    await consumer.ack(...delivered);
    const [last] = await store.append(stream, 1);
    expect(revisions(await consumer.ackUntil(last as string))).toEqual([3]);
  });
});

describe('a group on $all', () => {
  const filters = {
    'a stream prefix': (name: string) => streamNameFilter({ prefixes: [`${name}-a`] }),
    'one of two stream prefixes': (name: string) =>
      streamNameFilter({ prefixes: [`${name}-a`, 'nobody-at-all'] }),
    'a stream expression': (name: string) => streamNameFilter({ regex: `^${name}-[a]$` }),
    'a type prefix': (name: string) => eventTypeFilter({ prefixes: [`${name}Paid`] }),
    'a type expression': (name: string) => eventTypeFilter({ regex: `^${name}Pa.d$` }),
  } as const;
  it.each(Object.entries(filters))('delivers by %s', async (_by, filter) => {
    const name = store.fresh('orders').replace('-', '');
    const group = store.fresh('g');
    const [a, b] = [`${name}-a`, `${name}-b`];
    await store.append(a, 2, `${name}Paid`);
    await store.append(b, 2, 'note');
    await store.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: START }), {
      filter: filter(name),
    });
    await store.append(b, 1, 'note');
    await store.append(a, 1, `${name}Paid`);
    const consumer = store.consumerOfAll(group);
    const delivered = await consumer.ackUntil(`${a}@2`);
    expect(delivered.map(({ at }) => at)).toEqual([`${a}@0`, `${a}@1`, `${a}@2`]);
    await consumer.leave();
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  it('begins with the event of its position', async () => {
    const [stream, group] = [store.fresh('orders'), store.fresh('g')];
    await store.append(stream, 3);
    const positions: { commit: bigint; prepare: bigint }[] = [];
    for await (const { event } of store.client.readStream(stream))
      if (event?.position) positions.push(event.position);
    await store.client.createPersistentSubscriptionToAll(
      group,
      allSettings({ startFrom: positions[1] as (typeof positions)[0] }),
      { filter: streamNameFilter({ prefixes: [stream] }) },
    );
    const consumer = store.consumerOfAll(group);
    expect(revisions(await consumer.take(2))).toEqual([1, 2]);
    await consumer.leave();
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  it('from the end delivers what comes after its creation', async () => {
    const [stream, group] = [store.fresh('orders'), store.fresh('g')];
    await store.append(stream, 2);
    await store.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: END }), {
      filter: streamNameFilter({ prefixes: [stream] }),
    });
    await store.append(stream, 1);
    const consumer = store.consumerOfAll(group);
    expect(revisions(await consumer.take(1))).toEqual([2]);
    await consumer.leave();
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  it('does not see its own checkpoints, nor what was parked on $all', async () => {
    const [stream, group] = [store.fresh('orders'), store.fresh('g')];
    const settings = allSettings({ startFrom: END, checkPointLowerBound: 1, checkPointUpperBound: 1 });
    await store.client.createPersistentSubscriptionToAll(group, settings);
    const consumer = store.consumerOfAll(group);
    await store.append(stream, 3);
    const seen: string[] = [];
    for (;;) {
      const delivered = await consumer.next();
      seen.push(delivered.at);
      if (delivered.at === `${stream}@0`) await consumer.nack('park', 'a reason', delivered);
      else await consumer.ack(delivered);
      if (delivered.at === `${stream}@2`) break;
    }
    const [last] = await store.append(stream, 1);
    seen.push(...(await consumer.ackUntil(last as string)).map(({ at }) => at));
    const own = new RegExp(`^\\$persistentsubscription-\\$all::${group}-`);
    expect(seen.filter((at) => own.test(at))).toEqual([]);
    const inAll: string[] = [];
    for await (const { event } of store.client.readAll()) if (event) inAll.push(event.streamId);
    expect(inAll.filter((name) => own.test(name))).toEqual([]);
    expect(inAll).toContain(stream);
    await consumer.leave();
    await store.client.deletePersistentSubscriptionToAll(group);
  });
});
