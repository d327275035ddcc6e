import { Chance, randomValue, stored } from '../../test/random-values.ts';
import { slowCompare } from '../../test/slow-order.ts';
import { compare, encode, KeyWriter } from './byte-order.ts';
import { elements, type Value } from './value.ts';

/**
 * Goal: the order of the bytes is the order of the values, whatever their types.
 * Method: random pairs against a comparison of decoded values by fractions (MONGODB_CASES runs more).
 */
const CASES = Number(process.env['MONGODB_CASES'] ?? 5_000);

function inStore(value: unknown): Value {
  return elements(stored({ v: value }))[0] as Value;
}

it(`orders ${CASES} random pairs as a slow comparison does`, () => {
  const chance = new Chance(1);
  for (let i = 0; i < CASES; i++) {
    const [a, b] = [randomValue(chance), randomValue(chance)];
    const [x, y] = [inStore(a), inStore(b)];
    const expected = Math.sign(slowCompare(a, b));
    const found = [Math.sign(Buffer.compare(encode(x), encode(y))), Math.sign(compare(x, y))];
    if (found.some((order) => order !== expected))
      throw new Error(`case ${i}: ${JSON.stringify([a, b])} gave ${found}, expected ${expected}`);
  }
});

it('makes no key that begins another one, so that keys can be joined and inverted', () => {
  const chance = new Chance(2);
  const writer = new KeyWriter();
  let compared = 0;
  for (let i = 0; i < CASES; i++) {
    const [a, b] = [inStore(randomValue(chance)), inStore(randomValue(chance))];
    const [x, y] = [encode(a), encode(b)];
    if (x.equals(y)) continue;
    compared++;
    if (x.subarray(0, y.length).equals(y)) throw new Error(`case ${i}: one key begins the other`);
    const [down, other] = [a, b].map((value) => writer.begin().value(value).invert(0).key()) as [
      Buffer,
      Buffer,
    ];
    if (Math.sign(Buffer.compare(down, other)) !== -Math.sign(Buffer.compare(x, y)))
      throw new Error(`case ${i}: inverted keys have another order`);
  }
  expect(compared).toBeGreaterThan(CASES / 2);
});
