import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, type Document, MongoClient } from 'mongodb';
import type { CommandDone } from './operations.ts';
import { type EmbeddedMongoDb, startEmbeddedMongoDb } from './server.ts';

/** What the store tells of itself: its commands, what is on its way, that it is well or not. */
let directory: string;
let server: EmbeddedMongoDb;
let client: MongoClient;
let db: Db;
let seen: CommandDone[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quadrant-operations-'));
  seen = [];
  server = await startEmbeddedMongoDb({ directory, observe: (done) => seen.push(done) });
  client = await new MongoClient(server.uri).connect();
  db = client.db('own');
  seen.length = 0;
});

afterEach(async () => {
  await client.close();
  await server.close();
  rmSync(directory, { recursive: true });
});

const told = () => seen.map(({ ms: _, ...what }) => what);

it('tells each command with its collection, and nothing of what it says', async () => {
  const people = db.collection('people');
  await people.insertMany([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  await people.find().batchSize(2).toArray();
  await db.command({ findandmodify: 'people', query: { name: 'a' }, update: { $set: { name: 'd' } } });
  await db.command({ ping: 1 });
  expect(told()).toEqual([
    { operation: 'insert', namespace: 'own.people' },
    { operation: 'find', namespace: 'own.people' },
    { operation: 'getMore', namespace: 'own.people' },
    { operation: 'findAndModify', namespace: 'own.people' },
    { operation: 'ping' },
  ]);
  for (const { ms } of seen) expect(ms).toBeGreaterThan(0);
});

it('tells those that fail, and all names that it does not know as one: a client can make up many', async () => {
  for (const name of ['frobnicate', '__proto__', 'constructor'])
    await expect(db.command(new Map([[name, 'people']]) as unknown as Document)).rejects.toMatchObject({
      code: 59,
    });
  await expect(db.collection('people').find({ $where: 'x' }).toArray()).rejects.toMatchObject({ code: 2 });
  expect(told().map(({ operation }) => operation)).toEqual(['unknown', 'unknown', 'unknown', 'find']);
  const { metrics } = await client.db('admin').command({ serverStatus: 1 });
  expect(metrics.commands).toMatchObject({ unknown: { total: 3, failed: 3 }, find: { total: 1, failed: 1 } });
});

it('shows a write that waits for a transaction, until that has ended', async () => {
  const people = db.collection<Document>('people');
  await people.insertOne({ _id: 1 as never, n: 0 });
  const session = client.startSession();
  session.startTransaction();
  await people.updateOne({ _id: 1 as never }, { $inc: { n: 1 } }, { session });
  const waiting = people.updateOne({ _id: 1 as never }, { $inc: { n: 1 } });
  const onTheirWay = async () =>
    (await client.db('admin').command({ currentOp: 1 }))['inprog'].filter(
      ({ command }: Document) => command.update === 'people',
    );
  while ((await onTheirWay()).length === 0);
  expect(await onTheirWay()).toEqual([
    expect.objectContaining({ ns: 'own.people', active: true, command: { update: 'people' } }),
  ]);
  await session.abortTransaction();
  await session.endSession();
  await waiting;
  expect(await onTheirWay()).toEqual([]);
});

it('is well until it is closed', async () => {
  expect(server.ailment()).toBeUndefined();
  await client.close();
  await server.close();
  expect(server.ailment()).toEqual(expect.any(String));
});
