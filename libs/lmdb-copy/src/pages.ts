/** What is on disk cannot be used as it is, today or after another start: damaged, or of another format. */
export class UnusableData extends Error {}

/** An LMDB file is not what LMDB wrote. */
export class DamagedFile extends UnusableData {}

/** The header of a page, little endian. Source: liblmdb of lmdb-js 3.5, `mdb.c`, `MDB_page_header`. */
export const PAGE = {
  headerBytes: 24,
  transactionAt: 8,
  padAt: 16,
  flagsAt: 18,
  /** Where its free space begins, then where it ends; of an overflow page how many there are. */
  boundsAt: 20,
  branch: 1,
  leaf: 2,
  overflow: 4,
  meta: 8,
} as const;

const NODE_BYTES = 8;
/** What a node has of a value that lies in pages of its own: number of the first, transaction, how many. */
const OVERFLOW_BYTES = 24;
const BIG_DATA = 1;
const SUB_DATA = 2;

/** What LMDB keeps of a table. */
export interface Table {
  readonly pad: number;
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Absent: it is empty. */
  readonly root?: number;
}

/** A row as it lies in a leaf. */
export interface Leaf {
  readonly key: Buffer;
  readonly value: Buffer;
  /** The value describes a table. */
  readonly isTable: boolean;
  readonly page: number;
}

interface Entry {
  readonly key: Buffer;
  /** Of a branch: the page below. */
  readonly child: number;
  readonly value: Buffer;
  readonly size: number;
  readonly isTable: boolean;
  /** The page on which the value begins, when it is too long for the leaf. */
  readonly overflow?: number;
}

/** The nodes of a branch or a leaf, in order. They fill the page from its end without a gap: one that is elsewhere is damage. */
export function entriesOf(bytes: Buffer, isLeaf: boolean, damaged: (why: string) => Error): Entry[] {
  if (bytes.readUInt16LE(PAGE.flagsAt) !== (isLeaf ? PAGE.leaf : PAGE.branch))
    throw damaged(`it is no ${isLeaf ? 'leaf' : 'branch'}`);
  const room = bytes.length - PAGE.headerBytes;
  const lower = bytes.readUInt16LE(PAGE.boundsAt);
  const upper = bytes.readUInt16LE(PAGE.boundsAt + 2);
  if (lower % 2 !== 0 || lower > upper || upper > room || lower < (isLeaf ? 2 : 4))
    throw damaged('its bounds are not those of a page');
  const entries: Entry[] = [];
  const places: (readonly [from: number, to: number])[] = [];
  for (let n = 0; n < lower / 2; n++) {
    const from = bytes.readUInt16LE(PAGE.headerBytes + 2 * n);
    if (from < upper || from % 2 !== 0 || from + NODE_BYTES > room)
      throw damaged(`node ${n} is not within it`);
    const node = nodeAt(bytes, PAGE.headerBytes + from, isLeaf);
    const to = from + node.bytes + (node.bytes % 2);
    if (to > room || node.entry === undefined) throw damaged(`node ${n} is not what a node is`);
    places.push([from, to]);
    entries.push(node.entry);
  }
  places.sort(([one], [other]) => one - other);
  let end = upper;
  for (const [from, to] of places) {
    if (from !== end) throw damaged('its nodes do not lie one after the other');
    end = to;
  }
  if (end !== room) throw damaged('its nodes do not fill it');
  return entries;
}

function nodeAt(
  bytes: Buffer,
  at: number,
  isLeaf: boolean,
): { readonly bytes: number; readonly entry?: Entry } {
  const low = bytes.readUInt32LE(at);
  const flags = bytes.readUInt16LE(at + 4);
  const keyBytes = bytes.readUInt16LE(at + 6);
  const dataAt = at + NODE_BYTES + keyBytes;
  const key = bytes.subarray(at + NODE_BYTES, dataAt);
  const nothing = { value: key.subarray(0, 0), size: 0, isTable: false };
  if (!isLeaf)
    return { bytes: NODE_BYTES + keyBytes, entry: { key, child: flags * 2 ** 32 + low, ...nothing } };
  const isBig = flags === BIG_DATA;
  const total = NODE_BYTES + keyBytes + (isBig ? OVERFLOW_BYTES : low);
  if (dataAt + (isBig ? OVERFLOW_BYTES : low) > bytes.length || (flags & ~(BIG_DATA | SUB_DATA)) !== 0)
    return { bytes: total };
  const common = { key, child: 0, size: low, isTable: flags === SUB_DATA };
  if (!isBig) return { bytes: total, entry: { ...common, value: bytes.subarray(dataAt, dataAt + low) } };
  const overflow = toNumber(bytes.readBigUInt64LE(dataAt));
  if (overflow === undefined) return { bytes: total };
  return { bytes: total, entry: { ...common, value: nothing.value, overflow } };
}

/** A number of 64 bits, as far as one of JavaScript can have it. */
export function toNumber(value: bigint): number | undefined {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
}
