/** What a page of an LMDB file is for. */
export type PageUse = 'meta' | 'branch' | 'leaf' | 'overflow';

/** The size of a page is not in this file alone: both stores have that of the system. */
export const PAGE_BYTES = 4096;
const HEADER_BYTES = 24;
const BRANCH = 1;
const LEAF = 2;
const BIG_DATA = 1;
const SUB_DATA = 2;
/** In a meta page: two tables of 48 bytes each, then the last page and the transaction. */
const META_TABLES_AT = HEADER_BYTES + 24;
const TABLE_BYTES = 48;

/** The pages of a whole LMDB file that are in use, free ones left out. Source: liblmdb of lmdb-js, `mdb.c`. */
export function pagesInUse(file: Buffer): ReadonlyMap<number, PageUse> {
  const used = new Map<number, PageUse>([
    [0, 'meta'],
    [1, 'meta'],
  ]);
  const metas = [0, 1].map((page) => page * PAGE_BYTES + META_TABLES_AT);
  const transaction = (at: number) => file.readBigUInt64LE(at + 2 * TABLE_BYTES + 8);
  const [first, second] = metas as [number, number];
  const newest = transaction(first) > transaction(second) ? first : second;
  const walk = (page: bigint, isTop: boolean): void => {
    if (page === 0xffff_ffff_ffff_ffffn) return;
    const at = Number(page) * PAGE_BYTES;
    const flags = file.readUInt16LE(at + 18);
    used.set(Number(page), flags & BRANCH ? 'branch' : 'leaf');
    const count = file.readUInt16LE(at + 20) >> 1;
    for (let n = 0; n < count; n++) {
      const node = at + HEADER_BYTES + file.readUInt16LE(at + HEADER_BYTES + 2 * n);
      const low = file.readUInt16LE(node);
      const high = file.readUInt16LE(node + 2);
      const own = file.readUInt16LE(node + 4);
      const data = node + 8 + file.readUInt16LE(node + 6);
      if (flags & BRANCH) walk(BigInt(low) | (BigInt(high) << 16n) | (BigInt(own) << 32n), isTop);
      else if (flags & LEAF && own & BIG_DATA) {
        const overflow = Number(file.readBigUInt64LE(data));
        const pages = Math.ceil((HEADER_BYTES + low + high * 65_536) / PAGE_BYTES);
        for (let more = 0; more < pages; more++) used.set(overflow + more, 'overflow');
      } else if (isTop && own & SUB_DATA) walk(file.readBigUInt64LE(data + TABLE_BYTES - 8), false);
    }
  };
  walk(file.readBigUInt64LE(newest + TABLE_BYTES - 8), false);
  walk(file.readBigUInt64LE(newest + 2 * TABLE_BYTES - 8), true);
  return used;
}

const META_BYTES = 176;

/** Offsets of the bytes of a page that say something: between its list of nodes and the nodes it is empty. */
export function bytesInUse(file: Buffer, page: number, use: PageUse): readonly number[] {
  const at = page * PAGE_BYTES;
  const all = Array.from({ length: PAGE_BYTES }, (_, n) => n);
  if (use === 'overflow') return all;
  if (use === 'meta') return all.slice(0, META_BYTES);
  const lower = HEADER_BYTES + file.readUInt16LE(at + 20);
  const upper = HEADER_BYTES + file.readUInt16LE(at + 22);
  return all.filter((offset) => offset < lower || offset >= upper);
}
