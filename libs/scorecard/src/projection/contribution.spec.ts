import fc from 'fast-check';
import { type Contribution, changedContributions } from './contribution.ts';

/**
 * Goal: what a document says now less what it said before is exact, for short lists and long ones, however alike they are.
 * Method: random lists against a plain sum by all fields.
 */
const contribution: fc.Arbitrary<Contribution> = fc.record(
  {
    unit: fc.constantFrom('a', 'b'),
    day: fc.integer({ min: 1, max: 2 }),
    measure: fc.constantFrom('m', 'n'),
    amount: fc.bigInt({ min: -3n, max: 3n }),
    customer: fc.constantFrom('c', 'd'),
    segment: fc.constant('s'),
    segmentDay: fc.integer({ min: 1, max: 2 }),
    orderDay: fc.constant(true as const),
  },
  { requiredKeys: ['unit', 'day', 'measure', 'amount'] },
);

function sums(...lists: readonly (readonly [readonly Contribution[], bigint])[]): Record<string, string> {
  const out = new Map<string, bigint>();
  for (const [list, sign] of lists) {
    for (const { amount, ...rest } of list) {
      const key = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
      out.set(key, (out.get(key) ?? 0n) + sign * amount);
    }
  }
  return Object.fromEntries([...out].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, String(sum)]));
}

describe('changed contributions', () => {
  it.each([
    ['short', 8],
    ['long', 40],
  ])('are the difference of two lists: %s ones', (_, maxLength) => {
    const list = fc.array(contribution, { maxLength });
    fc.assert(
      fc.property(list, list, list, list, (begin, before, after, end) => {
        const [was, is] = [
          [...begin, ...before, ...end],
          [...begin, ...after, ...end],
        ];
        const changed = changedContributions(was, is);
        expect(sums([changed, 1n])).toEqual(sums([is, 1n], [was, -1n]));
        expect(changed.every(({ amount }) => amount !== 0n)).toBe(true);
        expect(Object.keys(sums([changed, 1n]))).toHaveLength(changed.length);
      }),
    );
  });
});
