import type { EventType } from '#contracts';
import type { Position } from '#kernel';

/**
 * One change of what is known: a fact appears, is replaced or is taken back.
 * `before` and `after` are the fact's content on either side of `position`; null = not a fact there.
 */
export interface Change {
  readonly position: Position;
  /** Record time of the event that caused the change, milliseconds since the epoch. */
  readonly recordedAt: number;
  /** Event id of the fact's original, whichever correction of it this is. */
  readonly factId: string;
  /** Position of the fact's original: the fact's place in the order of record, however late it comes to a document or comes back. */
  readonly factPosition: Position;
  readonly type: EventType;
  /** Revision of the fact's original in its stream; the name of a policy's revision. */
  readonly revision: bigint;
  /** Unit named by the metadata, for facts whose content names none. */
  readonly unitId?: string;
  readonly before: Content | null;
  readonly after: Content | null;
}

/** The data of an event, already checked against its contract. */
export type Content = Readonly<Record<string, unknown>>;

/** A fact as it stands at some position. */
export interface Fact<Data = Content> {
  readonly factId: string;
  readonly type: EventType;
  /** Position of the original: corrections do not move a fact in the order of record. */
  readonly position: Position;
  readonly revision: bigint;
  readonly unitId?: string;
  readonly data: Data;
}
