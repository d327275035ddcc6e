import type { Db } from 'mongodb';
import { crashPoint } from '#crash-points';
import type { Position } from '#kernel';
import type { Dimension } from '#scorecard';
import { checkpoints, epochCollections, liveEpochs } from './collections.ts';
import { type Input, Projector } from './projector.ts';

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
  const liveEpoch = Number((await liveEpochs(db).findOne({ _id: dimension.name }))?.epoch ?? 0);
  const epoch = liveEpoch + 1;
  const liveId = `${dimension.name}/${liveEpoch}`;
  await discard(db, dimension, epoch);
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
    await liveEpochs(db).updateOne({ _id: dimension.name }, { $set: { epoch } }, { upsert: true });
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

/** Removes what an earlier rebuild left of an epoch. */
export async function discard(db: Db, dimension: Dimension, epoch: number): Promise<void> {
  const { pages, histories } = epochCollections(db, dimension.name, epoch);
  await pages.drop();
  await histories.drop();
  await checkpoints(db).deleteOne({ _id: `${dimension.name}/${epoch}` });
}
