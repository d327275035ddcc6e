import type { Db } from 'mongodb';
import { crashPoint } from '#crash-points';
import type { Position } from '#kernel';
import type { Dimension } from '#scorecard';
import { type CheckpointDocument, checkpoints, epochCollections, liveEpochs } from './collections.ts';
import { type Input, ProjectionFenced, Projector } from './projector.ts';

export interface RebuildProgress {
  /** Of the read model that is furthest behind. */
  readonly position: Position;
  readonly target: Position;
  readonly events: number;
  /** Seconds that remain at the pace so far; undefined before the first batch. */
  readonly etaSeconds: number | undefined;
}

export interface RebuildReport {
  readonly dimension: string;
  readonly position: Position;
  readonly events: number;
  /** True when the rebuilt read model has the content of the live one at the same position, and has taken over. */
  readonly equal: boolean;
  readonly live: string;
  readonly rebuilt: string;
}

/** The log after `from` up to and including `upTo`, in batches. */
export type LogFeed = (from: Position, upTo: Position) => AsyncIterable<readonly Input[]>;

/** How often the rebuilt epoch runs after a live one that moves on, before it takes over a few events behind. */
const ROUNDS_MAX = 10;

/** Rebuilds one dimension; see {@link rebuildEach}. */
export async function rebuild(
  db: Db,
  dimension: Dimension,
  feed: LogFeed,
  onProgress?: (progress: RebuildProgress) => void,
): Promise<RebuildReport> {
  return (await rebuildEach(db, [dimension], feed, onProgress))[0] as RebuildReport;
}

/**
 * Rebuilds dimensions beside the live ones and lets each take over when its content is the same. The log is read once for
 * all of them. Reports in the order of `dimensions`.
 *
 * The live read model answers throughout. A difference is reported, never mended silently: then the live epoch stays and
 * the rebuilt one is kept for inspection. The running projector notices the new epoch and goes on with it.
 *
 * Errors: ProjectionFenced when another rebuild has taken over meanwhile; what had taken over before it stays.
 */
export async function rebuildEach(
  db: Db,
  dimensions: readonly Dimension[],
  feed: LogFeed,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<readonly RebuildReport[]> {
  const begun = Date.now();
  const all: Rebuilding[] = [];
  for (const dimension of dimensions) all.push(await Rebuilding.begin(db, dimension));
  let open = all;
  for (let round = 1; open.length > 0; round++) {
    for (const own of open) await own.aim();
    const target = open.map((own) => own.target).reduce((most, own) => (own > most ? own : most));
    for await (const batch of feed(behindmost(open), target)) {
      const done = await Promise.allSettled(open.map((own) => own.take(batch)));
      const failed = done.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      crashPoint('rebuild.between-batches');
      const position = behindmost(open);
      const events = Math.max(...open.map((own) => own.events));
      onProgress({ position, target, events, etaSeconds: remaining(begun, position, target) });
    }
    for (const own of open) await own.conclude(round);
    open = open.filter((own) => own.report === undefined);
  }
  return all.map(({ report }) => report as RebuildReport);
}

function behindmost(open: readonly Rebuilding[]): Position {
  return open.map(({ position }) => position).reduce((least, own) => (own < least ? own : least));
}

/** One dimension on its way to what the live epoch is. */
class Rebuilding {
  readonly #db: Db;
  readonly #dimension: Dimension;
  readonly #epochs: { readonly epoch: number; readonly liveEpoch: number };
  readonly #projector: Projector;
  #live: CheckpointDocument | null = null;
  events = 0;
  /** Undefined while it goes on. */
  report: RebuildReport | undefined;

  private constructor(
    db: Db,
    dimension: Dimension,
    epochs: { readonly epoch: number; readonly liveEpoch: number },
    projector: Projector,
  ) {
    this.#db = db;
    this.#dimension = dimension;
    this.#epochs = epochs;
    this.#projector = projector;
  }

  static async begin(db: Db, dimension: Dimension): Promise<Rebuilding> {
    const epochs = await newEpoch(db, dimension);
    return new Rebuilding(db, dimension, epochs, await Projector.open(db, dimension, epochs.epoch));
  }

  get position(): Position {
    return this.#projector.position;
  }

  /** Where the live epoch stood when it was looked at. */
  get target(): Position {
    return (this.#live?.position ?? 0n) as Position;
  }

  async aim(): Promise<void> {
    this.#live = await this.#checkpoint();
  }

  /** Live epochs may stand at different places: each is followed no further than it has come. */
  async take(batch: readonly Input[]): Promise<void> {
    const own = batch.filter(({ position }) => position > this.position && position <= this.target);
    await this.#projector.project(own);
    this.events += own.length;
  }

  /** Compares, and takes over where the live epoch has not moved on; after many rounds even a few events behind. */
  async conclude(round: number): Promise<void> {
    const rebuilt = this.#projector.status.content;
    const live = this.#live?.content;
    const { position, target, events } = this;
    const report = { dimension: this.#dimension.name, position, events, live: live ?? '', rebuilt };
    if (position !== target || rebuilt !== live) {
      this.report = { ...report, equal: false };
      return;
    }
    if ((await this.#checkpoint())?.position !== target && round < ROUNDS_MAX) return;
    crashPoint('rebuild.before-take-over');
    const { epoch, liveEpoch } = this.#epochs;
    await takeOver(this.#db, this.#dimension, { from: liveEpoch, to: epoch });
    crashPoint('rebuild.after-take-over');
    this.report = { ...report, equal: true };
  }

  #checkpoint(): Promise<CheckpointDocument | null> {
    return checkpoints(this.#db).findOne({ _id: `${this.#dimension.name}/${this.#epochs.liveEpoch}` });
  }
}

function remaining(begun: number, position: bigint, target: bigint): number | undefined {
  if (position === 0n || target === 0n) return undefined;
  const share = Number((position * 1_000_000n) / target) / 1_000_000;
  const seconds = (Date.now() - begun) / 1000;
  return Math.max(0, seconds / share - seconds);
}

/**
 * An epoch that no other rebuild has or ever had: one that was killed may still have writes under way, and they must not
 * land in what a later one fills.
 */
async function newEpoch(db: Db, dimension: Dimension): Promise<{ epoch: number; liveEpoch: number }> {
  for (;;) {
    const live = await liveEpochs(db).findOneAndUpdate(
      { _id: dimension.name },
      { $inc: { issued: 1n }, $setOnInsert: { epoch: 0 } },
      { upsert: true, returnDocument: 'after' },
    );
    if (!live) throw new Error(`No epoch was issued for ${dimension.name}.`);
    const [epoch, liveEpoch] = [Number(live.issued), Number(live.epoch)];
    // A store of an earlier version has not counted what it issued.
    if (epoch > liveEpoch) return { epoch, liveEpoch };
  }
}

/** Errors: ProjectionFenced when another rebuild has taken over meanwhile. */
async function takeOver(db: Db, dimension: Dimension, { from, to }: { from: number; to: number }) {
  const moved = await liveEpochs(db).updateOne({ _id: dimension.name, epoch: from }, { $set: { epoch: to } });
  if (moved.matchedCount !== 1)
    throw new ProjectionFenced(`another rebuild of ${dimension.name} took over first; this one is given up.`);
  // Epochs given up before can take over no more; the one that was live until now may still be answering.
  for await (const { _id } of checkpoints(db).find({ _id: { $regex: `^${dimension.name}/` } })) {
    const epoch = Number(_id.slice(dimension.name.length + 1));
    if (epoch < to && epoch !== from) await discard(db, dimension, epoch);
  }
}

/** Removes an epoch. */
async function discard(db: Db, dimension: Dimension, epoch: number): Promise<void> {
  const { pages, histories } = epochCollections(db, dimension.name, epoch);
  await pages.drop();
  await histories.drop();
  await checkpoints(db).deleteOne({ _id: `${dimension.name}/${epoch}` });
}
