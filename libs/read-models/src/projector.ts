import type { Db } from 'mongodb';
import { type CrashPoint, crashPoint } from '#crash-points';
import type { Position } from '#kernel';
import {
  addHash,
  type Change,
  contentHashOf,
  type Dimension,
  type Effects,
  type Group,
  likelyNeeds,
  NO_CONTENT,
  step,
  unreadable,
  WRITE_ORDER,
  type Write,
} from '#scorecard';
import { type CheckpointDocument, checkpoints, epochCollections } from './collections.ts';
import { ProjectionFenced } from './fenced.ts';
import { HistoryWriter } from './histories.ts';
import { PageWriter } from './tails.ts';

export { ProjectionFenced };

const AFTER: Readonly<Record<Write, CrashPoint>> = {
  chunks: 'projector.after-chunks',
  histories: 'projector.after-histories',
  checkpoint: 'projector.after-checkpoint',
};

/** One event of the log as a projector takes it: what it changes, that it could not be read, or neither. */
export type Input = Place &
  (
    | { readonly kind: 'change'; readonly change: Change }
    | {
        readonly kind: 'unreadable';
        readonly type: string;
        readonly revision: bigint;
        readonly reason: string;
      }
    | { readonly kind: 'other' }
  );

interface Place {
  readonly position: Position;
  /** Record time, milliseconds. */
  readonly recordedAt: number;
  readonly eventId: string;
  readonly stream: string;
}

export interface ProjectorStatus {
  readonly dimension: string;
  readonly epoch: number;
  readonly position: Position;
  readonly events: bigint;
  readonly deltas: bigint;
  readonly content: string;
}

/** Read models of an earlier layout are no loss: they are projected again from the log. */
const LAYOUT = 5;

/**
 * Brings one epoch of one dimension forward.
 *
 * For each batch: step by step the effects, then chunks → histories → checkpoint, each on disk before the next. The
 * checkpoint moves by compare-and-set, so of two projectors on one epoch one stops. A crash anywhere is made good by
 * projecting again from the checkpoint: effects are the same, what is already there is ignored.
 */
export class Projector {
  readonly #db: Db;
  readonly #dimension: Dimension;
  readonly #epoch: number;
  readonly #pages: PageWriter;
  readonly #histories: HistoryWriter;
  #checkpoint: CheckpointDocument;

  private constructor(
    db: Db,
    dimension: Dimension,
    epoch: number,
    { checkpoint, empty }: { checkpoint: CheckpointDocument; empty: boolean },
  ) {
    this.#db = db;
    this.#dimension = dimension;
    this.#epoch = epoch;
    this.#checkpoint = checkpoint;
    const collections = epochCollections(db, dimension.name, epoch);
    this.#pages = new PageWriter(collections.pages, empty);
    this.#histories = new HistoryWriter(collections.histories, empty);
  }

  static async open(db: Db, dimension: Dimension, epoch: number): Promise<Projector> {
    const _id = `${dimension.name}/${epoch}`;
    const zero: CheckpointDocument = {
      _id,
      position: 0n,
      time: 0n,
      events: 0n,
      deltas: 0n,
      content: NO_CONTENT,
      layout: LAYOUT,
    };
    const { _id: __, ...fields } = zero;
    await checkpoints(db).updateOne({ _id }, { $setOnInsert: fields }, { upsert: true });
    let checkpoint = (await checkpoints(db).findOne({ _id })) ?? zero;
    if (Number(checkpoint.layout) !== LAYOUT) {
      const { pages, histories } = epochCollections(db, dimension.name, epoch);
      await pages.drop();
      await histories.drop();
      await checkpoints(db).replaceOne({ _id }, fields);
      checkpoint = zero;
    }
    const empty = checkpoint.position === 0n && (await isEmpty(db, dimension, epoch));
    return new Projector(db, dimension, epoch, { checkpoint, empty });
  }

  get position(): Position {
    return this.#checkpoint.position as Position;
  }

  get status(): ProjectorStatus {
    const { position, events, deltas, content } = this.#checkpoint;
    return {
      dimension: this.#dimension.name,
      epoch: this.#epoch,
      position: position as Position,
      events,
      deltas,
      content,
    };
  }

  /** Projects a batch in order of position; what lies at or below the checkpoint is passed over. */
  async project(inputs: readonly Input[]): Promise<void> {
    const fresh = inputs.filter((input) => input.position > this.#checkpoint.position);
    if (fresh.length === 0) return;
    const groups = new Map<string, Group[]>();
    let hash = 0n;
    let deltas = this.#checkpoint.deltas;
    let time = this.#checkpoint.time;
    await this.#histories.load(
      fresh.flatMap((input) =>
        input.kind === 'change' ? likelyNeeds(this.#dimension, input.change) : ['r/unreadable'],
      ),
    );
    for (const input of fresh) {
      const recordedAt = BigInt(input.recordedAt);
      if (recordedAt > time) time = recordedAt;
      if (input.kind === 'other') continue;
      const effects = input.kind === 'change' ? await this.#effectsOf(input.change) : unreadable(input);
      for (const [page, own] of effects.pages) {
        const group = { position: effects.position, deltas: own };
        const known = groups.get(page);
        if (known) known.push(group);
        else groups.set(page, [group]);
        hash += contentHashOf(page, effects.position, own);
        deltas += BigInt(own.length);
      }
      for (const [key, items] of effects.items) this.#histories.append(key, { p: effects.position, items });
    }
    await this.#write(groups, {
      position: (fresh.at(-1) as Input).position,
      time,
      events: this.#checkpoint.events + BigInt(fresh.length),
      deltas,
      content: addHash(this.#checkpoint.content, hash),
    });
  }

  async #effectsOf(change: Change): Promise<Effects> {
    for (;;) {
      const result = step(this.#dimension, (key) => this.#histories.at(key), change);
      if (!('needs' in result)) return result;
      await this.#histories.load(result.needs);
    }
  }

  async #write(
    groups: ReadonlyMap<string, readonly Group[]>,
    next: Omit<CheckpointDocument, '_id'>,
  ): Promise<void> {
    const writes: Record<Write, () => Promise<void>> = {
      chunks: () => this.#pages.write(groups, () => crashPoint('projector.between-chunks')),
      histories: () => this.#histories.write(),
      checkpoint: () => this.#moveCheckpoint(next),
    };
    try {
      crashPoint('projector.before-chunks');
      for (const write of WRITE_ORDER) {
        await writes[write]();
        crashPoint(AFTER[write]);
      }
    } catch (error) {
      // What was believed about the store may no longer hold: the next attempt starts from what is there.
      this.#pages.forget();
      this.#histories.forget();
      throw error;
    }
  }

  async #moveCheckpoint(next: Omit<CheckpointDocument, '_id'>): Promise<void> {
    const { _id, position } = this.#checkpoint;
    const moved = await checkpoints(this.#db).updateOne({ _id, position }, { $set: next });
    if (moved.matchedCount !== 1)
      throw new ProjectionFenced(
        `the checkpoint of ${_id} is no longer at ${position}; another projector moved it.`,
      );
    this.#checkpoint = { _id, ...next };
  }
}

/** True when nothing was written to an epoch, not even by an attempt that did not reach its first checkpoint. */
async function isEmpty(db: Db, dimension: Dimension, epoch: number): Promise<boolean> {
  const { pages, histories } = epochCollections(db, dimension.name, epoch);
  const projection = { _id: 1 };
  const found = await Promise.all([pages.findOne({}, { projection }), histories.findOne({}, { projection })]);
  return found.every((document) => document === null);
}
