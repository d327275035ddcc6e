import { Decimal128, type Document, Double, Int32, Long, ObjectId, Timestamp } from 'mongodb';
import { exactly, mongo, refusal } from './lib/mongo.ts';

/**
 * Goal: every update operator of the closed subset makes what MongoDB makes, types and order of fields included.
 * Method: a row is a document (without its `_id`), an update, and the document after it or the code of the refusal.
 */
const store = mongo('updates');
const dec = (text: string) => Decimal128.fromString(text);
const long = (text: string) => Long.fromString(text);

type Row = readonly [title: string, before: Document, update: Document, after: Document];

const SET: readonly Row[] = [
  ['$set replaces where a field is', { a: 1, b: 2 }, { $set: { a: 'x' } }, { a: 'x', b: 2 }],
  [
    '$set appends new fields in the order of their names',
    { z: 1 },
    { $set: { c: 1, b: 2 } },
    { z: 1, b: 2, c: 1 },
  ],
  ['$set makes the documents on the way', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  ['$set into a document', { a: { b: 1 } }, { $set: { 'a.c': 2 } }, { a: { b: 1, c: 2 } }],
  ['$set an element', { a: [1, 2] }, { $set: { 'a.1': 5 } }, { a: [1, 5] }],
  ['$set beyond the end fills with null', { a: [1] }, { $set: { 'a.3': 5 } }, { a: [1, null, null, 5] }],
  ['$set in a document in an array', { a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } }, { a: [{ b: 2 }] }],
  ['$set with a number makes a field where there is no array', {}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
  [
    '$set numbers as names in the order of the numbers',
    {},
    { $set: { 'a.10': 1, 'a.9': 2 } },
    { a: { 9: 2, 10: 1 } },
  ],
  ['$set changes the type', { a: new Int32(1) }, { $set: { a: long('1') } }, { a: long('1') }],
  ['$set keeps the digits of a decimal', {}, { $set: { a: dec('1.10') } }, { a: dec('1.10') }],
  ['$set null', { a: 1 }, { $set: { a: null } }, { a: null }],
  ['$set of nothing', { a: 1 }, { $set: {} }, { a: 1 }],
  ['$setOnInsert does nothing to what is there', { a: 1 }, { $setOnInsert: { a: 2 } }, { a: 1 }],
  ['$unset', { a: 1, b: 2 }, { $unset: { a: '' } }, { b: 2 }],
  ['$unset below', { a: { b: 1, c: 2 } }, { $unset: { 'a.b': 1 } }, { a: { c: 2 } }],
  ['$unset an element leaves null', { a: [1, 2] }, { $unset: { 'a.0': 1 } }, { a: [null, 2] }],
  ['$unset what is not there', { a: 1 }, { $unset: { 'b.c': 1 } }, { a: 1 }],
  ['$unset below a value', { a: 1 }, { $unset: { 'a.b': 1 } }, { a: 1 }],
  ['$rename', { a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
  ['$rename over a field', { a: 1, b: 2 }, { $rename: { a: 'b' } }, { b: 1 }],
  ['$rename into a document', { a: 1 }, { $rename: { a: 'b.c' } }, { b: { c: 1 } }],
  ['$rename what is not there', { a: 1 }, { $rename: { x: 'y' } }, { a: 1 }],
  ['several operators', { a: 1, b: 1 }, { $set: { c: 3 }, $inc: { a: 1 }, $unset: { b: 1 } }, { a: 2, c: 3 }],
  [
    'new fields of several operators in one order',
    {},
    { $set: { c: 3 }, $inc: { b: 1 }, $push: { a: 1 } },
    { a: [1], b: 1, c: 3 },
  ],
];

const ARITHMETIC: readonly Row[] = [
  ['int + int', { a: new Int32(1) }, { $inc: { a: new Int32(2) } }, { a: new Int32(3) }],
  [
    'an int that overflows becomes a long',
    { a: new Int32(2147483647) },
    { $inc: { a: new Int32(1) } },
    { a: long('2147483648') },
  ],
  ['int + long', { a: new Int32(1) }, { $inc: { a: long('2') } }, { a: long('3') }],
  [
    'long + int beyond 2^53',
    { a: long('9007199254740993') },
    { $inc: { a: new Int32(1) } },
    { a: long('9007199254740994') },
  ],
  ['int + double', { a: new Int32(1) }, { $inc: { a: new Double(0.5) } }, { a: new Double(1.5) }],
  [
    'int + whole double is a double',
    { a: new Int32(1) },
    { $inc: { a: new Double(1) } },
    { a: new Double(2) },
  ],
  ['decimal + decimal is exact', { a: dec('0.1') }, { $inc: { a: dec('0.2') } }, { a: dec('0.3') }],
  [
    'decimal + decimal keeps the finer exponent',
    { a: dec('1.50') },
    { $inc: { a: dec('1.5') } },
    { a: dec('3.00') },
  ],
  ['decimal + int', { a: dec('1.10') }, { $inc: { a: new Int32(1) } }, { a: dec('2.10') }],
  ['int + decimal', { a: new Int32(1) }, { $inc: { a: dec('0.25') } }, { a: dec('1.25') }],
  [
    'decimals of 34 digits',
    { a: dec('1234567890123456789012345678901234') },
    { $inc: { a: dec('1') } },
    { a: dec('1234567890123456789012345678901235') },
  ],
  [
    'a decimal rounds half to even',
    { a: dec('9999999999999999999999999999999999') },
    { $inc: { a: dec('0.5') } },
    { a: dec('1.000000000000000000000000000000000E+34') },
  ],
  ['decimal − decimal', { a: dec('5') }, { $inc: { a: dec('-7.25') } }, { a: dec('-2.25') }],
  ['$inc makes a field', {}, { $inc: { a: long('5') } }, { a: long('5') }],
  ['$inc by a negative', { a: 1 }, { $inc: { a: -3 } }, { a: -2 }],
  ['$inc below', { a: { b: 1 } }, { $inc: { 'a.b': 1, 'a.c': 1 } }, { a: { b: 2, c: 1 } }],
  ['$inc an element', { a: [1, 2] }, { $inc: { 'a.0': 5 } }, { a: [6, 2] }],
  ['$mul', { a: new Int32(3) }, { $mul: { a: new Int32(4) } }, { a: new Int32(12) }],
  [
    '$mul an int that overflows',
    { a: new Int32(2147483647) },
    { $mul: { a: new Int32(2) } },
    { a: long('4294967294') },
  ],
  ['$mul decimals', { a: dec('1.5') }, { $mul: { a: dec('0.20') } }, { a: dec('0.300') }],
  ['$mul makes a zero of the type', {}, { $mul: { a: long('5') } }, { a: long('0') }],
  ['$mul makes a zero double', {}, { $mul: { a: new Double(5.5) } }, { a: new Double(0) }],
  ['$min takes the less', { a: 5 }, { $min: { a: 3 } }, { a: 3 }],
  ['$min keeps the less', { a: 5 }, { $min: { a: 7 } }, { a: 5 }],
  ['$min makes a field', {}, { $min: { a: 7 } }, { a: 7 }],
  [
    '$min across types of numbers',
    { a: dec('2.5') },
    { $min: { a: new Double(2.25) } },
    { a: new Double(2.25) },
  ],
  [
    '$min of equal numbers keeps what is there',
    { a: dec('2.50') },
    { $min: { a: new Double(2.5) } },
    { a: dec('2.50') },
  ],
  ['$max takes the greater', { a: 5 }, { $max: { a: 7 } }, { a: 7 }],
  ['$max keeps the greater', { a: 5 }, { $max: { a: 3 } }, { a: 5 }],
  ['$max across classes', { a: 5 }, { $max: { a: 'x' } }, { a: 'x' }],
];

const ARRAYS: readonly Row[] = [
  ['$push', { a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
  ['$push makes an array', {}, { $push: { a: 1 } }, { a: [1] }],
  ['$push below', {}, { $push: { 'a.b': 1 } }, { a: { b: [1] } }],
  ['$push an array is one element', { a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] }],
  ['$push a document', { a: [] }, { $push: { a: { x: 1, y: [2] } } }, { a: [{ x: 1, y: [2] }] }],
  [
    '$push more than ten elements',
    { a: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
    { $push: { a: { $each: [9, 10, 11] } } },
    { a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
  ],
  ['$push $each', { a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
  ['$push $each of nothing', { a: [1] }, { $push: { a: { $each: [] } } }, { a: [1] }],
  ['$push $each of nothing makes an array', {}, { $push: { a: { $each: [] } } }, { a: [] }],
  ['$slice keeps the first', { a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: 3 } } }, { a: [1, 2, 3] }],
  ['$slice keeps the last', { a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: -3 } } }, { a: [2, 3, 4] }],
  ['$slice 0 keeps nothing', { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] }],
  ['$addToSet a new one', { a: [1] }, { $addToSet: { a: 2 } }, { a: [1, 2] }],
  ['$addToSet what is there', { a: [1] }, { $addToSet: { a: 1 } }, { a: [1] }],
  ['$addToSet an equal number of another type', { a: [1] }, { $addToSet: { a: dec('1.0') } }, { a: [1] }],
  ['$addToSet $each', { a: [1] }, { $addToSet: { a: { $each: [2, 1, 2, 3] } } }, { a: [1, 2, 3] }],
  [
    '$addToSet a document with another order of fields',
    { a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { y: 2, x: 1 } } },
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
  ],
  ['$addToSet makes an array', {}, { $addToSet: { a: 1 } }, { a: [1] }],
  ['$pop the last', { a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
  ['$pop the first', { a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
  ['$pop of an empty array', { a: [] }, { $pop: { a: 1 } }, { a: [] }],
  ['$pop what is not there', { b: 1 }, { $pop: { a: 1 } }, { b: 1 }],
  ['$pull a value', { a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
  ['$pull by operators', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
  ['$pull $in', { a: [1, 2, 3] }, { $pull: { a: { $in: [1, 3] } } }, { a: [2] }],
  [
    '$pull documents by a filter',
    { a: [{ x: 1, y: 1 }, { x: 2 }] },
    { $pull: { a: { x: 1 } } },
    { a: [{ x: 2 }] },
  ],
  [
    '$pull documents by a condition',
    { a: [{ x: 1 }, { x: 2 }] },
    { $pull: { a: { x: { $gt: 1 } } } },
    { a: [{ x: 1 }] },
  ],
  ['$pull an array', { a: [[1], [2]] }, { $pull: { a: [1] } }, { a: [[2]] }],
  ['$pull what is not there', { b: 1 }, { $pull: { a: 1 } }, { b: 1 }],
  ['$pull what does not match', { a: [1] }, { $pull: { a: 2 } }, { a: [1] }],
];

describe.each([
  ['fields', SET],
  ['numbers', ARITHMETIC],
  ['arrays', ARRAYS],
] as const)('updates of %s', (_name, rows) => {
  it.each(rows)('%s', async (_title, before, update, after) => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, ...before } as never);
    const { matchedCount, modifiedCount } = await collection.updateOne({ _id: 1 } as never, update);
    const found = await store.exact(collection).findOne({ _id: 1 } as never);
    expect(exactly(found)).toBe(exactly({ _id: 1, ...after }));
    expect(matchedCount).toBe(1);
    expect(modifiedCount).toBe(exactly(before) === exactly(after) ? 0 : 1);
  });
});

describe('updates that are refused', () => {
  it.each<readonly [title: string, before: Document, update: Document, code: number]>([
    ['$inc a text', { a: 'x' }, { $inc: { a: 1 } }, 14],
    ['$inc null', { a: null }, { $inc: { a: 1 } }, 14],
    ['$inc by a text', { a: 1 }, { $inc: { a: 'x' } }, 14],
    ['$mul by a text', { a: 1 }, { $mul: { a: 'x' } }, 14],
    ['$inc a long that overflows', { a: long('9223372036854775807') }, { $inc: { a: 1 } }, 2],
    ['$push to no array', { a: 1 }, { $push: { a: 1 } }, 2],
    ['$push $each of no array', { a: [] }, { $push: { a: { $each: 1 } } }, 2],
    ['$push with an unknown clause', { a: [] }, { $push: { a: { $each: [], $foo: 1 } } }, 2],
    ['$addToSet to no array', { a: 1 }, { $addToSet: { a: 1 } }, 2],
    ['$pop of no array', { a: 1 }, { $pop: { a: 1 } }, 14],
    ['$pop with another number', { a: [1] }, { $pop: { a: 2 } }, 9],
    ['$pull from no array', { a: 1 }, { $pull: { a: 1 } }, 2],
    ['$set below a value', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
    ['$set a name in an array', { a: [1] }, { $set: { 'a.b': 1 } }, 28],
    ['$inc below null', { a: null }, { $inc: { 'a.b': 1 } }, 28],
    ['$set another _id', {}, { $set: { _id: 2 } }, 66],
    ['$unset the _id', {}, { $unset: { _id: 1 } }, 66],
    ['$rename the _id', {}, { $rename: { _id: 'x' } }, 66],
    ['one path twice', {}, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
    ['a path and what is below', {}, { $set: { a: 1, 'a.b': 1 } }, 40],
    ['what is below and the path', {}, { $set: { 'a.b': 1 }, $unset: { a: 1 } }, 40],
    ['an operator that there is not', {}, { $foo: { a: 1 } }, 9],
    ['an operator without fields', {}, { $set: 1 }, 9],
    ['a path with an empty part', {}, { $set: { 'a..b': 1 } }, 56],
    ['a path that ends with a point', {}, { $set: { 'a.': 1 } }, 56],
    ['$rename to itself', { a: 1 }, { $rename: { a: 'a' } }, 2],
    ['$rename to no text', { a: 1 }, { $rename: { a: 1 } }, 2],
    ['$currentDate with a text', {}, { $currentDate: { a: 'x' } }, 2],
    ['$currentDate of an unknown type', {}, { $currentDate: { a: { $type: 'x' } } }, 2],
  ])('%s', async (_title, before, update, code) => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, ...before } as never);
    expect((await refusal(collection.updateOne({ _id: 1 } as never, update))).code).toBe(code);
    expect(exactly(await store.exact(collection).findOne({ _id: 1 } as never))).toBe(
      exactly({ _id: 1, ...before }),
    );
  });

  it('says in words what MongoDB says', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, a: 'x', b: 1 } as never);
    const message = async (update: Document) =>
      (await refusal(collection.updateOne({ _id: 1 } as never, update))).message;
    expect(await message({ $inc: { a: 1 } })).toBe(
      "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'a' of non-numeric type string",
    );
    expect(await message({ $push: { b: 1 } })).toBe(
      "The field 'b' must be an array but is of type int in document {_id: 1}",
    );
    expect(await message({ $set: { 'b.c': 1 } })).toBe("Cannot create field 'c' in element {b: 1}");
    expect(await message({ $set: { b: 1 }, $inc: { b: 1 } })).toBe(
      "Updating the path 'b' would create a conflict at 'b'",
    );
  });
});

describe('$currentDate', () => {
  it('sets a date or a timestamp', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1 } as never);
    await collection.updateOne(
      { _id: 1 } as never,
      {
        $currentDate: { a: true, b: { $type: 'date' }, c: { $type: 'timestamp' } },
      } as never,
    );
    const found = (await collection.findOne({ _id: 1 } as never)) as Document;
    expect(found['a']).toBeInstanceOf(Date);
    expect(found['b']).toBeInstanceOf(Date);
    expect(found['c']).toBeInstanceOf(Timestamp);
  });
});

describe('replacements', () => {
  it('keep the _id and nothing else', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, a: 1, b: 2 } as never);
    await collection.replaceOne({ a: 1 }, { c: 3, a: { y: 1, x: 2 } });
    expect(exactly(await store.exact(collection).findOne({}))).toBe(
      exactly({ _id: 1, c: 3, a: { y: 1, x: 2 } }),
    );
  });
  it('put the _id first', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1 } as never);
    await collection.replaceOne({}, { c: 3, _id: 1 } as never);
    expect(exactly(await store.exact(collection).findOne({}))).toBe(exactly({ _id: 1, c: 3 }));
  });
  it('may not have another _id', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1 } as never);
    expect((await refusal(collection.replaceOne({}, { _id: 2 } as never))).code).toBe(66);
  });
  it('by the same document modify nothing', async () => {
    const collection = store.collection();
    await collection.insertOne({ _id: 1, a: 1 } as never);
    const result = await collection.replaceOne({ _id: 1 } as never, { a: 1 });
    expect([
      (result as { matchedCount: number }).matchedCount,
      (result as { modifiedCount: number }).modifiedCount,
    ]).toEqual([1, 0]);
  });
});

describe('updates of many', () => {
  it('change all that match', async () => {
    const collection = store.collection();
    await collection.insertMany([1, 2, 3, 4].map((n) => ({ _id: n, n })) as never[]);
    const result = await collection.updateMany({ n: { $gt: 2 } }, { $inc: { n: 10 } });
    expect([result.matchedCount, result.modifiedCount]).toEqual([2, 2]);
    const found = await collection.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ n }) => Number(n))).toEqual([1, 2, 13, 14]);
  });
  it('do not meet what they have moved in an index', async () => {
    const collection = store.collection();
    await collection.createIndex({ n: 1 });
    await collection.insertMany([1, 2, 3].map((n) => ({ _id: n, n })) as never[]);
    const result = await collection.updateMany({ n: { $gt: 0 } }, { $inc: { n: 100 } });
    expect(result.modifiedCount).toBe(3);
    const found = await collection.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ n }) => Number(n))).toEqual([101, 102, 103]);
  });
  it('count what matched and what changed', async () => {
    const collection = store.collection();
    await collection.insertMany([1, 1, 2].map((n, i) => ({ _id: i, n })) as never[]);
    const result = await collection.updateMany({}, { $set: { n: 1 } });
    expect([result.matchedCount, result.modifiedCount]).toEqual([3, 1]);
  });
});

describe('upserts', () => {
  it.each<readonly [title: string, filter: Document, update: Document, made: Document]>([
    ['take over equalities', { _id: 1, a: 2 }, { $set: { b: 3 } }, { _id: 1, a: 2, b: 3 }],
    ['take over $eq', { _id: 1, a: { $eq: 2 } }, { $set: { b: 3 } }, { _id: 1, a: 2, b: 3 }],
    [
      'take over what $and fixes',
      { _id: 1, $and: [{ a: 1 }, { b: 2 }] },
      { $set: { c: 3 } },
      { _id: 1, a: 1, b: 2, c: 3 },
    ],
    ['take over paths', { _id: 1, 'a.b': 1 }, { $set: { c: 3 } }, { _id: 1, a: { b: 1 }, c: 3 }],
    ['take over no range', { _id: 1, a: { $gt: 2 } }, { $set: { b: 3 } }, { _id: 1, b: 3 }],
    ['take over no list', { _id: 1, a: { $in: [1, 2] } }, { $set: { b: 3 } }, { _id: 1, b: 3 }],
    ['apply $setOnInsert', { _id: 1 }, { $set: { b: 3 }, $setOnInsert: { a: 1 } }, { _id: 1, a: 1, b: 3 }],
    ['apply $inc to nothing', { _id: 1 }, { $inc: { a: 5 } }, { _id: 1, a: 5 }],
    ['apply $push to nothing', { _id: 1 }, { $push: { a: 5 } }, { _id: 1, a: [5] }],
    ['change what the filter fixes', { _id: 1, a: 1 }, { $inc: { a: 5 } }, { _id: 1, a: 6 }],
    ['take the _id from $setOnInsert', { a: 1 }, { $setOnInsert: { _id: 7 } }, { _id: 7, a: 1 }],
  ])('%s', async (_title, filter, update, made) => {
    const collection = store.collection();
    const result = await collection.updateOne(filter, update, { upsert: true });
    expect(result.upsertedCount).toBe(1);
    expect(Number(result.upsertedId)).toBe(Number(made['_id']));
    expect(exactly(await store.exact(collection).findOne({}))).toBe(exactly(made));
  });
  it('make an _id where none is given', async () => {
    const collection = store.collection();
    const { upsertedId } = await collection.updateOne({ a: 1 }, { $set: { b: 2 } }, { upsert: true });
    expect(upsertedId).toBeInstanceOf(ObjectId);
    expect(exactly(await store.exact(collection).findOne({}))).toBe(exactly({ _id: upsertedId, a: 1, b: 2 }));
  });
  it('replace what is there, insert what is not', async () => {
    const collection = store.collection();
    const first = await collection.replaceOne({ _id: 1 } as never, { a: 1 }, { upsert: true });
    const second = await collection.replaceOne({ _id: 1 } as never, { a: 2 }, { upsert: true });
    expect([(first as Document)['upsertedCount'], (second as Document)['upsertedCount']]).toEqual([1, 0]);
    expect(exactly(await store.exact(collection).find().toArray())).toBe(exactly([{ _id: 1, a: 2 }]));
  });
  it('by a replacement take over the _id alone', async () => {
    const collection = store.collection();
    await collection.replaceOne({ _id: 1, b: 5 } as never, { a: 1 }, { upsert: true });
    expect(exactly(await store.exact(collection).findOne({}))).toBe(exactly({ _id: 1, a: 1 }));
  });
  it('with one path fixed twice are refused', async () => {
    const collection = store.collection();
    const work = collection.updateOne({ $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, { upsert: true });
    expect((await refusal(work)).code).toBe(54);
  });
});
