import { DamagedFile, PAGE, type Table } from './pages.ts';

/** What the newest of the two meta pages says of an LMDB file. */
export interface Meta {
  readonly pageBytes: number;
  readonly transaction: bigint;
  readonly lastPage: number;
  readonly free: Table;
  readonly main: Table;
}

/** Offsets in a meta page. Source: liblmdb of lmdb-js 3.5, `mdb.c`, `MDB_meta`. */
const MAGIC_AT = PAGE.headerBytes;
const VERSION_AT = MAGIC_AT + 4;
const ADDRESS_AT = VERSION_AT + 4;
const MAP_BYTES_AT = ADDRESS_AT + 8;
const FREE_AT = MAP_BYTES_AT + 8;
const TABLE_BYTES = 48;
const MAIN_AT = FREE_AT + TABLE_BYTES;
const LAST_PAGE_AT = MAIN_AT + TABLE_BYTES;
const TRANSACTION_AT = LAST_PAGE_AT + 8;
const END = TRANSACTION_AT + 8;

const MAGIC = 0xbeefc0de;
/** Of the list of free pages: keys are numbers; above it flags of the file. */
const INTEGER_KEY = 8;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;
/** More addresses than a process has. */
const MAP_BYTES_MAX = 2n ** 47n;

/**
 * The newest state of a file. Its two meta pages are written in turn, so that each says what the other one must say; a number of a
 * transaction that does not follow is damage, and not an older state to go back to.
 */
export function newestMeta(
  path: string,
  read: (at: number, length: number) => Buffer,
  fileBytes: number,
): Meta {
  const damaged = (why: string) => new DamagedFile(`${path} is damaged: ${why}.`);
  const pageBytes = read(0, END).readUInt32LE(FREE_AT);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0)
    throw damaged(`page 0: it says that pages have ${pageBytes} bytes`);
  const pages = [0, 1].map((page) => {
    const bytes = read(page * pageBytes, END);
    const bad = (why: string) => damaged(`page ${page}: ${why}`);
    const transaction = bytes.readBigUInt64LE(TRANSACTION_AT);
    if (bytes.readUInt32LE(MAGIC_AT) !== MAGIC || (bytes.readUInt16LE(PAGE.flagsAt) & PAGE.meta) === 0)
      throw bad('it is no meta page');
    if (bytes.readBigUInt64LE(0) !== BigInt(page)) throw bad('it says that it is another one');
    if (bytes.readBigUInt64LE(ADDRESS_AT) !== 0n) throw bad('it asks for an address');
    if (transaction % 2n !== BigInt(page))
      throw bad(`it has transaction ${transaction}, which is the other one's`);
    const mapBytes = bytes.readBigUInt64LE(MAP_BYTES_AT);
    if (mapBytes > MAP_BYTES_MAX || mapBytes < BigInt(pageBytes))
      throw bad(`it has a map of ${mapBytes} bytes`);
    return { bytes, transaction };
  });
  const [first, second] = pages as [(typeof pages)[number], (typeof pages)[number]];
  const difference = first.transaction - second.transaction;
  // A compacted copy has one state only, in page 1; page 0 is as empty as at the beginning.
  const isCopy = first.transaction === 0n && tableAt(first.bytes, MAIN_AT).root === undefined;
  if (difference !== 1n && difference !== -1n && !isCopy)
    throw damaged(`its meta pages have the transactions ${first.transaction} and ${second.transaction}`);
  for (const [what, at, length] of [
    ['versions', VERSION_AT, 4],
    ['page sizes and flags', FREE_AT, 6],
    ['flags of tables', MAIN_AT, 6],
  ] as const)
    if (first.bytes.compare(second.bytes, at, at + length, at, at + length) !== 0)
      throw damaged(`its meta pages have different ${what}`);
  const { bytes, transaction } = difference > 0n ? first : second;
  const lastPage = Number(bytes.readBigUInt64LE(LAST_PAGE_AT));
  if (lastPage < 1 || lastPage > fileBytes / pageBytes + FREE_AT_THE_END_MAX)
    throw damaged(`it says that its last page is ${lastPage}, and has ${fileBytes} bytes`);
  const free = tableAt(bytes, FREE_AT);
  if ((free.flags & INTEGER_KEY) === 0) throw damaged('its list of free pages has no numbers as keys');
  return { pageBytes, transaction, lastPage, free, main: tableAt(bytes, MAIN_AT) };
}

/** Size of a page, unless another one is asked for. Source: lmdb-js 3.5, option `pageSize`. */
const PAGE_BYTES = 4_096;
/** The environment is a file, not a directory; kept with it. Source: `lmdb.h`, `MDB_NOSUBDIR`. */
const NO_SUB_DIRECTORY = 0x4000;
const VERSION = 2;

/** The two meta pages of a new environment: nothing in it, transaction 0 in both. Source: `mdb.c`, `mdb_env_init_meta`. */
export function emptyMetaPages(mapBytes: number): Buffer {
  const bytes = Buffer.alloc(2 * PAGE_BYTES);
  for (const page of [0, 1]) {
    const own = bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    own.writeBigUInt64LE(BigInt(page), 0);
    own.writeUInt16LE(PAGE.meta, PAGE.flagsAt);
    own.writeUInt32LE(MAGIC, MAGIC_AT);
    own.writeUInt32LE(VERSION, VERSION_AT);
    own.writeBigUInt64LE(BigInt(mapBytes), MAP_BYTES_AT);
    own.writeUInt32LE(PAGE_BYTES, FREE_AT);
    own.writeUInt16LE(INTEGER_KEY | NO_SUB_DIRECTORY, FREE_AT + 4);
    for (const table of [FREE_AT, MAIN_AT]) own.writeBigUInt64LE(NO_ROOT, table + 40);
    own.writeBigUInt64LE(1n, LAST_PAGE_AT);
  }
  return bytes;
}

/** A file may be shorter than its pages when the last ones are free. */
const FREE_AT_THE_END_MAX = 2 ** 20;

export function tableAt(bytes: Buffer, at: number): Table {
  const count = (n: number) => Number(bytes.readBigUInt64LE(at + 8 + 8 * n));
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    pad: bytes.readUInt32LE(at),
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: count(0),
    leafPages: count(1),
    overflowPages: count(2),
    entries: count(3),
    ...(root === NO_ROOT ? {} : { root: Number(root) }),
  };
}
