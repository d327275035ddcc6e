import type { Db } from 'mongodb';
import { crashPoint } from '#crash-points';
import type { Position } from '#kernel';
import type { Dimension } from '#scorecard';
import { checkpoints, epochCollections, liveEpochs } from './collections.ts';
import { type Input, ProjectionFenced, Projector } from './projector.ts';

export interface RebuildProgress {
  readonly dimension: string;
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

/**
 * Rebuilds one dimension beside the live one and lets it take over when its content is the same.
 *
 * The live read model answers throughout. A difference is reported, never mended silently: then the live epoch stays and
 * the rebuilt one is kept for inspection. The running projector notices the new epoch and goes on with it.
 */
export async function rebuild(
  db: Db,
  dimension: Dimension,
  feed: LogFeed,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<RebuildReport> {
  const { epoch, liveEpoch } = await newEpoch(db, dimension);
  const liveId = `${dimension.name}/${liveEpoch}`;
  const projector = await Projector.open(db, dimension, epoch);
  const begun = Date.now();
  let events = 0;
  for (let round = 1; ; round++) {
    const live = await checkpoints(db).findOne({ _id: liveId });
    const target = (live?.position ?? 0n) as Position;
    for await (const batch of feed(projector.position, target)) {
      await projector.project(batch);
      events += batch.length;
      crashPoint('rebuild.between-batches');
      onProgress({
        dimension: dimension.name,
        position: projector.position,
        target,
        events,
        etaSeconds: remaining(begun, projector.position, target),
      });
    }
    const rebuilt = projector.status.content;
    const report = {
      dimension: dimension.name,
      position: projector.position,
      events,
      live: live?.content ?? '',
      rebuilt,
    };
    if (projector.position !== target || rebuilt !== live?.content) return { ...report, equal: false };
    const now = await checkpoints(db).findOne({ _id: liveId });
    if (now?.position !== target && round < ROUNDS_MAX) continue;
    crashPoint('rebuild.before-take-over');
    await takeOver(db, dimension, { from: liveEpoch, to: epoch });
    crashPoint('rebuild.after-take-over');
    return { ...report, equal: true };
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
