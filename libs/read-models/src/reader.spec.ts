import type { Collection, Db } from 'mongodb';
import type { Position } from '#kernel';
import type { Group } from '#scorecard';
import { openTestStore, type TestStore } from '../test/store.ts';
import { bytesOf, epochCollections, openChunk } from './collections.ts';
import { EpochReader } from './reader.ts';
import { PageWriter } from './tails.ts';

/**
 * Goal: pages are read with as few questions to the store as their answers allow, and say the same as when each is read alone.
 * Method: questions to the collection are counted; a page whose sums came to nothing at the border of a chunk.
 */
const PAGES = ['U/a//M/2024-01', 'U/a//M/2024-02', 'U/b//M/2024-01'];

describe('a reader of pages', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store.close());

  const group = (position: number, amount: bigint, size: number): Group => ({
    position: BigInt(position) as Position,
    deltas: Array.from({ length: size }, (_, i) => ({ slot: 1, measure: `m${i}`, amount })),
  });

  /** The database, and how often each kind of question was asked of a collection of it. */
  function counted(db: Db): { db: Db; asked: { find: number; findOne: number } } {
    const asked = { find: 0, findOne: 0 };
    const around = (collection: Collection) =>
      new Proxy(collection, {
        get(target, name) {
          const value = Reflect.get(target, name, target) as unknown;
          if (name === 'find' || name === 'findOne') asked[name]++;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const proxy = new Proxy(db, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (name === 'collection') return (of: string) => around(target.collection(of));
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { db: proxy, asked };
  }

  it('asks the store once for what is asked of it side by side, and not again for what it has read', async () => {
    const { db, asked } = counted(store.fresh());
    const writer = new PageWriter(epochCollections(db, 'financial', 0).pages, true);
    await writer.write(new Map(PAGES.map((page, i) => [page, [group(i + 1, 5n, 2)]])), () => {});
    const reader = new EpochReader(db, 'financial', 0, 9n as Position);
    asked.find = 0;
    const [one, others] = await Promise.all([reader.pages(PAGES.slice(0, 1)), reader.pages(PAGES)]);
    expect([...one.keys()]).toEqual(PAGES.slice(0, 1));
    expect([...others.keys()]).toEqual(PAGES);
    expect([...(await reader.pages(PAGES)).keys()]).toEqual(PAGES);
    expect(asked).toEqual({ find: 1, findOne: 0 });
  });

  it('does not look for what came before the first chunk of a page', async () => {
    const { db, asked } = counted(store.fresh());
    const writer = new PageWriter(epochCollections(db, 'financial', 0).pages, true);
    await writer.write(new Map(PAGES.map((page) => [page, [group(5, 1n, 2)]])), () => {});
    asked.find = 0;
    expect((await new EpochReader(db, 'financial', 0, 4n as Position).pages(PAGES)).size).toBe(0);
    expect(asked).toEqual({ find: 1, findOne: 0 });
  });

  it('looks before a chunk whose page had come to nothing when it began', async () => {
    const db = store.fresh();
    const page = PAGES[0] as string;
    const { pages } = epochCollections(db, 'financial', 0);
    const writer = new PageWriter(pages, true);
    await writer.write(new Map([[page, [group(1, 7n, 200), group(2, -7n, 200), group(3, 1n, 1)]]]), () => {});
    const open = await pages.findOne({ _id: openChunk(page) });
    expect(open?.lo).toBe(3n);
    expect(open && bytesOf(open.t).length).toBeGreaterThan(0);
    const at = async (knownAt: bigint) =>
      (await new EpochReader(db, 'financial', 0, knownAt as Position).pages([page])).get(page)?.size;
    expect([await at(0n), await at(1n), await at(2n), await at(3n)]).toEqual([undefined, 200, 0, 1]);
  });
});
