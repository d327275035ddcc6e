import type { Position } from '#kernel';
import { type AppendBatch, appendTo, appendToMany, type BatchOutcome } from './append.ts';
import { type ChangeResolution, currentFacts, resolveChange } from './change.ts';
import { connect, type StoreClient } from './client.ts';
import type { ExpectedRevision, JournalLogger, NewEvent, Receipt } from './entries.ts';
import { Head } from './head.ts';
import type { KeyStore } from './keys/key-store.ts';
import { type AnsweredAppend, OwnEvents, type OwnPlaces } from './own-events.ts';
import {
  type EventPlace,
  type LoadedStream,
  loadStream,
  type ReadAllOptions,
  readAllEvents,
} from './read.ts';
import type { ReadableFact, RecordedEvent } from './recorded.ts';
import { type SubscribeAllOptions, subscribeToAll } from './subscribe.ts';

export type {
  AnsweredAppend,
  AppendBatch,
  BatchOutcome,
  EventPlace,
  ExpectedRevision,
  JournalLogger,
  LoadedStream,
  NewEvent,
  OwnPlaces,
  ReadAllOptions,
  Receipt,
  SubscribeAllOptions,
};

export interface JournalOptions {
  /** `esdb://…`; a cluster is another URI. */
  readonly uri: string;
  /** Needed wherever personal data is sealed or opened. */
  readonly keys?: KeyStore;
  /** How long one call may be repeated while the store is away; default 20,000 ms. */
  readonly totalTimeoutMs?: number;
  /** How long one attempt may take; default 4,000 ms. */
  readonly attemptTimeoutMs?: number;
  readonly logger?: JournalLogger;
  /** Prefix of this company's streams, where several share one store: letters and digits. Default: none. */
  readonly namespace?: string;
}

/** The event log: the only thing that has to be kept. */
export interface Journal {
  readonly keys: KeyStore | undefined;

  /**
   * Appends events to one stream, all or none, and repeats with the same ids while the store is away.
   *
   * Events whose ids are all on record are not appended again: the receipt tells the place of those on record, and
   * `ownPlaces` whether they are these.
   *
   * Faults: store-unavailable (outcome unknown, repeat with the same ids), concurrency-conflict,
   * append-too-large, stream-gone, store-refused.
   */
  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Receipt>;

  /** Appends many batches with bounded concurrency; the order of one stream's batches is kept. */
  appendMany(batches: readonly AppendBatch[]): Promise<readonly BatchOutcome[]>;

  /** Every event of a stream, oldest first; revision -1n when there is none. */
  load(stream: string): Promise<LoadedStream>;

  /** The events of a stream up to and including a revision. */
  loadUpTo(stream: string, revision: bigint): Promise<LoadedStream>;

  /** The events of a stream from a revision on (inclusive), at most `maxCount`. */
  loadFrom(stream: string, revision: bigint, maxCount: number): Promise<LoadedStream>;

  /** True when the stream has at least one event. */
  exists(stream: string): Promise<boolean>;

  /** Folds the facts of a stream as corrected up to now; an unreadable event is a fault, never skipped. */
  fold<State>(
    stream: string,
    initial: State,
    evolve: (state: State, fact: ReadableFact) => State,
  ): Promise<{ readonly state: State; readonly revision: bigint }>;

  /**
   * Every event of the log in order, without the store's own system events; resumes by itself.
   *
   * `from` is exclusive in both directions: hand over the last position you have.
   */
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /**
   * Delivers batches of events after `from` until the signal is aborted, and resumes by itself.
   *
   * Resolves when aborted; rejects when the consumer throws, or when the store refuses for good.
   */
  subscribeAll(options: SubscribeAllOptions): Promise<void>;

  /** A position that everything lies behind that is appended after the call. */
  since(): Promise<Position>;

  /**
   * Where the events of answered appends are, one entry for each append; undefined where another call recorded its
   * own events under these ids. `since` was asked for before the first of these appends.
   */
  ownPlaces(appends: readonly AnsweredAppend[], since: Position): Promise<readonly OwnPlaces[]>;

  /** Position of the last event that is not a system event; 0 for an empty log. */
  head(): Promise<Position>;

  /** What an event changes: which fact, its content before and after. Deterministic: the log is immutable. */
  resolveChange(event: RecordedEvent): Promise<ChangeResolution>;

  close(): Promise<void>;
}

const TOTAL_TIMEOUT_MS = 20_000;
const ATTEMPT_TIMEOUT_MS = 4_000;

function namespaceOf(name: string | undefined): string {
  if (name === undefined || name === '') return '';
  if (!/^[a-z][a-z0-9]*$/i.test(name))
    throw new Error(`The namespace "${name}" must be letters and digits and begin with a letter.`);
  return `${name}.`;
}

/** Opens the journal on a store; the connection is made with the first call. */
export function openJournal(options: JournalOptions): Journal {
  const store: StoreClient = connect({
    uri: options.uri,
    totalTimeoutMs: options.totalTimeoutMs ?? TOTAL_TIMEOUT_MS,
    attemptTimeoutMs: options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
    logger: options.logger,
    namespace: namespaceOf(options.namespace),
  });
  const loadUpTo = (stream: string, revision: bigint): Promise<LoadedStream> =>
    revision < 0n
      ? Promise.resolve({ revision: -1n, events: [] })
      : loadStream(store, stream, { fromRevision: 0n, maxCount: revision + 1n });
  const head = new Head(store);
  const own = new OwnEvents(store);
  return {
    keys: options.keys,
    append: async (stream, events, expected) => {
      const receipt = await appendTo(store, { stream, events, expected });
      head.appended(receipt.position);
      own.answered(receipt);
      return receipt;
    },
    appendMany: (batches) => appendToMany(store, batches),
    load: (stream) => loadStream(store, stream, {}),
    loadUpTo,
    loadFrom: (stream, revision, maxCount) =>
      loadStream(store, stream, { fromRevision: revision, maxCount: BigInt(maxCount) }),
    exists: async (stream) =>
      (await loadStream(store, stream, { fromRevision: 0n, maxCount: 1n })).events.length > 0,
    fold: async (stream, initial, evolve) => {
      const { revision, events } = await loadStream(store, stream, {});
      return { state: currentFacts(events).reduce(evolve, initial), revision };
    },
    readAll: (read) => readAllEvents(store, read ?? {}),
    subscribeAll: (subscription) => subscribeToAll(store, subscription),
    since: () => own.since(),
    ownPlaces: (appends, since) => own.places(appends, since),
    head: () => head.read(),
    resolveChange: (event) => resolveChange(event, loadUpTo),
    close: () => store.close(),
  };
}
