import { Decimal128, type Document, Long, MongoBulkWriteError, MongoServerError, ObjectId } from 'mongodb';
import { exactly, mongo, refusal } from './lib/mongo.ts';

/** Goal: inserts, deletes, bulks and their errors as MongoDB has them. */
const store = mongo('writes');
const ids = async (collection: ReturnType<typeof store.collection>) =>
  (await collection.find().sort({ _id: 1 }).toArray()).map(({ _id }) => Number(_id));

describe('inserts', () => {
  it('give one document back as it was', async () => {
    const collection = store.collection();
    const doc = { _id: 1, b: 1, a: [1, { c: null }] };
    const result = await collection.insertOne(doc as never);
    expect(result.insertedId).toBe(1);
    expect(exactly(await store.exact(collection).findOne({}))).toBe(exactly(doc));
  });
  it('make an _id and put it first', async () => {
    const collection = store.collection();
    await store.db.command({ insert: collection.collectionName, documents: [{ a: 1 }] });
    const found = (await collection.findOne({})) as Document;
    expect(Object.keys(found)).toEqual(['_id', 'a']);
    expect(found['_id']).toBeInstanceOf(ObjectId);
  });
  it('put a given _id first', async () => {
    const collection = store.collection();
    await store.db.command({ insert: collection.collectionName, documents: [{ a: 1, _id: 5 }] });
    expect(Object.keys((await collection.findOne({})) as Document)).toEqual(['_id', 'a']);
  });
  it('take documents in the command and beside it', async () => {
    const collection = store.collection();
    const reply = await store.db.command({
      insert: collection.collectionName,
      documents: [{ _id: 1 }, { _id: 2 }],
    });
    await collection.insertMany([{ _id: 3 }, { _id: 4 }] as never[]);
    expect(reply['n']).toBe(2);
    expect(await ids(collection)).toEqual([1, 2, 3, 4]);
  });
  it.each<readonly [string, unknown]>([
    ['an array', [1]],
    ['a pattern', /x/],
  ])('refuse %s as _id', async (_title, id) => {
    expect([2, 53]).toContain((await refusal(store.collection().insertOne({ _id: id } as never))).code);
  });
  it('take documents, null and texts as _id', async () => {
    const collection = store.collection();
    await store.db.command({
      insert: collection.collectionName,
      documents: [{ _id: { a: 1 } }, { _id: null }, { _id: 'x' }],
    });
    expect(await collection.countDocuments({ _id: { a: 1 } } as never)).toBe(1);
    expect(await collection.countDocuments({ _id: null } as never)).toBe(1);
    expect(await collection.countDocuments({ _id: 'x' } as never)).toBe(1);
  });
});

describe('duplicate keys', () => {
  it('of an _id name the collection, the index and the value', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1 } as never);
    const { error, message } = await refusal(collection.insertOne({ _id: 1 } as never));
    expect(error).toBeInstanceOf(MongoServerError);
    expect(error['code']).toBe(11000);
    expect(error['keyPattern']).toEqual({ _id: 1 });
    expect(error['keyValue']).toEqual({ _id: 1 });
    expect(message).toContain(
      `E11000 duplicate key error collection: ${collection.namespace} index: _id_ dup key: { _id: 1 }`,
    );
  });
  it.each<readonly [string, unknown, unknown]>([
    ['a long and an int', 1, Long.fromNumber(1)],
    ['a decimal and an int', 1, Decimal128.fromString('1.00')],
    ['equal documents', { a: 1 }, { a: Long.fromNumber(1) }],
  ])('hold across types of numbers: %s', async (_title, first, second) => {
    const collection = store.collection();
    await collection.insertOne({ _id: first } as never);
    expect((await refusal(collection.insertOne({ _id: second } as never))).code).toBe(11000);
  });
  it.each<readonly [string, unknown, string]>([
    ['a text', 'x', '{ k: "x" }'],
    ['an int', 5, '{ k: 5 }'],
    ['null', null, '{ k: null }'],
    ['a boolean', true, '{ k: true }'],
    ['an id', new ObjectId('0123456789abcdef01234567'), "{ k: ObjectId('0123456789abcdef01234567') }"],
  ])('of a unique index show %s', async (_title, value, shown) => {
    const collection = store.collection();
    await collection.createIndex({ k: 1 }, { unique: true });
    await collection.insertOne({ _id: 1, k: value } as never);
    const { error, message } = await refusal(collection.insertOne({ _id: 2, k: value } as never));
    expect(message).toContain(`index: k_1 dup key: ${shown}`);
    expect(error['keyPattern']).toEqual({ k: 1 });
    expect(await ids(collection)).toEqual([1]);
  });
  it('of a compound index', async () => {
    const collection = store.collection();
    await collection.createIndex({ a: 1, 'b.c': -1 }, { unique: true });
    await collection.insertMany([
      { _id: 1, a: 1, b: { c: 1 } },
      { _id: 2, a: 1, b: { c: 2 } },
    ] as never[]);
    const { error, message } = await refusal(collection.insertOne({ _id: 3, a: 1, b: { c: 2 } } as never));
    expect(message).toContain('index: a_1_b.c_-1 dup key: { a: 1, b.c: 2 }');
    expect(error['keyPattern']).toEqual({ a: 1, 'b.c': -1 });
    expect(error['keyValue']).toEqual({ a: 1, 'b.c': 2 });
  });
  it('what is missing is null in a unique index', async () => {
    const collection = store.collection();
    await collection.createIndex({ k: 1 }, { unique: true });
    await collection.insertOne({ _id: 1 } as never);
    expect((await refusal(collection.insertOne({ _id: 2, k: null } as never))).code).toBe(11000);
  });
  it('between elements of arrays', async () => {
    const collection = store.collection();
    await collection.createIndex({ k: 1 }, { unique: true });
    await collection.insertOne({ _id: 1, k: [1, 2, 2] } as never);
    expect((await refusal(collection.insertOne({ _id: 2, k: [3, 2] } as never))).code).toBe(11000);
    await collection.insertOne({ _id: 3, k: [3, 4] } as never);
  });
  it('by an update leave the document as it was', async () => {
    const collection = store.collection();
    await collection.createIndex({ k: 1 }, { unique: true });
    await collection.insertMany([
      { _id: 1, k: 1 },
      { _id: 2, k: 2 },
    ] as never[]);
    expect((await refusal(collection.updateOne({ _id: 2 } as never, { $set: { k: 1 } }))).code).toBe(11000);
    expect(exactly(await store.exact(collection).findOne({ _id: 2 } as never))).toBe(
      exactly({ _id: 2, k: 2 }),
    );
    expect(await collection.countDocuments({ k: 2 })).toBe(1);
  });
  it('by an upsert', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, a: 1 } as never);
    const work = collection.updateOne({ _id: 1, a: 2 } as never, { $set: { b: 1 } }, { upsert: true });
    expect((await refusal(work)).code).toBe(11000);
  });
});

describe('bulks', () => {
  it('count what they did', async () => {
    const collection = store.collection();
    await collection.insertMany([
      { _id: 1, n: 1 },
      { _id: 2, n: 1 },
      { _id: 3, n: 1 },
    ] as never[]);
    const result = await collection.bulkWrite([
      { insertOne: { document: { _id: 4 } as never } },
      { updateOne: { filter: { _id: 1 } as never, update: { $set: { n: 2 } } } },
      { updateMany: { filter: { n: 1 }, update: { $inc: { n: 5 } } } },
      { replaceOne: { filter: { _id: 4 } as never, replacement: { x: 1 } } },
      { updateOne: { filter: { _id: 9 } as never, update: { $set: { n: 9 } }, upsert: true } },
      { deleteOne: { filter: { _id: 2 } as never } },
      { deleteMany: { filter: { n: { $gte: 6 } } } },
    ]);
    expect(result.insertedCount).toBe(1);
    expect(result.matchedCount).toBe(4);
    expect(result.modifiedCount).toBe(4);
    expect(result.upsertedCount).toBe(1);
    expect(result.upsertedIds).toEqual({ 4: 9 });
    expect(result.deletedCount).toBe(3);
    expect(await ids(collection)).toEqual([1, 4]);
  });
  it('that are ordered end at the first error', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 2 } as never);
    const work = collection.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }] as never[]);
    const { error } = await refusal(work);
    expect(error).toBeInstanceOf(MongoBulkWriteError);
    const bulk = error as unknown as MongoBulkWriteError;
    expect(bulk.code).toBe(11000);
    expect(bulk.result.insertedCount).toBe(1);
    expect(([bulk.writeErrors].flat() as Document[]).map(({ index }) => index)).toEqual([1]);
    expect(await ids(collection)).toEqual([1, 2]);
  });
  it('that are unordered go on', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 2 } as never);
    const work = collection.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }, { _id: 1 }] as never[], {
      ordered: false,
    });
    const bulk = (await refusal(work)).error as unknown as MongoBulkWriteError;
    expect(bulk.result.insertedCount).toBe(2);
    expect(([bulk.writeErrors].flat() as Document[]).map(({ index, code }) => [index, code])).toEqual([
      [1, 11000],
      [3, 11000],
    ]);
    expect(await ids(collection)).toEqual([1, 2, 3]);
  });
  it('of updates tell which failed', async () => {
    const collection = store.collection();
    await collection.insertMany([
      { _id: 1, a: 'x' },
      { _id: 2, a: 1 },
    ] as never[]);
    const operations = [1, 2, 3].map((id) => ({
      updateOne: { filter: { _id: id } as never, update: { $inc: { a: 1 } }, upsert: true },
    }));
    const bulk = (await refusal(collection.bulkWrite(operations, { ordered: false })))
      .error as unknown as MongoBulkWriteError;
    expect(([bulk.writeErrors].flat() as Document[]).map(({ index, code }) => [index, code])).toEqual([
      [0, 14],
    ]);
    expect(bulk.result.matchedCount).toBe(1);
    expect(bulk.result.upsertedCount).toBe(1);
    expect(bulk.result.upsertedIds).toEqual({ 2: 3 });
  });
  it('compare and set: a filter that no longer matches changes nothing', async () => {
    const collection = store.collection();
    await collection.insertMany([
      { _id: 1, hi: 5n },
      { _id: 2, hi: 7n },
    ] as never[]);
    const result = await collection.bulkWrite(
      [1, 2].map((id) => ({
        updateOne: {
          filter: { _id: id, hi: 5n } as never,
          update: { $set: { hi: 6n }, $push: { g: id } as never },
        },
      })),
      { ordered: false },
    );
    expect([result.matchedCount, result.modifiedCount]).toEqual([1, 1]);
  });
  it('of a thousand', async () => {
    const collection = store.collection();
    const operations = Array.from({ length: 1_000 }, (_, i) => ({
      updateOne: { filter: { _id: i } as never, update: { $set: { v: i } }, upsert: true },
    }));
    const [first, second] = [await collection.bulkWrite(operations), await collection.bulkWrite(operations)];
    expect([first.upsertedCount, second.matchedCount, second.modifiedCount]).toEqual([1_000, 1_000, 0]);
    expect(await collection.countDocuments()).toBe(1_000);
  });
});

describe('deletes', () => {
  it.each<readonly [title: string, filter: Document, one: boolean, left: readonly number[]]>([
    ['one by its _id', { _id: 2 }, true, [1, 3, 4]],
    ['one of those that match', { n: 1 }, true, [2, 3, 4]],
    ['all that match', { n: 1 }, false, [3, 4]],
    ['a range', { _id: { $gt: 2 } }, false, [1, 2]],
    ['all', {}, false, []],
    ['none', { n: 9 }, false, [1, 2, 3, 4]],
  ])('remove %s', async (_title, filter, one, left) => {
    const collection = store.collection();
    await collection.insertMany([1, 1, 2, 2].map((n, i) => ({ _id: i + 1, n })) as never[]);
    const result = await (one ? collection.deleteOne(filter) : collection.deleteMany(filter));
    expect(result.deletedCount).toBe(4 - left.length);
    if (one && !('_id' in filter)) expect(await collection.countDocuments({ n: 1 })).toBe(1);
    else expect(await ids(collection)).toEqual(left);
  });
  it('remove from every index', async () => {
    const collection = store.collection();
    await collection.createIndex({ n: 1 }, { unique: true });
    await collection.insertOne({ _id: 1, n: 1 } as never);
    await collection.deleteOne({ n: 1 });
    await collection.insertOne({ _id: 2, n: 1 } as never);
    expect(await ids(collection)).toEqual([2]);
  });
  it('of nothing in no collection', async () => {
    expect((await store.collection().deleteMany({})).deletedCount).toBe(0);
  });
});

describe('find and modify', () => {
  const three = async () => {
    const collection = store.collection();
    await collection.insertMany([3, 1, 2].map((n, i) => ({ _id: i, n })) as never[]);
    return collection;
  };
  it('gives the document before', async () => {
    const found = await (await three()).findOneAndUpdate({ n: 1 }, { $inc: { n: 10 } });
    expect(exactly(found)).toBe(exactly({ _id: 1, n: 1 }));
  });
  it('gives the document after', async () => {
    const found = await (await three()).findOneAndUpdate(
      { n: 1 },
      { $inc: { n: 10 } },
      { returnDocument: 'after' },
    );
    expect(exactly(found)).toBe(exactly({ _id: 1, n: 11 }));
  });
  it('takes the first in an order', async () => {
    const found = await (await three()).findOneAndUpdate({}, { $set: { x: 1 } }, { sort: { n: -1 } });
    expect(exactly(found)).toBe(exactly({ _id: 0, n: 3 }));
  });
  it('gives null when nothing matches', async () => {
    expect(await (await three()).findOneAndUpdate({ n: 9 }, { $set: { x: 1 } })).toBeNull();
  });
  it('upserts', async () => {
    const collection = await three();
    const options = { upsert: true, returnDocument: 'after', includeResultMetadata: true } as const;
    const result = await collection.findOneAndUpdate({ _id: 9, n: 9 } as never, { $set: { x: 1 } }, options);
    expect(exactly(result.value)).toBe(exactly({ _id: 9, n: 9, x: 1 }));
    expect(Number((result.lastErrorObject as Document)['upserted'])).toBe(9);
    expect((result.lastErrorObject as Document)['updatedExisting']).toBe(false);
  });
  it('replaces', async () => {
    const found = await (await three()).findOneAndReplace({ n: 1 }, { y: 1 }, { returnDocument: 'after' });
    expect(exactly(found)).toBe(exactly({ _id: 1, y: 1 }));
  });
  it('deletes', async () => {
    const collection = await three();
    expect(exactly(await store.exact(collection).findOneAndDelete({}, { sort: { n: 1 } }))).toBe(
      exactly({ _id: 1, n: 1 }),
    );
    expect(await ids(collection)).toEqual([0, 2]);
  });
  it('projects', async () => {
    const found = await (await three()).findOneAndUpdate(
      { n: 1 },
      { $set: { x: 1 } },
      { projection: { _id: 0, n: 1 } },
    );
    expect(exactly(found)).toBe(exactly({ n: 1 }));
  });
  it.each<readonly [string, Document]>([
    ['neither update nor remove', {}],
    ['both update and remove', { update: { $set: { a: 1 } }, remove: true }],
    ['remove and new', { remove: true, new: true }],
    ['remove and upsert', { remove: true, upsert: true }],
  ])('refuses %s', async (_title, options) => {
    const collection = await three();
    const work = store.db.command({ findAndModify: collection.collectionName, query: {}, ...options });
    expect((await refusal(work)).code).toBe(9);
  });
});
