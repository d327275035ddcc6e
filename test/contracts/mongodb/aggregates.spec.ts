import { Decimal128, type Document, Double, Int32, Long } from 'mongodb';
import { exactly, mongo, refusal } from './lib/mongo.ts';

/** Goal: counts, distinct values and the stages of the closed subset as MongoDB has them. */
const store = mongo('aggregates');
const dec = (text: string) => Decimal128.fromString(text);

async function filled(docs: readonly Document[]) {
  const collection = store.collection();
  await collection.insertMany(docs as never[]);
  return collection;
}

const SALES: readonly Document[] = [
  { _id: 1, k: 'a', n: 1, d: { e: 1 } },
  { _id: 2, k: 'b', n: 2, d: { e: 1 } },
  { _id: 3, k: 'a', n: 3, d: { e: 2 } },
  { _id: 4, k: 'c', n: 4 },
  { _id: 5, n: 5 },
];

describe('counts', () => {
  it.each<readonly [title: string, filter: Document, options: Document, count: number]>([
    ['all', {}, {}, 5],
    ['what matches', { k: 'a' }, {}, 2],
    ['nothing', { k: 'z' }, {}, 0],
    ['at most so many', {}, { limit: 3 }, 3],
    ['without the first', {}, { skip: 2 }, 3],
  ])('%s', async (_title, filter, options, count) => {
    const collection = await filled(SALES);
    expect(await collection.countDocuments(filter, options)).toBe(count);
    expect(
      (await store.db.command({ count: collection.collectionName, query: filter, ...options }))['n'],
    ).toBe(count);
  });
  it('without a filter', async () => {
    expect(await (await filled(SALES)).estimatedDocumentCount()).toBe(5);
    expect(await store.collection().estimatedDocumentCount()).toBe(0);
  });
});

describe('distinct values', () => {
  it.each<readonly [title: string, key: string, filter: Document, values: readonly unknown[]]>([
    ['of a field', 'k', {}, ['a', 'b', 'c']],
    ['of a path', 'd.e', {}, [1, 2]],
    ['of what matches', 'k', { n: { $lt: 3 } }, ['a', 'b']],
    ['of nothing', 'q', {}, []],
  ])('%s', async (_title, key, filter, values) => {
    expect((await (await filled(SALES)).distinct(key, filter)).sort()).toEqual(values);
  });
  it('of arrays are those of elements', async () => {
    const collection = await filled([{ a: [1, 2] }, { a: 2 }, { a: [3] }, { a: [] }]);
    expect((await collection.distinct('a')).sort()).toEqual([1, 2, 3]);
  });
  it('are equal across types of numbers', async () => {
    const collection = await filled([{ a: 1 }, { a: Long.fromNumber(1) }, { a: new Double(1) }]);
    expect((await collection.distinct('a')).length).toBe(1);
  });
});

describe('pipelines', () => {
  it.each<readonly [title: string, pipeline: Document[], result: readonly Document[]]>([
    [
      '$match',
      [{ $match: { k: 'a' } }, { $sort: { _id: 1 } }, { $project: { n: 1 } }],
      [
        { _id: 1, n: 1 },
        { _id: 3, n: 3 },
      ],
    ],
    [
      '$sort and $limit',
      [{ $sort: { n: -1 } }, { $limit: 2 }, { $project: { n: 1 } }],
      [
        { _id: 5, n: 5 },
        { _id: 4, n: 4 },
      ],
    ],
    [
      '$skip',
      [{ $sort: { n: 1 } }, { $skip: 3 }, { $project: { n: 1 } }],
      [
        { _id: 4, n: 4 },
        { _id: 5, n: 5 },
      ],
    ],
    [
      '$limit before $match',
      [{ $sort: { _id: 1 } }, { $limit: 2 }, { $match: { k: 'a' } }, { $project: { n: 1 } }],
      [{ _id: 1, n: 1 }],
    ],
    ['$project leaves out', [{ $match: { _id: 1 } }, { $project: { d: 0, k: 0 } }], [{ _id: 1, n: 1 }]],
    ['$count', [{ $match: { n: { $gt: 1 } } }, { $count: 'found' }], [{ found: 4 }]],
    ['$count of nothing', [{ $match: { n: 9 } }, { $count: 'found' }], []],
    [
      '$group by a field',
      [{ $group: { _id: '$k', n: { $sum: '$n' } } }, { $sort: { _id: 1 } }],
      [
        { _id: null, n: 5 },
        { _id: 'a', n: 4 },
        { _id: 'b', n: 2 },
        { _id: 'c', n: 4 },
      ],
    ],
    [
      '$group of all',
      [{ $group: { _id: null, n: { $sum: 1 }, least: { $min: '$n' }, most: { $max: '$n' } } }],
      [{ _id: null, n: 5, least: 1, most: 5 }],
    ],
    [
      '$group by a path',
      [
        { $match: { d: { $exists: true } } },
        { $group: { _id: '$d.e', n: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: 1, n: 2 },
        { _id: 2, n: 1 },
      ],
    ],
    [
      '$group by several',
      [
        { $match: { k: 'a' } },
        { $group: { _id: { k: '$k', e: '$d.e' }, n: { $sum: 1 } } },
        { $sort: { '_id.e': 1 } },
      ],
      [
        { _id: { k: 'a', e: 1 }, n: 1 },
        { _id: { k: 'a', e: 2 }, n: 1 },
      ],
    ],
    [
      '$first',
      [{ $sort: { n: -1 } }, { $group: { _id: null, top: { $first: '$n' } } }],
      [{ _id: null, top: 5 }],
    ],
    ['$min of nothing', [{ $group: { _id: null, q: { $min: '$q' } } }], [{ _id: null, q: null }]],
    ['$sum of texts', [{ $group: { _id: null, q: { $sum: '$k' } } }], [{ _id: null, q: 0 }]],
    ['no stage', [{ $match: { _id: 5 } }], [{ _id: 5, n: 5 }]],
  ])('%s', async (_title, pipeline, result) => {
    expect(exactly(await (await filled(SALES)).aggregate(pipeline).toArray())).toBe(exactly(result));
  });
  it.each<readonly [title: string, values: readonly unknown[], sum: unknown]>([
    ['ints', [1, 2].map((n) => new Int32(n)), new Int32(3)],
    ['ints beyond 32 bits', [new Int32(2147483647), new Int32(1)], Long.fromString('2147483648')],
    ['an int and a long', [new Int32(1), Long.fromNumber(2)], Long.fromNumber(3)],
    [
      'longs beyond 2^53',
      [Long.fromString('9007199254740993'), Long.fromNumber(2)],
      Long.fromString('9007199254740995'),
    ],
    ['an int and a double', [new Int32(1), new Double(0.5)], new Double(1.5)],
    ['decimals', [dec('0.1'), dec('0.2')], dec('0.3')],
    ['decimals of other exponents', [dec('1.10'), dec('2')], dec('3.10')],
    ['a decimal and an int', [dec('0.25'), new Int32(1)], dec('1.25')],
    ['doubles that cancel', [1e100, 1, -1e100].map((n) => new Double(n)), new Double(1)],
  ])('$sum of %s', async (_title, values, sum) => {
    const collection = await filled(values.map((v) => ({ v })));
    const [found] = await store
      .exact(collection)
      .aggregate([{ $group: { _id: null, sum: { $sum: '$v' } } }])
      .toArray();
    expect(exactly((found as Document)['sum'])).toBe(exactly(sum));
  });
  it('come in batches', async () => {
    const collection = await filled(Array.from({ length: 250 }, (_, i) => ({ _id: i })));
    const found = await collection.aggregate([{ $sort: { _id: 1 } }], { batchSize: 10 }).toArray();
    expect(found.length).toBe(250);
  });
  it.each<readonly [title: string, pipeline: unknown, code: number]>([
    ['a stage that there is not', [{ $foo: 1 }], 40324],
    ['two stages in one', [{ $match: {}, $limit: 1 }], 40323],
    ['an empty stage', [{}], 40323],
    ['$match of a number', [{ $match: 1 }], 15959],
    ['$limit 0', [{ $limit: 0 }], 15958],
    ['$limit −1', [{ $limit: -1 }], 5107201],
    ['$skip −1', [{ $skip: -1 }], 5107200],
    ['$sort by nothing', [{ $sort: {} }], 15976],
    ['$count without a name', [{ $count: '' }], 40156],
    ['$group without an _id', [{ $group: { n: { $sum: 1 } } }], 15955],
    ['$group by an accumulator that there is not', [{ $group: { _id: null, n: { $foo: 1 } } }], 15952],
    ['$group of a value', [{ $group: { _id: null, n: 1 } }], 40234],
    ['an operator in $match that there is not', [{ $match: { a: { $foo: 1 } } }], 2],
  ])('refuse %s', async (_title, pipeline, code) => {
    const { collectionName } = await filled(SALES);
    const work = store.db.command({ aggregate: collectionName, pipeline, cursor: {} });
    expect((await refusal(work)).code).toBe(code);
  });
  it('want a cursor', async () => {
    expect((await refusal(store.db.command({ aggregate: 'x', pipeline: [] }))).code).toBe(9);
  });
});

describe('filters that are refused', () => {
  it.each<readonly [title: string, filter: unknown, code: number]>([
    ['an operator that there is not', { a: { $foo: 1 } }, 2],
    ['an operator at the top that there is not', { $foo: 1 }, 2],
    ['an operator and a field', { a: { $gt: 1, b: 2 } }, 2],
    ['$in of no array', { a: { $in: 1 } }, 2],
    ['$nin of no array', { a: { $nin: 1 } }, 2],
    ['an operator in $in', { a: { $in: [{ $gt: 1 }] } }, 2],
    ['$and of no array', { $and: 1 }, 2],
    ['$or of nothing', { $or: [] }, 2],
    ['$nor of a value', { $nor: [1] }, 2],
    ['$not of a value', { a: { $not: 1 } }, 2],
    ['$not of nothing', { a: { $not: {} } }, 2],
    ['$all of no array', { a: { $all: 1 } }, 2],
    ['$elemMatch of no document', { a: { $elemMatch: 1 } }, 2],
    ['$options without $regex', { a: { $options: 'i' } }, 2],
    ['$regex of a number', { a: { $regex: 1 } }, 2],
    ['$ne of a pattern', { a: { $ne: /x/ } }, 2],
    ['$type of an unknown name', { a: { $type: 'foo' } }, 2],
    ['$type of an unknown number', { a: { $type: 99 } }, 2],
    ['a filter that is no document', 1, 14],
  ])('%s', async (_title, filter, code) => {
    const { collectionName } = await filled(SALES);
    expect((await refusal(store.db.command({ find: collectionName, filter }))).code).toBe(code);
    expect((await refusal(store.db.command({ count: collectionName, query: filter }))).code).toBe(code);
  });
});
