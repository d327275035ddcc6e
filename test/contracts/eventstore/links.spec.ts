import { binaryEvent, jsonEvent } from '@eventstore/db-client';
import { Collector } from './collector.ts';
import { all, eventStoreContract, place, someEvents, uniqueStream } from './contract.ts';

/** Goal: a link is an event like any other; a reader that asks for it is shown what the link points to, where it can be seen. */
const store = eventStoreContract();

const link = (revision: number | string, stream: string) =>
  binaryEvent({ type: '$>', data: Buffer.from(`${revision}@${stream}`) });

/** What a link points to, made visible or hidden, and the revision it points to. */
const table: readonly (readonly [string, boolean, number, (stream: string) => Promise<unknown>])[] = [
  ['an event', true, 1, async () => undefined],
  ['the first event', true, 0, async () => undefined],
  ['the last event', true, 2, async () => undefined],
  ['a revision beyond the last', false, 3, async () => undefined],
  [
    'an event that is truncated',
    false,
    0,
    (stream) => store.client.setStreamMetadata(stream, { truncateBefore: 2 }),
  ],
  [
    'an event beyond the count',
    false,
    1,
    (stream) => store.client.setStreamMetadata(stream, { maxCount: 1 }),
  ],
  ['an event within the count', true, 2, (stream) => store.client.setStreamMetadata(stream, { maxCount: 1 })],
  ['an event of a soft-deleted stream', false, 1, (stream) => store.client.deleteStream(stream)],
  ['an event of a tombstoned stream', false, 1, (stream) => store.client.tombstoneStream(stream)],
];

describe.each(table.map(([target, visible, revision, prepare]) => ({ target, visible, revision, prepare })))(
  'a link to $target',
  ({ visible, revision, prepare }) => {
    const target = uniqueStream('target');
    const links = uniqueStream('links');
    beforeAll(async () => {
      await store.client.appendToStream(target, someEvents(3));
      await store.client.appendToStream(links, [link(revision, target)]);
      await prepare(target);
    });

    it('is the event itself when it is not to be resolved', async () => {
      const [read] = await all(store.client.readStream(links));
      expect(read?.link).toBeUndefined();
      expect(read?.event).toMatchObject({ streamId: links, revision: 0n, type: '$>' });
    });

    it(visible ? 'comes with it' : 'comes alone', async () => {
      for (const direction of ['forwards', 'backwards'] as const) {
        const reading = store.client.readStream(links, {
          resolveLinkTos: true,
          direction,
          fromRevision: direction === 'forwards' ? 'start' : 'end',
        });
        const [read, ...more] = await all(reading);
        expect(more).toEqual([]);
        expect(read?.link).toMatchObject({ streamId: links, revision: 0n });
        expect(read?.commitPosition).toBe(read?.link?.position?.commit);
        if (visible) expect(read?.event).toMatchObject({ streamId: target, revision: BigInt(revision) });
        else expect(read?.event).toBeUndefined();
      }
    });

    it(visible ? 'comes with it in $all' : 'comes alone in $all', async () => {
      const [unresolved] = await all(store.client.readStream(links));
      const from = place({ position: unresolved?.event?.position });
      const [read] = await all(
        store.client.readAll({ fromPosition: from, maxCount: 1, resolveLinkTos: true }),
      );
      expect(read?.link).toMatchObject({ streamId: links });
      if (visible) expect(read?.event).toMatchObject({ streamId: target, revision: BigInt(revision) });
      else expect(read?.event).toBeUndefined();
    });

    it(visible ? 'comes with it to a subscriber' : 'comes alone to a subscriber', async () => {
      const collector = new Collector(store.client.subscribeToStream(links, { resolveLinkTos: true }));
      await collector.count(1);
      await collector.subscription.unsubscribe();
      expect(collector.items[0]?.link).toMatchObject({ streamId: links });
      expect(collector.items[0]?.event?.streamId).toBe(visible ? target : undefined);
    });
  },
);

it('a link to a stream that never was comes alone', async () => {
  const links = uniqueStream('links');
  await store.client.appendToStream(links, [link(0, uniqueStream('nowhere'))]);
  const [read] = await all(store.client.readStream(links, { resolveLinkTos: true }));
  expect(read?.event).toBeUndefined();
  expect(read?.link).toMatchObject({ streamId: links });
});

it('a name with an @ in it is found: the first one ends the revision', async () => {
  const target = uniqueStream('a@b@c');
  const links = uniqueStream('links');
  await store.client.appendToStream(target, someEvents(2));
  await store.client.appendToStream(links, [link(1, target)]);
  const [read] = await all(store.client.readStream(links, { resolveLinkTos: true }));
  expect(read?.event).toMatchObject({ streamId: target, revision: 1n });
});

it('links and other events come in the order of their stream', async () => {
  const target = uniqueStream('target');
  const mixed = uniqueStream('mixed');
  await store.client.appendToStream(target, someEvents(3));
  await store.client.appendToStream(mixed, [
    link(2, target),
    jsonEvent({ type: 'Own', data: {} }),
    link(0, target),
    link(7, target),
  ]);
  const read = await all(store.client.readStream(mixed, { resolveLinkTos: true }));
  expect(
    read.map(({ event, link }) => [
      event?.streamId === target ? 'target' : event?.type,
      event?.revision,
      link?.revision,
    ]),
  ).toEqual([
    ['target', 2n, 0n],
    ['Own', 1n, undefined],
    ['target', 0n, 2n],
    [undefined, undefined, 3n],
  ]);
});
