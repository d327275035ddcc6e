import type { Collection } from 'mongodb';
import type { Position } from '#kernel';
import { type Entry, History } from '#scorecard';
import { type HistoryDocument, padded } from './collections.ts';

/**
 * A keyed history lies in segments, so that an append rewrites a few kilobytes however long the history is, and no document
 * grows beyond what a store takes. Borders depend on content alone: a segment that has come to this length is full.
 */
export const SEGMENT_LENGTH = 8_192;

/** Between a key and the first position of a segment that is not its first. */
export const SEGMENT = '\n';

const KEYS_AT_ONCE = 500;
const LONG_AT_ONCE = 16;

export function segmentId(key: string, lo: bigint, first: boolean): string {
  return first ? key : `${key}${SEGMENT}${padded(lo)}`;
}

/** The key whose history a segment belongs to. */
export function keyOf({ _id }: Pick<HistoryDocument, '_id'>): string {
  const end = _id.indexOf(SEGMENT);
  return end < 0 ? _id : _id.slice(0, end);
}

/** A history from its segments, in order. */
export function historyOf(key: string, segments: readonly HistoryDocument[]): History {
  return new History(
    key,
    segments.flatMap(({ e }) => e.flatMap(entriesOf)),
  );
}

function entriesOf(packed: string): Entry[] {
  return (JSON.parse(packed) as [string, ...unknown[]][]).map(([p, ...items]) => ({
    p: BigInt(p) as Position,
    items,
  }));
}

/** The segments of each key that has any, in order: the first ones together, what follows a full one key by key. */
export async function loadSegments(
  collection: Collection<HistoryDocument>,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly HistoryDocument[]>> {
  const found = new Map<string, HistoryDocument[]>();
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const some = keys.slice(at, at + KEYS_AT_ONCE);
    const segments = collection.find({ _id: { $in: some } }, { batchSize: some.length + 1 });
    for await (const segment of segments) found.set(segment._id, [segment]);
  }
  const long = [...found.values()].filter(([first]) => (first as HistoryDocument).b >= SEGMENT_LENGTH);
  for (let at = 0; at < long.length; at += LONG_AT_ONCE) {
    await Promise.all(
      long.slice(at, at + LONG_AT_ONCE).map(async (segments) => {
        const { _id } = segments[0] as HistoryDocument;
        const range = { _id: { $gt: `${_id}${SEGMENT}`, $lt: `${_id}${SEGMENT}~` } };
        for await (const segment of collection.find(range, { sort: { _id: 1 } })) segments.push(segment);
      }),
    );
  }
  return found;
}

/** Histories by key; a key that was never written gives an empty one. */
export async function loadHistories(
  collection: Collection<HistoryDocument>,
  keys: readonly string[],
): Promise<Map<string, History>> {
  const segments = await loadSegments(collection, [...new Set(keys)]);
  return new Map(keys.map((key) => [key, historyOf(key, segments.get(key) ?? [])]));
}
