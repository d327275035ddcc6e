import { BACKWARDS, END, FORWARDS, type Position, START } from '@eventstore/db-client';
import { all, eventStoreContract, place, someEvents, uniqueStream } from './contract.ts';

/**
 * Goal: `$all` is one order of all events, read forwards from a position including it, backwards from the one before it.
 * Method: own events among whatever else is in the log; of other writers nothing is assumed.
 */
const store = eventStoreContract();
const own = uniqueStream('own');
const other = uniqueStream('other');
let positions: Position[];

beforeAll(async () => {
  positions = [];
  for (let n = 0; n < 6; n++) {
    const stream = n % 2 === 0 ? own : other;
    positions.push(place(await store.client.appendToStream(stream, someEvents(1))));
  }
});

/** Which of the own events a read shows, by their number in the order in which they were written. */
async function numbersOf(
  reading: AsyncIterable<{ readonly event?: { readonly streamId: string; readonly position: Position } }>,
) {
  return (await all(reading))
    .filter(({ event }) => event?.streamId === own || event?.streamId === other)
    .map(({ event }) => positions.findIndex(({ commit }) => commit === event?.position.commit));
}

it.each([0, 1, 2, 3, 4, 5])('forwards from the position of event %i it begins with this event', async (n) => {
  const reading = store.client.readAll({ fromPosition: positions[n] as Position });
  expect(await numbersOf(reading)).toEqual([0, 1, 2, 3, 4, 5].slice(n));
});

it.each([0, 1, 2, 3, 4, 5])('forwards from the position of event %i, one event is this event', async (n) => {
  const [first, ...more] = await all(
    store.client.readAll({ fromPosition: positions[n] as Position, maxCount: 1 }),
  );
  expect(first?.event?.position).toEqual(positions[n]);
  expect(more).toEqual([]);
});

it.each([1, 2, 3, 4, 5])('backwards from the position of event %i it begins before this event', async (n) => {
  const reading = store.client.readAll({
    direction: BACKWARDS,
    fromPosition: positions[n] as Position,
    maxCount: 500,
  });
  expect(await numbersOf(reading)).toEqual([0, 1, 2, 3, 4, 5].slice(0, n).reverse());
});

it('backwards from the end shows the newest first, each below the one before', async () => {
  const events = await all(store.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 100 }));
  expect(events.length).toBeGreaterThan(6);
  for (let n = 1; n < events.length; n++)
    expect(events[n]?.event?.position.commit).toBeLessThan(events[n - 1]?.event?.position.commit as bigint);
});

it('forwards from the start rises, and holds what was written', async () => {
  const events = await all(store.client.readAll({ direction: FORWARDS, fromPosition: START }));
  for (let n = 1; n < events.length; n++)
    expect(events[n]?.event?.position.commit).toBeGreaterThan(
      events[n - 1]?.event?.position.commit as bigint,
    );
  const revisions = events.filter(({ event }) => event?.streamId === own).map(({ event }) => event?.revision);
  expect(revisions).toEqual([0n, 1n, 2n]);
});

it('from the end forwards shows nothing that was there', async () => {
  const events = await all(store.client.readAll({ direction: FORWARDS, fromPosition: END }));
  expect(events.filter(({ event }) => event?.streamId === own)).toEqual([]);
});

it('from the start backwards shows nothing', async () => {
  expect(await all(store.client.readAll({ direction: BACKWARDS, fromPosition: START }))).toEqual([]);
});

it.each([1, 2, 7, 33])('gives at most %i events when asked for so many', async (maxCount) => {
  const events = await all(store.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount }));
  expect(events.length).toBeLessThanOrEqual(maxCount);
});

it('begins with system events, above the position zero', async () => {
  const [first] = await all(store.client.readAll({ maxCount: 1 }));
  expect(first?.event?.type.startsWith('$')).toBe(true);
  expect(first?.event?.position.commit).toBeGreaterThanOrEqual(0n);
  const all50 = await all(store.client.readAll({ maxCount: 50 }));
  expect(all50.some(({ event }) => event?.type === '$metadata')).toBe(true);
});

it('shows what metadata hide in the stream, and what deletes and tombstones wrote', async () => {
  const { client } = store;
  const stream = uniqueStream();
  const from = place(await client.appendToStream(stream, someEvents(3)));
  const [first] = await all(client.readStream(stream));
  await client.setStreamMetadata(stream, { maxCount: 1 });
  await client.deleteStream(stream);
  await client.tombstoneStream(stream);
  const seen = (await all(client.readAll({ fromPosition: first?.event?.position ?? from })))
    .filter(({ event }) => event?.streamId.endsWith(stream))
    .map(
      ({ event }) =>
        `${event?.streamId === stream ? 'stream' : 'metadata'} ${event?.revision} ${event?.type}`,
    );
  expect(seen).toEqual([
    'stream 0 OrderPlaced',
    'stream 1 OrderPlaced',
    'stream 2 OrderPlaced',
    'metadata 0 $metadata',
    'metadata 1 $metadata',
    'stream 9223372036854775807 $streamDeleted',
  ]);
});

it('tells the position of each event as its commit position, too', async () => {
  for (const { event, commitPosition } of await all(
    store.client.readAll({ fromPosition: positions[0] as Position, maxCount: 6 }),
  ))
    expect(commitPosition).toBe(event?.position.commit);
});
