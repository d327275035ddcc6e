import type { Db } from 'mongodb';
import type { Position } from '#kernel';
import { type ProjectionName, projections } from '#scorecard';
import { liveEpochs } from './collections.ts';
import { recordPlaces } from './event-places.ts';
import { type Input, Projector } from './projector.ts';
import { Timeline } from './timeline.ts';

/**
 * All projectors of one process: each batch of the log goes to every dimension and to the timeline, side by side.
 * Each has a checkpoint of its own; one that is behind takes what it has not seen.
 */
export class ProjectionRun {
  readonly #db: Db;
  readonly #names: readonly ProjectionName[];
  readonly #projectors = new Map<ProjectionName, { epoch: number; projector: Projector }>();
  readonly #timeline: Timeline;

  private constructor(db: Db, names: readonly ProjectionName[], clock: Timeline) {
    this.#db = db;
    this.#names = names;
    this.#timeline = clock;
  }

  static async open(
    db: Db,
    names: readonly ProjectionName[] = Object.keys(projections) as ProjectionName[],
  ): Promise<ProjectionRun> {
    const run = new ProjectionRun(db, names, await Timeline.open(db));
    await run.followEpochs();
    return run;
  }

  /** The position from which the log has to be read: that of whoever is furthest behind. */
  get from(): Position {
    const positions = [...this.#projectors.values()].map(({ projector }) => projector.position);
    return [...positions, this.#timeline.position].reduce((least, own) => (own < least ? own : least));
  }

  /** Takes over the epochs that answer now; true when one has changed, so that the log has to be read from `from` again. */
  async followEpochs(): Promise<boolean> {
    let changed = false;
    for (const name of this.#names) {
      const epoch = await liveEpoch(this.#db, name);
      if (this.#projectors.get(name)?.epoch === epoch) continue;
      this.#projectors.set(name, {
        epoch,
        projector: await Projector.open(this.#db, projections[name], epoch),
      });
      changed = true;
    }
    return changed;
  }

  /** Whether an epoch has been exchanged; changes nothing, so it may be asked while a batch is under way. */
  async epochsExchanged(): Promise<boolean> {
    for (const name of this.#names)
      if ((await liveEpoch(this.#db, name)) !== this.#projectors.get(name)?.epoch) return true;
    return false;
  }

  /** Places have no checkpoint of their own: they are there before any checkpoint can move past them. */
  async project(inputs: readonly Input[]): Promise<void> {
    await recordPlaces(this.#db, inputs);
    const done = await Promise.allSettled([
      this.#timeline.record(inputs),
      ...[...this.#projectors.values()].map(({ projector }) => projector.project(inputs)),
    ]);
    const failed = done.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function liveEpoch(db: Db, name: ProjectionName): Promise<number> {
  return Number((await liveEpochs(db).findOne({ _id: name }))?.epoch ?? 0);
}
