import type { RecordedEvent as StoredEvent } from '@eventstore/db-client';
import { parseRecorded } from '#contracts';
import { type Position, position } from '#kernel';

export type Parsed = ReturnType<typeof parseRecorded>;

/** An event as the log holds it. One per event; nothing of it ever changes. */
export interface RecordedEvent {
  /** Commit position in `$all`: the axis of knowledge. */
  readonly position: Position;
  readonly stream: string;
  /** Place in its stream, from 0. */
  readonly revision: bigint;
  readonly eventId: string;
  readonly type: string;
  /** When the store recorded it, milliseconds since the epoch; a label, never an order. */
  readonly created: number;
  /** As recorded, in the version it was written in. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** As the contracts read it today (upcast), or why they cannot. */
  readonly parsed: Parsed;
}

/** A fact as a decider folds it: today's version of its type, its content as corrected. */
export interface ReadableFact {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly eventId: string;
}

/** `namespace`: the prefix that the stream's name has in the store and nowhere else. */
export function recordedOf(stored: StoredEvent, namespace: string): RecordedEvent {
  if (stored.position === undefined) {
    throw new Error(
      `The store gave no position for event ${stored.id}; EventStoreDB 22.6 or later is needed.`,
    );
  }
  const data = objectOf(stored.data);
  const metadata = objectOf(stored.metadata);
  return {
    position: position(stored.position.commit),
    stream: stored.streamId.slice(namespace.length),
    revision: stored.revision,
    eventId: stored.id,
    type: stored.type,
    created: stored.created.getTime(),
    data,
    metadata,
    parsed: parseRecorded(stored.type, data, metadata),
  };
}

/** Bytes or malformed JSON of a foreign writer read as an empty object, which no contract accepts. */
function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  const plain = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
  return plain && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
