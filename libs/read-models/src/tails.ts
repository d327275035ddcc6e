import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Position } from '#kernel';
import { addGroups, type Group, packGroups, packTotals, Totals, unpackTotals } from '#scorecard';
import { binaryOf, bytesOf, type ChunkDocument, padded } from './collections.ts';

/** The last chunk of a page as it stands in the store, and the page's totals up to its end. */
interface Tail {
  readonly id: string;
  readonly hi: bigint;
  readonly count: number;
  readonly totals: Totals;
}

/** A chunk is full when it holds this many deltas, or as many as there are totals to repeat: borders depend on content alone. */
const CHUNK_DELTAS = 256;
const TAILS_KEPT = 20_000;
const SEEKS_AT_ONCE = 16;

/** What a write found to be otherwise: another process writes the same read model, or the store lost something. */
export class ProjectionFenced extends Error {}

/**
 * Writes groups of deltas to the ends of their pages.
 *
 * Idempotent by position: groups at or below the end of a page are already there. A chunk is appended to only while it
 * ends where this process believes (compare-and-set on `hi`).
 */
export class PageWriter {
  readonly #pages: Collection<ChunkDocument>;
  readonly #tails = new LRUCache<string, Tail>({ max: TAILS_KEPT });

  constructor(pages: Collection<ChunkDocument>) {
    this.#pages = pages;
  }

  /** Forgets what it believes about the store. */
  forget(): void {
    this.#tails.clear();
  }

  async write(groups: ReadonlyMap<string, readonly Group[]>, between: () => void): Promise<void> {
    const tails = await this.#load([...groups.keys()]);
    const operations: AnyBulkWriteOperation<ChunkDocument>[] = [];
    const moved = new Map<string, Tail>();
    let appended = 0;
    for (const [page, all] of groups) {
      const known = tails.get(page);
      const fresh = known ? all.filter(({ position }) => position > known.hi) : all;
      if (fresh.length === 0) continue;
      const writes = chunked(page, known, fresh);
      for (const { operation, append } of writes.operations) {
        operations.push(operation);
        if (append) appended++;
      }
      moved.set(page, writes.tail);
    }
    if (operations.length === 0) return;
    const half = Math.ceil(operations.length / 2);
    // Two halves, so that a kill between them is a case that the storms can make.
    for (const part of [operations.slice(0, half), operations.slice(half)]) {
      if (part.length > 0) appended -= await this.#apply(part);
      between();
    }
    if (appended !== 0)
      throw new ProjectionFenced(
        `${appended} chunks did not end where this projector left them; another one is writing.`,
      );
    for (const [page, tail] of moved) this.#tails.set(page, tail);
  }

  async #apply(operations: AnyBulkWriteOperation<ChunkDocument>[]): Promise<number> {
    try {
      return (await this.#pages.bulkWrite(operations, { ordered: false })).matchedCount;
    } catch (error) {
      if ((error as { code?: unknown }).code === 11000) {
        throw new ProjectionFenced(
          'a chunk that this projector wanted to begin is already there; another one is writing.',
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
      else missing.push(page);
    }
    for (let at = 0; at < missing.length; at += SEEKS_AT_ONCE) {
      await Promise.all(
        missing.slice(at, at + SEEKS_AT_ONCE).map(async (page) => {
          const chunk = await this.#pages.findOne(
            { _id: { $gt: `${page}|`, $lt: `${page}~` } },
            { sort: { _id: -1 } },
          );
          if (chunk) found.set(page, tailOf(chunk));
        }),
      );
    }
    return found;
  }
}

function tailOf(chunk: ChunkDocument): Tail {
  const totals = unpackTotals(bytesOf(chunk.t));
  for (const packed of chunk.g) addGroups(totals, bytesOf(packed), chunk.hi as Position);
  return { id: chunk._id, hi: chunk.hi, count: chunk.c, totals };
}

interface Write {
  readonly operation: AnyBulkWriteOperation<ChunkDocument>;
  /** An append has to match exactly one chunk. */
  readonly append: boolean;
}

/** Distributes fresh groups over the last chunk and new ones. */
function chunked(
  page: string,
  known: Tail | undefined,
  fresh: readonly Group[],
): { operations: Write[]; tail: Tail } {
  const operations: Write[] = [];
  let tail = known;
  let at = 0;
  while (at < fresh.length) {
    const begins = tail === undefined || tail.count >= Math.max(CHUNK_DELTAS, tail.totals.size);
    const totals: Totals = tail?.totals ?? new Totals();
    const opening = begins ? packTotals(totals) : undefined;
    let count = begins ? 0 : (tail as Tail).count;
    const from = at;
    while (at < fresh.length && count < Math.max(CHUNK_DELTAS, totals.size)) {
      const { deltas } = fresh[at] as Group;
      for (const { slot, measure, amount } of deltas) totals.add(slot, measure, amount);
      count += deltas.length;
      at++;
    }
    const part = fresh.slice(from, at);
    const hi = (part.at(-1) as Group).position;
    const packed = binaryOf(packGroups(part));
    if (opening) {
      const id = `${page}|${padded((part[0] as Group).position)}`;
      operations.push({
        operation: { insertOne: { document: { _id: id, hi, c: count, t: binaryOf(opening), g: [packed] } } },
        append: false,
      });
      tail = { id, hi, count, totals };
    } else {
      const last = tail as Tail;
      operations.push({
        operation: {
          updateOne: {
            filter: { _id: last.id, hi: last.hi },
            update: { $set: { hi, c: count }, $push: { g: packed } },
          },
        },
        append: true,
      });
      tail = { id: last.id, hi, count, totals };
    }
  }
  return { operations, tail: tail as Tail };
}
