import {
  END,
  eventTypeFilter,
  excludeSystemEvents,
  type Filter,
  jsonEvent,
  type Position,
  streamNameFilter,
} from '@eventstore/db-client';
import { Collector } from './collector.ts';
import { eventStoreContract, place, someEvents, uniqueStream } from './contract.ts';

/** Goal: a filter lets through what it names and nothing else, and its reader learns how far it is all the same. */
const store = eventStoreContract();

const family = uniqueStream('family');
const suffixes = ['-a', '-b', '-ab', '-A', '.a', '-数'];
const types = ['OrderPlaced', 'OrderPaid', 'Paid', 'orderPlaced', 'Order', 'note'];
let start: Position;

beforeAll(async () => {
  start = place(await store.client.appendToStream(uniqueStream('before'), someEvents(1)));
  for (const [n, suffix] of suffixes.entries())
    await store.client.appendToStream(`${family}${suffix}`, [
      jsonEvent({ type: types[n] as string, data: {} }),
    ]);
});

const escaped = family.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A filter, and which of the six streams (with their types) it lets through. */
const table: readonly (readonly [string, () => Filter, readonly number[]])[] = [
  ['a prefix of names', () => streamNameFilter({ prefixes: [`${family}-a`] }), [0, 2]],
  ['two prefixes of names', () => streamNameFilter({ prefixes: [`${family}-b`, `${family}.`] }), [1, 4]],
  ['a prefix that all have', () => streamNameFilter({ prefixes: [family] }), [0, 1, 2, 3, 4, 5]],
  ['a prefix that none has', () => streamNameFilter({ prefixes: [`${family}?`] }), []],
  ['prefixes that overlap', () => streamNameFilter({ prefixes: [`${family}-a`, `${family}-ab`] }), [0, 2]],
  ['a prefix in another script', () => streamNameFilter({ prefixes: [`${family}-数`] }), [5]],
  ['an expression of names', () => streamNameFilter({ regex: `^${escaped}-a` }), [0, 2]],
  ['an expression of whole names', () => streamNameFilter({ regex: `^${escaped}-a$` }), [0]],
  ['alternatives of names', () => streamNameFilter({ regex: `^${escaped}(-b|\\.a)$` }), [1, 4]],
  ['a class of characters', () => streamNameFilter({ regex: `^${escaped}-[ab]$` }), [0, 1]],
  ['an expression within names', () => streamNameFilter({ regex: `${escaped}-(.*)b` }), [1, 2]],
  ['a prefix of types', () => eventTypeFilter({ prefixes: ['Order'] }), [0, 1, 4]],
  ['two prefixes of types', () => eventTypeFilter({ prefixes: ['OrderPaid', 'Paid'] }), [1, 2]],
  ['an expression of types', () => eventTypeFilter({ regex: '^Order.+$' }), [0, 1]],
  ['an expression within types', () => eventTypeFilter({ regex: 'Paid' }), [1, 2]],
  ['types that end alike', () => eventTypeFilter({ regex: 'Placed$' }), [0, 3]],
  ['no system events', () => excludeSystemEvents(), [0, 1, 2, 3, 4, 5]],
];

it.each(table)('%s', async (_name, filter, expected) => {
  const marker = uniqueStream('marker');
  const collector = new Collector(store.client.subscribeToAll({ fromPosition: start, filter: filter() }));
  await collector.caughtUp();
  await collector.subscription.unsubscribe();
  const mine = collector.items
    .map(({ event }) => event?.streamId ?? '')
    .filter((name) => name.startsWith(family));
  expect(mine).toEqual(expected.map((n) => `${family}${suffixes[n]}`));
  expect(collector.items.some(({ event }) => event?.streamId === marker)).toBe(false);
});

it.each([
  ['by name', (stream: string) => streamNameFilter({ prefixes: [stream] })],
  ['by type', (_stream: string, type: string) => eventTypeFilter({ prefixes: [type] })],
] as const)('a live subscription filtered %s brings only what it names', async (_name, filter) => {
  const stream = uniqueStream('live');
  const type = `Type${stream.replaceAll('-', '')}`;
  const collector = new Collector(
    store.client.subscribeToAll({ fromPosition: END, filter: filter(stream, type) }),
  );
  await collector.caughtUp();
  await store.client.appendToStream(uniqueStream('noise'), someEvents(100));
  await store.client.appendToStream(stream, [jsonEvent({ type, data: {} })]);
  await store.client.appendToStream(uniqueStream('noise'), someEvents(100));
  await store.client.appendToStream(stream, [jsonEvent({ type, data: {} })]);
  await collector.count(2);
  expect(collector.items.map(({ event }) => [event?.streamId, event?.revision])).toEqual([
    [stream, 0n],
    [stream, 1n],
  ]);
  await collector.subscription.unsubscribe();
});

describe('checkpoints of a filtered subscription', () => {
  async function told(filter: (reached: (position: Position) => void) => Filter, events: number) {
    const positions: Position[] = [];
    const stream = uniqueStream('counted');
    const from = place(await store.client.appendToStream(uniqueStream('before'), someEvents(1)));
    for (let n = 0; n < events; n += 100) await store.client.appendToStream(stream, someEvents(100));
    const collector = new Collector(
      store.client.subscribeToAll({
        fromPosition: from,
        filter: filter((position) => positions.push(position)),
      }),
    );
    await collector.caughtUp();
    await collector.subscription.unsubscribe();
    return { positions, collector, from, stream };
  }

  const nothing = (checkpointReached: (position: Position) => void, more: object = {}) =>
    streamNameFilter({
      prefixes: [uniqueStream('nobody')],
      checkpointReached: (_subscription, position) => checkpointReached(position),
      ...more,
    });

  it('rise, also when nothing is let through', async () => {
    const { positions, collector, from } = await told((reached) => nothing(reached), 500);
    expect(collector.items).toEqual([]);
    expect(positions.length).toBeGreaterThan(2);
    for (let n = 1; n < positions.length; n++)
      expect(positions[n]?.commit).toBeGreaterThan(positions[n - 1]?.commit as bigint);
    expect(positions.at(-1)?.commit).toBeGreaterThan(from.commit);
  });

  it('come after each window of events considered, by its size', async () => {
    const narrow = await told((reached) => nothing(reached, { maxSearchWindow: 10 }), 500);
    const wide = await told((reached) => nothing(reached, { maxSearchWindow: 100 }), 500);
    expect(narrow.positions.length).toBeGreaterThanOrEqual(50);
    expect(wide.positions.length).toBeLessThan(narrow.positions.length / 4);
  });

  it('come more seldom by the multiplier', async () => {
    const each = await told(
      (reached) => nothing(reached, { maxSearchWindow: 10, checkpointInterval: 1 }),
      600,
    );
    const fifth = await told(
      (reached) => nothing(reached, { maxSearchWindow: 10, checkpointInterval: 5 }),
      600,
    );
    expect(fifth.positions.length).toBeLessThan(each.positions.length / 2);
    expect(fifth.positions.length).toBeGreaterThanOrEqual(10);
  });

  it('are places from which to go on without missing anything', async () => {
    const stream = uniqueStream('rare');
    const from = place(await store.client.appendToStream(uniqueStream('before'), someEvents(1)));
    for (let n = 0; n < 5; n++) {
      await store.client.appendToStream(uniqueStream('noise'), someEvents(90));
      await store.client.appendToStream(stream, someEvents(1));
    }
    const checkpoints: { readonly position: Position; readonly seen: number }[] = [];
    const first = new Collector(
      store.client.subscribeToAll({
        fromPosition: from,
        filter: streamNameFilter({
          prefixes: [stream],
          maxSearchWindow: 20,
          checkpointReached: (_subscription, position) => {
            checkpoints.push({ position, seen: first.items.length });
          },
        }),
      }),
    );
    await first.caughtUp();
    await first.subscription.unsubscribe();
    expect(first.items).toHaveLength(5);
    const positions = first.items.map(({ event }) => event?.position.commit as bigint);
    for (const { position } of checkpoints.filter((_checkpoint, n) => n % 4 === 0)) {
      const again = new Collector(
        store.client.subscribeToAll({
          fromPosition: position,
          filter: streamNameFilter({ prefixes: [stream] }),
        }),
      );
      await again.caughtUp();
      await again.subscription.unsubscribe();
      expect(again.items.map(({ event }) => event?.position.commit)).toEqual(
        positions.filter((commit) => commit > position.commit),
      );
    }
  });

  it('go on while the subscription is live', async () => {
    const positions: Position[] = [];
    let arrived: () => void = () => undefined;
    const filter = nothing(
      (position) => {
        positions.push(position);
        arrived();
      },
      { maxSearchWindow: 10 },
    );
    const collector = new Collector(store.client.subscribeToAll({ fromPosition: END, filter }));
    await collector.caughtUp();
    const before = positions.length;
    const more = new Promise<void>((resolve) => {
      arrived = () => {
        if (positions.length >= before + 3) resolve();
      };
    });
    await store.client.appendToStream(uniqueStream('noise'), someEvents(100));
    await more;
    for (let n = 1; n < positions.length; n++)
      expect(positions[n]?.commit).toBeGreaterThanOrEqual(positions[n - 1]?.commit as bigint);
    await collector.subscription.unsubscribe();
  });
});
