import {
  ANY,
  type ExpectedRevision,
  jsonEvent,
  NO_STREAM,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { all, eventStoreContract, failureOf, revisionsOf, someEvents, uniqueStream } from './contract.ts';

/** Goal: metadata hide what they say from the readers of a stream, and are given back as they were written. */
const store = eventStoreContract();

type Limits = {
  readonly maxCount?: number;
  readonly truncateBefore?: number;
  readonly maxAge?: number;
};

/** Of ten events, the revisions that are shown. */
const table: readonly (readonly [Limits, readonly number[]])[] = [
  [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [{ maxCount: 1 }, [9]],
  [{ maxCount: 3 }, [7, 8, 9]],
  [{ maxCount: 10 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [{ maxCount: 1000 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [{ truncateBefore: 0 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [{ truncateBefore: 1 }, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [{ truncateBefore: 6 }, [6, 7, 8, 9]],
  [{ truncateBefore: 9 }, [9]],
  [{ maxCount: 5, truncateBefore: 8 }, [8, 9]],
  [{ maxCount: 2, truncateBefore: 3 }, [8, 9]],
  [{ maxAge: 100_000 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [{ maxAge: 100_000, maxCount: 2 }, [8, 9]],
];

describe.each(table.map(([limits, shown]) => ({ limits, shown, name: JSON.stringify(limits) })))(
  'a stream of ten events with the metadata $name',
  ({ limits, shown }) => {
    const stream = uniqueStream();
    beforeAll(async () => {
      await store.client.appendToStream(stream, someEvents(10));
      await store.client.setStreamMetadata(stream, { ...limits });
    });

    it('shows what they leave, forwards', async () => {
      expect(await revisionsOf(store.client.readStream(stream))).toEqual(shown);
    });

    it('shows what they leave, backwards', async () => {
      const reading = store.client.readStream(stream, { direction: 'backwards', fromRevision: 'end' });
      expect(await revisionsOf(reading)).toEqual([...shown].reverse());
    });

    it('counts what is shown, not what is hidden', async () => {
      const reading = store.client.readStream(stream, { maxCount: 2 });
      expect(await revisionsOf(reading)).toEqual(shown.slice(0, 2));
    });

    it('still takes the next append at its true revision', async () => {
      await expect(
        store.client.appendToStream(stream, someEvents(1), { expectedRevision: 9n }),
      ).resolves.toMatchObject({ nextExpectedRevision: 10n });
    });
  },
);

it('a limit that is lifted shows everything again', async () => {
  const stream = uniqueStream();
  await store.client.appendToStream(stream, someEvents(5));
  await store.client.setStreamMetadata(stream, { maxCount: 1 });
  expect(await revisionsOf(store.client.readStream(stream))).toEqual([4]);
  await store.client.setStreamMetadata(stream, {});
  expect(await revisionsOf(store.client.readStream(stream))).toEqual([0, 1, 2, 3, 4]);
});

it('a count moves with the stream', async () => {
  const stream = uniqueStream();
  await store.client.setStreamMetadata(stream, { maxCount: 2 });
  for (const shown of [[0], [0, 1], [1, 2], [2, 3]]) {
    await store.client.appendToStream(stream, someEvents(1));
    expect(await revisionsOf(store.client.readStream(stream))).toEqual(shown);
  }
});

it('events older than their age are gone, and the stream is there all the same', async () => {
  const stream = uniqueStream();
  await store.client.appendToStream(stream, someEvents(3));
  await store.client.setStreamMetadata(stream, { maxAge: 1 });
  // The age is in seconds of the server's clock: read until it has passed.
  let shown = await revisionsOf(store.client.readStream(stream));
  while (shown.length > 0) shown = await revisionsOf(store.client.readStream(stream));
  await store.client.appendToStream(stream, someEvents(1));
  expect(await revisionsOf(store.client.readStream(stream))).toEqual([3]);
});

describe('metadata', () => {
  const full = {
    maxCount: 12,
    maxAge: 3600,
    truncateBefore: 4,
    cacheControl: 60,
    acl: {
      readRoles: ['$all'],
      writeRoles: ['$admins'],
      deleteRoles: [],
      metaReadRoles: ['a', 'b'],
      metaWriteRoles: ['c'],
    },
    owner: 'sales',
    nested: { list: [1, 2, { x: null }] },
  };

  it('come back as they were set', async () => {
    const stream = uniqueStream();
    await store.client.setStreamMetadata(stream, full);
    expect((await store.client.getStreamMetadata(stream)).metadata).toEqual(full);
  });

  it('are replaced whole by the next ones', async () => {
    const stream = uniqueStream();
    await store.client.setStreamMetadata(stream, full);
    await store.client.setStreamMetadata(stream, { owner: 'finance' });
    expect((await store.client.getStreamMetadata(stream)).metadata).toEqual({ owner: 'finance' });
  });

  it('of a stream that has none are undefined', async () => {
    const stream = uniqueStream();
    expect((await store.client.getStreamMetadata(stream)).metadata).toBeUndefined();
    await store.client.appendToStream(stream, someEvents(1));
    expect((await store.client.getStreamMetadata(stream)).metadata).toBeUndefined();
  });

  it('lie in a stream of their own, whose last event alone is shown', async () => {
    const stream = uniqueStream();
    for (const owner of ['a', 'b', 'c']) await store.client.setStreamMetadata(stream, { owner });
    const events = await all(store.client.readStream(`$$${stream}`));
    expect(events.map(({ event }) => [event?.revision, event?.type, event?.data])).toEqual([
      [2n, '$metadata', { owner: 'c' }],
    ]);
  });

  it('may be appended as an event', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(5));
    await store.client.appendToStream(`$$${stream}`, [
      jsonEvent({ type: '$metadata', data: { $maxCount: 2, own: true } }),
    ]);
    expect(await revisionsOf(store.client.readStream(stream))).toEqual([3, 4]);
    expect((await store.client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 2, own: true });
  });

  const expectations: readonly (readonly [number, ExpectedRevision, boolean])[] = [
    [0, ANY, true],
    [0, NO_STREAM, true],
    [0, 0n, false],
    [2, ANY, true],
    [2, NO_STREAM, false],
    [2, 1n, true],
    [2, 0n, false],
    [2, 4n, false],
  ];
  it.each(expectations)('set %i times before, expecting %s: taken is %s', async (times, expected, taken) => {
    const stream = uniqueStream();
    for (let n = 0; n < times; n++) await store.client.setStreamMetadata(stream, { n });
    const setting = store.client.setStreamMetadata(stream, { n: 99 }, { expectedRevision: expected });
    if (taken) await expect(setting).resolves.toMatchObject({ nextExpectedRevision: BigInt(times) });
    else expect(await failureOf(setting)).toBeInstanceOf(WrongExpectedVersionError);
    const { metadata } = await store.client.getStreamMetadata(stream);
    expect(metadata).toEqual(taken ? { n: 99 } : times === 0 ? undefined : { n: times - 1 });
  });

  it('of a tombstoned stream are deleted with it', async () => {
    const stream = uniqueStream();
    await store.client.setStreamMetadata(stream, { owner: 'x' });
    await store.client.tombstoneStream(stream);
    const failure = await failureOf(store.client.getStreamMetadata(stream));
    expect(failure).toBeInstanceOf(StreamDeletedError);
    expect(failure).toMatchObject({ streamName: `$$${stream}` });
  });

  it('of a metadata stream that was never written: not found', async () => {
    await expect(all(store.client.readStream(`$$${uniqueStream()}`))).rejects.toBeInstanceOf(
      StreamNotFoundError,
    );
  });
});
