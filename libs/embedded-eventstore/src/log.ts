import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { crashPoint } from './crash-point.ts';
import { decodeRecord, encodeRecord, type StoredEvent } from './record.ts';

/** What an append, delete or tombstone expects of its stream. */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | bigint;

export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type AppendResult =
  | { readonly kind: 'done'; readonly revision: bigint; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly current: bigint }
  | { readonly kind: 'deleted' };

/** What is known of a stream. `last` = −1: no events. */
interface StreamState {
  readonly id: number;
  last: string;
  tombstoned: boolean;
  /** Whether its metadata stream has events, and what reading it has to heed. */
  metadata: boolean;
  tb?: string;
  maxCount?: number;
  maxAge?: number;
}

const FORMAT = 1;
const END_OF_STREAM = 9_223_372_036_854_775_807n;
const MAP_BYTES = 1 << 40;
/** Positions start above 0, because {0, 0} means "from the start" on the wire. */
const FIRST_POSITION = 1;
const TICKS_PER_MS = 10_000n;

/**
 * The log on LMDB: one order of all events, revisions by stream, ids by stream.
 *
 * Everything that waits is committed together in one transaction, whose checks run inside it, in order; a promise
 * resolves when that transaction is on disk. lmdb's overlapping sync is off: reopened after a power cut it lost
 * acknowledged writes.
 */
export class EventLog {
  readonly #root: RootDatabase;
  readonly #log: Database<Buffer, number>;
  readonly #streams: Database<StreamState, string>;
  readonly #revisions: Database<number, [number, string]>;
  readonly #ids: Database<string, [number, string]>;
  readonly #waiting = new Set<() => void>();
  #last = 0;
  #created = 0n;
  #nextStreamId = 1;
  #closed = false;
  #fail: (error: Error) => void = () => undefined;
  /** Resolves when a write could not be made durable: the log then takes no more. */
  readonly failed = new Promise<Error>((resolve) => {
    this.#fail = resolve;
  });
  #failure: Error | undefined;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#root = open({
      path: join(directory, 'events.mdb'),
      noSubdir: true,
      overlappingSync: false,
      mapSize: MAP_BYTES,
      maxDbs: 8,
      eventTurnBatching: true,
    });
    const meta = this.#root.openDB<number, string>({ name: 'meta', encoding: 'json' });
    this.#log = this.#root.openDB({ name: 'log', encoding: 'binary' });
    this.#streams = this.#root.openDB({ name: 'streams', encoding: 'json' });
    this.#revisions = this.#root.openDB({ name: 'revisions', encoding: 'json' });
    this.#ids = this.#root.openDB({ name: 'ids', encoding: 'json' });
    const format = meta.get('format');
    if (format === undefined) meta.putSync('format', FORMAT);
    else if (format !== FORMAT)
      throw new Error(
        `The event log in ${directory} has format ${format}; this version reads format ${FORMAT}.`,
      );
    this.#load();
  }

  #load(): void {
    for (const position of this.#log.getKeys({ reverse: true, limit: 1 })) {
      this.#last = position as number;
      this.#created = (this.at(this.#last) as StoredEvent).created;
    }
    this.#nextStreamId = 1 + this.#streams.getCount();
  }

  get last(): number {
    return this.#last;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting) wake();
    await this.#root.close();
  }

  /** Resolves at the next commit, or when the log is closed. */
  nextCommit(signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async #commit<T>(work: () => T): Promise<T> {
    if (this.#failure) throw this.#failure;
    let visible = 0;
    let result: T;
    try {
      result = await this.#root.transaction(() => {
        crashPoint('eventstore.before-commit');
        const done = work();
        visible = this.#pending;
        return done;
      });
    } catch (error) {
      // A failed sync is never retried: what is on disk is known again only after reopening.
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#fail(this.#failure);
      throw this.#failure;
    }
    crashPoint('eventstore.after-commit-before-ack');
    if (visible > this.#last) {
      this.#last = visible;
      for (const wake of [...this.#waiting]) wake();
    }
    return result;
  }

  /** Last position written inside transactions that may not be on disk yet; readers see only up to `last`. */
  #pending = 0;

  append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.#commit(() => this.#append(stream, expected, events));
  }

  #append(stream: string, expected: Expected, events: readonly NewEvent[]): AppendResult {
    const state = this.#state(stream);
    if (state?.tombstoned || this.#baseTombstoned(stream)) return { kind: 'deleted' };
    const last = BigInt(state?.last ?? -1);
    const softDeleted = isSoftDeleted(state);
    const verdict = this.#judge(state, { last, softDeleted, expected, events });
    if (verdict) return verdict;
    if (events.length === 0) return { kind: 'done', revision: last, position: this.#pending || this.#last };
    const own = state ?? this.#newStream();
    let revision = last;
    let position = 0;
    for (const event of events) {
      revision += 1n;
      position = this.#write(stream, own, revision, event);
    }
    own.last = String(revision);
    if (softDeleted) this.#undelete(stream, own, last + 1n);
    this.#streams.put(stream, own);
    if (stream.startsWith('$$')) this.#applyMetadata(stream.slice(2), events.at(-1) as NewEvent);
    return { kind: 'done', revision, position };
  }

  #judge(
    state: StreamState | undefined,
    {
      last,
      softDeleted,
      expected,
      events,
    }: { last: bigint; softDeleted: boolean; expected: Expected; events: readonly NewEvent[] },
  ): AppendResult | undefined {
    const wrong: AppendResult = { kind: 'wrong-version', current: softDeleted ? -1n : last };
    if (typeof expected === 'bigint') {
      if (expected === last) return undefined;
      if (expected > last) return { kind: 'wrong-version', current: last };
      return this.#repeated(state, expected + 1n, events) ?? { kind: 'wrong-version', current: last };
    }
    if (expected === 'no_stream') {
      if (last === -1n) return undefined;
      if (softDeleted) return events.length === 0 ? wrong : undefined;
      return this.#repeated(state, 0n, events) ?? { kind: 'wrong-version', current: last };
    }
    if (expected === 'stream_exists') {
      if (softDeleted) return { kind: 'deleted' };
      if (last === -1n && !state?.metadata) return wrong;
    }
    const first = events[0];
    const known = first && state ? this.#ids.get([state.id, first.id]) : undefined;
    if (known === undefined) return undefined;
    return this.#repeated(state, BigInt(known), events) ?? { kind: 'wrong-version', current: last };
  }

  /** The events are already there, the same ids in the same order from `from` on: success, nothing written. */
  #repeated(
    state: StreamState | undefined,
    from: bigint,
    events: readonly NewEvent[],
  ): AppendResult | undefined {
    if (!state || events.length === 0) return undefined;
    for (const [i, event] of events.entries()) {
      if (this.#ids.get([state.id, event.id]) === undefined) return undefined;
      const position = this.#revisions.get([state.id, key(from + BigInt(i))]);
      if (position === undefined || this.#stored(position)?.id !== event.id) return undefined;
    }
    const revision = from + BigInt(events.length - 1);
    return { kind: 'done', revision, position: this.#revisions.get([state.id, key(revision)]) as number };
  }

  #write(stream: string, state: StreamState, revision: bigint, event: NewEvent): number {
    const position = Math.max(this.#pending, this.#last, FIRST_POSITION - 1) + 1;
    const now = BigInt(Date.now()) * TICKS_PER_MS;
    if (now > this.#created) this.#created = now;
    this.#log.put(position, encodeRecord({ ...event, position, stream, revision, created: this.#created }));
    this.#revisions.put([state.id, key(revision)], position);
    if (this.#ids.get([state.id, event.id]) === undefined)
      this.#ids.put([state.id, event.id], String(revision));
    this.#pending = position;
    return position;
  }

  #newStream(): StreamState {
    return { id: this.#nextStreamId++, last: '-1', tombstoned: false, metadata: false };
  }

  #state(stream: string): StreamState | undefined {
    const state = this.#streams.get(stream);
    return state ? { ...state } : undefined;
  }

  #baseTombstoned(stream: string): boolean {
    return stream.startsWith('$$') && this.#streams.get(stream.slice(2))?.tombstoned === true;
  }

  /** The first append to a soft-deleted stream hides everything before it. */
  #undelete(stream: string, state: StreamState, from: bigint): void {
    this.#writeMetadata(stream, Buffer.from(`{"$tb":${from}}`));
    state.tb = String(from);
    state.metadata = true;
    delete state.maxCount;
    delete state.maxAge;
  }

  #writeMetadata(stream: string, json: Buffer): number {
    const name = `$$${stream}`;
    const own = this.#state(name) ?? this.#newStream();
    const revision = BigInt(own.last) + 1n;
    const position = this.#write(name, own, revision, {
      id: crypto.randomUUID(),
      type: '$metadata',
      json: true,
      data: json,
      metadata: Buffer.alloc(0),
    });
    own.last = String(revision);
    this.#streams.put(name, own);
    return position;
  }

  #applyMetadata(stream: string, event: NewEvent): void {
    const state = this.#state(stream) ?? this.#newStream();
    const read = metadataOf(event.data);
    delete state.tb;
    delete state.maxCount;
    delete state.maxAge;
    this.#streams.put(stream, { ...state, ...read, metadata: true });
  }

  /** Soft delete: the stream's events are hidden until it is written to again. */
  delete(stream: string, expected: Expected): Promise<AppendResult> {
    return this.#commit(() => {
      const state = this.#state(stream);
      if (state?.tombstoned) return { kind: 'deleted' };
      const last = BigInt(state?.last ?? -1);
      const exists = last >= 0n || state?.metadata === true;
      const allowed =
        expected === 'any' || expected === 'stream_exists'
          ? exists
          : expected === 'no_stream'
            ? last === -1n && state?.metadata === true
            : expected === last;
      if (!allowed) return { kind: 'wrong-version', current: last };
      const own = state ?? this.#newStream();
      const position = this.#writeMetadata(stream, Buffer.from(`{"$tb":${END_OF_STREAM}}`));
      delete own.maxCount;
      delete own.maxAge;
      this.#streams.put(stream, { ...own, metadata: true, tb: String(END_OF_STREAM) });
      return { kind: 'done', revision: last, position };
    });
  }

  tombstone(stream: string, expected: Expected): Promise<AppendResult> {
    return this.#commit(() => {
      const state = this.#state(stream);
      if (state?.tombstoned) return { kind: 'deleted' };
      const last = BigInt(state?.last ?? -1);
      const allowed =
        expected === 'any' ||
        (expected === 'stream_exists'
          ? last >= 0n || state?.metadata === true
          : expected === 'no_stream'
            ? last === -1n
            : expected === last);
      if (!allowed) return { kind: 'wrong-version', current: last };
      const own = state ?? this.#newStream();
      const position = this.#write(stream, own, END_OF_STREAM, {
        id: crypto.randomUUID(),
        type: '$streamDeleted',
        json: false,
        data: Buffer.alloc(0),
        metadata: Buffer.alloc(0),
      });
      own.tombstoned = true;
      this.#streams.put(stream, own);
      return { kind: 'done', revision: END_OF_STREAM, position };
    });
  }

  /** An event by its position, if it is on disk. */
  at(position: number): StoredEvent | undefined {
    return this.#stored(position);
  }

  #stored(position: number): StoredEvent | undefined {
    const bytes = this.#log.get(position);
    return bytes === undefined ? undefined : decodeRecord(position, bytes);
  }

  /** Events of `$all` from a position on (inclusive), forwards or backwards, never beyond what is on disk. */
  *all(from: number, direction: 'forwards' | 'backwards', limit: number): Generator<StoredEvent> {
    const options =
      direction === 'forwards'
        ? { start: from, end: this.#last + 1, limit }
        : { start: Math.min(from, this.#last), end: 0, reverse: true, limit };
    for (const { key: position, value } of this.#log.getRange({ ...options, snapshot: true }))
      yield decodeRecord(position as number, value);
  }

  /** What a reader may see of a stream: nothing, a tombstone, or revisions from `first` to `last`. */
  view(
    stream: string,
  ):
    | { readonly kind: 'none' }
    | { readonly kind: 'deleted' }
    | { readonly kind: 'there'; readonly first: bigint; readonly last: bigint; readonly notBefore: bigint } {
    const state = this.#streams.get(stream);
    if (state?.tombstoned || this.#baseTombstoned(stream)) return { kind: 'deleted' };
    if (!state || state.last === '-1' || isSoftDeleted(state)) return { kind: 'none' };
    const last = BigInt(state.last);
    const maxCount = stream.startsWith('$$') ? 1 : state.maxCount;
    const byCount = maxCount === undefined ? 0n : last - BigInt(maxCount) + 1n;
    const byBefore = state.tb === undefined ? 0n : BigInt(state.tb);
    const first = byCount > byBefore ? byCount : byBefore;
    const notBefore =
      state.maxAge === undefined ? 0n : (BigInt(Date.now()) - BigInt(state.maxAge) * 1000n) * TICKS_PER_MS;
    return { kind: 'there', first: first < 0n ? 0n : first, last, notBefore };
  }

  /** The event of a stream at a revision, on disk and regardless of truncation. */
  revision(stream: string, revision: bigint): StoredEvent | undefined {
    const state = this.#streams.get(stream);
    if (!state) return undefined;
    const position = this.#revisions.get([state.id, key(revision)]);
    return position === undefined || position > this.#last ? undefined : this.#stored(position);
  }

  stats(): { readonly events: number; readonly streams: number; readonly lastPosition: number } {
    return { events: this.#log.getCount(), streams: this.#streams.getCount(), lastPosition: this.#last };
  }
}

function key(revision: bigint): string {
  return revision.toString().padStart(19, '0');
}

function isSoftDeleted(state: StreamState | undefined): boolean {
  return state?.tb !== undefined && BigInt(state.tb) >= END_OF_STREAM;
}

/** The parts of stream metadata that reading heeds. `$tb` may be beyond 2^53, so it is taken from the text. */
function metadataOf(bytes: Uint8Array): Pick<StreamState, 'tb' | 'maxCount' | 'maxAge'> {
  const text = Buffer.from(bytes).toString('utf8');
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    // Malformed metadata is kept as it came and limits nothing, as on the real server.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  const tb = /"\$tb"\s*:\s*(\d+)/.exec(text)?.[1];
  const maxCount = parsed['$maxCount'];
  const maxAge = parsed['$maxAge'];
  return {
    ...(tb === undefined ? {} : { tb }),
    ...(typeof maxCount === 'number' && maxCount > 0 ? { maxCount } : {}),
    ...(typeof maxAge === 'number' && maxAge > 0 ? { maxAge } : {}),
  };
}
