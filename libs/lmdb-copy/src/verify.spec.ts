import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { copyEnvironment } from './copy.ts';
import { DamagedFile } from './pages.ts';
import { verifyEnvironment } from './verify.ts';

/**
 * Goal: what LMDB keeps of its own is checked before LMDB trusts it. Method: files that lmdb made in all shapes are whole; then single
 * fields of pages are changed.
 */
const PAGE_BYTES = 4096;
let root = '';
let path = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quadrant-verify-'));
  path = join(root, 'own.mdb');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Rows enough for branches, long values, and pages that were freed. */
async function filled(rows: number): Promise<void> {
  const environment = open({ path, noSubdir: true, overlappingSync: false, mapSize: 2 ** 30 });
  const table = environment.openDB<string, string>({ name: 'rows' });
  for (let n = 0; n < rows; n += 200)
    await table.transaction(() => {
      for (let own = n; own < Math.min(rows, n + 200); own++)
        table.putSync(`row ${own}`, 'x'.repeat(own % 40 === 7 ? 10_000 : own % 90));
    });
  await table.transaction(() => {
    for (let n = 0; n < rows; n += 3) table.removeSync(`row ${n}`);
  });
  await environment.close();
}

const verify = (wholeUpToBytes?: number): string[] => {
  const keys: string[] = [];
  verifyEnvironment(path, {
    tables: ['rows'],
    row: (_, key) => keys.push(key.toString()),
    ...(wholeUpToBytes === undefined ? {} : { wholeUpToBytes }),
  });
  return keys;
};

it.each([0, 1, 60, 2_000])('a file of %i rows is whole, and all of them are seen, in order', async (rows) => {
  await filled(rows);
  const keys = verify();
  expect(keys).toHaveLength(rows - Math.ceil(rows / 3));
  expect(keys).toEqual([...keys].sort());
  expect(verify(0)).toEqual([]);
});

it('a compacted copy is whole, as it is made and when it was written to', async () => {
  await filled(2_000);
  await copyEnvironment(root, join(root, 'copy'), { file: 'own.mdb' }, async () => undefined);
  path = join(root, 'copy', 'own.mdb');
  const before = verify();
  for (const n of [1, 2, 3]) {
    const environment = open({ path, noSubdir: true, overlappingSync: false });
    await environment.openDB<string, string>({ name: 'rows' }).put(`further ${n}`, 'written');
    await environment.close();
    expect(verify()).toHaveLength(before.length + n);
  }
});

it('another table, and one that is not there, are damage: lmdb would make it anew, empty', async () => {
  await filled(60);
  const named =
    (...tables: string[]) =>
    () =>
      verifyEnvironment(path, { tables });
  expect(named('rows', 'more')).toThrow(DamagedFile);
  expect(named()).toThrow('it has the tables rows instead of');
});

describe('damage', () => {
  /** Changes the file; `pages` are those with these flags, in order. */
  async function changed(
    flags: number,
    change: (bytes: Buffer, pages: readonly number[]) => void,
  ): Promise<void> {
    await filled(2_000);
    const bytes = readFileSync(path);
    const pages: number[] = [];
    for (let page = 2; page < bytes.length / PAGE_BYTES; page++)
      if (bytes.readUInt16LE(page * PAGE_BYTES + 18) === flags) pages.push(page);
    change(bytes, pages);
    writeFileSync(path, bytes);
  }
  const metas = [0, 1];
  const TRANSACTION_AT = 152;

  it.each([0, 1, 5, 40, 62])(
    'a transaction of a meta page with bit %i flipped is no older state to go back to',
    async (bit) => {
      for (const page of metas) {
        await changed(0, (bytes) => {
          const at = page * PAGE_BYTES + TRANSACTION_AT;
          bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) ^ (1n << BigInt(bit)), at);
        });
        expect(() => verify()).toThrow(/transaction/);
        expect(() => verify(0)).toThrow(/transaction/);
        rmSync(root, { recursive: true });
        root = mkdtempSync(join(tmpdir(), 'quadrant-verify-'));
        path = join(root, 'own.mdb');
      }
    },
  );

  it('a branch that leads elsewhere is found, also when leaves are not read', async () => {
    await changed(1, (bytes, pages) => {
      for (const page of pages) {
        const at = page * PAGE_BYTES + 24;
        const [one, other] = [0, 1].map((n) => at + bytes.readUInt16LE(at + 2 * n)) as [number, number];
        bytes.writeUInt32LE(bytes.readUInt32LE(one), other);
      }
    });
    expect(() => verify()).toThrow(/used twice|keys/);
    expect(() => verify(0)).toThrow(/used twice/);
  });

  it('a leaf whose node lies elsewhere, whose keys are out of order, or that says it is another page', async () => {
    for (const [offset, why] of [
      [24, /node|nodes/],
      [0, /says that it is page/],
      [8 + 6, /after the last transaction/],
      [20, /bounds|node/],
    ] as const) {
      await changed(2, (bytes, pages) => {
        for (const page of pages) {
          const at = page * PAGE_BYTES + offset;
          bytes[at] = (bytes[at] as number) ^ 4;
        }
      });
      expect(() => verify()).toThrow(why);
      rmSync(path);
      rmSync(`${path}-lock`, { force: true });
    }
  });

  it('a file that ends too early', async () => {
    await filled(2_000);
    writeFileSync(path, readFileSync(path).subarray(0, 10 * PAGE_BYTES));
    expect(() => verify()).toThrow(DamagedFile);
  });
});
