import fc from 'fast-check';
import type { Position } from '#kernel';
import { type Delta, type Group, Totals } from '#scorecard';
import { openTestStore, type TestStore } from '../test/store.ts';
import { bytesOf, type ChunkDocument, epochCollections } from './collections.ts';
import { ProjectionFenced } from './fenced.ts';
import { EpochReader } from './reader.ts';
import { PageWriter } from './tails.ts';

/**
 * Goal: pages in the store say at every position what was written up to it, in chunks whose borders depend on content alone.
 * Method: random groups in random batches, with crashes between any two writes, against plain sums and against one single batch.
 */
const PAGES = ['U/a//M/2024-01', 'U/a//A', 'U/b/gold/M/2024-01'];

type Write = { readonly page: string; readonly group: Group };

const writes: fc.Arbitrary<Write[]> = fc
  .array(
    fc.record({
      page: fc.constantFrom(...PAGES),
      // Groups of very different sizes, so that borders fall inside, at and behind batches.
      size: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 60, max: 300 })),
      amount: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).filter((amount) => amount !== 0n),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .map((drawn) =>
    drawn.map(({ page, size, amount }, i) => ({
      page,
      group: { position: BigInt(7 * i + 3) as Position, deltas: deltasOf(size, i, amount) },
    })),
  );

function deltasOf(size: number, seed: number, amount: bigint): Delta[] {
  return Array.from({ length: size }, (_, i) => ({
    slot: 1 + ((seed + i) % 28),
    measure: `m${i % 11}|µ`,
    amount,
  }));
}

function byPage(some: readonly Write[]): Map<string, Group[]> {
  const groups = new Map<string, Group[]>();
  for (const { page, group } of some) groups.set(page, [...(groups.get(page) ?? []), group]);
  return groups;
}

function text(totals: Totals | undefined): string {
  return (totals?.deltas() ?? [])
    .map(({ slot, measure, amount }) => `${slot} ${measure} ${amount}`)
    .join('\n');
}

describe('pages in the store', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());

  /** Everything in batches of the given sizes; `crashes`: batches at whose first or second half the writer dies and a new one begins again. */
  async function written(all: readonly Write[], sizes: readonly number[], crashes: readonly number[]) {
    const db = store.fresh();
    const { pages } = epochCollections(db, 'financial', 0);
    let writer = new PageWriter(pages, true);
    let left = [...crashes];
    for (let at = 0, batch = 0; at < all.length; batch++) {
      const size = sizes[batch % sizes.length] as number;
      const some = byPage(all.slice(at, at + size));
      let halves = 0;
      try {
        await writer.write(some, () => {
          halves++;
          if (left[0] === batch) {
            if (halves < 1 + (batch % 2)) return;
            left = left.slice(1);
            throw new Error('killed');
          }
        });
      } catch (error) {
        if ((error as Error).message !== 'killed') throw error;
        writer = new PageWriter(pages, false);
        // Delivered again, in a batch that ends elsewhere.
        await writer.write(byPage(all.slice(at, at + size + 1)), () => {});
        at += 1;
      }
      at += size;
    }
    return { db, chunks: await pages.find({}, { sort: { _id: 1 } }).toArray() };
  }

  const shape = (chunks: readonly ChunkDocument[]) =>
    chunks.map(({ _id, lo, hi, c, t, g }) => ({
      _id,
      lo,
      hi,
      c,
      t: Buffer.from(bytesOf(t)).toString('hex'),
      g: Buffer.concat(g.map(bytesOf)).toString('hex'),
    }));

  it('say at every position what was written up to it, whatever the batches and the crashes', async () => {
    await fc.assert(
      fc.asyncProperty(
        writes,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
        async (all, sizes, crashes) => {
          const { db, chunks } = await written(
            all,
            sizes,
            crashes.toSorted((a, b) => a - b),
          );
          const whole = await written(all, [all.length], []);
          expect(shape(chunks)).toEqual(shape(whole.chunks));
          for (const knownAt of [
            0n,
            1n,
            ...all.flatMap(({ group: { position } }) => [position, position + 1n]),
          ]) {
            const reader = new EpochReader(db, 'financial', 0, knownAt as Position);
            const together = await reader.pages(PAGES);
            for (const page of PAGES) {
              const expected = new Totals();
              for (const own of all)
                if (own.page === page && own.group.position <= knownAt)
                  for (const { slot, measure, amount } of own.group.deltas)
                    expected.add(slot, measure, amount);
              expect(text(await reader.page(page))).toBe(text(expected));
              expect(text(together.get(page))).toBe(text(expected));
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  it('are not changed by a writer that another one has overtaken', async () => {
    const { pages } = epochCollections(store.fresh(), 'financial', 0);
    const group = (position: number, size: number): Group => ({
      position: BigInt(position) as Position,
      deltas: deltasOf(size, position, 1n),
    });
    const page = PAGES[0] as string;
    const [stale, other] = [new PageWriter(pages, false), new PageWriter(pages, false)];
    await stale.write(new Map([[page, [group(1, 200)]]]), () => {});
    await other.write(new Map([[page, [group(2, 300), group(3, 400), group(4, 5)]]]), () => {});
    const before = shape(await pages.find({}, { sort: { _id: 1 } }).toArray());
    expect(before).toHaveLength(3);
    // It would append, and seal what it takes for the open chunk.
    for (const late of [[group(2, 300)], [group(2, 300), group(3, 400)]])
      await expect(stale.write(new Map([[page, late]]), () => {})).rejects.toThrow(ProjectionFenced);
    const beginner = new PageWriter(pages, true);
    await expect(beginner.write(new Map([[page, [group(1, 200)]]]), () => {})).rejects.toThrow(
      ProjectionFenced,
    );
    expect(shape(await pages.find({}, { sort: { _id: 1 } }).toArray())).toEqual(before);
  });
});
