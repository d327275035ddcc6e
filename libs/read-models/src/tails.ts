import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Position } from '#kernel';
import { addGroups, type Group, packGroups, packTotals, Totals, unpackTotals } from '#scorecard';
import { binaryOf, bytesOf, type ChunkDocument, openChunk, sealedChunk } from './collections.ts';
import { ProjectionFenced } from './fenced.ts';
import { SeenKeys } from './seen-keys.ts';

/** The open chunk of a page as it stands in the store. */
interface Tail {
  readonly hi: bigint;
  readonly count: number;
  /** Totals of the page up to its end: kept only while their number decides whether the chunk is full. */
  readonly totals: Totals | undefined;
}

/** A chunk is full when it holds this many deltas, or as many as there are totals to repeat: borders depend on content alone. */
const CHUNK_DELTAS = 256;
/** How many tails may be kept, each total that one holds counted as one more. */
const TAILS_KEPT = 30_000;
const ENDS_AT_ONCE = 1_000;
const CHUNKS_AT_ONCE = 100;

/** Opening of the first chunk of a page. */
const FIRST = new Uint8Array();

type Operation = AnyBulkWriteOperation<ChunkDocument>;

/**
 * Writes groups of deltas to the ends of their pages.
 *
 * Idempotent by position: groups at or below the end of a page are already there. The open chunk is appended to only
 * while it ends where this process believes (compare-and-set on `hi`). A full one is sealed when the next group comes: first
 * it is there under its own name, then the open one begins anew; a crash between leaves both, which say the same.
 */
export class PageWriter {
  readonly #pages: Collection<ChunkDocument>;
  readonly #tails = new LRUCache<string, Tail>({
    maxSize: TAILS_KEPT,
    sizeCalculation: ({ totals }) => (totals?.size ?? 0) + 1,
  });
  /** Every page in the store, while this writer has written all of them. */
  #seen: SeenKeys | undefined;

  /** `empty`: nothing is in the store yet. */
  constructor(pages: Collection<ChunkDocument>, empty: boolean) {
    this.#pages = pages;
    this.#seen = empty ? new SeenKeys() : undefined;
  }

  /** Forgets what it believes about the store. */
  forget(): void {
    this.#tails.clear();
    this.#seen = undefined;
  }

  async write(groups: ReadonlyMap<string, readonly Group[]>, between: () => void): Promise<void> {
    const tails = await this.#load([...groups.keys()]);
    const works: Work[] = [];
    for (const [page, all] of groups) {
      const known = tails.get(page);
      const fresh = known ? all.filter(({ position }) => position > known.hi) : all;
      if (fresh.length > 0) works.push({ page, known, fresh });
    }
    if (works.length === 0) return;
    const filling = works.filter(({ known, fresh }) => known && !known.totals && fills(known.count, fresh));
    const opened = await this.#open(filling.map(({ page }) => page));
    const plans = works.map((work) => planOf(withTotals(work, opened)));
    await this.#seal(plans, opened);
    const half = Math.ceil(plans.length / 2);
    // Two halves, so that a kill between them is a case that the storms can make.
    for (const part of [plans.slice(0, half), plans.slice(half)]) {
      await this.#move(part);
      between();
    }
    for (const { page, tail } of plans) {
      this.#tails.set(page, tail);
      this.#seen?.add(page);
    }
  }

  /** Full chunks under their own names. One that is there already says the same: it stays. */
  async #seal(plans: readonly Plan[], opened: ReadonlyMap<string, ChunkDocument>): Promise<void> {
    const sealed = plans.filter(({ sealing, page }) => sealing && !opened.has(page)).map(({ page }) => page);
    const stored = new Map([...opened, ...(await this.#open(sealed))]);
    const operations = plans.flatMap(({ page, known, sealing, full }): Operation[] => {
      const chunks = [...full];
      if (sealing) {
        const open = stored.get(page);
        if (open?.hi !== known?.hi || !open) throw endsElsewhere(page);
        const { _id: _, ...chunk } = open;
        chunks.push(sealing === 'as-it-is' ? chunk : { ...sealing, ...opening(chunk, sealing) });
      }
      return chunks.map((chunk) => ({
        updateOne: {
          filter: { _id: sealedChunk(page, chunk.hi) },
          update: { $setOnInsert: chunk },
          upsert: true,
        },
      }));
    });
    if (operations.length > 0) await this.#pages.bulkWrite(operations, { ordered: false });
  }

  async #move(plans: readonly Plan[]): Promise<void> {
    if (plans.length === 0) return;
    const expected = plans.filter(({ known }) => known).length;
    try {
      const operations = plans.map(({ operation }) => operation);
      const { matchedCount } = await this.#pages.bulkWrite(operations, { ordered: false });
      if (matchedCount !== expected)
        throw new ProjectionFenced(
          `${expected - matchedCount} pages did not end where this projector left them; another one is writing.`,
        );
    } catch (error) {
      if ((error as { code?: unknown }).code === 11000) {
        throw new ProjectionFenced(
          'a page that this projector wanted to begin is already there; another one is writing.',
        );
      }
      throw error;
    }
  }

  async #load(pages: readonly string[]): Promise<Map<string, Tail>> {
    const found = new Map<string, Tail>();
    const missing: string[] = [];
    for (const page of pages) {
      const tail = this.#tails.get(page);
      if (tail) found.set(page, tail);
      else if (this.#seen?.has(page) ?? true) missing.push(page);
    }
    const projection = { hi: 1, c: 1 } as const;
    for (let at = 0; at < missing.length; at += ENDS_AT_ONCE) {
      const ids = missing.slice(at, at + ENDS_AT_ONCE).map(openChunk);
      const ends = this.#pages.find({ _id: { $in: ids } }, { projection, batchSize: ids.length + 1 });
      for await (const { _id, hi, c } of ends) found.set(pageOf(_id), { hi, count: c, totals: undefined });
    }
    return found;
  }

  async #open(pages: readonly string[]): Promise<Map<string, ChunkDocument>> {
    const found = new Map<string, ChunkDocument>();
    for (let at = 0; at < pages.length; at += CHUNKS_AT_ONCE) {
      const ids = pages.slice(at, at + CHUNKS_AT_ONCE).map(openChunk);
      for await (const chunk of this.#pages.find({ _id: { $in: ids } })) found.set(pageOf(chunk._id), chunk);
    }
    return found;
  }
}

function pageOf(openId: string): string {
  return openId.slice(0, -2);
}

function endsElsewhere(page: string): ProjectionFenced {
  return new ProjectionFenced(
    `page ${page} does not end where this projector left it; another one is writing.`,
  );
}

/** Groups that one page has to take. */
interface Work {
  readonly page: string;
  readonly known: Tail | undefined;
  readonly fresh: readonly Group[];
}

/** Whether a chunk of `count` deltas may be full before it has taken the last of `fresh`: then the totals decide. */
function fills(count: number, fresh: readonly Group[]): boolean {
  let sum = count;
  for (const { deltas } of fresh) {
    if (sum >= CHUNK_DELTAS) return true;
    sum += deltas.length;
  }
  return false;
}

function withTotals(work: Work, opened: ReadonlyMap<string, ChunkDocument>): Work {
  const { page, known, fresh } = work;
  if (!known || known.totals || !fills(known.count, fresh)) return work;
  const chunk = opened.get(page);
  if (chunk?.hi !== known.hi) throw endsElsewhere(page);
  const totals = unpackTotals(bytesOf(chunk.t));
  for (const packed of chunk.g) addGroups(totals, bytesOf(packed), chunk.hi as Position);
  return { page, known: { ...known, totals }, fresh };
}

type Chunk = Omit<ChunkDocument, '_id'>;

/** What becomes of one page in a batch. */
interface Plan {
  readonly page: string;
  readonly known: Tail | undefined;
  /** The stored open chunk is full, after these last groups if there are any: it has to be sealed. */
  readonly sealing: 'as-it-is' | Pick<Chunk, 'hi' | 'c' | 'g'> | undefined;
  /** Chunks that begin and are full within the batch. */
  readonly full: readonly Chunk[];
  /** Brings the open chunk forward, or begins it. */
  readonly operation: Operation;
  readonly tail: Tail;
}

/** The rest of a stored chunk that is sealed with more groups. */
function opening({ lo, t, g }: Chunk, { g: more }: Pick<Chunk, 'g'>): Pick<Chunk, 'lo' | 't' | 'g'> {
  return { lo, t, g: [...g, ...more] };
}

/** Distributes fresh groups over the open chunk and new ones. */
function planOf({ page, known, fresh }: Work): Plan {
  const totals = known ? known.totals : fills(0, fresh) ? new Totals() : undefined;
  const chunks: Chunk[] = [];
  let appended: Pick<Chunk, 'hi' | 'c' | 'g'> | undefined;
  for (let at = 0; at < fresh.length; ) {
    const continues = known !== undefined && at === 0 && known.count < roomIn(totals);
    const t = continues ? undefined : binaryOf(known || at > 0 ? packTotals(totals as Totals) : FIRST);
    const from = at;
    let c = continues ? known.count : 0;
    while (at < fresh.length && c < roomIn(totals)) {
      const { deltas } = fresh[at] as Group;
      if (totals) for (const { slot, measure, amount } of deltas) totals.add(slot, measure, amount);
      c += deltas.length;
      at++;
    }
    const part = fresh.slice(from, at);
    const [lo, hi] = [(part[0] as Group).position, (part.at(-1) as Group).position];
    const g = [binaryOf(packGroups(part))];
    if (t) chunks.push({ lo, hi, c, t, g });
    else appended = { hi, c, g };
  }
  const last = chunks.at(-1);
  const { hi, c } = last ?? (appended as NonNullable<typeof appended>);
  return {
    page,
    known,
    sealing: known && last ? (appended ?? 'as-it-is') : undefined,
    full: chunks.slice(0, -1),
    operation: operationOf(page, known, appended, last),
    tail: { hi, count: c, totals: c >= CHUNK_DELTAS ? totals : undefined },
  };
}

function operationOf(
  page: string,
  known: Tail | undefined,
  appended: Pick<Chunk, 'hi' | 'c' | 'g'> | undefined,
  last: Chunk | undefined,
): Operation {
  const _id = openChunk(page);
  if (!known) return { insertOne: { document: { _id, ...(last as Chunk) } } };
  const filter = { _id, hi: known.hi };
  if (last) return { updateOne: { filter, update: { $set: last } } };
  const { hi, c, g } = appended as Pick<Chunk, 'hi' | 'c' | 'g'>;
  return { updateOne: { filter, update: { $set: { hi, c }, $push: { g: { $each: [...g] } } } } };
}

/** `totals` undefined: the chunk does not come so far that they matter. */
function roomIn(totals: Totals | undefined): number {
  return Math.max(CHUNK_DELTAS, totals?.size ?? 0);
}
