import { randomUUID } from 'node:crypto';
import {
  ANY,
  type AppendExpectedRevision,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  all,
  by,
  eventStoreContract,
  failureOf,
  PATHS,
  revisionsOf,
  someEvents,
  uniqueStream,
} from './contract.ts';

/**
 * Goal: an append is taken exactly when the stream is as its writer expects it, on both ways alike.
 * Method: every state of a stream against every expectation.
 */
const store = eventStoreContract();

/** Brings a stream into a state. */
const states: Readonly<Record<string, (client: EventStoreDBClient, stream: string) => Promise<void>>> = {
  'never written': async () => undefined,
  'of one event': async (client, stream) => {
    await client.appendToStream(stream, someEvents(1));
  },
  'of three events': async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
  },
  'with metadata only': async (client, stream) => {
    await client.setStreamMetadata(stream, { owner: 'sales' });
  },
  'of three events with metadata': async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
    await client.setStreamMetadata(stream, { maxCount: 2 });
  },
  'soft-deleted after three events': async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
    await client.deleteStream(stream);
  },
  'soft-deleted and begun again': async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
    await client.deleteStream(stream);
    await client.appendToStream(stream, someEvents(2));
  },
  'tombstoned after three events': async (client, stream) => {
    await client.appendToStream(stream, someEvents(3));
    await client.tombstoneStream(stream);
  },
  'tombstoned before its first event': async (client, stream) => {
    await client.tombstoneStream(stream);
  },
};

/** The revision of the appended event, or the refusal; for a wrong version with the actual one. */
type Answer = number | 'deleted' | { readonly wrong: bigint | typeof NO_STREAM };
const wrong = (actual: bigint | typeof NO_STREAM): Answer => ({ wrong: actual });

const table: readonly (readonly [string, AppendExpectedRevision, Answer])[] = [
  ['never written', ANY, 0],
  ['never written', NO_STREAM, 0],
  ['never written', STREAM_EXISTS, wrong(NO_STREAM)],
  ['never written', 0n, wrong(NO_STREAM)],
  ['never written', 7n, wrong(NO_STREAM)],
  ['of one event', ANY, 1],
  ['of one event', NO_STREAM, wrong(0n)],
  ['of one event', STREAM_EXISTS, 1],
  ['of one event', 0n, 1],
  ['of one event', 1n, wrong(0n)],
  ['of three events', ANY, 3],
  ['of three events', NO_STREAM, wrong(2n)],
  ['of three events', STREAM_EXISTS, 3],
  ['of three events', 2n, 3],
  ['of three events', 0n, wrong(2n)],
  ['of three events', 1n, wrong(2n)],
  ['of three events', 3n, wrong(2n)],
  ['of three events', 9_000_000_000n, wrong(2n)],
  ['with metadata only', ANY, 0],
  ['with metadata only', NO_STREAM, 0],
  ['with metadata only', STREAM_EXISTS, 0],
  ['with metadata only', 0n, wrong(NO_STREAM)],
  ['of three events with metadata', ANY, 3],
  ['of three events with metadata', NO_STREAM, wrong(2n)],
  ['of three events with metadata', STREAM_EXISTS, 3],
  ['of three events with metadata', 2n, 3],
  ['of three events with metadata', 1n, wrong(2n)],
  ['soft-deleted after three events', ANY, 3],
  ['soft-deleted after three events', NO_STREAM, 3],
  ['soft-deleted after three events', STREAM_EXISTS, 'deleted'],
  ['soft-deleted after three events', 2n, 3],
  ['soft-deleted after three events', 0n, wrong(2n)],
  ['soft-deleted after three events', 5n, wrong(2n)],
  ['soft-deleted and begun again', ANY, 5],
  ['soft-deleted and begun again', NO_STREAM, wrong(4n)],
  ['soft-deleted and begun again', 4n, 5],
  ['soft-deleted and begun again', 3n, wrong(4n)],
  ['tombstoned after three events', ANY, 'deleted'],
  ['tombstoned after three events', NO_STREAM, 'deleted'],
  ['tombstoned after three events', STREAM_EXISTS, 'deleted'],
  ['tombstoned after three events', 2n, 'deleted'],
  ['tombstoned after three events', 0n, 'deleted'],
  ['tombstoned before its first event', ANY, 'deleted'],
  ['tombstoned before its first event', NO_STREAM, 'deleted'],
  ['tombstoned before its first event', STREAM_EXISTS, 'deleted'],
  ['tombstoned before its first event', 0n, 'deleted'],
];

describe.each(PATHS)('appending by %s', (path) => {
  it.each(table.map(([state, expected, answer]) => ({ state, expected, answer })))(
    'to a stream $state, expecting $expected',
    async ({ state, expected, answer }) => {
      const { client } = store;
      const stream = uniqueStream();
      await states[state]?.(client, stream);
      const appending = client.appendToStream(stream, someEvents(1), {
        expectedRevision: expected,
        ...by(path),
      });
      if (typeof answer === 'number') {
        await expect(appending).resolves.toMatchObject({
          success: true,
          nextExpectedRevision: BigInt(answer),
        });
        expect(
          await revisionsOf(
            client.readStream(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }),
          ),
        ).toEqual([answer]);
        return;
      }
      const failure = await failureOf(appending);
      if (answer === 'deleted') {
        expect(failure).toBeInstanceOf(StreamDeletedError);
        expect(failure).toMatchObject({ streamName: stream });
        return;
      }
      expect(failure).toBeInstanceOf(WrongExpectedVersionError);
      expect(failure).toMatchObject({
        streamName: stream,
        expectedVersion: expected,
        actualVersion: answer.wrong,
      });
    },
  );

  it('gives the revision and position of the last event, above those of earlier appends', async () => {
    const { client } = store;
    const stream = uniqueStream();
    const first = await client.appendToStream(stream, someEvents(2), by(path));
    const second = await client.appendToStream(stream, someEvents(3), by(path));
    expect([first.nextExpectedRevision, second.nextExpectedRevision]).toEqual([1n, 4n]);
    expect(second.position?.commit).toBeGreaterThan(first.position?.commit as bigint);
    const [last] = await all(
      client.readStream(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }),
    );
    expect(last?.event?.position).toEqual(second.position);
  });

  it('reports a wrong version as a value to a client that is not to throw', async () => {
    const client = EventStoreDBClient.connectionString(
      `${store.uri}${store.uri.includes('?') ? '&' : '?'}throwOnAppendFailure=false`,
    );
    const stream = uniqueStream();
    await client.appendToStream(stream, someEvents(2), by(path));
    const result = await client.appendToStream(stream, someEvents(1), { expectedRevision: 5n, ...by(path) });
    await client.dispose();
    // What revision the client then reports differs from path to path, and is not the true one.
    expect(result.success).toBe(false);
    expect(await revisionsOf(store.client.readStream(stream))).toEqual([0, 1]);
  });

  it.each([ANY, NO_STREAM] as const)(
    'writes nothing and makes no stream of no events, expecting %s',
    async (expected) => {
      const stream = uniqueStream();
      await expect(
        store.client.appendToStream(stream, [], { expectedRevision: expected, ...by(path) }),
      ).resolves.toMatchObject({ success: true });
      await expect(revisionsOf(store.client.readStream(stream))).rejects.toThrow();
      await expect(
        store.client.appendToStream(stream, someEvents(1), { expectedRevision: NO_STREAM }),
      ).resolves.toMatchObject({ nextExpectedRevision: 0n });
    },
  );

  it('writes no events to a stream of three, and gives its last revision', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(3));
    await expect(store.client.appendToStream(stream, [], by(path))).resolves.toMatchObject({
      success: true,
      nextExpectedRevision: 2n,
    });
  });

  it('refuses no events to a soft-deleted stream that was expected never to have been', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(3));
    await store.client.deleteStream(stream);
    await expect(
      store.client.appendToStream(stream, [], { expectedRevision: NO_STREAM, ...by(path) }),
    ).rejects.toBeInstanceOf(WrongExpectedVersionError);
  });

  it('takes one of many writers that expect the same revision', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(1));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, () =>
        store.client.appendToStream(stream, someEvents(1), { expectedRevision: 0n, ...by(path) }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WrongExpectedVersionError);
    expect(await revisionsOf(store.client.readStream(stream))).toEqual([0, 1]);
  });

  it('keeps the events of each append together, whoever else writes to the stream', async () => {
    const stream = uniqueStream();
    const writers = 12;
    const each = 25;
    await Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        store.client.appendToStream(
          stream,
          Array.from({ length: each }, (_, n) => jsonEvent({ type: 'Counted', data: { writer, n } })),
          by(path),
        ),
      ),
    );
    const events = await all(store.client.readStream(stream));
    expect(events.map(({ event }) => Number(event?.revision))).toEqual([...Array(writers * each).keys()]);
    for (let from = 0; from < events.length; from += each) {
      const group = events
        .slice(from, from + each)
        .map(({ event }) => event?.data as { writer: number; n: number });
      expect(group.map(({ n }) => n)).toEqual([...Array(each).keys()]);
      expect(new Set(group.map(({ writer }) => writer)).size).toBe(1);
    }
  });

  it('gives positions that rise in the order of a stream', async () => {
    const stream = uniqueStream();
    for (let n = 0; n < 5; n++) await store.client.appendToStream(stream, someEvents(3), by(path));
    const positions = (await all(store.client.readStream(stream))).map(
      ({ event }) => event?.position?.commit as bigint,
    );
    for (let n = 1; n < positions.length; n++)
      expect(positions[n]).toBeGreaterThan(positions[n - 1] as bigint);
  });

  it('takes ids that were used in another stream', async () => {
    const id = randomUUID();
    const event = jsonEvent({ id, type: 'OrderPlaced', data: {} });
    for (const stream of [uniqueStream(), uniqueStream()])
      await expect(
        store.client.appendToStream(stream, [event], { expectedRevision: NO_STREAM, ...by(path) }),
      ).resolves.toMatchObject({ nextExpectedRevision: 0n });
  });
});
