import type { Db } from 'mongodb';
import { crashPoint } from '#crash-points';
import type { Position } from '#kernel';
import { binaryOf, bytesOf, checkpoints, padded, type TimelineDocument, timeline } from './collections.ts';
import { ProjectionFenced } from './fenced.ts';

/** A position at which the running maximum of record times rises. */
interface Rise {
  readonly position: bigint;
  readonly time: bigint;
  /** Position of the event before it; 0 for the first. */
  readonly previous: bigint;
}

const RISES_PER_CHUNK = 1_000;
const BYTES = 24;
const CHECKPOINT = 'timeline/0';

/**
 * From clock time to positions: `positionAt(time) = the last position p with runningMax(created up to p) ≤ time`.
 * The running maximum makes it monotonic when a server's clock steps back. Source: time.md §1.
 *
 * Written as pages are: rises at or below the end of the last chunk are there already, a chunk is appended to only while
 * it ends where this process believes. What a crash left beyond the checkpoint stays, and readers look past it.
 */
export class Timeline {
  readonly #db: Db;
  #position = 0n;
  #time = -1n;
  #chunk: { id: string; hi: bigint; rises: number } | undefined;

  private constructor(db: Db) {
    this.#db = db;
  }

  static async open(db: Db): Promise<Timeline> {
    const self = new Timeline(db);
    await timeline(db).createIndex({ from: 1 });
    await checkpoints(db).updateOne(
      { _id: CHECKPOINT },
      { $setOnInsert: { position: 0n, time: -1n, events: 0n, deltas: 0n, content: '' } },
      { upsert: true },
    );
    await self.#load();
    return self;
  }

  async #load(): Promise<void> {
    const checkpoint = await checkpoints(this.#db).findOne({ _id: CHECKPOINT });
    this.#position = checkpoint?.position ?? 0n;
    this.#time = checkpoint?.time ?? -1n;
    const last = await timeline(this.#db).findOne({}, { sort: { _id: -1 } });
    this.#chunk = last ? { id: last._id, hi: last.hi, rises: risesOf(last).length } : undefined;
  }

  get position(): Position {
    return this.#position as Position;
  }

  /** Records the times of events in order of position; what is known already is passed over. */
  async record(
    events: readonly { readonly position: Position; readonly recordedAt: number }[],
  ): Promise<void> {
    const rises: Rise[] = [];
    let { time, previous } = { time: this.#time, previous: this.#position };
    for (const { position, recordedAt } of events) {
      if (position <= this.#position) continue;
      if (BigInt(recordedAt) > time) {
        time = BigInt(recordedAt);
        rises.push({ position, time, previous });
      }
      previous = position;
    }
    if (previous === this.#position) return;
    try {
      await this.#write(rises.filter(({ position }) => position > (this.#chunk?.hi ?? 0n)));
      crashPoint('timeline.after-rises');
      const moved = await checkpoints(this.#db).updateOne(
        { _id: CHECKPOINT, position: this.#position },
        { $set: { position: previous, time } },
      );
      if (moved.matchedCount !== 1)
        throw new ProjectionFenced('the timeline was moved on by another process.');
    } catch (error) {
      await this.#load();
      throw error;
    }
    crashPoint('timeline.after-checkpoint');
    this.#position = previous;
    this.#time = time;
  }

  async #write(rises: readonly Rise[]): Promise<void> {
    for (let at = 0; at < rises.length; ) {
      const room = this.#chunk ? RISES_PER_CHUNK - this.#chunk.rises : 0;
      const part = rises.slice(at, at + (room > 0 ? room : RISES_PER_CHUNK));
      const { position: hi, time } = part.at(-1) as Rise;
      if (room > 0 && this.#chunk) {
        const { id, hi: end, rises: before } = this.#chunk;
        const { matchedCount } = await timeline(this.#db).updateOne(
          { _id: id, hi: end },
          { $set: { hi, time }, $push: { s: pack(part) } },
        );
        if (matchedCount !== 1)
          throw new ProjectionFenced('the timeline does not end where this process left it.');
        this.#chunk = { id, hi, rises: before + part.length };
      } else {
        const document = documentOf(part);
        await this.#begin(document);
        this.#chunk = { id: document._id, hi, rises: part.length };
      }
      at += part.length;
    }
  }

  async #begin(document: TimelineDocument): Promise<void> {
    try {
      await timeline(this.#db).insertOne(document);
    } catch (error) {
      if ((error as { code?: unknown }).code === 11000)
        throw new ProjectionFenced('a part of the timeline is there already; another process is writing.');
      throw error;
    }
  }
}

/** The last position known at `timeMs`; 0 before the first event. `head`: the last position there is. */
export async function positionAtTime(db: Db, timeMs: bigint, head: Position): Promise<Position> {
  const chunk = await timeline(db).findOne({ from: { $lte: timeMs } }, { sort: { from: -1 } });
  if (!chunk) {
    // Everything was recorded later, or nothing was recorded at all.
    return 0n as Position;
  }
  const later = risesOf(chunk).find(({ time }) => time > timeMs);
  const next = later
    ? undefined
    : await timeline(db).findOne({ _id: { $gt: chunk._id } }, { sort: { _id: 1 } });
  const last = later?.previous ?? (next && (risesOf(next)[0] as Rise).previous) ?? head;
  // The timeline may be ahead of what is projected: its own last step, or another projection.
  return (last < head ? last : head) as Position;
}

/** The running maximum of record times at a position, milliseconds; undefined before the first event. */
export async function timeAtPosition(db: Db, position: Position): Promise<bigint | undefined> {
  const chunk = await timeline(db).findOne({ _id: { $lte: padded(position) } }, { sort: { _id: -1 } });
  return chunk ? risesOf(chunk).findLast((rise) => rise.position <= position)?.time : undefined;
}

/** The first position at which the running maximum of record times is not before `timeMs`; 0 when there is none. */
export async function firstAtTime(db: Db, timeMs: bigint): Promise<Position> {
  const chunk = await timeline(db).findOne({ from: { $lte: timeMs } }, { sort: { from: -1 } });
  const rise = chunk && risesOf(chunk).find(({ time }) => time >= timeMs);
  if (rise) return rise.position as Position;
  const next = await timeline(db).findOne(chunk ? { _id: { $gt: chunk._id } } : {}, { sort: { _id: 1 } });
  return (next ? (risesOf(next)[0] as Rise).position : 0n) as Position;
}

function documentOf(rises: readonly Rise[]): TimelineDocument {
  const [first, last] = [rises[0] as Rise, rises.at(-1) as Rise];
  return {
    _id: padded(first.position),
    from: first.time,
    hi: last.position,
    time: last.time,
    s: [pack(rises)],
  };
}

function pack(rises: readonly Rise[]) {
  const bytes = Buffer.alloc(rises.length * BYTES);
  rises.forEach(({ position, time, previous }, i) => {
    bytes.writeBigInt64BE(position, i * BYTES);
    bytes.writeBigInt64BE(time, i * BYTES + 8);
    bytes.writeBigInt64BE(previous, i * BYTES + 16);
  });
  return binaryOf(bytes);
}

function risesOf(document: TimelineDocument): Rise[] {
  return document.s.flatMap((binary) => {
    const own = bytesOf(binary);
    const bytes = Buffer.from(own.buffer, own.byteOffset, own.byteLength);
    return Array.from({ length: bytes.length / BYTES }, (_, i) => ({
      position: bytes.readBigInt64BE(i * BYTES),
      time: bytes.readBigInt64BE(i * BYTES + 8),
      previous: bytes.readBigInt64BE(i * BYTES + 16),
    }));
  });
}
