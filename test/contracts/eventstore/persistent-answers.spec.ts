import type { PersistentAction } from '@eventstore/db-client';
import { TURN_TIMEOUT_MS } from '../../lib/event-store.ts';
import { eventually } from './lib/consumer.ts';
import { GroupStore } from './lib/group-store.ts';

/**
 * Goal: what a consumer answers, or does not answer, decides what comes next.
 * Method: through the official client, by URI only; one event to be answered, and one after it that shows that nothing else came.
 */
let store: GroupStore;

beforeAll(async () => {
  store = await GroupStore.open();
}, TURN_TIMEOUT_MS);
afterEach(() => store.leaveAll());
afterAll(() => store.close());

type Answer = 'ack' | PersistentAction;

describe.each([1, 10])('a consumer that takes %i at a time', (bufferSize) => {
  it.each<{ maxRetryCount: number; answers: Answer[]; parked: string[] }>([
    { maxRetryCount: 1, answers: ['ack'], parked: [] },
    { maxRetryCount: 1, answers: ['skip'], parked: [] },
    { maxRetryCount: 1, answers: ['park'], parked: ["Client explicitly NAK'ed message.\na reason"] },
    { maxRetryCount: 1, answers: ['retry', 'ack'], parked: [] },
    { maxRetryCount: 3, answers: ['retry', 'retry', 'skip'], parked: [] },
    { maxRetryCount: 1, answers: ['retry', 'retry'], parked: ['Reached retry count of 1'] },
    { maxRetryCount: 0, answers: ['retry'], parked: ['Reached retry count of 0'] },
  ])('$answers, with $maxRetryCount retries', async ({ maxRetryCount, answers, parked }) => {
    const stream = store.fresh('orders');
    const [asked, after] = await store.append(stream, 2);
    await store.group(stream, { maxRetryCount });
    const consumer = store.consumer(stream, bufferSize);
    const retries: number[] = [];
    let sawAfter = false;
    while (retries.length < answers.length || !sawAfter) {
      const delivered = await consumer.next();
      if (delivered.at === after) {
        sawAfter = true;
        await consumer.ack(delivered);
        continue;
      }
      expect(delivered.at).toBe(asked);
      const answer = answers[retries.length] as Answer;
      retries.push(delivered.retry);
      if (answer === 'ack') await consumer.ack(delivered);
      else await consumer.nack(answer, 'a reason', delivered);
    }
    const [last] = await store.append(stream, 1);
    expect((await consumer.ackUntil(last as string)).map(({ at }) => at)).toEqual([last]);
    expect(retries).toEqual(answers.map((_, i) => i));
    const { stats } = await eventually(
      () => store.info(stream),
      (info) => info.stats.parkedMessageCount === BigInt(parked.length),
    );
    expect(stats.parkedMessageCount).toBe(BigInt(parked.length));
    expect((await readParked(stream, parked.length)).map(({ reason }) => reason)).toEqual(parked);
  });
});

/** A stream that was never written is not found. */
async function readParked(stream: string, expected: number) {
  return expected === 0 ? [] : store.parked(stream);
}

it('several events are answered at once', async () => {
  const stream = store.fresh('orders');
  await store.append(stream, 4);
  await store.group(stream);
  const consumer = store.consumer(stream);
  const delivered = await consumer.take(4);
  await consumer.ack(...delivered.slice(0, 2));
  await consumer.nack('park', 'both', ...delivered.slice(2));
  await eventually(
    () => store.info(stream),
    (info) => info.stats.parkedMessageCount === 2n && info.stats.outstandingMessagesCount === 0,
  );
  expect((await store.parked(stream)).map(({ target }) => target)).toEqual([`2@${stream}`, `3@${stream}`]);
});

it('what is not answered in time comes again, and is parked in the end', async () => {
  const stream = store.fresh('orders');
  const [silent] = await store.append(stream, 1);
  await store.group(stream, { messageTimeout: 200, maxRetryCount: 1 });
  const consumer = store.consumer(stream);
  const delivered = await consumer.take(2);
  expect(delivered.map(({ at, retry }) => [at, retry])).toEqual([
    [silent, 0],
    [silent, 1],
  ]);
  await eventually(
    () => store.info(stream),
    (info) => info.stats.parkedMessageCount === 1n,
  );
  expect(await store.parked(stream)).toEqual([{ target: `0@${stream}`, reason: 'Reached retry count of 1' }]);
});

it('what a consumer leaves unanswered goes to the next one', async () => {
  const stream = store.fresh('orders');
  const [left, answered] = await store.append(stream, 2);
  await store.group(stream);
  const first = store.consumer(stream);
  const [, two] = await first.take(2);
  await first.ack(two as NonNullable<typeof two>);
  await eventually(
    () => store.info(stream),
    (info) => info.stats.outstandingMessagesCount === 1,
  );
  await first.leave();
  const second = store.consumer(stream);
  const [last] = await store.append(stream, 1);
  const delivered = await second.ackUntil(last as string);
  expect(delivered.map(({ at, retry }) => [at, retry])).toEqual([
    [left, 1],
    [last, 0],
  ]);
  expect(answered).not.toBe(left);
});

describe('replay of parked messages', () => {
  it.each<{ stopAt: number | undefined; replayed: number[]; remain: bigint }>([
    { stopAt: undefined, replayed: [0, 1, 2], remain: 0n },
    { stopAt: 2, replayed: [0, 1], remain: 1n },
    { stopAt: 99, replayed: [0, 1, 2], remain: 0n },
  ])('of three, up to $stopAt: $replayed', async ({ stopAt, replayed, remain }) => {
    const stream = store.fresh('orders');
    await store.append(stream, 3);
    await store.group(stream);
    const consumer = store.consumer(stream);
    await consumer.nack('park', 'for later', ...(await consumer.take(3)));
    await eventually(
      () => store.info(stream),
      (info) => info.stats.parkedMessageCount === 3n,
    );
    await store.client.replayParkedMessagesToStream(stream, 'g', stopAt === undefined ? {} : { stopAt });
    const delivered = await consumer.take(replayed.length);
    await consumer.ack(...delivered);
    const parked = `$persistentsubscription-${stream}::g-parked`;
    expect(delivered.map(({ at, target, retry }) => [at, target, retry])).toEqual(
      replayed.map((n) => [`${parked}@${n}`, `${stream}@${n}`, 0]),
    );
    const [last] = await store.append(stream, 1);
    expect((await consumer.ackUntil(last as string)).map(({ at }) => at)).toEqual([last]);
    await eventually(
      () => store.info(stream),
      (info) => info.stats.parkedMessageCount === remain,
    );
  });

  it('parks again what is refused again', async () => {
    const stream = store.fresh('orders');
    await store.append(stream, 1);
    await store.group(stream);
    const consumer = store.consumer(stream);
    for (const round of [0, 1]) {
      const delivered = await consumer.next();
      await consumer.nack('park', `round ${round}`, delivered);
      await eventually(
        () => store.info(stream),
        (info) => info.stats.parkedMessageCount === 1n,
      );
      await store.client.replayParkedMessagesToStream(stream, 'g');
    }
    const delivered = await consumer.next();
    expect(delivered).toMatchObject({
      at: `$persistentsubscription-${stream}::g-parked@1`,
      target: `${stream}@0`,
      retry: 0,
    });
    await consumer.ack(delivered);
  });

  it('of nothing does nothing', async () => {
    const stream = store.fresh('orders');
    await store.group(stream);
    await store.client.replayParkedMessagesToStream(stream, 'g');
    const consumer = store.consumer(stream);
    const [first] = await store.append(stream, 1);
    expect((await consumer.next()).at).toBe(first);
  });
});
