import { createHash } from 'node:crypto';
import type { Binary } from 'mongodb';
import type { Position } from '#kernel';
import type { ReadModels } from '#read-models';
import {
  addGroups,
  addHash,
  contentHashOf,
  NO_CONTENT,
  type ProjectionName,
  packTotals,
  projections,
  Totals,
  unpackGroups,
} from '#scorecard';

interface Chunk {
  readonly _id: string;
  readonly hi: bigint;
  readonly c: number;
  readonly t: Binary;
  readonly g: readonly Binary[];
}

interface Keyed {
  readonly _id: string;
  /** Entries as JSON `[[position, item, …], …]`, one element for each write. */
  readonly e: readonly string[];
}

/** What one dimension holds, counted from its stored chunks and not from what a projector believes. */
export interface Dump {
  readonly dimension: ProjectionName;
  readonly position: bigint;
  /** Content hash of the stored deltas. */
  readonly content: string;
  /** SHA-256 over all chunks and histories, whatever writes they came in. */
  readonly bytes: string;
  readonly wrong: readonly string[];
}

/** Reads the stored read models and checks each for itself: Conservation and Group inside, Once against its checkpoint. */
export async function dump(readModels: ReadModels): Promise<readonly Dump[]> {
  const status = await readModels.status();
  return Promise.all(
    (Object.keys(projections) as ProjectionName[]).map(async (dimension) => {
      const own = status.find((each) => each.dimension === dimension);
      const epoch = own?.epoch ?? 0;
      const chunks = readModels.db.collection<Chunk>(`${dimension}.${epoch}.pages`);
      const histories = readModels.db.collection<Keyed>(`${dimension}.${epoch}.histories`);
      const pages = checkChunks(dimension, await chunks.find({}, { sort: { _id: 1 } }).toArray());
      const hash = createHash('sha256').update(pages.bytes);
      for (const { _id, e } of await histories.find({}, { sort: { _id: 1 } }).toArray())
        hash.update(`${_id}\n${JSON.stringify(e.flatMap((written) => JSON.parse(written) as unknown[]))}\n`);
      const wrong = [...pages.wrong];
      if (own?.content !== pages.content)
        wrong.push(`Once: ${dimension} says content ${own?.content}, its chunks add up to ${pages.content}`);
      return {
        dimension,
        position: own?.position ?? 0n,
        content: pages.content,
        bytes: hash.digest('hex'),
        wrong,
      };
    }),
  );
}

function checkChunks(dimension: string, chunks: readonly Chunk[]) {
  const hash = createHash('sha256');
  const wrong: string[] = [];
  let content = NO_CONTENT;
  let page = '';
  let totals = new Totals();
  let last = 0n;
  for (const { _id, hi, c, t, g } of chunks) {
    const own = _id.slice(0, _id.lastIndexOf('|'));
    if (own !== page) [page, totals, last] = [own, new Totals(), 0n];
    const opening = last === 0n ? Buffer.alloc(0) : Buffer.from(packTotals(totals));
    if (!opening.equals(bytesOf(t)))
      wrong.push(`Conservation: ${dimension} ${_id} does not begin with the sum of the chunks before it`);
    let count = 0;
    for (const packed of g) {
      for (const { position, deltas } of unpackGroups(bytesOf(packed))) {
        if (position <= last)
          wrong.push(`Group: ${dimension} ${page} has position ${position} twice or out of order`);
        last = position;
        count += deltas.length;
        content = addHash(content, contentHashOf(page, position, deltas));
      }
      addGroups(totals, bytesOf(packed), hi as Position);
    }
    if (hi !== last || Number(c) !== count)
      wrong.push(`Group: ${dimension} ${_id} says ${c} deltas up to ${hi}, it has ${count} up to ${last}`);
    hash.update(`${_id} ${hi} ${c}\n`).update(bytesOf(t));
    for (const packed of g) hash.update(bytesOf(packed));
  }
  return { content, wrong, bytes: hash.digest() };
}

function bytesOf(binary: Binary): Buffer {
  return Buffer.from(binary.buffer.subarray(0, binary.position));
}

interface Clock {
  readonly _id: string;
  readonly s: readonly Binary[];
}

/** SHA-256 over the timeline's rises, and how many events have a place that is right. */
export async function timelineBytes(readModels: ReadModels): Promise<string> {
  const hash = createHash('sha256');
  const documents = readModels.db.collection<Clock>('timeline').find({}, { sort: { _id: 1 } });
  for await (const { _id, s } of documents) {
    hash.update(`${_id}\n`);
    for (const packed of s) hash.update(bytesOf(packed));
  }
  return hash.digest('hex');
}

/** Streams by event id, as the read models know them. */
export async function places(readModels: ReadModels): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { _id, s } of readModels.db.collection<{ _id: string; s: string }>('places').find({}))
    found.set(_id, s);
  return found;
}
