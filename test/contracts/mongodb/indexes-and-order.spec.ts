import { Decimal128, type Document, Double, Long, MaxKey, MinKey, ObjectId } from 'mongodb';
import { exactly, mongo, refusal } from './lib/mongo.ts';

/** Goal: indexes change how fast an answer comes, never the answer; sorting, projections and cursors as MongoDB has them. */
const store = mongo('indexes');

describe('sorting', () => {
  const values: readonly unknown[] = [
    new MinKey(),
    null,
    new Double(Number.NEGATIVE_INFINITY),
    -5,
    Decimal128.fromString('-1.5'),
    0,
    Decimal128.fromString('0.1'),
    0.1,
    1,
    Long.fromString('9007199254740993'),
    'A',
    'B',
    'a',
    'ä',
    { a: 1 },
    { a: 2 },
    { b: 1 },
    new ObjectId('000000000000000000000001'),
    false,
    true,
    new Date(-1),
    new Date(1),
    new MaxKey(),
  ];
  it.each<readonly [string, Document | undefined, 1 | -1]>([
    ['without an index', undefined, 1],
    ['without an index, downwards', undefined, -1],
    ['by an index', { v: 1 }, 1],
    ['by an index, downwards', { v: 1 }, -1],
    ['by a descending index', { v: -1 }, 1],
    ['by a descending index, downwards', { v: -1 }, -1],
  ])('puts all classes of values in order: %s', async (_title, index, direction) => {
    const collection = store.collection();
    if (index) await collection.createIndex(index as never);
    const docs = values.map((v, i) => ({ _id: i, v }));
    await collection.insertMany([
      ...docs.filter((_, i) => i % 2),
      ...docs.filter((_, i) => i % 2 === 0),
    ] as never[]);
    const found = await collection.find().sort({ v: direction }).toArray();
    const ids = found.map(({ _id }) => Number(_id));
    expect(direction === 1 ? ids : ids.reverse()).toEqual(docs.map(({ _id }) => _id));
  });
  it.each<readonly [title: string, sort: Document, ids: readonly number[]]>([
    ['an array by its least element', { a: 1 }, [3, 2, 0, 1]],
    ['an array by its greatest element downwards', { a: -1 }, [1, 2, 0, 3]],
    ['two fields', { b: 1, c: -1 }, [1, 0, 3, 2]],
    ['a path', { 'd.e': 1, _id: 1 }, [2, 3, 0, 1]],
  ])('orders %s', async (_title, sort, ids) => {
    for (const indexed of [false, true]) {
      const collection = store.collection();
      if (indexed) await collection.createIndex(sort as never);
      await collection.insertMany([
        { _id: 0, a: 5, b: 1, c: 1, d: { e: 1 } },
        { _id: 1, a: [9, 8], b: 1, c: 2, d: { e: 2 } },
        { _id: 2, a: [4, 6], b: 2, c: 1 },
        { _id: 3, a: [], b: 1, c: 0, d: 3 },
      ] as never[]);
      const found = await collection
        .find()
        .sort(sort as never)
        .toArray();
      expect(found.map(({ _id }) => Number(_id))).toEqual(ids);
    }
  });
  it('limits and skips in the order', async () => {
    const collection = store.collection();
    await collection.insertMany([3, 1, 2, 5, 4].map((n) => ({ _id: n, n: -n })) as never[]);
    const page = await collection.find().sort({ n: -1 }).skip(1).limit(2).toArray();
    expect(page.map(({ _id }) => Number(_id))).toEqual([2, 3]);
    const last = await collection.findOne({ _id: { $gte: 1, $lte: 4 } } as never, { sort: { _id: -1 } });
    expect(Number(last?.['_id'])).toBe(4);
  });
  it.each<readonly [string, Document]>([
    ['0', { a: 0 }],
    ['2', { a: 2 }],
  ])('refuses the direction %s', async (_title, sort) => {
    const collection = store.collection();
    await collection.insertOne({ a: 1 });
    const work = store.db.command({ find: collection.collectionName, sort });
    expect([2, 15975]).toContain((await refusal(work)).code);
  });
});

describe('one query with and without indexes', () => {
  const filters: readonly Document[] = [
    { a: 3 },
    { a: { $in: [1, 3] } },
    { a: { $gt: 2 } },
    { a: { $gte: 2, $lt: 4 } },
    { a: 2, b: { $lt: 3 } },
    { a: 2, b: 2 },
    { a: { $in: [1, 2] }, b: { $gte: 2 } },
    { b: { $lte: 1 } },
    { a: null },
    { a: { $ne: 2 } },
    { $or: [{ a: 1 }, { b: 1 }] },
    { $and: [{ a: { $gt: 1 } }, { a: { $lt: 3 } }] },
    { 'c.d': 2 },
    { 'c.d': { $gt: 1, $lt: 3 } },
    { a: { $lt: 3 }, b: { $gt: 1 } },
  ];
  const indexes: readonly Document[] = [
    { a: 1 },
    { a: -1 },
    { a: 1, b: 1 },
    { b: -1, a: 1 },
    { 'c.d': 1 },
    { a: 1, 'c.d': -1 },
  ];
  it.each(indexes.map((index) => [JSON.stringify(index), index] as const))('%s', async (_title, index) => {
    const [plain, indexed] = [store.collection(), store.collection()];
    const docs = Array.from({ length: 60 }, (_, i) => ({
      _id: i,
      ...(i % 7 === 0 ? {} : { a: i % 11 === 0 ? [1, 4] : i % 5 }),
      b: i % 4,
      c: i % 6 === 0 ? [{ d: 1 }, { d: 4 }] : { d: i % 3 },
    }));
    await indexed.createIndex(index as never);
    for (const collection of [plain, indexed]) await collection.insertMany(docs as never[]);
    for (const filter of filters)
      for (const sort of [{ _id: 1 }, { a: 1, _id: 1 }, { b: -1, a: 1, _id: 1 }, { a: -1, b: -1, _id: -1 }]) {
        const [without, withIt] = await Promise.all(
          [plain, indexed].map((own) =>
            own
              .find(filter)
              .sort(sort as never)
              .toArray(),
          ),
        );
        expect(withIt?.map(({ _id }) => _id)).toEqual(without?.map(({ _id }) => _id));
      }
  });
});

describe('indexes', () => {
  it('are listed with their options', async () => {
    const collection = store.collection();
    expect(await collection.createIndex({ a: 1 })).toBe('a_1');
    await collection.createIndex({ b: -1, 'c.d': 1 }, { unique: true, name: 'own' });
    expect(exactly(await collection.indexes())).toBe(
      exactly([
        { v: 2, key: { _id: 1 }, name: '_id_' },
        { v: 2, key: { a: 1 }, name: 'a_1' },
        { v: 2, key: { b: -1, 'c.d': 1 }, name: 'own', unique: true },
      ]),
    );
  });
  it('are counted', async () => {
    const collection = store.collection();
    const create = () =>
      store.db.command({
        createIndexes: collection.collectionName,
        indexes: [{ key: { a: 1 }, name: 'a_1' }],
      });
    const [first, second] = [await create(), await create()];
    expect([
      first['numIndexesBefore'],
      first['numIndexesAfter'],
      first['createdCollectionAutomatically'],
    ]).toEqual([1, 2, true]);
    expect([second['numIndexesBefore'], second['numIndexesAfter']]).toEqual([2, 2]);
  });
  it('take in what is there', async () => {
    const collection = store.collection();
    await collection.insertMany([3, 1, 2].map((n) => ({ _id: n, n })) as never[]);
    await collection.createIndex({ n: -1 });
    const found = await collection
      .find({ n: { $gte: 2 } })
      .sort({ n: -1 })
      .hint({ n: -1 })
      .toArray();
    expect(found.map(({ n }) => Number(n))).toEqual([3, 2]);
  });
  it('that are unique are not made over duplicates', async () => {
    const collection = store.collection();
    await collection.insertMany([{ n: 1 }, { n: 1 }]);
    expect((await refusal(collection.createIndex({ n: 1 }, { unique: true }))).code).toBe(11000);
    expect((await collection.indexes()).length).toBe(1);
  });
  it('are dropped by name, by key and all at once', async () => {
    const collection = store.collection();
    for (const key of [{ a: 1 }, { b: 1 }, { c: 1 }, { d: 1 }]) await collection.createIndex(key as never);
    await collection.dropIndex('a_1');
    await store.db.command({ dropIndexes: collection.collectionName, index: { b: 1 } });
    expect((await collection.indexes()).map(({ name }) => name)).toEqual(['_id_', 'c_1', 'd_1']);
    await collection.dropIndexes();
    expect((await collection.indexes()).map(({ name }) => name)).toEqual(['_id_']);
  });
  it.each<readonly [string, Document, number]>([
    ['a direction of 0', { key: { a: 0 }, name: 'x' }, 67],
    ['an unknown kind', { key: { a: 'foo' }, name: 'x' }, 67],
    ['no key', { key: {}, name: 'x' }, 67],
    ['an unknown option', { key: { a: 1 }, name: 'x', foo: 1 }, 197],
    ['no name', { key: { a: 1 } }, 9],
  ])('with %s are refused', async (_title, index, code) => {
    const work = store.db.command({ createIndexes: store.collection().collectionName, indexes: [index] });
    expect((await refusal(work)).code).toBe(code);
  });
  it.each<readonly [string, Document, number]>([
    ['the same key under another name', { key: { a: 1 }, name: 'b' }, 85],
    ['the same name for another key', { key: { b: 1 }, name: 'a_1' }, 86],
  ])('with %s are refused', async (_title, index, code) => {
    const collection = store.collection();
    await collection.createIndex({ a: 1 });
    const work = store.db.command({ createIndexes: collection.collectionName, indexes: [index] });
    expect((await refusal(work)).code).toBe(code);
  });
  it('that are not there cannot be dropped or hinted at', async () => {
    const collection = store.collection();
    await collection.insertOne({ a: 1 });
    expect((await refusal(collection.dropIndex('x_1'))).code).toBe(27);
    expect((await refusal(collection.dropIndex('_id_'))).code).toBe(72);
    expect((await refusal(collection.find({}).hint('x_1').toArray())).code).toBe(2);
    expect((await refusal(store.collection().indexes())).code).toBe(26);
  });
  it('refuse two arrays under one key', async () => {
    const collection = store.collection();
    await collection.createIndex({ a: 1, b: 1 });
    expect((await refusal(collection.insertOne({ a: [1], b: [2] }))).code).toBe(171);
  });
});

describe('projections', () => {
  const doc = { _id: 1, z: 1, a: { b: 1, c: { d: 2, e: 3 } }, l: [{ x: 1, y: 2 }, 5, [{ x: 3 }], { y: 4 }] };
  it.each<readonly [title: string, projection: Document, shown: Document]>([
    ['take fields in the order of the document', { a: 1, z: 1 }, { _id: 1, z: 1, a: doc.a }],
    ['leave the _id out', { _id: 0, z: 1 }, { z: 1 }],
    ['take the _id alone', { _id: 1 }, { _id: 1 }],
    ['leave fields out', { a: 0, l: 0 }, { _id: 1, z: 1 }],
    ['leave the _id out of all', { _id: 0 }, { z: 1, a: doc.a, l: doc.l }],
    ['take a path', { _id: 0, 'a.c.d': 1 }, { a: { c: { d: 2 } } }],
    ['leave a path out', { _id: 0, l: 0, 'a.c': 0 }, { z: 1, a: { b: 1 } }],
    ['take several paths', { _id: 0, 'a.b': 1, 'a.c.e': 1 }, { a: { b: 1, c: { e: 3 } } }],
    ['go through arrays', { _id: 0, 'l.x': 1 }, { l: [{ x: 1 }, [{ x: 3 }], {}] }],
    ['leave out in arrays', { _id: 0, z: 0, a: 0, 'l.x': 0 }, { l: [{ y: 2 }, 5, [{}], { y: 4 }] }],
    ['take with true', { _id: false, z: true }, { z: 1 }],
    ['take what is not there', { q: 1 }, { _id: 1 }],
    ['take nothing below a value', { _id: 0, 'z.q': 1 }, {}],
  ])('%s', async (_title, projection, shown) => {
    const collection = store.collection();
    await collection.insertOne(doc as never);
    expect(exactly(await collection.findOne({}, { projection }))).toBe(exactly(shown));
  });
  it.each<readonly [string, Document, number]>([
    ['exclusion in an inclusion', { a: 1, b: 0 }, 31254],
    ['inclusion in an exclusion', { a: 0, b: 1 }, 31253],
    ['a path and what is below', { a: 1, 'a.b': 1 }, 31249],
  ])('refuse %s', async (_title, projection, code) => {
    const collection = store.collection();
    await collection.insertOne({ a: 1 });
    expect((await refusal(collection.findOne({}, { projection }))).code).toBe(code);
  });
});

/** A cursor's id as the long that it is. */
function idOf(cursor: Document): Long {
  return Long.fromString(String(cursor['id']));
}

describe('cursors', () => {
  const filled = async (count: number) => {
    const collection = store.collection();
    await collection.insertMany(
      Array.from({ length: count }, (_, i) => ({ _id: i, n: count - i })) as never[],
    );
    return collection;
  };
  it.each<readonly [string, Document]>([
    ['in the order of _id', { sort: { _id: 1 } }],
    ['downwards', { sort: { _id: -1 } }],
    ['sorted in memory', { sort: { n: 1 } }],
  ])('give everything in batches: %s', async (_title, options) => {
    const collection = await filled(250);
    const found = await collection.find({}, { ...options, batchSize: 7 }).toArray();
    const ids = found.map(({ _id }) => Number(_id));
    const rising = Array.from({ length: 250 }, (_, i) => i);
    expect('_id' in options['sort'] && options['sort']['_id'] === 1 ? ids : ids.reverse()).toEqual(rising);
  });
  it('have 101 documents in the first batch, and all the others in the next', async () => {
    const name = (await filled(300)).collectionName;
    const { cursor } = await store.db.command({ find: name, sort: { _id: 1 } });
    expect(cursor.firstBatch.length).toBe(101);
    const next = await store.db.command({ getMore: idOf(cursor), collection: name });
    expect(next['cursor'].nextBatch.length).toBe(199);
    expect(Number(next['cursor'].id)).toBe(0);
  });
  it('end with a limit, a single batch, or the last document', async () => {
    const name = (await filled(20)).collectionName;
    const id = async (options: Document) =>
      Number((await store.db.command({ find: name, ...options })).cursor.id);
    expect(await id({ limit: 5, batchSize: 10 })).toBe(0);
    expect(await id({ batchSize: 5, singleBatch: true })).toBe(0);
    expect(await id({ batchSize: 21 })).toBe(0);
    expect(await id({ batchSize: 5 })).not.toBe(0);
  });
  it('begin with an empty batch where that is asked', async () => {
    const name = (await filled(3)).collectionName;
    const { cursor } = await store.db.command({ find: name, batchSize: 0 });
    expect(cursor.firstBatch).toEqual([]);
    const next = await store.db.command({ getMore: idOf(cursor), collection: name });
    expect(next['cursor'].nextBatch.length).toBe(3);
  });
  it('are killed', async () => {
    const name = (await filled(10)).collectionName;
    const { cursor } = await store.db.command({ find: name, batchSize: 2 });
    const killed = await store.db.command({ killCursors: name, cursors: [idOf(cursor)] });
    expect(killed['cursorsKilled'].map(String)).toEqual([String(cursor.id)]);
    expect((await refusal(store.db.command({ getMore: idOf(cursor), collection: name }))).code).toBe(43);
    const again = await store.db.command({ killCursors: name, cursors: [idOf(cursor)] });
    expect(again['cursorsNotFound'].map(String)).toEqual([String(cursor.id)]);
  });
  it('that never were are not found', async () => {
    const work = store.db.command({ getMore: Long.fromString('1234567890123'), collection: 'x' });
    expect((await refusal(work)).code).toBe(43);
  });
  it('go on while others write', async () => {
    const collection = await filled(50);
    const seen: number[] = [];
    for await (const { _id } of collection.find({}, { sort: { _id: 1 }, batchSize: 5 })) {
      seen.push(Number(_id));
      if (seen.length % 5 === 0) await collection.deleteOne({ _id: seen.length - 5 } as never);
    }
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
  it('over no collection are empty', async () => {
    expect(await store.collection().find().toArray()).toEqual([]);
  });
  it('refuse a negative skip', async () => {
    const work = store.db.command({ find: 'x', skip: -1 });
    expect((await refusal(work)).code).toBe(51024);
  });
});
