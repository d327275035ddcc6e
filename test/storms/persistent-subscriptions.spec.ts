import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import { Consumer, type Delivered, eventually } from '../contracts/eventstore/lib/consumer.ts';
import { Child } from './lib/child.ts';
import { Random } from './lib/random.ts';

/**
 * Goal: a store that is killed loses nothing that a group's consumer has not answered, and goes on from the last checkpoint.
 * Method: the store as a process of its own, killed with SIGKILL after a random number of deliveries, again and again on one
 * directory (`GROUP_KILLS`, `GROUP_KILLS_SEED`). Of what was answered some may come again; what was parked lies in the parked stream.
 */
const KILLS = Number(process.env['GROUP_KILLS'] ?? 6);
const SEED = Number(process.env['GROUP_KILLS_SEED'] ?? 20_261_127);
const STORES = join(import.meta.dirname, '../../dist/apps/stores/src/main.js');
const STREAM = 'orders';
const GROUP = 'g';
const EVENTS_A_ROUND = 60;

/** A running store, with a client of its own. */
class RunningStore {
  readonly client: EventStoreDBClient;
  readonly #child: Child;

  private constructor(child: Child, uri: string) {
    this.#child = child;
    this.client = EventStoreDBClient.connectionString(uri);
  }

  static async start(directory: string): Promise<RunningStore> {
    const child = new Child({
      name: 'store',
      file: STORES,
      args: ['--only', 'eventstore', '--data', directory],
      log: join(directory, 'log'),
    });
    const ready = await child.ready();
    if (!ready) throw new Error(`the store ended: ${JSON.stringify(await child.ended)}`);
    return new RunningStore(child, String(ready['eventStoreUri']));
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#child.end(signal);
    await this.client.dispose();
  }

  consumer(bufferSize: number): Consumer {
    const consumer = Consumer.toStream(this.client, STREAM, GROUP, bufferSize);
    return consumer;
  }

  info() {
    return this.client.getPersistentSubscriptionToStreamInfo(STREAM, GROUP);
  }

  async append(count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, n) => jsonEvent({ type: 'note', data: { n } }));
    await this.client.appendToStream(STREAM, events);
  }
}

let directory: string;
let store: RunningStore | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-groups-'));
});
afterEach(async () => {
  await store?.end('SIGTERM');
  store = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function restarted(): Promise<RunningStore> {
  store = await RunningStore.start(directory);
  return store;
}

const settings = persistentSubscriptionToStreamSettingsFromDefaults({
  startFrom: START,
  checkPointLowerBound: 1,
  checkPointUpperBound: 5,
  checkPointAfter: 50,
});

const numberOf = (at: string) => Number(at.slice(at.lastIndexOf('@') + 1));

it(
  `${KILLS} kills: nothing unanswered is lost, delivery goes on behind the checkpoint (seed ${SEED})`,
  async () => {
    const random = new Random(SEED);
    let running = await restarted();
    await running.append(1);
    await running.client.createPersistentSubscriptionToStream(STREAM, GROUP, settings);
    const acknowledged = new Set<number>();
    const parked = new Set<number>();
    let total = 1;
    const handle = async (consumer: Consumer, delivered: Delivered): Promise<void> => {
      const revision = numberOf(delivered.at);
      if (random.chance(20)) {
        parked.add(revision);
        await consumer.nack('park', 'for later', delivered);
      } else {
        acknowledged.add(revision);
        await consumer.ack(delivered);
      }
    };
    for (let kill = 0; kill <= KILLS; kill++) {
      const { lastCheckpointedEventRevision: checkpoint } = (await running.info()).stats;
      await running.append(EVENTS_A_ROUND);
      total += EVENTS_A_ROUND;
      const consumer = running.consumer(1 + random.below(10));
      const first = await consumer.next();
      // What is before the checkpoint has been answered and does not come again; what is behind it comes in order.
      expect(numberOf(first.at)).toBe(checkpoint === undefined ? 0 : Number(checkpoint) + 1);
      for (let revision = 0; revision < numberOf(first.at); revision++)
        expect(acknowledged.has(revision) || parked.has(revision)).toBe(true);
      await handle(consumer, first);
      const deliveries = kill < KILLS ? random.below(EVENTS_A_ROUND) : total - 1 - numberOf(first.at);
      for (let n = 0; n < deliveries; n++) await handle(consumer, await consumer.next());
      if (kill === KILLS) break;
      await running.end('SIGKILL');
      running = await restarted();
    }
    await eventually(
      () => running.info(),
      ({ stats }) => stats.outstandingMessagesCount === 0,
    );
    const inParkedStream = new Set<number>();
    for await (const { event } of running.client.readStream(
      `$persistentsubscription-${STREAM}::${GROUP}-parked`,
    ))
      inParkedStream.add(Number.parseInt(Buffer.from(event?.data as Uint8Array).toString('utf8'), 10));
    const lost = Array.from({ length: total }, (_, revision) => revision).filter(
      (revision) => !acknowledged.has(revision) && !inParkedStream.has(revision),
    );
    expect(lost).toEqual([]);
  },
  60_000 + KILLS * 10_000,
);

it('parked messages that were replayed and not answered can be replayed again after a kill', async () => {
  let running = await restarted();
  await running.append(3);
  await running.client.createPersistentSubscriptionToStream(STREAM, GROUP, settings);
  const first = running.consumer(10);
  await first.nack('park', 'for later', ...(await first.take(3)));
  await eventually(
    () => running.info(),
    ({ stats }) => stats.parkedMessageCount === 3n && stats.lastCheckpointedEventRevision === 2n,
  );
  await running.client.replayParkedMessagesToStream(STREAM, GROUP);
  const [one] = await first.take(3);
  await first.ack(one as Delivered);
  await running.end('SIGKILL');

  running = await restarted();
  expect((await running.info()).stats.parkedMessageCount).toBe(3n);
  await running.client.replayParkedMessagesToStream(STREAM, GROUP);
  const second = running.consumer(10);
  const replayed = await second.take(3);
  expect(replayed.map(({ target, retry }) => [target, retry])).toEqual(
    [0, 1, 2].map((revision) => [`${STREAM}@${revision}`, 0]),
  );
  await second.ack(...replayed);
  await eventually(
    () => running.info(),
    ({ stats }) => stats.parkedMessageCount === 0n,
  );
});

it('groups, their settings and the place of `end` outlast a kill', async () => {
  let running = await restarted();
  await running.append(2);
  await running.client.createPersistentSubscriptionToStream(STREAM, GROUP, {
    ...settings,
    startFrom: 'end',
    maxRetryCount: 4,
  });
  await running.append(1);
  await running.end('SIGKILL');

  running = await restarted();
  await running.append(1);
  expect((await running.info()).settings).toMatchObject({ startFrom: 'end', maxRetryCount: 4 });
  const delivered = await running.consumer(10).take(2);
  expect(delivered.map(({ at }) => numberOf(at))).toEqual([2, 3]);
});
