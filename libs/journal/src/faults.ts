/**
 * What the world can say no with: faults of the event store, each with a sentence a person can act on.
 *
 * A refusal of the domain is never one of these; it is a value that a decider returns.
 */
export type JournalFaultCode =
  | 'store-unavailable'
  | 'concurrency-conflict'
  | 'append-too-large'
  | 'stream-gone'
  | 'unreadable-event'
  | 'store-refused';

/** Base of all faults of the journal; `code` is stable and is what callers switch on. */
export abstract class JournalFault extends Error {
  abstract readonly code: JournalFaultCode;
}

/**
 * The store did not answer within the total time allowed; whether the last attempt was stored is unknown.
 *
 * Repeat with the same event ids: the store then answers what it did. Source: real-servers.md.
 */
export class StoreUnavailable extends JournalFault {
  readonly code = 'store-unavailable';
  readonly attempts: number;
  readonly waitedMs: number;

  constructor(options: { doing: string; attempts: number; waitedMs: number; cause: unknown }) {
    const { doing, attempts, waitedMs, cause } = options;
    super(
      `The event store did not answer while ${doing} (${attempts} attempts in ${waitedMs} ms, last: ${sentenceOf(cause)}). ` +
        'Repeat the request with the same Idempotency-Key: nothing is recorded twice.',
      { cause },
    );
    this.name = 'StoreUnavailable';
    this.attempts = attempts;
    this.waitedMs = waitedMs;
  }
}

/** Somebody else wrote to the stream since it was read; read it again and decide again. */
export class ConcurrencyConflict extends JournalFault {
  readonly code = 'concurrency-conflict';
  readonly stream: string;
  readonly expected: string;
  readonly actual: string;

  constructor(options: { stream: string; expected: string; actual: string; cause?: unknown }) {
    const { stream, expected, actual, cause } = options;
    super(
      `Stream ${stream} was expected at ${expected} but is at ${actual}; read it again and decide again.`,
      { cause },
    );
    this.name = 'ConcurrencyConflict';
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The events of one append are larger than the store takes at once; nothing was written. */
export class AppendTooLarge extends JournalFault {
  readonly code = 'append-too-large';

  constructor(options: { stream: string; bytesMax: number; cause?: unknown }) {
    super(
      `The events for stream ${options.stream} exceed the store's limit of ${options.bytesMax} bytes for one append; ` +
        'nothing was written. Send fewer facts of this stream at a time.',
      { cause: options.cause },
    );
    this.name = 'AppendTooLarge';
  }
}

/** The stream was deleted for good by an operator of the store; Quadrant itself never deletes one. */
export class StreamGone extends JournalFault {
  readonly code = 'stream-gone';

  constructor(stream: string, cause: unknown) {
    super(`Stream ${stream} has been deleted in the event store and can be neither read nor written.`, {
      cause,
    });
    this.name = 'StreamGone';
  }
}

/** A stream holds an event that the contracts cannot read: deciding on half of a history is not allowed. */
export class UnreadableEvent extends JournalFault {
  readonly code = 'unreadable-event';

  constructor(options: { stream: string; revision: bigint; type: string; reason: string }) {
    const { stream, revision, type, reason } = options;
    super(`Event ${revision} (${type}) of stream ${stream} cannot be read: ${reason}`);
    this.name = 'UnreadableEvent';
  }
}

/** The store refused for a reason that repeating does not cure (access, argument, unsupported call). */
export class StoreRefused extends JournalFault {
  readonly code = 'store-refused';

  constructor(doing: string, cause: unknown) {
    super(`The event store refused while ${doing}: ${sentenceOf(cause)}`, { cause });
    this.name = 'StoreRefused';
  }
}

/** No answer at all within the time of one attempt: as unknown as a deadline of the store itself. */
export class NoAnswer extends Error {
  constructor(afterMs: number) {
    super(`no answer within ${afterMs} ms`);
    this.name = 'NoAnswer';
  }
}

/** The journal was closed while it was read: what had come until then is not the whole. */
export class JournalClosed extends Error {
  constructor() {
    super('the journal has been closed');
    this.name = 'JournalClosed';
  }
}

export function sentenceOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
