import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Db } from 'mongodb';
import type { Position } from '#kernel';
import { addGroups, type History, type ProjectionName, type Reader, Totals, unpackTotals } from '#scorecard';
import {
  bytesOf,
  type ChunkDocument,
  type EpochCollections,
  epochCollections,
  type HistoryDocument,
  openChunk,
  sealedChunk,
} from './collections.ts';
import { historyOf, keyOf, loadHistories, SEGMENT } from './segments.ts';

const PAGES_AT_ONCE = 1_000;
/** How many totals a reader keeps of the pages that it has read. */
const TOTALS_KEPT = 100_000;
const EMPTY = new Totals();
const SEEKS_AT_ONCE = 16;

/** Pages that are asked for in one turn of the event loop: they are read together. */
interface Turn {
  readonly keys: Set<string>;
  readonly opened: Promise<ReadonlyMap<string, Totals>>;
}

/**
 * Reads one epoch of one dimension as of a position. "As known at T" is one indexed seek for each page: the last chunk
 * that begins at or before T, folded up to T. Its cost does not grow with the length of the log.
 */
export class EpochReader implements Reader {
  readonly knownAt: Position;
  readonly #collections: EpochCollections;
  readonly #read = new LRUCache<string, Totals>({
    maxSize: TOTALS_KEPT,
    sizeCalculation: ({ size }) => size + 1,
  });

  readonly #under = new Map<string, Promise<readonly History[]>>();
  #turn: Turn | undefined;

  constructor(db: Db, dimension: ProjectionName, epoch: number, knownAt: Position) {
    this.knownAt = knownAt;
    this.#collections = epochCollections(db, dimension, epoch);
  }

  /** Each page is read once for all that is asked of this reader; what it says as known at one position never changes. */
  async pages(keys: readonly string[]): Promise<ReadonlyMap<string, Totals>> {
    const found = new Map<string, Totals>();
    const unread: string[] = [];
    for (const key of new Set(keys)) {
      const read = this.#read.get(key);
      if (read === undefined) unread.push(key);
      else if (read.size > 0) found.set(key, read);
    }
    if (unread.length === 0) return found;
    const opened = await this.#together(unread);
    for (const key of unread) {
      const totals = opened.get(key);
      if (totals) found.set(key, totals);
    }
    return found;
  }

  /** Figures of several periods are worked out side by side: what all of them look for next is one question to the store. */
  #together(keys: readonly string[]): Promise<ReadonlyMap<string, Totals>> {
    this.#turn ??= this.#newTurn();
    for (const key of keys) this.#turn.keys.add(key);
    return this.#turn.opened;
  }

  #newTurn(): Turn {
    const keys = new Set<string>();
    const opened = setImmediate().then(async () => {
      this.#turn = undefined;
      const found = await this.#open([...keys]);
      for (const key of keys) this.#read.set(key, found.get(key) ?? EMPTY);
      return found;
    });
    return { keys, opened };
  }

  /** The open chunks together; a page whose open chunk begins later, and is not its first, is sought alone. */
  async #open(keys: readonly string[]): Promise<ReadonlyMap<string, Totals>> {
    const found = new Map<string, Totals>();
    const earlier: string[] = [];
    for (let at = 0; at < keys.length; at += PAGES_AT_ONCE) {
      const ids = keys.slice(at, at + PAGES_AT_ONCE).map(openChunk);
      const open = this.#collections.pages.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 });
      for await (const chunk of open) {
        const key = chunk._id.slice(0, -2);
        if (chunk.lo <= this.knownAt) found.set(key, totalsOf(chunk, this.knownAt) as Totals);
        else if (!isFirst(chunk)) earlier.push(key);
      }
    }
    for (let at = 0; at < earlier.length; at += SEEKS_AT_ONCE) {
      await Promise.all(
        earlier.slice(at, at + SEEKS_AT_ONCE).map(async (key) => {
          const totals = await this.page(key);
          if (totals) found.set(key, totals);
        }),
      );
    }
    return found;
  }

  /** The totals of one page; undefined when nothing was written to it by then. */
  async page(key: string): Promise<Totals | undefined> {
    const chunk = await this.#collections.pages.findOne(
      { _id: { $gte: sealedChunk(key, this.knownAt), $lte: openChunk(key) } },
      { sort: { _id: 1 } },
    );
    return chunk ? totalsOf(chunk, this.knownAt) : undefined;
  }

  async histories(keys: readonly string[]): Promise<ReadonlyMap<string, History>> {
    return loadHistories(this.#collections.histories, keys);
  }

  historiesUnder(prefix: string): Promise<readonly History[]> {
    let histories = this.#under.get(prefix);
    if (!histories) {
      histories = this.#allUnder(prefix);
      this.#under.set(prefix, histories);
    }
    return histories;
  }

  async #allUnder(prefix: string): Promise<readonly History[]> {
    const range = { _id: { $gte: prefix, $lt: `${prefix}\u{10FFFF}` } };
    const segments = new Map<string, HistoryDocument[]>();
    for await (const segment of this.#collections.histories.find(range, { sort: { _id: 1 } })) {
      const key = keyOf(segment);
      const known = segments.get(key);
      if (known) known.push(segment);
      else segments.set(key, [segment]);
    }
    return [...segments].map(([key, own]) => historyOf(key, own));
  }

  /** Keys of histories that begin with `prefix`, in text order after `prefix + cursor`, at most `limit`. */
  async keysUnder(prefix: string, cursor: string | undefined, limit: number): Promise<readonly string[]> {
    const range = { _id: { $gt: `${prefix}${cursor ?? ''}`, $lt: `${prefix}\u{10FFFF}` } };
    const keys: string[] = [];
    const segments = this.#collections.histories.find(range, { sort: { _id: 1 }, projection: { lo: 1 } });
    for await (const { _id, lo } of segments) {
      if (_id.includes(SEGMENT) || lo > this.knownAt) continue;
      keys.push(_id);
      if (keys.length >= limit) break;
    }
    return keys;
  }
}

/** What a chunk says about its page at a position that does not lie after it; undefined: nothing was written by then. */
function totalsOf(chunk: ChunkDocument, upTo: Position): Totals | undefined {
  if (chunk.lo > upTo && isFirst(chunk)) return undefined;
  const totals = unpackTotals(bytesOf(chunk.t));
  for (const packed of chunk.g) addGroups(totals, bytesOf(packed), upTo);
  return totals;
}

/** Nothing comes before it on its page. */
function isFirst(chunk: ChunkDocument): boolean {
  return bytesOf(chunk.t).length === 0;
}
