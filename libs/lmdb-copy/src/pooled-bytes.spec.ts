import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { pooledBytes } from './pooled-bytes.ts';

/** Below and above the sizes at which lmdb and Node deal with memory in another way. */
const SIZES = [
  0, 1, 4, 700, 4_095, 4_096, 8_192, 16_383, 16_384, 32_768, 65_535, 65_536, 1_000_000, 17_000_000,
];

let directory: string;
let root: RootDatabase;
let table: Database<Buffer, Buffer>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pooled-'));
  root = open({ path: join(directory, 'data.mdb'), noSubdir: true });
  table = root.openDB({ name: 'data', keyEncoding: 'binary', ...pooledBytes });
});
afterEach(async () => {
  await root.close();
  rmSync(directory, { recursive: true, force: true });
});

const key = (n: number): Buffer => Buffer.of(1, n);
/** Differs from size to size in each of its bytes. */
const value = (n: number): Buffer => Buffer.alloc(SIZES[n] as number, n + 1);

test('given values of all sizes, when they are read one by one, then each has its bytes', async () => {
  for (const n of SIZES.keys()) await table.put(key(n), value(n));

  const read = [...SIZES.keys()].map((n) => table.get(key(n)) as Buffer);

  expect(read.map((bytes, n) => Buffer.isBuffer(bytes) && bytes.equals(value(n)))).toEqual(
    SIZES.map(() => true),
  );
  expect(table.get(key(99))).toBeUndefined();
});

test.each([false, true])(
  'given values of all sizes, when a range of them is read (reverse: %s), then each keeps its bytes while others are read and written',
  async (reverse) => {
    for (const n of SIZES.keys()) await table.put(key(n), value(n));

    const read = [
      ...table.getRange(reverse ? { start: key(98), end: key(0), exclusiveStart: false, reverse } : {}),
    ];
    for (const n of SIZES.keys()) await table.put(key(n), Buffer.alloc(10, 255));
    const again = [...table.getRange({})];

    const expected = [...SIZES.keys()];
    if (reverse) expected.reverse();
    const seen = reverse ? expected.filter((n) => n > 0) : expected;
    expect(read.map(({ key: own }) => own[1])).toEqual(seen);
    expect(read.map(({ value: own }, i) => own.equals(value(seen[i] as number)))).toEqual(
      seen.map(() => true),
    );
    expect(again.every(({ value: own }) => own.equals(Buffer.alloc(10, 255)))).toBe(true);
  },
);

test('given a value that was read, when it is changed, then what is stored is not', async () => {
  await table.put(key(1), Buffer.from('written'));

  (table.get(key(1)) as Buffer).fill(0);

  expect(String(table.get(key(1)))).toBe('written');
});

test('given a write transaction, when a value of it is read inside, then it is that one', async () => {
  await table.put(key(1), Buffer.from('before'));

  const inside = await root.transaction(() => {
    void table.put(key(1), Buffer.from('after'));
    return String(table.get(key(1)));
  });

  expect([inside, String(table.get(key(1)))]).toEqual(['after', 'after']);
});
