import type { Collection } from 'mongodb';
import type { Position } from '#kernel';
import { addGroups, type Group, lastPresenceChange, Totals, unpackGroups, unpackTotals } from '#scorecard';
import { bytesOf, type ChunkDocument, openChunk, sealedChunk } from './collections.ts';

interface Chunk {
  readonly id: string;
  readonly lo: bigint;
  readonly document: ChunkDocument;
  readonly groups: readonly Group[];
  /** Nothing comes before it on its page. */
  readonly first: boolean;
}

const NONE = 0n as Position;

/**
 * One page at all positions, for who goes back along the log: totals at a position, and the last position with which it changed.
 * It keeps the one chunk that it stands in; going back costs one read for each chunk.
 */
export class PageLog {
  readonly #pages: Collection<ChunkDocument>;
  readonly #key: string;
  #chunk: Chunk | undefined;
  /** `#chunk` is the one for positions from its first up to this one. */
  #upTo = -1n;
  #absent = false;
  #totals: { readonly chunk: string; readonly groups: number; readonly totals: Totals } | undefined;
  readonly #found = new Map<string, { readonly from: bigint; readonly at: Position }>();

  constructor(pages: Collection<ChunkDocument>, key: string) {
    this.#pages = pages;
    this.#key = key;
  }

  /** Undefined when nothing was written to the page by then. */
  async totalsAt(position: Position): Promise<Totals | undefined> {
    const chunk = await this.#chunkFor(position);
    return chunk && this.#totalsIn(chunk, position);
  }

  /** The last position ≤ `upTo` with a group; 0 when there is none. */
  async lastChange(upTo: Position): Promise<Position> {
    const chunk = await this.#chunkFor(upTo);
    if (!chunk) return NONE;
    return chunk.groups.findLast(({ position }) => position <= upTo)?.position ?? this.#endBefore(chunk);
  }

  /** The last position ≤ `upTo` with which facts of a source appeared in a slot that had none, or went; 0 when there is none. */
  lastPresenceChange(upTo: Position): Promise<Position> {
    return this.#last('presence', upTo, (chunk, at) =>
      lastPresenceChange(
        this.#totalsIn(chunk, at),
        chunk.groups.filter(({ position }) => position <= at),
      ),
    );
  }

  /** The last position ≤ `upTo` with a delta in a slot below one; 0 when there is none. */
  lastChangeBelow(slot: number, upTo: Position): Promise<Position> {
    const below = ({ deltas }: Group) => deltas.some((delta) => delta.slot < slot);
    return this.#last(
      `below ${slot}`,
      upTo,
      ({ groups }, at) => groups.findLast((group) => group.position <= at && below(group))?.position,
    );
  }

  /** Looks chunk by chunk; what was found holds for every position back to it. */
  async #last(
    what: string,
    upTo: Position,
    found: (chunk: Chunk, at: Position) => Position | undefined,
  ): Promise<Position> {
    const known = this.#found.get(what);
    if (known && upTo <= known.from && upTo >= known.at) return known.at;
    let last = NONE;
    for (let at = upTo; at > 0n && last === NONE; ) {
      const chunk = await this.#chunkFor(at);
      if (!chunk) break;
      const position = found(chunk, at);
      if (position !== undefined) last = position;
      else at = await this.#endBefore(chunk);
    }
    this.#found.set(what, { from: upTo, at: last });
    return last;
  }

  #totalsIn(chunk: Chunk, position: Position): Totals {
    const groups = chunk.groups.filter((group) => group.position <= position).length;
    const kept = this.#totals;
    if (kept?.chunk === chunk.id && kept.groups === groups) return kept.totals;
    const totals = unpackTotals(bytesOf(chunk.document.t));
    for (const packed of chunk.document.g) addGroups(totals, bytesOf(packed), position);
    this.#totals = { chunk: chunk.id, groups, totals };
    return totals;
  }

  /** The chunk that says what the page was at a position: the first that does not end before it. */
  async #chunkFor(position: Position): Promise<Chunk | undefined> {
    if (this.#absent) return undefined;
    const known = this.#chunk;
    if (known && position <= this.#upTo) {
      if (position >= known.lo) return known;
      if (known.first) return undefined;
    }
    const document = await this.#pages.findOne(
      { _id: { $gte: sealedChunk(this.#key, position), $lte: openChunk(this.#key) } },
      { sort: { _id: 1 } },
    );
    if (!document) {
      this.#absent = true;
      return undefined;
    }
    const chunk = {
      id: document._id,
      lo: document.lo,
      document,
      groups: document.g.flatMap((packed) => [...unpackGroups(bytesOf(packed))]),
      first: bytesOf(document.t).length === 0,
    };
    this.#chunk = chunk;
    this.#upTo = position;
    return chunk.first && position < chunk.lo ? undefined : chunk;
  }

  /** The last position of the page before a chunk; 0 when nothing comes before it. */
  async #endBefore(chunk: Chunk): Promise<Position> {
    if (chunk.first) return NONE;
    const before = await this.#pages.findOne(
      { _id: { $gte: `${this.#key}|`, $lt: sealedChunk(this.#key, chunk.lo) } },
      { sort: { _id: -1 }, projection: { hi: 1 } },
    );
    return (before?.hi ?? 0n) as Position;
  }
}
