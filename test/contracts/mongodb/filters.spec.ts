import {
  Binary,
  Decimal128,
  type Document,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'mongodb';
import { mongo } from './lib/mongo.ts';

/**
 * Goal: every filter operator of the closed subset finds what MongoDB finds.
 * Method: each table has documents `{ _id: n, a: … }`, a row a filter and the numbers of the documents that it finds.
 */
const store = mongo('filters');

type Row = readonly [title: string, filter: Document, found: readonly number[]];

function finds(title: string, documents: readonly Document[], rows: readonly Row[]) {
  describe(title, () => {
    const docs = documents.map((doc, i) => ({ _id: i, ...doc }));
    let collection: ReturnType<typeof store.collection>;
    beforeAll(async () => {
      collection = store.collection();
      await collection.insertMany(docs as never[]);
    });
    it.each(rows)('%s', async (_title, filter, found) => {
      const ids = await collection.find(filter).sort({ _id: 1 }).project({ _id: 1 }).toArray();
      expect(ids.map(({ _id }) => Number(_id))).toEqual(found);
    });
  });
}

finds(
  'numbers',
  [
    { a: 1 },
    { a: new Double(1) },
    { a: Long.fromNumber(1) },
    { a: Decimal128.fromString('1.00') },
    { a: 2.5 },
    { a: Decimal128.fromString('2.5') },
    { a: Long.fromString('9007199254740993') },
    { a: new Double(9007199254740992) },
    { a: Number.NaN },
    { a: Number.POSITIVE_INFINITY },
    { a: Decimal128.fromString('0.1') },
    { a: 0.1 },
    { a: '1' },
    {},
  ],
  [
    ['an int finds equal numbers of every type', { a: 1 }, [0, 1, 2, 3]],
    ['a decimal finds equal numbers of every type', { a: Decimal128.fromString('1') }, [0, 1, 2, 3]],
    ['a double finds the equal decimal', { a: 2.5 }, [4, 5]],
    ['a double of a tenth is not the decimal of a tenth', { a: 0.1 }, [11]],
    ['a decimal of a tenth is not the double of a tenth', { a: Decimal128.fromString('0.10') }, [10]],
    ['a decimal tenth lies below the double tenth', { a: { $lt: 0.1, $gt: 0 } }, [10]],
    ['a long beyond 2^53 is told from its neighbour', { a: Long.fromString('9007199254740993') }, [6]],
    ['a double at 2^53 is told from the long above it', { a: { $gt: 9007199254740992, $lt: 1e300 } }, [6]],
    ['$gt', { a: { $gt: 2 } }, [4, 5, 6, 7, 9]],
    ['$gte', { a: { $gte: 2.5 } }, [4, 5, 6, 7, 9]],
    ['$lt finds no NaN', { a: { $lt: 1 } }, [10, 11]],
    ['$lte finds no NaN', { a: { $lte: 1 } }, [0, 1, 2, 3, 10, 11]],
    ['NaN equals NaN', { a: Number.NaN }, [8]],
    ['NaN equals the decimal NaN', { a: Decimal128.fromString('NaN') }, [8]],
    ['$gte NaN finds NaN alone', { a: { $gte: Number.NaN } }, [8]],
    ['$lte NaN finds NaN alone', { a: { $lte: Number.NaN } }, [8]],
    ['$gt NaN finds nothing', { a: { $gt: Number.NaN } }, []],
    ['infinity equals the decimal infinity', { a: Decimal128.fromString('Infinity') }, [9]],
    ['a range on both sides', { a: { $gt: 1, $lt: 3 } }, [4, 5]],
    ['a range that is empty', { a: { $gt: 3, $lt: 1 } }, []],
    ['$in of several types', { a: { $in: [1, '1'] } }, [0, 1, 2, 3, 12]],
    ['$nin', { a: { $nin: [1, 2.5, Number.NaN] } }, [6, 7, 9, 10, 11, 12, 13]],
    ['$ne finds what is missing', { a: { $ne: 1 } }, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]],
    ['$not', { a: { $not: { $gt: 1 } } }, [0, 1, 2, 3, 8, 10, 11, 12, 13]],
    ['$type int', { a: { $type: 'int' } }, [0]],
    ['$type double', { a: { $type: 'double' } }, [1, 4, 7, 8, 9, 11]],
    ['$type long', { a: { $type: 'long' } }, [2, 6]],
    ['$type decimal', { a: { $type: 'decimal' } }, [3, 5, 10]],
    ['$type number', { a: { $type: 'number' } }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['$type by its code', { a: { $type: 2 } }, [12]],
    ['$type of several', { a: { $type: ['string', 'long'] } }, [2, 6, 12]],
  ],
);

finds(
  'classes of values',
  [
    { a: new MinKey() },
    { a: null },
    { a: 5 },
    { a: 'b' },
    { a: { x: 1 } },
    { a: new Binary(Buffer.from([1, 2]), 0) },
    { a: new ObjectId('000000000000000000000001') },
    { a: false },
    { a: true },
    { a: new Date(0) },
    { a: new Timestamp({ t: 5, i: 1 }) },
    { a: new MaxKey() },
    {},
  ],
  [
    ['a comparison stays within its class', { a: { $gte: '' } }, [3]],
    ['numbers do not compare with texts', { a: { $lt: 'c' } }, [3]],
    ['booleans compare among themselves', { a: { $lt: true } }, [7]],
    ['dates', { a: { $gte: new Date(-1) } }, [9]],
    ['timestamps are not dates', { a: { $gte: new Timestamp({ t: 0, i: 0 }) } }, [10]],
    ['ids', { a: { $gt: new ObjectId('000000000000000000000000') } }, [6]],
    ['binary data', { a: new Binary(Buffer.from([1, 2]), 0) }, [5]],
    ['binary data of another subtype is another value', { a: new Binary(Buffer.from([1, 2]), 5) }, []],
    ['documents compare', { a: { $gt: { x: 0 } } }, [4]],
    ['the least key', { a: new MinKey() }, [0]],
    ['the greatest key', { a: new MaxKey() }, [11]],
    ['null finds null and what is missing', { a: null }, [1, 12]],
    ['$eq null', { a: { $eq: null } }, [1, 12]],
    ['$ne null', { a: { $ne: null } }, [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['$gte null finds null and what is missing', { a: { $gte: null } }, [1, 12]],
    ['$in with null', { a: { $in: [null, 5] } }, [1, 2, 12]],
    ['$nin with null', { a: { $nin: [null, 5] } }, [0, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['$exists true finds null', { a: { $exists: true } }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['$exists false', { a: { $exists: false } }, [12]],
    ['$exists 0', { a: { $exists: 0 } }, [12]],
    ['$type null', { a: { $type: 'null' } }, [1]],
    ['$type bool', { a: { $type: 'bool' } }, [7, 8]],
    ['$type binData', { a: { $type: 'binData' } }, [5]],
    ['$type objectId', { a: { $type: 'objectId' } }, [6]],
    ['$type date', { a: { $type: 'date' } }, [9]],
    ['$type timestamp', { a: { $type: 'timestamp' } }, [10]],
    ['$type minKey by −1', { a: { $type: -1 } }, [0]],
    ['$type maxKey', { a: { $type: 'maxKey' } }, [11]],
    ['no condition finds all', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ],
);

finds(
  'documents as values',
  [
    { a: { x: 1, y: 2 } },
    { a: { y: 2, x: 1 } },
    { a: { x: 1 } },
    { a: {} },
    { a: { x: 1, y: { z: 3 } } },
    { a: 1 },
  ],
  [
    ['are equal with the same fields in the same order', { a: { x: 1, y: 2 } }, [0]],
    ['are equal whatever the type of a number', { a: { x: Long.fromNumber(1), y: new Double(2) } }, [0]],
    ['an empty one equals an empty one', { a: {} }, [3]],
    ['a path goes into them', { 'a.x': 1 }, [0, 1, 2, 4]],
    ['a longer path', { 'a.y.z': 3 }, [4]],
    ['a path that leads nowhere is missing', { 'a.y': { $exists: false } }, [2, 3, 5]],
    ['null along a path', { 'a.y': null }, [2, 3, 5]],
    ['$ne along a path', { 'a.x': { $ne: 1 } }, [3, 5]],
    ['a document where a value is asked', { 'a.y': { z: 3 } }, [4]],
  ],
);

finds(
  'arrays',
  [
    { a: [1, 2, 3] },
    { a: [3, 2, 1] },
    { a: [] },
    { a: [[1, 2, 3]] },
    { a: 2 },
    { a: [5, 25] },
    { a: ['x', null] },
    {
      a: [
        { b: 1, c: 1 },
        { b: 2, c: 2 },
      ],
    },
    { a: [{ b: 3 }, { d: 1 }] },
    { a: [{ b: [1, 2] }] },
    {},
  ],
  [
    ['a value finds an element', { a: 2 }, [0, 1, 4]],
    ['an array finds the same array, or one in an array', { a: [1, 2, 3] }, [0, 3]],
    ['an empty array', { a: [] }, [2]],
    ['a range may be met by two elements', { a: { $gt: 10, $lt: 20 } }, [5]],
    ['$elemMatch asks one element for both', { a: { $elemMatch: { $gt: 1, $lt: 3 } } }, [0, 1]],
    ['$elemMatch that no element meets', { a: { $elemMatch: { $gt: 10, $lt: 20 } } }, []],
    ['$ne asks all elements', { a: { $ne: 2 } }, [2, 3, 5, 6, 7, 8, 9, 10]],
    ['$in', { a: { $in: [25, 'x'] } }, [5, 6]],
    ['$nin', { a: { $nin: [1, 2, 5] } }, [2, 3, 6, 7, 8, 9, 10]],
    ['$size', { a: { $size: 2 } }, [5, 6, 7, 8]],
    ['$size 0', { a: { $size: 0 } }, [2]],
    ['$all', { a: { $all: [1, 2] } }, [0, 1]],
    ['$all of one', { a: { $all: [2] } }, [0, 1, 4]],
    ['$all of nothing finds nothing', { a: { $all: [] } }, []],
    ['$all of an array', { a: { $all: [[1, 2, 3]] } }, [0, 3]],
    ['$all with $elemMatch', { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { c: 2 } }] } }, [7]],
    ['null finds an element', { a: null }, [6, 10]],
    ['$exists is true of an empty array', { a: { $exists: true } }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['$type array', { a: { $type: 'array' } }, [0, 1, 2, 3, 5, 6, 7, 8, 9]],
    ['$type of an element', { a: { $type: 'string' } }, [6]],
    ['a path goes into documents in an array', { 'a.b': 2 }, [7, 9]],
    ['two paths may be met by two elements', { 'a.b': 1, 'a.c': 2 }, [7]],
    ['$elemMatch asks one document for both', { a: { $elemMatch: { b: 1, c: 2 } } }, []],
    ['$elemMatch on documents', { a: { $elemMatch: { b: 2, c: 2 } } }, [7]],
    ['$elemMatch with $or', { a: { $elemMatch: { $or: [{ b: 3 }, { c: 1 }] } } }, [7, 8]],
    ['a number in a path is an element', { 'a.1': 2 }, [0, 1]],
    ['a number in a path, then a field', { 'a.1.b': 2 }, [7]],
    ['a path to an array in a document in an array', { 'a.b': { $size: 2 } }, [9]],
    ['null along a path asks documents in an array', { 'a.b': null }, [4, 8, 10]],
    ['$ne null along a path', { 'a.b': { $ne: null } }, [0, 1, 2, 3, 5, 6, 7, 9]],
    ['$exists false along a path', { 'a.b': { $exists: false } }, [0, 1, 2, 3, 4, 5, 6, 10]],
    ['$not $elemMatch', { a: { $not: { $elemMatch: { $gt: 1 } } } }, [2, 3, 4, 6, 7, 8, 9, 10]],
    ['$gt an array compares arrays', { a: { $gt: [3] } }, [1, 3, 5, 6, 7, 8, 9]],
  ],
);

finds(
  'logic',
  [
    { a: 1, b: 1 },
    { a: 1, b: 2 },
    { a: 2, b: 1 },
    { a: 2, b: 2 },
  ],
  [
    ['conditions side by side all hold', { a: 1, b: 2 }, [1]],
    ['$and', { $and: [{ a: 1 }, { b: 2 }] }, [1]],
    ['$and of one path twice', { $and: [{ a: { $gt: 0 } }, { a: { $lt: 2 } }] }, [0, 1]],
    ['$or', { $or: [{ a: 1 }, { b: 2 }] }, [0, 1, 3]],
    ['$or beside a condition', { a: 2, $or: [{ b: 1 }, { b: 2 }] }, [2, 3]],
    ['$nor', { $nor: [{ a: 1 }, { b: 2 }] }, [2]],
    ['nested', { $or: [{ $and: [{ a: 1 }, { b: 1 }] }, { $nor: [{ a: 1 }, { b: 1 }] }] }, [0, 3]],
    ['$not of $in', { a: { $not: { $in: [1] } } }, [2, 3]],
    ['$comment says nothing', { a: 1, $comment: 'why' }, [0, 1]],
    ['an _id', { _id: 2 }, [2]],
    ['an _id of another type of number', { _id: new Double(2) }, [2]],
    ['$in of _ids', { _id: { $in: [3, 0, 3, 9] } }, [0, 3]],
    ['an empty $in', { _id: { $in: [] } }, []],
    ['a range of _ids', { _id: { $gt: 0, $lte: 2 } }, [1, 2]],
    ['a range of _ids from above', { _id: { $gte: 1, $lt: 3 } }, [1, 2]],
    ['an _id and a condition', { _id: { $in: [0, 1] }, b: 2 }, [1]],
  ],
);

finds(
  'texts and patterns',
  [
    { a: 'abc' },
    { a: 'abd' },
    { a: 'ABC' },
    { a: 'b.c' },
    { a: 'bxc' },
    { a: ['abc', 'z'] },
    { a: 'ä' },
    { a: 'x\ny' },
    { a: 1 },
    { a: 'a\0b' },
  ],
  [
    ['a prefix', { a: /^ab/ }, [0, 1, 5]],
    ['$regex', { a: { $regex: '^ab' } }, [0, 1, 5]],
    ['$regex with $options', { a: { $regex: '^ab', $options: 'i' } }, [0, 1, 2, 5]],
    ['a pattern with an option', { a: /^abc$/i }, [0, 2, 5]],
    ['an escaped point', { a: /^b\.c$/ }, [3]],
    ['a point', { a: /^b.c$/ }, [3, 4]],
    ['in the middle', { a: /b/ }, [0, 1, 3, 4, 5, 9]],
    ['an end', { a: /c$/ }, [0, 3, 4, 5]],
    ['a point is no line break', { a: /^x.y$/ }, []],
    ['a point is a line break with s', { a: { $regex: '^x.y$', $options: 's' } }, [7]],
    ['$in of patterns', { a: { $in: [/^abd/, 'ä'] } }, [1, 6]],
    ['$not of a pattern', { a: { $not: /^a/ } }, [2, 3, 4, 6, 7, 8]],
    ['a text order by bytes', { a: { $gt: 'b' } }, [3, 4, 5, 6, 7]],
    ['a zero byte in a text', { a: 'a\0b' }, [9]],
    ['a text range', { a: { $gte: 'abc', $lt: 'abd' } }, [0, 5]],
  ],
);
