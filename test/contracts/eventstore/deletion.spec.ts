import {
  ANY,
  type EventStoreDBClient,
  type ExpectedRevision,
  NO_STREAM,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  all,
  eventStoreContract,
  failureOf,
  place,
  revisionsOf,
  someEvents,
  uniqueStream,
} from './contract.ts';

/** Goal: a soft-deleted stream is hidden until it is written to again; a tombstoned one is gone for good. */
const store = eventStoreContract();

const states: Readonly<Record<string, (client: EventStoreDBClient, stream: string) => Promise<void>>> = {
  'never written': async () => undefined,
  'of three events': async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
  },
  'with metadata only': async (client, stream) => {
    await client.setStreamMetadata(stream, { owner: 'x' });
  },
  'soft-deleted': async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
    await client.deleteStream(stream);
  },
  tombstoned: async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
    await client.tombstoneStream(stream);
  },
};
type Answer = 'done' | 'wrong' | 'deleted';

describe.each<readonly [string, ExpectedRevision, Answer, Answer]>([
  // state, expectation, answer to a delete, answer to a tombstone
  ['never written', ANY, 'wrong', 'done'],
  ['never written', NO_STREAM, 'wrong', 'done'],
  ['never written', 0n, 'wrong', 'wrong'],
  ['of three events', ANY, 'done', 'done'],
  ['of three events', NO_STREAM, 'wrong', 'wrong'],
  ['of three events', 2n, 'done', 'done'],
  ['of three events', 1n, 'wrong', 'wrong'],
  ['of three events', 3n, 'wrong', 'wrong'],
  ['with metadata only', ANY, 'done', 'done'],
  ['with metadata only', NO_STREAM, 'done', 'done'],
  ['soft-deleted', NO_STREAM, 'done', 'done'],
  ['soft-deleted', 2n, 'done', 'done'],
  ['tombstoned', ANY, 'deleted', 'deleted'],
  ['tombstoned', NO_STREAM, 'deleted', 'deleted'],
  ['tombstoned', 2n, 'deleted', 'deleted'],
])('a stream %s, expecting %s', (state, expected, toDelete, toTombstone) => {
  it.each([
    ['deleted', toDelete, 'deleteStream'],
    ['tombstoned', toTombstone, 'tombstoneStream'],
  ] as const)('is %s: %s', async (_name, answer, call) => {
    const stream = uniqueStream();
    await states[state]?.(store.client, stream);
    const removing = store.client[call](stream, { expectedRevision: expected });
    if (answer === 'done') {
      const { position } = await removing;
      expect(position?.commit).toBeGreaterThan(0n);
      const failure = await failureOf(all(store.client.readStream(stream)));
      expect(failure).toBeInstanceOf(call === 'deleteStream' ? StreamNotFoundError : StreamDeletedError);
      return;
    }
    const failure = await failureOf(removing);
    expect(failure).toBeInstanceOf(answer === 'wrong' ? WrongExpectedVersionError : StreamDeletedError);
    expect(failure).toMatchObject({ streamName: stream });
  });
});

describe('a soft-deleted stream', () => {
  it('has the greatest truncation as its metadata', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(2));
    await store.client.setStreamMetadata(stream, { owner: 'x' });
    await store.client.deleteStream(stream);
    const [last] = await all(
      store.client.readStream(`$$${stream}`, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }),
    );
    expect(last?.event?.type).toBe('$metadata');
    // 2^63 − 1, which a number of JavaScript rounds up.
    expect(last?.event?.data).toEqual({ $tb: 2 ** 63 });
  });

  it('begins again after its last revision, and hides what was before', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(3));
    await store.client.deleteStream(stream);
    const { nextExpectedRevision } = await store.client.appendToStream(stream, someEvents(2, 'Reopened'));
    expect(nextExpectedRevision).toBe(4n);
    expect(await revisionsOf(store.client.readStream(stream))).toEqual([3, 4]);
    const backwards = store.client.readStream(stream, { direction: 'backwards', fromRevision: 'end' });
    expect(await revisionsOf(backwards)).toEqual([4, 3]);
  });

  it('can be deleted and begun again, over and over', async () => {
    const stream = uniqueStream();
    for (let n = 0; n < 4; n++) {
      await store.client.appendToStream(stream, someEvents(2));
      expect(await revisionsOf(store.client.readStream(stream))).toEqual([2 * n, 2 * n + 1]);
      await store.client.deleteStream(stream);
      await expect(all(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
    }
  });

  it('can be tombstoned', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(2));
    await store.client.deleteStream(stream);
    await store.client.tombstoneStream(stream);
    await expect(all(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamDeletedError);
  });
});

describe('a tombstone', () => {
  it('is an event of the last revision there can be, without data', async () => {
    const stream = uniqueStream();
    const before = place(await store.client.appendToStream(stream, someEvents(1)));
    await store.client.tombstoneStream(stream);
    const found = (await all(store.client.readAll({ fromPosition: before }))).find(
      ({ event }) => event?.streamId === stream && event.type === '$streamDeleted',
    );
    expect(found?.event).toMatchObject({ revision: 9_223_372_036_854_775_807n, isJson: false });
    expect((found?.event?.data as Uint8Array | undefined)?.length).toBe(0);
  });

  it.each([
    [
      'an append',
      (client: EventStoreDBClient, stream: string) => client.appendToStream(stream, someEvents(1)),
    ],
    ['a delete', (client: EventStoreDBClient, stream: string) => client.deleteStream(stream)],
    ['a tombstone', (client: EventStoreDBClient, stream: string) => client.tombstoneStream(stream)],
    ['a read', (client: EventStoreDBClient, stream: string) => all(client.readStream(stream))],
    [
      'a read backwards',
      (client: EventStoreDBClient, stream: string) =>
        all(client.readStream(stream, { direction: 'backwards', fromRevision: 'end' })),
    ],
  ] as const)('refuses %s', async (_name, call) => {
    const stream = uniqueStream();
    await store.client.tombstoneStream(stream);
    const failure = await failureOf(call(store.client, stream));
    expect(failure).toBeInstanceOf(StreamDeletedError);
    expect(failure).toMatchObject({ streamName: stream });
  });

  it('of one stream leaves others alone', async () => {
    const [gone, stays] = [uniqueStream('a'), uniqueStream('b')];
    await store.client.appendToStream(gone, someEvents(1));
    await store.client.appendToStream(stays, someEvents(1));
    await store.client.tombstoneStream(gone);
    expect(await revisionsOf(store.client.readStream(stays))).toEqual([0]);
  });
});
