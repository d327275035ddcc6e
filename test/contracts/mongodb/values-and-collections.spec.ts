import {
  Binary,
  BSON,
  BSONRegExp,
  Code,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import { exactly, mongo, refusal } from './lib/mongo.ts';

/** Goal: every BSON type comes back byte for byte; collections and commands answer as MongoDB's do. */
const store = mongo('values');

describe('values come back as they were', () => {
  it.each<readonly [string, unknown]>([
    ...[
      '1.10',
      '1.1',
      '0E+3',
      '-0',
      '1E-6176',
      '9.999999999999999999999999999999999E+6144',
      'NaN',
      '-Infinity',
    ].map((text) => [`decimal ${text}`, Decimal128.fromString(text)] as const),
    ['a long beyond 2^53', Long.fromString('9007199254740993')],
    ['the least long', Long.MIN_VALUE],
    ['an int', new Int32(5)],
    ['a whole double', new Double(5)],
    ['minus zero', new Double(-0)],
    ['the least double', new Double(5e-324)],
    ['binary data', new Binary(Buffer.from([0, 1, 255]), 0)],
    ['binary data of subtype 128', new Binary(Buffer.from([1]), 128)],
    ['empty binary data', new Binary(Buffer.alloc(0), 0)],
    ['a UUID', new UUID('01234567-89ab-cdef-0123-456789abcdef')],
    ['a timestamp', new Timestamp({ t: 4294967295, i: 7 })],
    ['a date before 1970', new Date(-62135596800000)],
    ['an id', new ObjectId('0123456789abcdef01234567')],
    ['null', null],
    ['true', true],
    ['false', false],
    ['an empty text', ''],
    ['a text with a zero byte', 'a\0b'],
    ['a text beyond the basic plane', '\u{1F600}ä中'],
    ['a pattern', new BSONRegExp('^a.*b$', 'im')],
    ['code', new Code('return 1')],
    ['code with a scope', new Code('return x', { x: 1 })],
    ['the least key', new MinKey()],
    ['the greatest key', new MaxKey()],
    ['an empty document', {}],
    ['an empty array', []],
    ['nested', { z: [{ y: [[], {}] }], a: { '': 1, 'x y': 2 } }],
  ])('%s', async (_title, value) => {
    const collection = store.collection();
    const doc = { _id: 1, v: value, after: 1 };
    await collection.insertOne(doc as never);
    await collection.updateOne({ _id: 1 } as never, { $set: { other: value } });
    const raw = { raw: true } as const;
    const found = (await collection.findOne({}, raw)) as unknown as Buffer;
    expect(Buffer.from(found).equals(Buffer.from(BSON.serialize({ ...doc, other: value })))).toBe(true);
  });
  it('tells null from what is missing', async () => {
    const collection = store.collection();
    await collection.insertMany([{ _id: 1, a: null }, { _id: 2 }] as never[]);
    expect(exactly(await store.exact(collection).find().sort({ _id: 1 }).toArray())).toBe(
      exactly([{ _id: 1, a: null }, { _id: 2 }]),
    );
  });
  it('keeps the order of fields, also of those that look like numbers', async () => {
    const collection = store.collection();
    const doc = new Map<string, unknown>([
      ['_id', 1],
      ['b', 1],
      ['10', 2],
      ['2', 3],
      ['a', 4],
    ]);
    await store.db.command({ insert: collection.collectionName, documents: [doc] });
    const found = (await collection.findOne({}, { raw: true })) as unknown as Buffer;
    expect(Buffer.from(found).equals(Buffer.from(BSON.serialize(doc as never)))).toBe(true);
  });
  it('keeps names that every object has', async () => {
    const collection = store.collection();
    const doc = { _id: 1, constructor: 1, toString: 2, hasOwnProperty: 3 };
    await collection.insertOne(doc as never);
    expect(
      exactly(await store.exact(collection).findOne({ constructor: 1, toString: { $gt: 1 } } as never)),
    ).toBe(exactly(doc));
  });
});

describe('large documents', () => {
  const text = (bytes: number) => 'x'.repeat(bytes);
  it('of nearly 16 MB are taken', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, a: text(16_777_216 - 100) } as never);
    expect(((await collection.findOne({})) as Document)['a'].length).toBe(16_777_216 - 100);
  });
  it('beyond 16 MB are refused by an update', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, a: text(9_000_000) } as never);
    const { code } = await refusal(
      collection.updateOne({ _id: 1 } as never, { $set: { b: text(9_000_000) } }),
    );
    expect([10334, 17419]).toContain(code);
    expect(await collection.countDocuments({ b: { $exists: true } })).toBe(0);
  });
  it('come in batches that are not larger than a message', async () => {
    const collection = store.collection();
    for (let id = 0; id < 5; id++) await collection.insertOne({ _id: id, a: text(7_000_000) } as never);
    const found = await collection.find({}).sort({ _id: 1 }).toArray();
    expect(found.map(({ _id, a }) => [Number(_id), a.length])).toEqual(
      [0, 1, 2, 3, 4].map((id) => [id, 7_000_000]),
    );
  });
  it('go in messages of more than 16 MB', async () => {
    const collection = store.collection();
    await collection.insertMany([0, 1, 2, 3].map((id) => ({ _id: id, a: text(9_000_000) })) as never[]);
    expect(await collection.countDocuments()).toBe(4);
  });
});

describe('collections', () => {
  it('are made by the first write and listed', async () => {
    const collection = store.collection();
    const names = async () =>
      (await store.db.listCollections({ name: collection.collectionName }).toArray()).map(
        ({ name, type }) => [name, type],
      );
    expect(await names()).toEqual([]);
    await collection.insertOne({});
    expect(await names()).toEqual([[collection.collectionName, 'collection']]);
  });
  it('are made once', async () => {
    const { collectionName } = await store.db.createCollection(store.collection().collectionName);
    expect((await refusal(store.db.command({ create: collectionName, capped: false }))).code).toBe(48);
  });
  it('are dropped with their documents and indexes', async () => {
    const collection = store.collection();
    await collection.insertOne({ a: 1 });
    await collection.createIndex({ a: 1 });
    await collection.drop();
    expect(await collection.countDocuments()).toBe(0);
    await collection.insertOne({ a: 1 });
    expect((await collection.indexes()).length).toBe(1);
  });
  it('that are not there are dropped without an error', async () => {
    expect(await store.collection().drop()).toBe(true);
  });
  it('are renamed with their indexes', async () => {
    const [from, to] = [store.collection(), store.collection()];
    await from.insertOne({ _id: 1, a: 1 } as never);
    await from.createIndex({ a: 1 });
    const renamed = await from.rename(to.collectionName);
    expect(await renamed.find({ a: 1 }).hint('a_1').toArray()).toEqual([{ _id: 1, a: 1 }]);
    expect(await store.db.collection(from.collectionName).countDocuments()).toBe(0);
  });
  it('are not renamed over another one unless that is asked', async () => {
    const [one, two] = [store.collection(), store.collection()];
    await one.insertOne({ _id: 1 } as never);
    await two.insertOne({ _id: 2 } as never);
    expect((await refusal(one.rename(two.collectionName))).code).toBe(48);
    await one.rename(two.collectionName, { dropTarget: true });
    expect(await two.find().toArray()).toEqual([{ _id: 1 }]);
  });
  it('that are not there cannot be renamed', async () => {
    expect((await refusal(store.collection().rename('other'))).code).toBe(26);
  });
  it('are listed with their database', async () => {
    await store.collection().insertOne({});
    const { databases } = await store.client.db('admin').admin().listDatabases();
    expect(databases.map(({ name }) => name)).toContain(store.db.databaseName);
  });
  it('go with their database', async () => {
    const database = store.client.db(`${store.db.databaseName}_2`);
    await database.collection('a').insertOne({});
    await database.dropDatabase();
    expect(await database.listCollections().toArray()).toEqual([]);
  });
});

describe('commands', () => {
  it('that there are not are refused', async () => {
    const { code, message } = await refusal(store.db.command({ frobnicate: 1 }));
    expect([code, message]).toEqual([59, "no such command: 'frobnicate'"]);
  });
  it.each<readonly [string, Document, number]>([
    ['an unknown field', { find: 'x', foo: 1 }, 40415],
    ['a filter of the wrong type', { find: 'x', filter: 'a' }, 14],
    ['a collection that is no text', { find: 1 }, 73],
    ['an insert without documents', { insert: 'x' }, 40414],
    ['an insert of nothing', { insert: 'x', documents: [] }, 16],
    ['an insert of a value', { insert: 'x', documents: [1] }, 14],
    ['an update without a filter', { update: 'x', updates: [{ u: { $set: { a: 1 } } }] }, 40414],
    ['an update with an unknown field', { update: 'x', updates: [{ q: {}, u: {}, foo: 1 }] }, 40415],
    ['a delete without a limit', { delete: 'x', deletes: [{ q: {} }] }, 40414],
    ['a delete with a limit of 2', { delete: 'x', deletes: [{ q: {}, limit: 2 }] }, 9],
    ['a batch size of the wrong type', { find: 'x', batchSize: 'a' }, 14],
    ['a collection with an empty name', { insert: '', documents: [{}] }, 73],
  ])('with %s are refused', async (_title, command, code) => {
    const work = store.db.command(command);
    const outcome = await work.then(
      (reply) => (reply['writeErrors']?.[0] ?? reply) as Document,
      (error) => error as Document,
    );
    expect(outcome['code']).toBe(code);
  });
  it('of a multi update by a replacement are refused', async () => {
    const command = {
      update: store.collection().collectionName,
      updates: [{ q: {}, u: { a: 1 }, multi: true }],
    };
    const outcome = await store.db.command(command).then(
      (reply) => reply['writeErrors'][0],
      (error) => error,
    );
    expect(outcome.code).toBe(9);
  });
  it('about the server answer', async () => {
    expect((await store.db.command({ ping: 1 }))['ok']).toBe(1);
    const hello = await store.db.command({ hello: 1 });
    expect(hello['isWritablePrimary']).toBe(true);
    expect(typeof hello['setName']).toBe('string');
    expect(hello['maxBsonObjectSize']).toBe(16_777_216);
    expect((await store.db.command({ buildInfo: 1 }))['version']).toMatch(/^\d+\.\d+\.\d+/);
  });
  it('tell the time of the cluster', async () => {
    const reply = await store.db.command({ ping: 1 });
    expect(reply['operationTime']).toBeInstanceOf(Timestamp);
    expect(reply['$clusterTime'].clusterTime).toBeInstanceOf(Timestamp);
  });
  it('acknowledged by more nodes than there are are told so', async () => {
    const collection = store.collection();
    const reply = await store.db
      .command({
        insert: collection.collectionName,
        documents: [{ _id: 1 }],
        writeConcern: { w: 40, wtimeout: 100 },
      })
      .then(
        (own) => own,
        (error) => error.result ?? error,
      );
    expect([64, 100]).toContain(reply['writeConcernError'].code);
    expect(await collection.countDocuments()).toBe(1);
  });
  it('without an acknowledgement are written', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1 } as never, { writeConcern: { w: 0 } });
    await collection.insertOne({ _id: 2 } as never);
    while ((await collection.countDocuments()) < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(await collection.countDocuments()).toBe(2);
  });
});
