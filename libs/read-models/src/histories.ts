import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { type Entry, History } from '#scorecard';
import type { HistoryDocument } from './collections.ts';
import { ProjectionFenced } from './fenced.ts';
import { SeenKeys } from './seen-keys.ts';
import { historyOf, keyOf, loadSegments, SEGMENT, SEGMENT_LENGTH, segmentId } from './segments.ts';

/** What the histories that are kept may come to, in characters of their JSON; in memory they take some times as much. */
const KEPT_LENGTH = 500_000;
const ENDS_KEPT = 20_000;
const KEYS_AT_ONCE = 1_000;

interface Kept {
  readonly history: History;
  readonly length: number;
}

/** The last segment of a key as it stands in the store. `hi` 0n: there is none. */
interface End {
  readonly id: string;
  readonly hi: bigint;
  readonly length: number;
}

interface Pending {
  readonly entry: Entry;
  /** The entry's items as JSON. */
  readonly items: string;
}

const NOTHING: End = { id: '', hi: 0n, length: 0 };

/**
 * The keyed histories of one epoch: kept while they are in use, appended to by compare-and-set on their last position.
 *
 * Entries that are projected but not yet written are part of what `at` shows: the next event of a batch sees them.
 */
export class HistoryWriter {
  readonly #collection: Collection<HistoryDocument>;
  readonly #kept = new LRUCache<string, Kept>({ maxSize: KEPT_LENGTH, sizeCalculation: sizeOf });
  readonly #ends = new LRUCache<string, End>({ max: ENDS_KEPT });
  readonly #pending = new Map<string, Pending[]>();
  /** Histories that pending entries belong to must not be evicted before these are written. */
  readonly #pinned = new Map<string, Kept>();
  /** Every key in the store, while this writer has written all of them. */
  #seen: SeenKeys | undefined;

  /** `empty`: nothing is in the store yet. */
  constructor(collection: Collection<HistoryDocument>, empty: boolean) {
    this.#collection = collection;
    this.#seen = empty ? new SeenKeys() : undefined;
  }

  forget(): void {
    this.#kept.clear();
    this.#ends.clear();
    this.#pending.clear();
    this.#pinned.clear();
    this.#seen = undefined;
  }

  at(key: string): History | undefined {
    return (this.#pinned.get(key) ?? this.#kept.get(key))?.history;
  }

  async load(keys: Iterable<string>): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#pinned.has(key) && !this.#kept.has(key));
    if (missing.length === 0) return;
    const found = await loadSegments(
      this.#collection,
      missing.filter((key) => this.#seen?.has(key) ?? true),
    );
    for (const key of missing) {
      const segments = found.get(key) ?? [];
      const history = segments.length > 0 ? historyOf(key, segments) : new History(key);
      this.#ends.set(key, endOf(segments.at(-1)));
      const pending = this.#pending.get(key) ?? [];
      for (const { entry } of pending) history.append(entry);
      const kept = { history, length: segments.reduce((sum, { b }) => sum + b, 1) };
      if (pending.length > 0) this.#pinned.set(key, kept);
      else this.#kept.set(key, kept);
    }
  }

  append(key: string, entry: Entry): void {
    const kept = this.#pinned.get(key) ?? this.#kept.get(key);
    const items = jsonOf(entry.items);
    if (kept) {
      kept.history.append(entry);
      this.#pinned.set(key, { history: kept.history, length: kept.length + items.length });
    }
    const pending = this.#pending.get(key);
    if (pending) pending.push({ entry, items });
    else this.#pending.set(key, [{ entry, items }]);
  }

  /** Appends come before new segments, and these in order: whatever part of it a crash leaves, no segment lies behind a gap. */
  async write(): Promise<void> {
    await this.#findEnds();
    const appends: AnyBulkWriteOperation<HistoryDocument>[] = [];
    const segments: AnyBulkWriteOperation<HistoryDocument>[] = [];
    const moved = new Map<string, End>();
    for (const [key, pending] of this.#pending) {
      let end = this.#ends.get(key) ?? NOTHING;
      const { hi } = end;
      const fresh = pending.filter(({ entry }) => entry.p > hi);
      for (let at = 0; at < fresh.length; ) {
        const begins = end.hi === 0n || end.length >= SEGMENT_LENGTH;
        const part = partOf(fresh, at, begins ? 0 : end.length);
        if (begins) {
          const lo = (fresh[at] as Pending).entry.p;
          const _id = segmentId(key, lo, end.hi === 0n);
          segments.push({
            insertOne: { document: { _id, lo, hi: part.hi, b: part.length, e: [part.packed] } },
          });
          end = { id: _id, hi: part.hi, length: part.length };
        } else {
          appends.push({
            updateOne: {
              filter: { _id: end.id, hi: end.hi },
              update: { $set: { hi: part.hi, b: part.length }, $push: { e: part.packed } },
            },
          });
          end = { id: end.id, hi: part.hi, length: part.length };
        }
        at = part.after;
      }
      if (fresh.length > 0) moved.set(key, end);
    }
    await this.#apply([...appends, ...segments], appends.length);
    for (const [key, end] of moved) {
      this.#ends.set(key, end);
      this.#seen?.add(key);
    }
    for (const [key, kept] of this.#pinned) this.#kept.set(key, kept);
    this.#pinned.clear();
    this.#pending.clear();
  }

  async #apply(operations: AnyBulkWriteOperation<HistoryDocument>[], appends: number): Promise<void> {
    if (operations.length === 0) return;
    try {
      const { matchedCount } = await this.#collection.bulkWrite(operations, { ordered: true });
      if (matchedCount !== appends)
        throw new ProjectionFenced(
          `${appends - matchedCount} histories did not end where this projector left them; another one is writing.`,
        );
    } catch (error) {
      if ((error as { code?: unknown }).code === 11000) {
        throw new ProjectionFenced(
          'a history that this projector wanted to begin is already there; another one is writing.',
        );
      }
      throw error;
    }
  }

  /** Where the histories end that entries are pending for: the first segments together, the last of the long ones key by key. */
  async #findEnds(): Promise<void> {
    const unknown = [...this.#pending.keys()].filter((key) => !this.#ends.has(key));
    const projection = { hi: 1, b: 1 };
    for (let at = 0; at < unknown.length; at += KEYS_AT_ONCE) {
      const keys = unknown.slice(at, at + KEYS_AT_ONCE);
      for (const key of keys) this.#ends.set(key, NOTHING);
      const stored = keys.filter((key) => this.#seen?.has(key) ?? true);
      if (stored.length === 0) continue;
      const long: string[] = [];
      const options = { projection, batchSize: stored.length + 1 };
      for await (const first of this.#collection.find({ _id: { $in: stored } }, options)) {
        if (first.b >= SEGMENT_LENGTH) long.push(first._id);
        this.#ends.set(first._id, endOf(first));
      }
      await Promise.all(
        long.map(async (key) => {
          const range = { _id: { $gt: `${key}${SEGMENT}`, $lt: `${key}${SEGMENT}~` } };
          const last = await this.#collection.findOne(range, { sort: { _id: -1 }, projection });
          if (last) this.#ends.set(keyOf(last), endOf(last));
        }),
      );
    }
  }
}

const texts = new WeakMap<object, string>();

/** JSON of items; several dimensions keep the same item, which is written once. */
function jsonOf(items: readonly unknown[]): string {
  return `[${items.map(textOf).join(',')}]`;
}

function textOf(item: unknown): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return JSON.stringify(item);
  let text = texts.get(item);
  if (text === undefined) {
    text = JSON.stringify(item);
    texts.set(item, text);
  }
  return text;
}

function sizeOf({ length }: Kept): number {
  return length;
}

function endOf(segment: Pick<HistoryDocument, '_id' | 'hi' | 'b'> | undefined): End {
  return segment ? { id: segment._id, hi: segment.hi, length: segment.b } : NOTHING;
}

/** The entries from `at` on that still go into a segment of `length`, packed. */
function partOf(fresh: readonly Pending[], at: number, length: number) {
  const packed: string[] = [];
  let after = at;
  let filled = length;
  let hi = 0n;
  while (after < fresh.length && filled < SEGMENT_LENGTH) {
    const { entry, items } = fresh[after] as Pending;
    packed.push(`["${entry.p}",${items.slice(1)}`);
    filled += items.length;
    hi = entry.p;
    after++;
  }
  return { packed: `[${packed.join(',')}]`, hi, length: filled, after };
}
