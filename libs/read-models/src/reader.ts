import type { Db } from 'mongodb';
import type { Position } from '#kernel';
import { addGroups, History, type ProjectionName, type Reader, type Totals, unpackTotals } from '#scorecard';
import { bytesOf, type EpochCollections, epochCollections, padded } from './collections.ts';
import { historyOf } from './histories.ts';

/**
 * Reads one epoch of one dimension as of a position. "As known at T" is one indexed seek for each page: the last chunk
 * that begins at or before T, folded up to T. Its cost does not grow with the length of the log.
 */
export class EpochReader implements Reader {
  readonly knownAt: Position;
  readonly #collections: EpochCollections;

  constructor(db: Db, dimension: ProjectionName, epoch: number, knownAt: Position) {
    this.knownAt = knownAt;
    this.#collections = epochCollections(db, dimension, epoch);
  }

  async pages(keys: readonly string[]): Promise<ReadonlyMap<string, Totals>> {
    const found = new Map<string, Totals>();
    await Promise.all(
      [...new Set(keys)].map(async (key) => {
        const totals = await this.page(key);
        if (totals) found.set(key, totals);
      }),
    );
    return found;
  }

  /** The totals of one page; undefined when nothing was written to it by then. */
  async page(key: string): Promise<Totals | undefined> {
    const chunk = await this.#collections.pages.findOne(
      { _id: { $gte: `${key}|`, $lte: `${key}|${padded(this.knownAt)}` } },
      { sort: { _id: -1 } },
    );
    if (!chunk) return undefined;
    const totals = unpackTotals(bytesOf(chunk.t));
    for (const packed of chunk.g) addGroups(totals, bytesOf(packed), this.knownAt);
    return totals;
  }

  async histories(keys: readonly string[]): Promise<ReadonlyMap<string, History>> {
    const found = new Map(keys.map((key) => [key, new History(key)]));
    for await (const document of this.#collections.histories.find({ _id: { $in: [...found.keys()] } })) {
      found.set(document._id, historyOf(document));
    }
    return found;
  }

  async historiesUnder(prefix: string): Promise<readonly History[]> {
    const found: History[] = [];
    const range = { _id: { $gte: prefix, $lt: `${prefix}\u{10FFFF}` } };
    for await (const document of this.#collections.histories.find(range, { sort: { _id: 1 } }))
      found.push(historyOf(document));
    return found;
  }

  /** Keys of histories that begin with `prefix`, in text order after `prefix + cursor`, at most `limit`. */
  async keysUnder(prefix: string, cursor: string | undefined, limit: number): Promise<readonly string[]> {
    const range = { _id: { $gt: `${prefix}${cursor ?? ''}`, $lt: `${prefix}\u{10FFFF}` } };
    const found = await this.#collections.histories
      .find(range, { sort: { _id: 1 }, limit, projection: { lo: 1 } })
      .toArray();
    return found.filter(({ lo }) => lo <= this.knownAt).map(({ _id }) => _id);
  }
}
