import type { Db } from 'mongodb';
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

/** What a rebuild reads: the log from the beginning, in batches, each with its share of the way done. */
export type LogFeed = AsyncIterable<readonly Input[]>;

/**
 * Rebuilds one dimension beside the live one and lets it take over when its content is the same.
 *
 * The live read model answers throughout. A difference is reported, never mended silently: then the live epoch stays and
 * the rebuilt one is kept for inspection. `livePosition`: the position at which the two are compared.
 */
export async function rebuild(
  db: Db,
  dimension: Dimension,
  feed: (upTo: Position) => LogFeed,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<RebuildReport> {
  const liveEpoch = Number((await liveEpochs(db).findOne({ _id: dimension.name }))?.epoch ?? 0);
  const epoch = liveEpoch + 1;
  await discard(db, dimension, epoch);
  const projector = await Projector.open(db, dimension, epoch);
  const live = await checkpoints(db).findOne({ _id: `${dimension.name}/${liveEpoch}` });
  const target = (live?.position ?? 0n) as Position;
  const begun = Date.now();
  let events = 0;
  for await (const batch of feed(target)) {
    const inputs = batch.filter((input) => (input.kind === 'change' ? input.change.position : input.position) <= target);
    await projector.project(inputs);
    events += inputs.length;
    const share = target === 0n ? 1 : Number((projector.position * 1_000_000n) / target) / 1_000_000;
    const seconds = (Date.now() - begun) / 1000;
    onProgress({
      dimension: dimension.name,
      position: projector.position,
      target,
      events,
      etaSeconds: share > 0 ? Math.max(0, seconds / share - seconds) : undefined,
    });
  }
  const rebuilt = projector.status.content;
  const equal = rebuilt === live?.content && projector.position === target;
  if (equal) {
    await liveEpochs(db).updateOne({ _id: dimension.name }, { $set: { epoch } }, { upsert: true });
  }
  return { dimension: dimension.name, position: projector.position, events, equal, live: live?.content ?? '', rebuilt };
}

/** Removes what an earlier rebuild left of an epoch. */
export async function discard(db: Db, dimension: Dimension, epoch: number): Promise<void> {
  const { pages, histories } = epochCollections(db, dimension.name, epoch);
  await pages.drop();
  await histories.drop();
  await checkpoints(db).deleteOne({ _id: `${dimension.name}/${epoch}` });
}
