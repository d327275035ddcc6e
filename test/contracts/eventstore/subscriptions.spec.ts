import { END, jsonEvent, type ResolvedEvent, START, StreamDeletedError } from '@eventstore/db-client';
import { Collector } from './collector.ts';
import { eventStoreContract, place, someEvents, uniqueStream } from './contract.ts';

/** Goal: a subscription brings every event after its start once, in order, and says once that it has caught up. */
const store = eventStoreContract();

const revisions = (collector: {
  readonly items: readonly { readonly event?: { readonly revision: bigint } }[];
}) => collector.items.map(({ event }) => Number(event?.revision));

describe('a subscription to a stream', () => {
  const starts: readonly (readonly [typeof START | typeof END | bigint, readonly number[]])[] = [
    [START, [0, 1, 2, 3, 4, 5]],
    [0n, [1, 2, 3, 4, 5]],
    [2n, [3, 4, 5]],
    [3n, [4, 5]],
    [END, [4, 5]],
  ];
  it.each(starts)(
    'of four events from %s brings what comes after, then two more as they are written',
    async (from, expected) => {
      const stream = uniqueStream();
      await store.client.appendToStream(stream, someEvents(4));
      const collector = new Collector(store.client.subscribeToStream(stream, { fromRevision: from }));
      await collector.caughtUp();
      const history = expected.filter((revision) => revision < 4);
      expect(revisions(collector)).toEqual(history);
      await store.client.appendToStream(stream, someEvents(1));
      await store.client.appendToStream(stream, someEvents(1));
      await collector.count(expected.length);
      expect(revisions(collector)).toEqual(expected);
      expect(collector.timesCaughtUp).toBe(1);
      await collector.subscription.unsubscribe();
    },
  );

  it('that does not exist yet catches up at once and brings its first event', async () => {
    const stream = uniqueStream();
    const collector = new Collector(store.client.subscribeToStream(stream));
    await collector.caughtUp();
    expect(collector.items).toEqual([]);
    await store.client.appendToStream(stream, someEvents(2));
    await collector.count(2);
    expect(revisions(collector)).toEqual([0, 1]);
    await collector.subscription.unsubscribe();
  });

  it('brings nothing of other streams', async () => {
    const [stream, other] = [uniqueStream('a'), uniqueStream('b')];
    const collector = new Collector(store.client.subscribeToStream(stream));
    await collector.caughtUp();
    await store.client.appendToStream(other, someEvents(3));
    await store.client.appendToStream(stream, someEvents(1));
    await collector.count(1);
    expect(collector.items.map(({ event }) => event?.streamId)).toEqual([stream]);
    await collector.subscription.unsubscribe();
  });

  it('ends when its stream is tombstoned', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(1));
    const collector = new Collector(store.client.subscribeToStream(stream));
    await collector.caughtUp();
    await store.client.tombstoneStream(stream);
    const failure = await collector.fails();
    expect(failure).toBeInstanceOf(StreamDeletedError);
    expect(failure).toMatchObject({ streamName: stream });
  });

  it('that is tombstoned already is refused', async () => {
    const stream = uniqueStream();
    await store.client.tombstoneStream(stream);
    expect(await new Collector(store.client.subscribeToStream(stream)).fails()).toBeInstanceOf(
      StreamDeletedError,
    );
  });

  it('that is soft-deleted brings what is written afterwards', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(3));
    await store.client.deleteStream(stream);
    const collector = new Collector(store.client.subscribeToStream(stream));
    await collector.caughtUp();
    expect(collector.items).toEqual([]);
    await store.client.appendToStream(stream, someEvents(1));
    await collector.count(1);
    expect(revisions(collector)).toEqual([3]);
    await collector.subscription.unsubscribe();
  });

  it('begins with what metadata let it see', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(5));
    await store.client.setStreamMetadata(stream, { maxCount: 2 });
    const collector = new Collector(store.client.subscribeToStream(stream));
    await collector.caughtUp();
    expect(revisions(collector)).toEqual([3, 4]);
    await collector.subscription.unsubscribe();
  });

  it('brings a long history whole, while it grows', async () => {
    const stream = uniqueStream();
    const total = 6000;
    for (let n = 0; n < 4; n++) await store.client.appendToStream(stream, someEvents(1000));
    const collector = new Collector(store.client.subscribeToStream(stream));
    for (let n = 0; n < 20; n++) await store.client.appendToStream(stream, someEvents(100));
    await collector.count(total);
    expect(revisions(collector)).toEqual([...Array(total).keys()]);
    await collector.subscription.unsubscribe();
  });

  it('brings the same to each of many subscribers', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(10));
    const collectors = Array.from(
      { length: 20 },
      () => new Collector(store.client.subscribeToStream(stream)),
    );
    await Promise.all(collectors.map((collector) => collector.caughtUp()));
    await store.client.appendToStream(stream, someEvents(10));
    for (const collector of collectors) {
      await collector.count(20);
      expect(revisions(collector)).toEqual([...Array(20).keys()]);
      await collector.subscription.unsubscribe();
    }
  });

  it('brings nothing after it was ended', async () => {
    const stream = uniqueStream();
    const collector = new Collector(store.client.subscribeToStream(stream));
    await collector.caughtUp();
    await collector.subscription.unsubscribe();
    const witness = new Collector(store.client.subscribeToStream(stream));
    await witness.caughtUp();
    await store.client.appendToStream(stream, someEvents(1));
    await witness.count(1);
    expect(collector.items).toEqual([]);
    await witness.subscription.unsubscribe();
  });

  it('is taken up where it was left, with no event missed or repeated', async () => {
    const stream = uniqueStream();
    const seen: number[] = [];
    let last: bigint | typeof START = START;
    for (let round = 0; round < 5; round++) {
      await store.client.appendToStream(stream, someEvents(7));
      const collector: Collector<ResolvedEvent> = new Collector(
        store.client.subscribeToStream(stream, { fromRevision: last }),
      );
      await collector.count(5);
      const taken = collector.items.slice(0, 5);
      await collector.subscription.unsubscribe();
      seen.push(...taken.map(({ event }) => Number(event?.revision)));
      last = BigInt(seen.at(-1) as number);
    }
    expect(seen).toEqual([...Array(25).keys()]);
  });
});

describe('a subscription to $all', () => {
  it('from a position brings what comes after it', async () => {
    const stream = uniqueStream();
    const results = [];
    for (let n = 0; n < 4; n++) results.push(await store.client.appendToStream(stream, someEvents(1)));
    const collector = new Collector(store.client.subscribeToAll({ fromPosition: place(results[1] ?? {}) }));
    await collector.until(() => collector.arrivedOf(stream) >= 2);
    expect(own(collector, stream)).toEqual([2, 3]);
    await collector.subscription.unsubscribe();
  });

  it('from the end brings what is written from now on, after it has caught up', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(2));
    const collector = new Collector(store.client.subscribeToAll({ fromPosition: END }));
    await collector.caughtUp();
    await store.client.appendToStream(stream, someEvents(2));
    await collector.until(() => collector.arrivedOf(stream) >= 2);
    expect(own(collector, stream)).toEqual([2, 3]);
    expect(collector.timesCaughtUp).toBe(1);
    await collector.subscription.unsubscribe();
  });

  it('from the start brings the whole log in order, system events too', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(2));
    const collector = new Collector(store.client.subscribeToAll());
    await collector.caughtUp();
    expect(own(collector, stream)).toEqual([0, 1]);
    const positions = collector.items.map(({ event }) => event?.position.commit as bigint);
    for (let n = 1; n < positions.length; n++)
      expect(positions[n]).toBeGreaterThan(positions[n - 1] as bigint);
    expect(collector.items.some(({ event }) => event?.type.startsWith('$'))).toBe(true);
    await collector.subscription.unsubscribe();
  });

  it('taken up at the position of any event brings the rest', async () => {
    const stream = uniqueStream();
    await store.client.appendToStream(stream, someEvents(6));
    const first = new Collector(store.client.subscribeToAll());
    await first.until(() => first.arrivedOf(stream) >= 6);
    await first.subscription.unsubscribe();
    const mine = first.items.filter(({ event }) => event?.streamId === stream);
    for (const [n, { event }] of mine.slice(0, -1).entries()) {
      const again = new Collector(
        store.client.subscribeToAll({ fromPosition: place({ position: event?.position }) }),
      );
      await again.until(() => again.arrivedOf(stream) >= 5 - n);
      expect(own(again, stream)).toEqual([1, 2, 3, 4, 5].slice(n));
      await again.subscription.unsubscribe();
    }
  });

  it('shows each append at once and whole', async () => {
    const stream = uniqueStream();
    const collector = new Collector(store.client.subscribeToAll({ fromPosition: END }));
    await collector.caughtUp();
    for (let n = 1; n <= 10; n++) {
      await store.client.appendToStream(stream, someEvents(3));
      await collector.until(() => collector.arrivedOf(stream) >= 3 * n);
    }
    expect(own(collector, stream)).toEqual([...Array(30).keys()]);
    await collector.subscription.unsubscribe();
  });
});

describe('a subscriber that does not read', () => {
  it('hinders nobody, and gets everything once it does', async () => {
    const stream = uniqueStream();
    const slow = store.client.subscribeToStream(stream);
    await new Promise<void>((resolve) => slow.once('confirmation', resolve));
    slow.pause();
    const total = 4000;
    const large = 'x'.repeat(1000);
    for (let n = 0; n < total / 500; n++)
      await store.client.appendToStream(
        stream,
        Array.from({ length: 500 }, () => jsonEvent({ type: 'Noted', data: { large } })),
      );
    const quick = new Collector(store.client.subscribeToStream(stream));
    await quick.count(total);
    const collector = new Collector(slow);
    slow.resume();
    await collector.count(total);
    expect(revisions(collector)).toEqual([...Array(total).keys()]);
    await slow.unsubscribe();
    await quick.subscription.unsubscribe();
  });
});

function own(
  collector: {
    readonly items: readonly { readonly event?: { readonly streamId: string; readonly revision: bigint } }[];
  },
  stream: string,
): number[] {
  return collector.items
    .filter(({ event }) => event?.streamId === stream)
    .map(({ event }) => Number(event?.revision));
}
