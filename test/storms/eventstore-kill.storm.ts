import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from './lib/eventstore-audit.ts';
import { EventStoreProcess } from './lib/eventstore-process.ts';
import { type Attempt, Writers } from './lib/eventstore-writers.ts';
import { Random } from './lib/random.ts';
import type { Storm, StormFailure, StormOrder } from './lib/storm.ts';

const WRITERS = 16;
/** Points on one directory, so that a log is recovered that had been recovered before. */
const POINTS_PER_LOG = 10;
const CRASH_POINTS = ['eventstore.before-commit', 'eventstore.after-commit-before-ack'] as const;
const INSTANT_MS_MAX = 400;

/**
 * Of three points in a row two are the named crash points, at a passage that follows from the seed, and one is an instant at
 * which it is killed from outside. Kill −9 keeps the page cache: what a power cut takes is not found here.
 */
export const storm: Storm = {
  name: 'eventstore-kill',
  does: `kill -9 of the embedded event store under ${WRITERS} writers, at its named crash points and at random instants`,
  points: { full: 600, quick: 9 },
  run,
};

export async function run(order: StormOrder) {
  const failures: StormFailure[] = [];
  const counts = { appends: 0, acknowledged: 0, 'outcome unknown': 0, events: 0 };
  let attempts: Attempt[] = [];
  let directory = '';
  for (let seed = order.seed; seed < order.seed + order.points; seed++) {
    const point = seed - order.seed;
    if (point % POINTS_PER_LOG === 0) {
      directory = join(order.directory, `log-${seed}`);
      mkdirSync(directory, { recursive: true });
      attempts = [];
    }
    const random = new Random(seed);
    const writers = new Writers(random, `round-${seed}`, WRITERS);
    const wrong = await killed(seed, random, writers, directory);
    const recovered = await EventStoreProcess.start({ directory, log: join(directory, 'stores.log') });
    counts.appends += writers.attempts.length;
    counts.acknowledged += writers.acknowledged.length;
    counts['outcome unknown'] += writers.attempts.length - writers.acknowledged.length;
    attempts.push(...writers.attempts);
    wrong.push(...(await audit(recovered.uri, attempts)).wrong);
    await writers.repeat(recovered.uri);
    const after = await audit(recovered.uri, attempts);
    wrong.push(...after.wrong.map((what) => `after repeating: ${what}`));
    const all = attempts.reduce((sum, { ids }) => sum + ids.length, 0);
    if (after.events !== all) wrong.push(`after repeating the log has ${after.events} events of ${all}`);
    counts.events += writers.attempts.reduce((sum, { ids }) => sum + ids.length, 0);
    const { code } = await recovered.end('SIGTERM');
    if (code !== 0) wrong.push(`the recovered store ended with code ${code}`);
    failures.push(...wrong.map((what) => ({ seed, what })));
    if ((point + 1) % 50 === 0) order.say(`${point + 1} of ${order.points} points`);
  }
  return { points: order.points, failures, counts };
}

/** Starts the store, lets the writers write, and sees it killed. */
async function killed(seed: number, random: Random, writers: Writers, directory: string): Promise<string[]> {
  const crashPoint = CRASH_POINTS[seed % 3];
  const log = join(directory, 'stores.log');
  // The first events of a new log pass the crash points as well, before anybody can write.
  const store = await EventStoreProcess.start({
    directory,
    log,
    ...(crashPoint ? { crashAt: `${crashPoint}:${2 + random.below(40)}` } : {}),
  });
  const writing = writers.run(store.uri);
  if (crashPoint) {
    const { signal } = await store.ended;
    await writing;
    return signal === 'SIGKILL' ? [] : [`${crashPoint} did not kill it: ${signal ?? 'it ended by itself'}`];
  }
  await new Promise((resolve) => setTimeout(resolve, random.below(INSTANT_MS_MAX)));
  const { signal } = await store.end('SIGKILL');
  await writing;
  return signal === 'SIGKILL' ? [] : ['it had ended before it was killed'];
}
