import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Position } from '#kernel';
import { type Entry, History } from '#scorecard';
import type { HistoryDocument } from './collections.ts';
import { ProjectionFenced } from './tails.ts';

const HISTORIES_KEPT = 50_000;
const KEYS_AT_ONCE = 1_000;

/** Reads a history document. */
export function historyOf(document: HistoryDocument): History {
  return new History(
    document._id,
    document.e.map(({ p, j }) => ({ p: p as Position, items: JSON.parse(j) as unknown[] })),
  );
}

/**
 * The keyed histories of one epoch: kept while they are in use, appended to by compare-and-set on their last position.
 *
 * Entries that are projected but not yet written are part of what `at` shows: the next event of a batch sees them.
 */
export class HistoryWriter {
  readonly #collection: Collection<HistoryDocument>;
  readonly #kept = new LRUCache<string, History>({ max: HISTORIES_KEPT });
  /** Last position of each key in the store, as far as known; 0 = no document. */
  readonly #stored = new LRUCache<string, bigint>({ max: 2 * HISTORIES_KEPT });
  readonly #pending = new Map<string, Entry[]>();
  /** Histories that pending entries belong to must not be evicted before these are written. */
  readonly #pinned = new Map<string, History>();

  constructor(collection: Collection<HistoryDocument>) {
    this.#collection = collection;
  }

  forget(): void {
    this.#kept.clear();
    this.#stored.clear();
    this.#pending.clear();
    this.#pinned.clear();
  }

  at(key: string): History | undefined {
    return this.#pinned.get(key) ?? this.#kept.get(key);
  }

  async load(keys: readonly string[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.at(key));
    for (let from = 0; from < missing.length; from += KEYS_AT_ONCE) {
      const part = missing.slice(from, from + KEYS_AT_ONCE);
      const found = new Map<string, History>();
      for await (const document of this.#collection.find({ _id: { $in: part } }))
        found.set(document._id, historyOf(document));
      for (const key of part) {
        const history = found.get(key) ?? new History(key);
        this.#stored.set(key, history.hi);
        for (const entry of this.#pending.get(key) ?? []) history.append(entry);
        if (this.#pending.has(key)) this.#pinned.set(key, history);
        else this.#kept.set(key, history);
      }
    }
  }

  append(key: string, entry: Entry): void {
    const history = this.at(key);
    history?.append(entry);
    if (history) this.#pinned.set(key, history);
    const pending = this.#pending.get(key);
    if (pending) pending.push(entry);
    else this.#pending.set(key, [entry]);
  }

  async write(): Promise<void> {
    await this.#findStored([...this.#pending.keys()].filter((key) => this.#stored.get(key) === undefined));
    const operations: AnyBulkWriteOperation<HistoryDocument>[] = [];
    const moved = new Map<string, bigint>();
    let appended = 0;
    for (const [key, entries] of this.#pending) {
      const hi = this.#stored.get(key) ?? 0n;
      const fresh = entries.filter(({ p }) => p > hi);
      const last = fresh.at(-1)?.p;
      if (last === undefined) continue;
      const e = fresh.map(({ p, items }) => ({ p: p as bigint, j: JSON.stringify(items) }));
      moved.set(key, last);
      if (hi === 0n)
        operations.push({
          insertOne: { document: { _id: key, lo: (e[0] as { p: bigint }).p, hi: last, e } },
        });
      else {
        appended++;
        operations.push({
          updateOne: { filter: { _id: key, hi }, update: { $set: { hi: last }, $push: { e: { $each: e } } } },
        });
      }
    }
    if (operations.length > 0) {
      const matched = await this.#apply(operations);
      if (matched !== appended)
        throw new ProjectionFenced(
          `${appended - matched} histories did not end where this projector left them; another one is writing.`,
        );
    }
    for (const [key, hi] of moved) this.#stored.set(key, hi);
    for (const [key, history] of this.#pinned) this.#kept.set(key, history);
    this.#pinned.clear();
    this.#pending.clear();
  }

  async #apply(operations: AnyBulkWriteOperation<HistoryDocument>[]): Promise<number> {
    try {
      return (await this.#collection.bulkWrite(operations, { ordered: false })).matchedCount;
    } catch (error) {
      if ((error as { code?: unknown }).code === 11000) {
        throw new ProjectionFenced(
          'a history that this projector wanted to begin is already there; another one is writing.',
        );
      }
      throw error;
    }
  }

  async #findStored(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
      const part = keys.slice(from, from + KEYS_AT_ONCE);
      for (const key of part) this.#stored.set(key, 0n);
      const found = this.#collection.find({ _id: { $in: part } }, { projection: { hi: 1 } });
      for await (const { _id, hi } of found) this.#stored.set(_id, hi);
    }
  }
}
