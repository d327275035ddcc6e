import {
  BACKWARDS,
  type Direction,
  FORWARDS,
  jsonEvent,
  type ReadRevision,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { all, eventStoreContract, failureOf, revisionsOf, someEvents, uniqueStream } from './contract.ts';

/** Goal: a stream is read both ways from any revision, which it includes. */
const store = eventStoreContract();

describe('a stream of ten events', () => {
  const stream = uniqueStream();
  beforeAll(async () => {
    await store.client.appendToStream(stream, someEvents(10));
  });

  const upwards = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const downwards = [...upwards].reverse();
  const table: readonly (readonly [Direction, ReadRevision, number | undefined, readonly number[]])[] = [
    [FORWARDS, 'start', undefined, upwards],
    [FORWARDS, 'start', 1, [0]],
    [FORWARDS, 'start', 3, [0, 1, 2]],
    [FORWARDS, 'start', 10, upwards],
    [FORWARDS, 'start', 1000, upwards],
    [FORWARDS, 0n, undefined, upwards],
    [FORWARDS, 0n, 2, [0, 1]],
    [FORWARDS, 4n, undefined, [4, 5, 6, 7, 8, 9]],
    [FORWARDS, 4n, 2, [4, 5]],
    [FORWARDS, 9n, undefined, [9]],
    [FORWARDS, 9n, 5, [9]],
    [FORWARDS, 10n, undefined, []],
    [FORWARDS, 10n, 1, []],
    [FORWARDS, 5000n, undefined, []],
    [BACKWARDS, 'end', undefined, downwards],
    [BACKWARDS, 'end', 1, [9]],
    [BACKWARDS, 'end', 4, [9, 8, 7, 6]],
    [BACKWARDS, 'end', 10, downwards],
    [BACKWARDS, 'end', 1000, downwards],
    [BACKWARDS, 9n, undefined, downwards],
    [BACKWARDS, 9n, 2, [9, 8]],
    [BACKWARDS, 3n, undefined, [3, 2, 1, 0]],
    [BACKWARDS, 3n, 1, [3]],
    [BACKWARDS, 0n, undefined, [0]],
    [BACKWARDS, 'start', undefined, [0]],
    [BACKWARDS, 'start', 3, [0]],
    [BACKWARDS, 10n, undefined, downwards],
    [BACKWARDS, 10n, 2, [9, 8]],
    [BACKWARDS, 5000n, 3, [9, 8, 7]],
  ];

  it.each(table.map(([direction, from, count, revisions]) => ({ direction, from, count, revisions })))(
    'read $direction from $from, at most $count',
    async ({ direction, from, count, revisions }) => {
      const reading = store.client.readStream(stream, {
        direction,
        fromRevision: from,
        ...(count === undefined ? {} : { maxCount: count }),
      });
      expect(await revisionsOf(reading)).toEqual(revisions);
    },
  );

  it('tells each event its place in the log', async () => {
    for (const { event, link, commitPosition } of await all(store.client.readStream(stream))) {
      expect(link).toBeUndefined();
      expect(event?.streamId).toBe(stream);
      expect(commitPosition).toBe(event?.position?.commit);
      expect(event?.position?.prepare).toBe(event?.position?.commit);
    }
  });

  it('is read forwards by default, from its start', async () => {
    expect(await revisionsOf(store.client.readStream(stream))).toEqual(upwards);
  });
});

it.each([
  ['never written', async () => undefined],
  [
    'soft-deleted',
    async (stream: string) => {
      await store.client.appendToStream(stream, someEvents(3));
      await store.client.deleteStream(stream);
    },
  ],
  [
    'that has metadata only',
    async (stream: string) => {
      await store.client.setStreamMetadata(stream, { owner: 'x' });
    },
  ],
] as const)('a stream %s is not found, either way', async (_name, prepare) => {
  const stream = uniqueStream();
  await prepare(stream);
  for (const direction of [FORWARDS, BACKWARDS] as const) {
    const failure = await failureOf(
      all(
        store.client.readStream(stream, {
          direction,
          fromRevision: direction === FORWARDS ? 'start' : 'end',
        }),
      ),
    );
    expect(failure).toBeInstanceOf(StreamNotFoundError);
  }
});

it.each([FORWARDS, BACKWARDS] as const)('a tombstoned stream read %s is deleted', async (direction) => {
  const stream = uniqueStream();
  await store.client.appendToStream(stream, someEvents(3));
  await store.client.tombstoneStream(stream);
  const failure = await failureOf(
    all(
      store.client.readStream(stream, { direction, fromRevision: direction === FORWARDS ? 'start' : 'end' }),
    ),
  );
  expect(failure).toBeInstanceOf(StreamDeletedError);
  expect(failure).toMatchObject({ streamName: stream });
});

it('a stream of 5 000 events comes whole and in order, both ways', async () => {
  const stream = uniqueStream();
  for (let n = 0; n < 5; n++) await store.client.appendToStream(stream, someEvents(1000));
  const upwards = await revisionsOf(store.client.readStream(stream));
  expect(upwards).toEqual([...Array(5000).keys()]);
  const downwards = await revisionsOf(
    store.client.readStream(stream, { direction: BACKWARDS, fromRevision: 'end' }),
  );
  expect(downwards).toEqual([...upwards].reverse());
});

it('a read that is left early does not hinder the ones after it', async () => {
  const stream = uniqueStream();
  await store.client.appendToStream(stream, someEvents(2000));
  for (let n = 0; n < 5; n++) {
    const reading = store.client.readStream(stream);
    let seen = 0;
    for await (const { event } of reading) {
      if (event) seen++;
      if (seen === 3) break;
    }
    await reading.cancel();
  }
  expect(await revisionsOf(store.client.readStream(stream, { fromRevision: 1990n }))).toHaveLength(10);
});

it('streams of names that begin alike are apart', async () => {
  const short = uniqueStream('a');
  const long = `${short}a`;
  await store.client.appendToStream(short, [jsonEvent({ type: 'Short', data: {} })]);
  await store.client.appendToStream(long, [jsonEvent({ type: 'Long', data: {} })]);
  const types = async (stream: string) =>
    (await all(store.client.readStream(stream))).map(({ event }) => event?.type);
  expect([await types(short), await types(long)]).toEqual([['Short'], ['Long']]);
});
