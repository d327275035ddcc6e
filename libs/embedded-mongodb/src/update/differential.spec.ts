import { Decimal128, deserialize, EJSON, serialize } from 'bson';
import { randomUpdate } from '../../test/random-queries.ts';
import { Chance, type Doc, randomDoc, stored } from '../../test/random-values.ts';
import { isPlain } from '../../test/slow-matcher.ts';
import { slowCompare } from '../../test/slow-order.ts';
import { Refused, slowUpdate } from '../../test/slow-updater.ts';
import { CommandError } from '../server/errors.ts';
import { updateOf } from './update.ts';

/**
 * Goal: an update makes of a document what an obvious implementation makes, types and order of fields included, or
 * refuses with the same code.
 * Method: random documents and updates (MONGODB_CASES runs more). Decimals are compared by value: how many zeros a
 * result shows is a matter of the contract suite.
 */
const CASES = Number(process.env['MONGODB_CASES'] ?? 6_000);
const READ = { promoteValues: false, promoteLongs: false } as const;
const copy = (doc: Doc) => deserialize(serialize(doc), READ) as Doc;

function outcome(work: () => Doc): Doc | number {
  try {
    return work();
  } catch (error) {
    if (error instanceof CommandError || error instanceof Refused) return error.code;
    throw error;
  }
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isPlain(a))
    return (
      isPlain(b) &&
      JSON.stringify(Object.keys(a)) === JSON.stringify(Object.keys(b)) &&
      Object.keys(a).every((name) => same(a[name], b[name]))
    );
  if (a instanceof Decimal128) return b instanceof Decimal128 && slowCompare(a, b) === 0;
  return EJSON.stringify([a], { relaxed: false }) === EJSON.stringify([b], { relaxed: false });
}

it(`${CASES} random updates do what a slow updater does`, () => {
  const chance = new Chance(21);
  let [made, refused] = [0, 0];
  for (let i = 0; i < CASES; i++) {
    const doc: Doc = { _id: 1, ...randomDoc(chance) };
    const update = randomUpdate(chance) as Record<string, Doc>;
    const slow = outcome(() => slowUpdate(copy(doc), copy(update) as Record<string, Doc>));
    const fast = outcome(
      () => deserialize(updateOf(stored(update)).apply(stored(doc), false).raw, READ) as Doc,
    );
    if (typeof slow === 'number') refused++;
    else made++;
    // With several mistakes in one update it is open which is told.
    const equal =
      typeof slow === 'number'
        ? typeof fast === 'number'
        : typeof fast !== 'number' && same(copy(slow), fast);
    if (!equal)
      throw new Error(`case ${i}: ${EJSON.stringify({ doc, update, slow, fast }, { relaxed: false })}`);
  }
  expect(made).toBeGreaterThan(CASES / 10);
  expect(refused).toBeGreaterThan(CASES / 20);
});
