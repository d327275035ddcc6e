import { lockDirectory } from '#directory-lock';
import { reasonOfFailedCommit } from '#lmdb-copy';
import { crashPoint } from '../crash-point.ts';
import type { ObserveOperation, StoreOperation } from '../operations.ts';
import { append, type Expected, type Outcome, softDelete, tombstone } from './append-rules.ts';
import { CommitSignal } from './commit-signal.ts';
import { assertComplete } from './completeness.ts';
import { type Committed, Group, type ProposedEvent } from './group.ts';
import { claimLog, releaseLog } from './ownership.ts';
import { DamagedIndex, DamagedRecord, LogRecord } from './record.ts';
import { contentOf, opened } from './rows.ts';
import { decodeState, isSoftDeleted, type StreamState } from './stream-state.ts';
import { idKey, nameKey, openTables, revisionKey, type Tables } from './tables.ts';
import { expiredBefore, firstVisible } from './visibility.ts';

/** The store has stopped, by command or because a write failed: what had been asked of it may or may not be on disk. */
export class LogStopped extends Error {}

interface Waiting {
  readonly work: (group: Group) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** What a reader of a stream may see. */
export type StreamView =
  | { readonly kind: 'none' }
  | { readonly kind: 'deleted' }
  | {
      readonly kind: 'there';
      readonly number: number;
      readonly first: number;
      readonly last: number;
      /** Events created before it have expired; ticks. */
      readonly notBefore: bigint;
    };

/** A group is closed at this size, so that one commit stays short. */
const GROUP_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The log on LMDB: one order of all events, and for each stream its revisions and ids.
 *
 * All changes that wait are checked in order and committed in one transaction; a promise resolves when that transaction is
 * on disk. After a failed write nothing more is taken: what is on disk is known again only when the log is opened anew.
 */
export class EventLog implements Committed {
  readonly signal = new CommitSignal();
  /** Resolves when a write has failed and the log has stopped. */
  readonly failed: Promise<Error>;
  readonly #tables: Tables;
  readonly #now: () => number;
  readonly #observe: ObserveOperation | undefined;
  readonly #release: () => void;
  #fail: (error: Error) => void = () => undefined;
  #stopped: LogStopped | undefined;
  #broken = false;
  #waiting: Waiting[] = [];
  #pumping: Promise<void> | undefined;
  #lastPosition = 0;
  #lastCreated = 0n;
  #nextStreamNumber = 1;

  /** Errors: DirectoryInUse; another format; DamagedFile when what LMDB keeps of its own is damaged; DamagedRecord when the last record is not what was written. */
  constructor(directory: string, now: () => number, observe?: ObserveOperation) {
    this.#now = now;
    this.#observe = observe;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    const release = lockDirectory(directory);
    try {
      this.#tables = openTables(directory);
    } catch (error) {
      release();
      throw error;
    }
    this.#release = release;
    try {
      claimLog(this.#tables, directory);
      this.#load();
    } catch (error) {
      void this.#tables.root.close();
      release();
      throw error;
    }
  }

  #load(): void {
    for (const position of this.#tables.log.getKeys({ reverse: true, limit: 1 })) {
      this.#lastPosition = position;
      this.#lastCreated = (this.at(position) as LogRecord).created;
    }
    this.#nextStreamNumber = 1 + this.#tables.streams.getCount();
  }

  get tables(): Tables {
    return this.#tables;
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

  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Promise<Outcome> {
    return this.#observed('append', stream, (group) => append(group, stream, expected, events));
  }
  delete(stream: string, expected: Expected): Promise<Outcome> {
    return this.#observed('delete', stream, (group) => softDelete(group, stream, expected));
  }
  tombstone(stream: string, expected: Expected): Promise<Outcome> {
    return this.#observed('tombstone', stream, (group) => tombstone(group, stream, expected));
  }

  async #observed(
    operation: StoreOperation['operation'],
    stream: string,
    work: (group: Group) => Outcome,
  ): Promise<Outcome> {
    const began = performance.now();
    const outcome = await this.change(work);
    this.#observe?.({ operation, stream, ms: performance.now() - began });
    return outcome;
  }

  /** Runs a change in the next group; resolves with its result when the group is on disk. Errors: LogStopped. */
  change<T>(work: (group: Group) => T): Promise<T> {
    if (this.#stopped) return Promise.reject(this.#stopped);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#pumping ??= this.#pump();
    });
  }

  async #pump(): Promise<void> {
    // Whatever else arrives in this turn of the event loop joins the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 && !this.#stopped) await this.#commitGroup();
    this.#pumping = undefined;
  }

  async #commitGroup(): Promise<void> {
    const group = new Group(this, this.#now);
    const results: { readonly waiting: Waiting; readonly result: unknown }[] = [];
    let taken = 0;
    try {
      while (taken < this.#waiting.length && group.bytes < GROUP_BYTES_MAX) {
        const waiting = this.#waiting[taken++] as Waiting;
        const { changes } = group;
        try {
          results.push({ waiting, result: waiting.work(group) });
        } catch (error) {
          const damaged = error instanceof DamagedRecord || error instanceof DamagedIndex;
          // A check comes before anything is added to the group; a change that is half made must not be committed.
          if (!damaged || group.changes !== changes) throw error;
          waiting.reject(error);
        }
      }
      if (!group.isEmpty) {
        crashPoint('eventstore.before-commit');
        const began = performance.now();
        await this.#tables.root.batch(() => group.write(this.#tables));
        this.#observe?.({ operation: 'commit', events: group.events, ms: performance.now() - began });
        crashPoint('eventstore.after-commit-before-ack');
      }
    } catch (error) {
      // Never retried: after a failed sync the kernel may have dropped what it could not write.
      this.#stop(await reasonOfFailedCommit(error));
      return;
    }
    this.#waiting.splice(0, taken);
    this.#lastPosition = group.lastPosition;
    this.#lastCreated = group.lastCreated;
    this.#nextStreamNumber = group.nextStreamNumber;
    for (const { waiting, result } of results) waiting.resolve(result as never);
    if (!group.isEmpty) this.signal.committed(group.touched);
  }

  #stop(cause: Error): void {
    this.#stopped = new LogStopped(`The event log has stopped: ${cause.message}`, { cause });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(this.#stopped);
    this.signal.close();
    this.#broken = true;
    this.#fail(cause);
  }

  /** Takes no more, waits for what it has taken. */
  async drain(): Promise<void> {
    await this.#pumping;
    this.#stopped ??= new LogStopped('The event log is closed.');
    this.signal.close();
  }

  async close(): Promise<void> {
    await this.drain();
    // After a failed write nothing more is written; the next start sees that this process is gone.
    if (!this.#broken) releaseLog(this.#tables);
    await this.#tables.root.close();
    this.#release();
  }

  /** Why no event will come any more; absent: the log goes on. */
  get stopped(): LogStopped | undefined {
    return this.#stopped;
  }

  state(stream: string): StreamState | undefined {
    const content = contentOf(this.#tables, 'streams', nameKey(stream));
    return content && decodeState(content);
  }

  positionOf(streamNumber: number, revision: bigint): number | undefined {
    return contentOf(this.#tables, 'revisions', revisionKey(streamNumber, revision))?.readDoubleLE();
  }

  revisionOfId(streamNumber: number, id: string): number | undefined {
    return contentOf(this.#tables, 'ids', idKey(streamNumber, id))?.readDoubleLE();
  }

  /** The event at a position. Errors: DamagedRecord. */
  at(position: number): LogRecord | undefined {
    const bytes = this.#tables.log.get(position);
    return bytes && new LogRecord(position, bytes);
  }

  /** What a reader may see of a stream now. */
  view(stream: string): StreamView {
    const state = this.state(stream);
    if (state?.tombstoned || (stream.startsWith('$$') && this.state(stream.slice(2))?.tombstoned))
      return { kind: 'deleted' };
    if (!state || state.last < 0 || isSoftDeleted(state)) return { kind: 'none' };
    return {
      kind: 'there',
      number: state.number,
      first: firstVisible(stream, state),
      last: state.last,
      notBefore: expiredBefore(state, this.#now()),
    };
  }

  /**
   * Events of `$all`, at most `limit`: forwards from a position on, backwards from the one before it.
   * Errors: DamagedRecord; DamagedIndex, when a record is missing between them.
   */
  all(from: number, direction: 'forwards' | 'backwards', limit: number): LogRecord[] {
    const range =
      direction === 'forwards'
        ? { start: from, end: this.#lastPosition + 1, limit }
        : {
            start: Math.min(from, this.#lastPosition + 1),
            exclusiveStart: true,
            end: 0,
            reverse: true,
            limit,
          };
    const records: LogRecord[] = [];
    for (const { key, value } of this.#tables.log.getRange(range)) records.push(new LogRecord(key, value));
    assertComplete(this, { from, direction, limit }, records);
    return records;
  }

  /**
   * Events of a stream by revision, from `from` to `to`, both included, at most `limit`; downwards when `to` is smaller.
   * Errors: DamagedRecord; DamagedIndex, when a revision is not where the stream's index says.
   */
  revisions(streamNumber: number, from: number, to: number, limit: number): LogRecord[] {
    const records: LogRecord[] = [];
    const positions = this.#tables.revisions.getRange({
      start: revisionKey(streamNumber, BigInt(from)),
      end: revisionKey(streamNumber, BigInt(to)),
      inclusiveEnd: true,
      reverse: to < from,
      limit,
    });
    const step = to < from ? -1 : 1;
    for (const { key, value } of positions) {
      const position = opened('revisions', key, value).readDoubleLE();
      // Committed, and about to be told to everybody.
      if (position > this.#lastPosition) return records;
      const record = this.at(position);
      const revision = from + step * records.length;
      if (record?.streamNumber !== streamNumber || record.revision !== BigInt(revision))
        throw new DamagedIndex(
          `Revision ${revision} of stream number ${streamNumber} is not at position ${position}, where its index has it.`,
        );
      records.push(record);
    }
    if (records.length < Math.min(limit, Math.abs(to - from) + 1))
      throw new DamagedIndex(
        `Revision ${from + step * records.length} of stream number ${streamNumber} is missing in its index.`,
      );
    return records;
  }

  /** Changes that have been asked for and are not on disk. */
  get waiting(): number {
    return this.#waiting.length;
  }
}
