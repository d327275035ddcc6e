import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Meta, newestMeta, tableAt } from './meta.ts';
import { DamagedFile, entriesOf, type Leaf, PAGE, type Table, toNumber } from './pages.ts';

export interface Expected {
  /** Names of the tables in the file: all of them, and no other. */
  readonly tables: readonly string[];
  /** Looks at a row of a table; what it throws ends the check. */
  readonly row?: (table: string, key: Buffer, value: Buffer) => void;
  /** Larger files are read but for their leaves: a thousandth of them. Bytes; absent: all is read. */
  readonly wholeUpToBytes?: number;
}

/**
 * Reads a closed LMDB file as a whole and checks what LMDB trusts: every page is what it has to be, in its place, used once and not
 * free; keys are in order; counts are those of the tables. LMDB has no checksums of its own: a wrong number in a branch or in the list of
 * free pages kills a process, hides what was written, or has it overwritten.
 *
 * Errors: DamagedFile, with the page; those of `row`.
 */
export function verifyEnvironment(path: string, expected: Expected): void {
  const handle = openSync(path, 'r');
  try {
    new Verification(path, handle, expected).run();
  } finally {
    closeSync(handle);
  }
}

class Verification {
  readonly #path: string;
  readonly #handle: number;
  readonly #expected: Expected;
  readonly #meta: Meta;
  readonly #readsLeaves: boolean;
  /** One bit for each page: it is used. */
  readonly #used: Uint8Array;

  constructor(path: string, handle: number, expected: Expected) {
    this.#path = path;
    this.#handle = handle;
    this.#expected = expected;
    const fileBytes = fstatSync(handle).size;
    this.#readsLeaves = fileBytes <= (expected.wholeUpToBytes ?? Number.POSITIVE_INFINITY);
    this.#meta = newestMeta(path, (at, length) => this.#read(at, length), fileBytes);
    this.#used = new Uint8Array(Math.ceil((this.#meta.lastPage + 1) / 8));
    this.#use(0);
    this.#use(1);
  }

  run(): void {
    const tables: [string, Table][] = [];
    const free: [number, Buffer][] = [];
    this.#table(this.#meta.main, 'main', true, ({ key, value, isTable, page }) => {
      if (!isTable) throw this.#damaged(page, `the row ${key} is no table`);
      // lmdb-js ends names with a zero.
      tables.push([key.toString('latin1').replace(/\0$/, ''), tableAt(value, 0)]);
    });
    const names = tables.map(([name]) => name).sort();
    if (names.join() !== [...this.#expected.tables].sort().join())
      throw new DamagedFile(
        `${this.#path} is damaged: it has the tables ${names.join(', ')} instead of ${[...this.#expected.tables].sort().join(', ')}.`,
      );
    for (const [name, table] of tables) {
      if (table.flags !== 0 || table.pad !== 0)
        throw new DamagedFile(`${this.#path} is damaged: the table ${name} has the flags ${table.flags}.`);
      this.#table(table, name, this.#readsLeaves, ({ key, value, isTable, page }) => {
        if (isTable) throw this.#damaged(page, `a row of ${name} is said to be a table`);
        this.#expected.row?.(name, key, value);
      });
    }
    this.#table(this.#meta.free, 'free', true, ({ value, page }) => free.push([page, value]));
    for (const [page, list] of free) this.#freeList(page, list);
  }

  #table(table: Table, name: string, readsLeaves: boolean, row: (leaf: Leaf) => void): void {
    const counted = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    const integerKeys = name === 'free';
    const visit = (page: number, depth: number, low: Buffer | undefined, high: Buffer | undefined): void => {
      this.#use(page);
      const isLeaf = depth === table.depth;
      if (isLeaf && !readsLeaves) {
        counted.leafPages++;
        return;
      }
      const bytes = this.#page(page);
      const entries = entriesOf(bytes, isLeaf, (why) => this.#damaged(page, why));
      let before = low;
      for (const [n, { key }] of entries.entries()) {
        // The first key of a branch is not looked at.
        if (!isLeaf && n === 0) continue;
        if (before !== undefined && compare(before, key, integerKeys) > (isLeaf && n === 0 ? 0 : -1))
          throw this.#damaged(page, 'its keys are not in order');
        if (high !== undefined && compare(key, high, integerKeys) >= 0)
          throw this.#damaged(page, 'its keys are not those of its branch');
        before = key;
      }
      if (!isLeaf) {
        counted.branchPages++;
        for (const [n, { key, child }] of entries.entries())
          visit(child, depth + 1, n === 0 ? low : key, entries[n + 1]?.key ?? high);
        return;
      }
      counted.leafPages++;
      for (const entry of entries) {
        counted.entries++;
        const value = entry.overflow === undefined ? entry.value : this.#overflow(entry.overflow, entry.size);
        if (entry.overflow !== undefined) counted.overflowPages += this.#overflowPages(entry.size);
        row({ key: entry.key, value, isTable: entry.isTable, page });
      }
    };
    if (table.root !== undefined) visit(table.root, 1, undefined, undefined);
    for (const [what, count] of Object.entries(counted).slice(0, readsLeaves ? 4 : 2))
      if (table[what as keyof typeof counted] !== count)
        throw new DamagedFile(
          `${this.#path} is damaged: the table ${name} has ${count} ${what} instead of ${table[what as keyof typeof counted]}.`,
        );
  }

  #overflowPages(size: number): number {
    return Math.ceil((PAGE.headerBytes + size) / this.#meta.pageBytes);
  }

  #overflow(page: number, size: number): Buffer {
    const pages = this.#overflowPages(size);
    for (let n = 0; n < pages; n++) this.#use(page + n);
    const bytes = this.#read(page * this.#meta.pageBytes, PAGE.headerBytes + size);
    this.#header(bytes, page);
    if (bytes.readUInt16LE(PAGE.flagsAt) !== PAGE.overflow || bytes.readUInt32LE(PAGE.boundsAt) !== pages)
      throw this.#damaged(page, 'it does not begin a long value');
    return bytes.subarray(PAGE.headerBytes);
  }

  /** A list of free pages: how many numbers follow; a negative one says how many pages there are from the next one on; 0 says nothing. */
  #freeList(page: number, list: Buffer): void {
    const count = toNumber(list.readBigUInt64LE(0));
    if (count === undefined || 8 * (count + 1) > list.length)
      throw this.#damaged(page, 'a list of free pages is longer than its place');
    let pages = 1;
    for (let n = 1; n <= count; n++) {
      const entry = list.readBigInt64LE(8 * n);
      if (entry < 0n) {
        pages = Number(-entry);
        continue;
      }
      if (entry > BigInt(this.#meta.lastPage) || pages > this.#meta.lastPage)
        throw this.#damaged(page, `it has page ${entry} as a free one`);
      if (entry > 0n) for (let more = 0; more < pages; more++) this.#use(Number(entry) + more);
      pages = 1;
    }
  }

  /** Every page has one use. */
  #use(page: number): void {
    if (page > this.#meta.lastPage)
      throw this.#damaged(page, `it is beyond the last one, ${this.#meta.lastPage}`);
    const bit = 1 << (page & 7);
    if ((this.#used[page >> 3] as number) & bit)
      throw this.#damaged(page, 'it is used twice, or free as well');
    (this.#used as Uint8Array)[page >> 3] = (this.#used[page >> 3] as number) | bit;
  }

  #page(page: number): Buffer {
    const bytes = this.#read(page * this.#meta.pageBytes, this.#meta.pageBytes);
    this.#header(bytes, page);
    return bytes;
  }

  #header(bytes: Buffer, page: number): void {
    if (bytes.readBigUInt64LE(0) !== BigInt(page))
      throw this.#damaged(page, `it says that it is page ${bytes.readBigUInt64LE(0)}`);
    if (bytes.readBigUInt64LE(PAGE.transactionAt) > this.#meta.transaction)
      throw this.#damaged(page, 'it was written after the last transaction');
    if (bytes.readUInt16LE(PAGE.padAt) !== 0) throw this.#damaged(page, 'its header has what no header has');
  }

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    if (readSync(this.#handle, bytes, 0, length, at) !== length)
      throw new DamagedFile(`${this.#path} is damaged: it ends before byte ${at + length}.`);
    return bytes;
  }

  #damaged(page: number, why: string): DamagedFile {
    return new DamagedFile(`${this.#path} is damaged: page ${page}: ${why}.`);
  }
}

function compare(one: Buffer, other: Buffer, integers: boolean): number {
  if (!integers) return Buffer.compare(one, other);
  const [a, b] = [one.readBigUInt64LE(0), other.readBigUInt64LE(0)];
  return a < b ? -1 : Number(a > b);
}
