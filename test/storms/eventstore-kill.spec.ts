import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './eventstore-kill.storm.ts';
import { audit } from './lib/eventstore-audit.ts';
import { EventStoreProcess } from './lib/eventstore-process.ts';
import { Writers } from './lib/eventstore-writers.ts';
import { Random } from './lib/random.ts';

/** Goal: the storm itself works; `npm run storm -- eventstore-kill` is where it rages. */
const POINTS = Number(process.env['EVENTSTORE_KILL_POINTS'] ?? 3);
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-eventstore-kill-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it(`nothing acknowledged is lost and nothing is there twice, killed ${POINTS} times`, async () => {
  const { failures, counts } = await run({ seed: 5, points: POINTS, directory, say: () => undefined });
  expect(failures).toEqual([]);
  expect(counts['acknowledged']).toBeGreaterThan(0);
  expect(counts['at random instants']).toBeGreaterThan(0);
  expect(counts['at named points']).toBeGreaterThan(0);
  expect(counts['unknown']).toBeGreaterThan(0);
}, 300_000);

it('the audit finds an acknowledged append that is lost, a foreign event, and one acknowledged elsewhere', async () => {
  const store = await EventStoreProcess.start({ directory, log: join(directory, 'stores.log') });
  const writers = new Writers(new Random(1), 'round', 2);
  const writing = writers.run(store.uri);
  while (writers.acknowledged.length < 4) await new Promise((resolve) => setImmediate(resolve));
  await store.end('SIGKILL');
  await writing;
  const again = await EventStoreProcess.start({ directory, log: join(directory, 'stores.log') });
  const lost = { stream: 'round-9', ids: ['x'], after: -1, answer: { revision: 0, position: 1n } };
  const first = writers.acknowledged[0];
  if (!first?.answer) throw new Error('nothing was acknowledged');
  const others = writers.attempts.filter((attempt) => attempt !== first);
  const moved = { ...first, answer: { ...first.answer, revision: 77 } };
  expect((await audit(again.uri, writers.attempts)).wrong).toEqual([]);
  expect((await audit(again.uri, [...writers.attempts, lost])).wrong).toHaveLength(1);
  expect((await audit(again.uri, [moved, ...others])).wrong).toHaveLength(1);
  expect((await audit(again.uri, others)).wrong).toHaveLength(first.ids.length);
  await again.end('SIGTERM');
}, 120_000);
