import type { Position } from '#kernel';

/** An event to be appended; the caller chooses the id, so that a repeat is known as one. */
export interface NewEvent {
  /** UUID; deterministic where the caller has an idempotency key or a source id. */
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the stream must look like for an append to be accepted; a bigint is the last revision seen. */
export type ExpectedRevision = 'any' | 'no_stream' | 'stream_exists' | bigint;

/** Where an append landed: revision and position of its last event. */
export interface Receipt {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: Position;
  readonly eventIds: readonly string[];
}

/** Where the journal tells what it had to do; pino fits. */
export interface JournalLogger {
  warn(details: object, sentence: string): void;
}
