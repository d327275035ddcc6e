import type { ClientSession, Document } from 'mongodb';
import { mongo, refusal } from './lib/mongo.ts';

/** Goal: what operators and their tools ask a server is answered in the fields that MongoDB has for it. */
const store = mongo('diagnostics');
const admin = () => store.client.db('admin');
/** Longs come as numbers: the driver makes them so below 2^53. */
const serverStatus = () => admin().command({ serverStatus: 1 });

describe('serverStatus', () => {
  it('says who answers, since when, and how many are connected', async () => {
    const status = await serverStatus();
    expect(status).toMatchObject({
      host: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+/),
      process: expect.any(String),
      uptime: expect.any(Number),
      localTime: expect.any(Date),
      mem: { resident: expect.any(Number) },
    });
    expect(status['connections'].current).toBeGreaterThan(0);
    expect(status['connections'].totalCreated).toBeGreaterThanOrEqual(status['connections'].current);
  });

  it('counts commands by name, those that fail as well', async () => {
    const counts = async () => {
      const { find, insert } = (await serverStatus())['metrics'].commands as Document;
      return { finds: find?.total ?? 0, failedFinds: find?.failed ?? 0, inserts: insert?.total ?? 0 };
    };
    const before = await counts();
    const collection = store.collection();
    await collection.insertOne({ a: 1 });
    await collection.find({ a: 1 }).toArray();
    await refusal(collection.find({ a: { $nonsense: 1 } }).toArray());
    const after = await counts();
    // Others may use the same server.
    expect(after.inserts).toBeGreaterThan(before.inserts);
    expect(after.finds).toBeGreaterThan(before.finds + 1);
    expect(after.failedFinds).toBeGreaterThan(before.failedFinds);
  });

  it('counts cursors and transactions that are open', async () => {
    const open = async () => {
      const { metrics, transactions } = await serverStatus();
      return {
        cursors: Number(metrics.cursor.open.total),
        transactions: Number(transactions.currentOpen),
      };
    };
    const before = await open();
    const collection = store.collection();
    await collection.insertMany([{ a: 1 }, { a: 2 }, { a: 3 }]);
    const cursor = collection.find().batchSize(1);
    await cursor.next();
    const session: ClientSession = store.client.startSession();
    session.startTransaction();
    await collection.insertOne({ a: 4 }, { session });
    expect(await open()).toEqual({
      cursors: before.cursors + 1,
      transactions: before.transactions + 1,
    });
    await cursor.close();
    await session.abortTransaction();
    await session.endSession();
    expect(await open()).toEqual(before);
  });
});

describe('currentOp', () => {
  it('shows what is on its way: itself', async () => {
    const { inprog } = await admin().command({ currentOp: 1 });
    expect(inprog).toContainEqual(
      expect.objectContaining({
        active: true,
        opid: expect.any(Number),
        op: 'command',
        command: expect.objectContaining({ currentOp: 1 }),
        microsecs_running: expect.anything(),
      }),
    );
  });

  it('is asked of the database admin', async () => {
    expect(await refusal(store.db.command({ currentOp: 1 }))).toMatchObject({ code: 13 });
  });
});

describe('dbStats', () => {
  it('counts collections, documents and indexes, and grows with what is stored', async () => {
    await store.db.dropDatabase();
    const empty = await store.db.stats();
    expect(empty).toMatchObject({ db: store.db.databaseName, collections: 0, objects: 0, indexes: 0 });
    await store.db.collection('a').insertMany([{ n: 1 }, { n: 2 }]);
    await store.db.collection('b').insertOne({ n: 1 });
    await store.db.collection('a').createIndex({ n: 1 });
    const small = await store.db.stats();
    expect(small).toMatchObject({ collections: 2, objects: 3, indexes: 3, views: 0 });
    await store.db.collection('a').insertOne({ n: 3, text: 'x'.repeat(10_000) });
    const large = await store.db.stats();
    expect(large['dataSize'] - small['dataSize']).toBeGreaterThan(10_000);
    expect(large['avgObjSize']).toBeGreaterThan(small['avgObjSize']);
    const scaled = await store.db.stats({ scale: 1_000 });
    expect(scaled['scaleFactor']).toBe(1_000);
    expect(scaled['dataSize']).toBeLessThan(large['dataSize'] / 100);
  });
});
