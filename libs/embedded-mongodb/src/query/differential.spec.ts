import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, EJSON, serialize } from 'bson';
import { randomFilter } from '../../test/random-queries.ts';
import { Chance, type Doc, FIELDS, randomDoc, stored } from '../../test/random-values.ts';
import { slowMatches } from '../../test/slow-matcher.ts';
import { slowCompare } from '../../test/slow-order.ts';
import { LmdbTables } from '../store/lmdb-tables.ts';
import { View } from '../store/view.ts';
import { find } from './find.ts';
import { matcherOf } from './matcher.ts';
import type { Sort } from './plan.ts';

/**
 * Goal: a filter finds what an obvious implementation finds, and the same with and without indexes, in the same order.
 * Method: random documents and filters (MONGODB_CASES runs more).
 */
const CASES = Number(process.env['MONGODB_CASES'] ?? 4_000);
const READ = { promoteValues: false, promoteLongs: false } as const;
const asSent = (doc: Doc) => deserialize(serialize(doc), READ) as Doc;

it(`${CASES} random filters decide as a slow matcher does`, () => {
  const chance = new Chance(11);
  let matched = 0;
  for (let i = 0; i < CASES; i++) {
    const [doc, filter] = [randomDoc(chance), randomFilter(chance)];
    const [fast, slow] = [matcherOf(stored(filter))(stored(doc)), slowMatches(asSent(doc), filter)];
    if (slow) matched++;
    if (fast !== slow)
      throw new Error(`case ${i}: ${EJSON.stringify({ doc, filter }, { relaxed: false })} gave ${fast}`);
  }
  expect(matched).toBeGreaterThan(CASES / 20);
  expect(matched).toBeLessThan((CASES * 9) / 10);
});

const INDEXES: readonly Sort[] = [
  [['a', 1]],
  [['b', -1]],
  [
    ['a', 1],
    ['b', 1],
  ],
  [
    ['b', 1],
    ['a', -1],
  ],
  [['a.b', 1]],
  [
    ['c', -1],
    ['a', 1],
  ],
];

describe('with and without indexes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'quadrant-mongodb-'));
  const tables = new LmdbTables(directory);
  afterAll(async () => {
    await tables.close();
    rmSync(directory, { recursive: true });
  });

  const ids = (namespace: string, filter: Doc, sort: Sort) =>
    [...find(new View(tables).collection(namespace), { filter: stored(filter), sort })]
      .filter((doc) => doc !== undefined)
      .map((doc) => doc.raw.readInt32LE(9));

  it(`${CASES} random queries give the same documents in the same order`, async () => {
    const chance = new Chance(12);
    const [rounds, queries] = [Math.ceil(CASES / 400), 400];
    for (let round = 0; round < rounds; round++) {
      // Every third round is without arrays, so that indexes may use both ends of a range.
      const docs = Array.from({ length: 40 }, (_, i) => ({
        _id: i,
        ...randomDoc(chance, round % 3 === 0 ? 0 : 2),
      }));
      await tables.commit(() => {
        const view = new View(tables);
        for (const namespace of ['t.plain', 't.indexed']) {
          view.catalogue.drop(namespace);
          const collection = view.create(namespace);
          if (namespace === 't.indexed')
            for (const [i, key] of INDEXES.entries())
              if (chance.below(2) === 0) collection.createIndex({ name: `i${i}`, key, unique: false });
          for (const doc of docs) {
            try {
              collection.insert(stored(doc));
            } catch (error) {
              // Two arrays under one index: the document is in neither collection.
              if ((error as { code?: number }).code !== 171) throw error;
              view.collection('t.plain')?.remove(stored(doc));
            }
          }
        }
      });
      for (let i = 0; i < queries; i++) {
        const filter = randomFilter(chance);
        const field = chance.pick([...FIELDS, '_id']);
        const direction = chance.pick([1, -1] as const);
        const sort: Sort =
          field === '_id'
            ? [['_id', direction]]
            : [
                [field, direction],
                ['_id', 1],
              ];
        const [plain, indexed] = [ids('t.plain', filter, sort), ids('t.indexed', filter, sort)];
        const slow = slowSorted(docs.filter((doc) => plain.includes(doc._id)).map(asSent), field, direction);
        const shown = () =>
          EJSON.stringify({ round, i, filter, sort, plain, indexed, slow }, { relaxed: false });
        if (JSON.stringify(plain) !== JSON.stringify(indexed))
          throw new Error(`the index changes it: ${shown()}`);
        if (JSON.stringify(plain) !== JSON.stringify(slow)) throw new Error(`another order: ${shown()}`);
      }
    }
  });
});

/** By the least element of an array, or its greatest downwards; an empty one lies below null. */
function slowSorted(docs: readonly Doc[], field: string, direction: 1 | -1): number[] {
  const empty = Symbol('empty');
  const order = (a: unknown, b: unknown): number =>
    a === empty || b === empty ? Number(b === empty) - Number(a === empty) : slowCompare(a, b);
  const key = (doc: Doc) => {
    const value = doc[field] === undefined ? null : doc[field];
    if (!Array.isArray(value)) return value;
    if (value.length === 0) return empty;
    return value.reduce((best, item) => (order(item, best) * direction < 0 ? item : best));
  };
  return [...docs]
    .sort((a, b) => order(key(a), key(b)) * direction || Number(a['_id']) - Number(b['_id']))
    .map(({ _id }) => Number(_id));
}
