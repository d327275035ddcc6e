import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { type Document, Long, MongoClient } from 'mongodb';
import { DamagedDocument } from './errors.ts';
import { type EmbeddedMongoDb, type EmbeddedMongoDbOptions, startEmbeddedMongoDb } from './server.ts';

/** What is the embedded store's own: its directory, its limits, what it refuses that MongoDB would do. */
let directory: string;
let running: EmbeddedMongoDb[] = [];
let clients: MongoClient[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quadrant-mongodb-'));
});

afterEach(async () => {
  for (const client of clients) await client.close();
  for (const server of running) await server.close();
  [clients, running] = [[], []];
  rmSync(directory, { recursive: true });
});

async function start(options: Partial<EmbeddedMongoDbOptions> = {}) {
  const server = await startEmbeddedMongoDb({ directory: join(directory, 'data'), ...options });
  running.push(server);
  const client = await new MongoClient(server.uri).connect();
  clients.push(client);
  return { server, client, db: client.db('own') };
}

async function stop(): Promise<void> {
  for (const client of clients) await client.close();
  for (const server of running) await server.close();
  [clients, running] = [[], []];
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error) => error.code,
  );
}

describe('the directory', () => {
  it('is kept over a restart, with its indexes', async () => {
    const first = await start();
    await first.db.collection('a').createIndex({ n: 1 }, { unique: true });
    await first.db.collection<Document>('a').insertOne({ _id: 1, n: 1 } as never);
    await stop();
    const { db } = await start();
    expect(await db.collection('a').find({ n: 1 }).hint('n_1').toArray()).toEqual([{ _id: 1, n: 1 }]);
    expect(await codeOf(db.collection('a').insertOne({ n: 1 }))).toBe(11000);
  });
  it('is used by one process', async () => {
    await start();
    await expect(startEmbeddedMongoDb({ directory: join(directory, 'data') })).rejects.toThrow(
      'is in use by process',
    );
  });
  it('is readable by its owner only', async () => {
    await start();
    expect(statSync(join(directory, 'data')).mode & 0o777).toBe(0o700);
  });
  it('of another format is refused', async () => {
    await start();
    await stop();
    const path = join(directory, 'data', 'documents.mdb');
    const root = open({ path, noSubdir: true, maxDbs: 8, overlappingSync: false });
    const data = root.openDB<Buffer, Buffer>({ name: 'data', encoding: 'binary', keyEncoding: 'binary' });
    await data.put(Buffer.from('mformat'), Buffer.from([99, 0, 0, 0]));
    await root.close();
    await expect(startEmbeddedMongoDb({ directory: join(directory, 'data') })).rejects.toThrow(
      'have format 99',
    );
    // The refusal lets the directory go: the reason stays the format, not the lock.
    await expect(startEmbeddedMongoDb({ directory: join(directory, 'data') })).rejects.toThrow(
      'have format 99',
    );
  });
});

describe('damage', () => {
  /** Flips a bit of every record of a kind, whether or not a server is at work. */
  async function damage(kind: string): Promise<void> {
    const root = open({
      path: join(directory, 'data', 'documents.mdb'),
      noSubdir: true,
      maxDbs: 8,
      overlappingSync: false,
    });
    const data = root.openDB<Buffer, Buffer>({ name: 'data', encoding: 'binary', keyEncoding: 'binary' });
    for (const { key, value } of [...data.getRange({})].filter(
      (entry) => entry.key[0] === kind.charCodeAt(0),
    )) {
      const bytes = Buffer.from(value);
      bytes[bytes.length - 2] = (bytes[bytes.length - 2] as number) ^ 1;
      await data.put(Buffer.from(key), bytes);
    }
    await root.close();
  }
  it.each<readonly [string, string]>([
    ['a document', 'd'],
    ['an index entry', 'i'],
    ['the catalogue', 'c'],
  ])('of %s is an error that names it, for reads and for writes', async (_title, kind) => {
    const first = await start();
    await first.db.collection('a').createIndex({ n: 1 });
    await first.db.collection<Document>('a').insertMany([1, 2, 3].map((n) => ({ _id: n, n })) as never[]);
    await damage(kind);
    const collection = first.db.collection('a');
    const read = collection
      .find({ n: { $gte: 1 } })
      .hint('n_1')
      .toArray();
    await expect(read).rejects.toThrow(/own\.a.*is damaged on disk/);
    expect(await codeOf(collection.updateMany({ n: { $gte: 1 } }, { $inc: { n: 1 } }, { hint: 'n_1' }))).toBe(
      301,
    );
    if (kind === 'd') expect(await codeOf(collection.countDocuments({ n: 2 }))).toBe(301);
    await stop();
    await expect(start()).rejects.toThrow(/An entry, key [0-9a-f]+, is damaged.*move the directory away/);
  });
  it('is exported as an error of its own', () => {
    expect(new DamagedDocument('a document')).toBeInstanceOf(Error);
  });
});

describe('a kept reply', () => {
  it('answers a repeated write after a restart', async () => {
    const number = Long.fromNumber(1);
    const command = {
      update: 'a',
      updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } }, upsert: true }],
      txnNumber: number,
    };
    const first = await start();
    const session = first.client.startSession();
    const lsid = session.id;
    const reply = await first.db.command(command, { session });
    // The client is left open, so that the session is not ended.
    await running[0]?.close();
    running = [];
    const second = await start();
    const another = second.client.startSession();
    Object.assign((another as unknown as { serverSession: { id: unknown } }).serverSession, { id: lsid });
    const again = await second.db.command(command, { session: another });
    expect([again['n'], again['upserted']]).toEqual([reply['n'], reply['upserted']]);
    expect(await second.db.collection('a').find().toArray()).toEqual([{ _id: 1, n: 1 }]);
  });
});

describe('limits', () => {
  it('a cursor that nobody asks is closed', async () => {
    const { server, db } = await start({ cursorIdleMs: 50 });
    await db.collection('a').insertMany(Array.from({ length: 10 }, (_, i) => ({ i })));
    const { cursor } = await db.command({ find: 'a', batchSize: 2 });
    while (server.stats().cursors > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await codeOf(db.command({ getMore: Long.fromString(String(cursor.id)), collection: 'a' }))).toBe(
      43,
    );
  });
  it('a transaction without an end is aborted, and those who wait for it go on', async () => {
    const { client, db } = await start({ transactionMs: 200 });
    const collection = db.collection<Document>('a');
    await collection.insertOne({ _id: 1, n: 1 } as never);
    const session = client.startSession();
    session.startTransaction();
    await collection.updateOne({ _id: 1 } as never, { $set: { n: 5 } }, { session });
    await collection.updateOne({ _id: 1 } as never, { $inc: { n: 1 } });
    expect((await collection.findOne({}))?.['n']).toBe(2);
    expect(await codeOf(session.commitTransaction())).toBe(251);
    await session.endSession();
  });
  it('a key that is too long is refused', async () => {
    const { db } = await start();
    await db.collection('a').createIndex({ n: 1 });
    expect(await codeOf(db.collection('a').insertOne({ n: 'x'.repeat(2_000) }))).toBe(17280);
    expect(await db.collection('a').countDocuments()).toBe(0);
  });
  it('a search that takes too long gives up', async () => {
    const { db } = await start();
    const collection = db.collection('a');
    for (let i = 0; i < 20; i++)
      await collection.insertMany(Array.from({ length: 1_000 }, () => ({ t: 'x'.repeat(100) })));
    expect(await codeOf(collection.find({ t: 'y' }, { maxTimeMS: 1 }).toArray())).toBe(50);
  });
});

describe('a unix socket', () => {
  it('has mode 0700 and serves', async () => {
    const socketPath = join(directory, 'mongodb.sock');
    const { db } = await start({ socketPath });
    expect(statSync(socketPath).mode & 0o777).toBe(0o700);
    await db.collection('a').insertOne({ a: 1 });
    expect(await db.collection('a').countDocuments()).toBe(1);
  });
});

describe('what MongoDB would do and the embedded store refuses', () => {
  it.each<readonly [string, Document, number]>([
    ['$expr', { find: 'a', filter: { $expr: true } }, 2],
    ['$mod', { find: 'a', filter: { n: { $mod: [2, 0] } } }, 2],
    ['a pattern with two wildcards', { find: 'a', filter: { n: { $regex: 'a.*b.*c' } } }, 2],
    ['a pattern with a group', { find: 'a', filter: { n: { $regex: '(a|b)+' } } }, 2],
    ['a collation', { find: 'a', collation: { locale: 'de' } }, 238],
    ['a tailable cursor', { find: 'a', tailable: true }, 238],
    ['an expression in a projection', { find: 'a', projection: { n: { $slice: 1 } } }, 2],
    ['a stage', { aggregate: 'a', pipeline: [{ $lookup: {} }], cursor: {} }, 40324],
    ['explain', { aggregate: 'a', pipeline: [], cursor: {}, explain: true }, 238],
    ['a sparse index', { createIndexes: 'a', indexes: [{ key: { n: 1 }, name: 'n', sparse: true }] }, 238],
    [
      'a partial index',
      { createIndexes: 'a', indexes: [{ key: { n: 1 }, name: 'n', partialFilterExpression: { n: 1 } }] },
      238,
    ],
    ['a text index', { createIndexes: 'a', indexes: [{ key: { n: 'text' }, name: 'n' }] }, 238],
    [
      'an expiring index',
      { createIndexes: 'a', indexes: [{ key: { n: 1 }, name: 'n', expireAfterSeconds: 5 }] },
      238,
    ],
    ['a capped collection', { create: 'a', capped: true, size: 1000 }, 238],
    ['a view', { create: 'v', viewOn: 'a' }, 238],
    ['a pipeline update', { findAndModify: 'a', query: {}, update: [{ $set: { a: 1 } }] }, 9],
    ['a positional update', { findAndModify: 'a', query: {}, update: { $set: { 'a.$': 1 } } }, 2],
  ])('%s', async (_title, command, code) => {
    const { db } = await start();
    await db.collection('a').insertOne({ n: 1 });
    expect(await codeOf(db.command(command))).toBe(code);
  });
});
