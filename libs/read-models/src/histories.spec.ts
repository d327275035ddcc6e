import fc from 'fast-check';
import type { Position } from '#kernel';
import type { Entry } from '#scorecard';
import { openTestStore, type TestStore } from '../test/store.ts';
import { epochCollections } from './collections.ts';
import { ProjectionFenced } from './fenced.ts';
import { HistoryWriter } from './histories.ts';
import { EpochReader } from './reader.ts';
import { SEGMENT_LENGTH } from './segments.ts';

/**
 * Goal: a keyed history in the store is what was appended, however long it is, in segments whose borders depend on content alone.
 * Method: random entries in random batches with loads and new writers in between, against plain lists and one single batch.
 */
const KEYS = ['c/a', 'c/a!', 'c/ab', 'file/a', 'o/a'];

const entries: fc.Arbitrary<{ key: string; entry: Entry }[]> = fc
  .array(
    fc.record({
      key: fc.constantFrom(...KEYS),
      length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 2_000, max: 12_000 })),
      text: fc.string({ unit: 'grapheme', maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drawn) =>
    drawn.map(({ key, length, text }, i) => ({
      key,
      entry: {
        p: (2n ** 60n + BigInt(3 * i)) as Position,
        items: [{ text: text + '·'.repeat(length) }, [i]],
      },
    })),
  );

describe('histories in the store', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());

  async function written(all: readonly { key: string; entry: Entry }[], sizes: readonly number[]) {
    const db = store.fresh();
    const { histories } = epochCollections(db, 'files', 0);
    let writer = new HistoryWriter(histories, true);
    for (let at = 0, batch = 0; at < all.length; batch++) {
      const size = sizes[batch % sizes.length] as number;
      // Some batches know the histories that they append to, some do not; some come from a process that has just begun.
      if (batch % 3 === 1) writer = new HistoryWriter(histories, false);
      if (batch % 2 === 0) await writer.load(KEYS);
      // The last entries are delivered again.
      for (const { key, entry } of all.slice(Math.max(0, at - 2), at + size)) writer.append(key, entry);
      await writer.write();
      at += size;
    }
    const segments = await histories.find({}, { sort: { _id: 1 } }).toArray();
    return { db, segments };
  }

  it('are what was appended, whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        entries,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
        async (all, sizes) => {
          const { db, segments } = await written(all, sizes);
          const whole = await written(all, [all.length]);
          const shape = (of: typeof segments) => of.map(({ _id, lo, hi, b }) => ({ _id, lo, hi, b }));
          expect(shape(segments)).toEqual(shape(whole.segments));
          const knownAt = (all.at(-1) as { entry: Entry }).entry.p;
          const reader = new EpochReader(db, 'files', 0, knownAt);
          const together = await reader.histories(KEYS);
          const under = new Map((await reader.historiesUnder('c/')).map((history) => [history.key, history]));
          for (const key of KEYS) {
            const expected = all.filter((own) => own.key === key).map(({ entry }) => entry);
            expect([...(together.get(key)?.until(knownAt) ?? [])]).toEqual(expected);
            if (key.startsWith('c/')) expect([...(under.get(key)?.until(knownAt) ?? [])]).toEqual(expected);
          }
          const used = KEYS.filter(
            (key) => key.startsWith('c/') && all.some((own) => own.key === key),
          ).sort();
          expect(await reader.keysUnder('c/', undefined, 2)).toEqual(used.slice(0, 2));
          expect(await reader.keysUnder('c/', 'a', 10)).toEqual(used.filter((key) => key > 'c/a'));
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);

  it('are not changed by a writer that another one has overtaken', async () => {
    const { histories } = epochCollections(store.fresh(), 'files', 0);
    const entry = (p: bigint, length: number): Entry => ({ p: p as Position, items: ['x'.repeat(length)] });
    const [stale, other] = [new HistoryWriter(histories, true), new HistoryWriter(histories, false)];
    stale.append('c/a', entry(1n, 10));
    await stale.write();
    for (const p of [2n, 3n, 4n]) other.append('c/a', entry(p, SEGMENT_LENGTH));
    await other.write();
    const before = await histories.find({}, { sort: { _id: 1 } }).toArray();
    expect(before).toHaveLength(3);
    stale.append('c/a', entry(2n, SEGMENT_LENGTH));
    await expect(stale.write()).rejects.toThrow(ProjectionFenced);
    const beginner = new HistoryWriter(histories, true);
    beginner.append('c/a', entry(1n, 10));
    await expect(beginner.write()).rejects.toThrow(ProjectionFenced);
    expect(await histories.find({}, { sort: { _id: 1 } }).toArray()).toEqual(before);
  });
});
