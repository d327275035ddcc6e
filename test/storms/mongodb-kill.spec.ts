import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { audit, createCollections } from './lib/mongodb-audit.ts';
import { MongoDbProcess } from './lib/mongodb-process.ts';
import { DATABASE, MongoDbWriters } from './lib/mongodb-writers.ts';
import { Random } from './lib/random.ts';
import { run } from './mongodb-kill.storm.ts';

/** Goal: the storm itself works; `npm run storm -- mongodb-kill` is where it rages. */
const POINTS = Number(process.env['MONGODB_KILL_POINTS'] ?? 3);
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-mongodb-kill-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it(`nothing acknowledged is lost and nothing is made twice, killed ${POINTS} times`, async () => {
  const { failures, counts } = await run({ seed: 5, points: POINTS, directory, say: () => undefined });
  expect(failures).toEqual([]);
  expect(counts['at random instants']).toBeGreaterThan(0);
  expect(counts['at named points']).toBeGreaterThan(0);
  expect(counts['acknowledged']).toBeGreaterThan(0);
  expect(counts['unknown']).toBeGreaterThan(0);
  expect(counts['documents compared by index']).toBeGreaterThan(0);
}, 300_000);

it('the audit finds what is lost, what is half, what was made twice, and what nobody wrote', async () => {
  const order = { directory, log: join(directory, 'stores.log') };
  const store = await MongoDbProcess.start(order);
  await createCollections(store.uri);
  const round = new MongoDbWriters(new Random(1), 'round', 2);
  const writing = round.run(store.uri, store.ended);
  const both = () => round.writers.every(({ turns }) => turns.bulk.sure > 0 && turns.transfer.sure > 0);
  let over = false;
  const end = () => {
    over = true;
  };
  void writing.then(end, end);
  while (!both() && !over) await new Promise((resolve) => setImmediate(resolve));
  await store.end('SIGKILL');
  await writing;
  const again = await MongoDbProcess.start(order);
  await round.repeat(again.uri);
  const wrong = async () => (await audit(again.uri, [round], new Random(2))).wrong;
  expect(await wrong()).toEqual([]);
  const client = await new MongoClient(again.uri).connect();
  const database = client.db(DATABASE);
  try {
    await database.collection<{ _id: string }>('documents').deleteOne({ _id: 'round-0/3' });
    expect(await wrong()).toEqual(['round-0: 11 of 12 documents']);
    await database
      .collection<{ _id: string }>('accounts')
      .updateOne({ _id: 'round-1/to' }, { $inc: { n: 1 } });
    expect(await wrong()).toHaveLength(2);
    await database.collection<{ _id: string }>('counters').insertOne({ _id: 'of nobody' });
    expect(await wrong()).toHaveLength(3);
    await database.collection('entries').deleteMany({ writer: 'round-0' });
    expect(await wrong()).toHaveLength(4);
  } finally {
    await client.close();
    await again.end('SIGTERM');
  }
}, 120_000);
