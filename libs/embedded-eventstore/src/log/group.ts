import { encodeRecord, type LogRecord, positionAfter } from './record.ts';
import { sealed } from './rows.ts';
import type { StreamState } from './stream-state.ts';
import { encodeState } from './stream-state.ts';
import { encodeNumber, idKey, nameKey, revisionKey, type Tables } from './tables.ts';

/** An event as it was proposed. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** What a check asks of an event that is there. */
export interface WrittenEvent {
  readonly position: number;
  readonly id: string;
  readonly created: bigint;
}

/** What a group adds to one stream. */
interface StreamWrites {
  /** By revision as a number; a tombstone's, 2^63 − 1, is 2^63 then, which no other revision is. */
  readonly byRevision: Map<number, WrittenEvent>;
  readonly revisionOfId: Map<string, number>;
}

/** What is on disk, as a group sees it. */
export interface Committed {
  readonly lastPosition: number;
  readonly lastCreated: bigint;
  readonly nextStreamNumber: number;
  state(stream: string): StreamState | undefined;
  positionOf(streamNumber: number, revision: bigint): number | undefined;
  revisionOfId(streamNumber: number, id: string): number | undefined;
  at(position: number): LogRecord | undefined;
}

const TICKS_PER_MS = 10_000n;

/**
 * Appends that are committed together: what they write, and the log as the later ones see it through the earlier ones.
 * Nothing reaches the tables before `write`; this process is their only writer, so what a check saw still holds then.
 */
export class Group {
  readonly #committed: Committed;
  readonly #now: () => number;
  readonly #states = new Map<string, StreamState>();
  /** What was looked up: an append asks for its stream more than once. */
  readonly #committedStates = new Map<string, StreamState | undefined>();
  /** By stream number: keys made of two parts cost more than all else that is done to an event (measured). */
  readonly #written = new Map<number, StreamWrites>();
  readonly #records: { readonly position: number; readonly bytes: Buffer }[] = [];
  readonly #revisionRows: [Buffer, Buffer][] = [];
  readonly #idRows: [Buffer, Buffer][] = [];
  #lastPosition: number;
  #lastCreated: bigint;
  #nextStreamNumber: number;
  bytes = 0;
  /** Grows with every change that is made to the group. */
  changes = 0;

  constructor(committed: Committed, now: () => number) {
    this.#committed = committed;
    this.#now = now;
    this.#lastPosition = committed.lastPosition;
    this.#lastCreated = committed.lastCreated;
    this.#nextStreamNumber = committed.nextStreamNumber;
  }

  get lastPosition(): number {
    return this.#lastPosition;
  }
  get lastCreated(): bigint {
    return this.#lastCreated;
  }
  get nextStreamNumber(): number {
    return this.#nextStreamNumber;
  }
  get now(): number {
    return this.#now();
  }
  get events(): number {
    return this.#records.length;
  }
  get isEmpty(): boolean {
    return this.#records.length === 0 && this.#states.size === 0;
  }
  /** Names of the streams that it changes. */
  get touched(): Iterable<string> {
    return this.#states.keys();
  }

  state(stream: string): StreamState | undefined {
    const own = this.#states.get(stream);
    if (own) return own;
    if (this.#committedStates.has(stream)) return this.#committedStates.get(stream);
    const committed = this.#committed.state(stream);
    this.#committedStates.set(stream, committed);
    return committed;
  }

  /** A stream's state, made when it has none. */
  stateOrNew(stream: string): StreamState {
    const known = this.state(stream);
    if (known) return known;
    const made: StreamState = {
      number: this.#nextStreamNumber++,
      last: -1,
      tombstoned: false,
      hasMetadata: false,
      truncation: {},
    };
    this.setState(stream, made);
    return made;
  }

  setState(stream: string, state: StreamState): void {
    this.changes++;
    this.#states.set(stream, state);
  }

  /** The event of a revision, if there is one: its id and position. */
  eventAt(streamNumber: number, revision: bigint): WrittenEvent | undefined {
    const own = this.#written.get(streamNumber)?.byRevision.get(Number(revision));
    if (own) return own;
    const position = this.#committed.positionOf(streamNumber, revision);
    const record = position === undefined ? undefined : this.#committed.at(position);
    return record && { position: record.position, id: record.id, created: record.created };
  }

  /** The revision of an event id in a stream: the first, if it was written more than once. */
  revisionOfId(streamNumber: number, id: string): number | undefined {
    return (
      this.#committed.revisionOfId(streamNumber, id) ?? this.#written.get(streamNumber)?.revisionOfId.get(id)
    );
  }

  /** Adds an event to the log and its stream's indexes; returns its position. */
  add(stream: string, streamNumber: number, revision: bigint, event: ProposedEvent): number {
    const now = BigInt(this.#now()) * TICKS_PER_MS;
    if (now > this.#lastCreated) this.#lastCreated = now;
    const position = positionAfter(this.#lastPosition, event);
    // Field by field: spreading the event into the record took more than half of all that is done here (measured).
    const bytes = encodeRecord({
      id: event.id,
      type: event.type,
      json: event.json,
      data: event.data,
      metadata: event.metadata,
      position,
      stream,
      streamNumber,
      revision,
      created: this.#lastCreated,
    });
    this.#lastPosition = position;
    this.changes++;
    this.#records.push({ position, bytes });
    this.bytes += bytes.length;
    const own = this.#writesTo(streamNumber);
    own.byRevision.set(Number(revision), { position, id: event.id, created: this.#lastCreated });
    this.#revisionRows.push([revisionKey(streamNumber, revision), encodeNumber(position)]);
    if (own.revisionOfId.has(event.id)) return position;
    own.revisionOfId.set(event.id, Number(revision));
    this.#idRows.push([idKey(streamNumber, event.id), encodeNumber(Number(revision))]);
    return position;
  }

  #writesTo(streamNumber: number): StreamWrites {
    const known = this.#written.get(streamNumber);
    if (known) return known;
    const made: StreamWrites = { byRevision: new Map(), revisionOfId: new Map() };
    this.#written.set(streamNumber, made);
    return made;
  }

  /** Puts everything into one batch of the tables. */
  write(tables: Tables): void {
    for (const { position, bytes } of this.#records) tables.log.put(position, bytes);
    for (const [key, value] of this.#revisionRows) tables.revisions.put(key, sealed('revisions', key, value));
    // An id keeps its first revision.
    for (const [key, value] of this.#idRows)
      tables.ids.put(key, sealed('ids', key, value), FIRST_ONLY).catch(toldByTheBatch);
    for (const [stream, state] of this.#states) {
      const key = nameKey(stream);
      tables.streams.put(key, sealed('streams', key, encodeState(state)));
    }
  }
}

/** A put with a condition has a promise of its own, which fails beside that of the batch; unheard, it would end the process. */
const toldByTheBatch = () => undefined;

const FIRST_ONLY = { noOverwrite: true } as unknown as number;
