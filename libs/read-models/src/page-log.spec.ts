import fc from 'fast-check';
import type { Position } from '#kernel';
import type { Delta, Group, Totals } from '#scorecard';
import { openTestStore, type TestStore } from '../test/store.ts';
import { epochCollections } from './collections.ts';
import { PageLog } from './page-log.ts';
import { EpochReader } from './reader.ts';
import { PageWriter } from './tails.ts';

/**
 * Goal: going back along a page finds every change of it, across all its chunks, and the sums between them.
 * Method: random groups, some of them large, in which facts of a source come and go; against the list of the groups.
 */
const PAGE = 'U/root//A';

/** Facts of a source in a few slots, never less than none, beside other measures that fill the chunks. */
const groups: fc.Arbitrary<Group[]> = fc
  .array(
    fc.record({
      slot: fc.integer({ min: 0, max: 3 }),
      comes: fc.boolean(),
      counts: fc.boolean(),
      size: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 100, max: 300 })),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((drawn) => {
    const counts = new Map<number, bigint>();
    return drawn.map(({ slot, comes, counts: counted, size }, i) => {
      const had = counts.get(slot) ?? 0n;
      const amount = comes || had === 0n ? 1n : -1n;
      const source: Delta[] = counted ? [{ slot, measure: '@3|$src:cases', amount }] : [];
      if (counted) counts.set(slot, had + amount);
      const rest = Array.from({ length: size }, (_, n) => ({ slot, measure: `m${n}`, amount: 1n }));
      return { position: BigInt(5 * i + 4) as Position, deltas: [...source, ...rest] };
    });
  });

function text(totals: Totals | undefined): string {
  return (totals?.deltas() ?? [])
    .map(({ slot, measure, amount }) => `${slot} ${measure} ${amount}`)
    .join('\n');
}

/** Positions at which some slot has facts for the first time, or none any more. */
function presenceChanges(all: readonly Group[]): bigint[] {
  const counts = new Map<number, bigint>();
  return all.flatMap(({ position, deltas }) => {
    const source = deltas.find(({ measure }) => measure.includes('$src:'));
    if (!source) return [];
    const before = counts.get(source.slot) ?? 0n;
    counts.set(source.slot, before + source.amount);
    return before === 0n || before + source.amount === 0n ? [position] : [];
  });
}

describe('a page at all positions', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());

  it('says at each position what it added up to, and when it last changed', async () => {
    let chunks = 0;
    await fc.assert(
      fc.asyncProperty(groups, fc.integer({ min: 1, max: 5 }), async (all, step) => {
        const db = store.fresh();
        const { pages } = epochCollections(db, 'financial', 0);
        const writer = new PageWriter(pages, true);
        for (const group of all) await writer.write(new Map([[PAGE, [group]]]), () => undefined);
        chunks = Math.max(chunks, await pages.countDocuments());
        const log = new PageLog(pages, PAGE);
        const presence = presenceChanges(all);
        const last = (positions: readonly bigint[], upTo: bigint) =>
          positions.findLast((position) => position <= upTo) ?? 0n;
        for (let at = BigInt(5 * all.length + 6); at >= 0n; at -= BigInt(step)) {
          const position = at as Position;
          const expected = await new EpochReader(db, 'financial', 0, position).page(PAGE);
          expect(text(await log.totalsAt(position))).toBe(text(expected));
          expect([at, await log.lastChange(position)]).toEqual([
            at,
            last(
              all.map((group) => group.position),
              at,
            ),
          ]);
          expect([at, await log.lastPresenceChange(position)]).toEqual([at, last(presence, at)]);
          for (const slot of [1, 2]) {
            const below = all.filter(({ deltas }) => deltas.some((delta) => delta.slot < slot));
            expect([at, await log.lastChangeBelow(slot, position)]).toEqual([
              at,
              last(
                below.map((group) => group.position),
                at,
              ),
            ]);
          }
        }
      }),
      { numRuns: 15 },
    );
    expect(chunks).toBeGreaterThan(1);
  });

  it('a page that was never written has not changed', async () => {
    const log = new PageLog(epochCollections(store.fresh(), 'financial', 0).pages, PAGE);
    const at = 7n as Position;
    expect([await log.totalsAt(at), await log.lastChange(at), await log.lastPresenceChange(at)]).toEqual([
      undefined,
      0n,
      0n,
    ]);
  });
});
