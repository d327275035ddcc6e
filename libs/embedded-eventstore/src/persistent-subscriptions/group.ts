import type { EventLog } from '../log/event-log.ts';
import { asWireError, type WireError } from '../protocol/errors.ts';
import { EventFrame, type IdForm, type ResolvedRecord } from '../protocol/event-message.ts';
import { Checkpoints } from './checkpoints.ts';
import { beginning, type GroupState } from './core/state.ts';
import { type Effect, type Input, nextTick, step } from './core/step.ts';
import { firstPlace, type GroupDefinition, groupKey, parkedStream } from './definition.ts';
import { encodedRetryCount } from './delivered-message.ts';
import { Measurements } from './measurements.ts';
import { cutParked, parkMessage } from './parked.ts';
import { Source } from './source.ts';

/** A connected consumer: who it is, and the way to it. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly from: string;
  readonly user: string;
  readonly bufferSize: number;
  readonly ids: IdForm;
  readonly send: (frames: readonly Buffer[]) => void;
  readonly end: (error: WireError) => void;
}

/** A connection with what has been counted on it. */
export interface Connected {
  readonly connection: Connection;
  readonly measurements: Measurements;
}

/** Events looked at in one go; then others get their turn. */
const CONSIDERED_IN_A_ROW = 16_384;
/** The longest time that a timer can wait, ms. */
const TIMER_MAX = 2 ** 31 - 1;

/**
 * A group at work: feeds its state machine with what the log and the consumers bring, and does what it asks for.
 *
 * A step is taken when the one before it is done; reading the log takes no time, writing to it does, and comes back as an input.
 */
export class Group {
  readonly definition: GroupDefinition;
  readonly key: string;
  readonly connected = new Map<string, Connected>();
  readonly #log: EventLog;
  readonly #source: Source;
  readonly #checkpoints: Checkpoints;
  readonly #state: GroupState<ResolvedRecord>;
  readonly #ended = new AbortController();
  readonly #inputs: Input<ResolvedRecord>[] = [];
  readonly #frames = new Map<string, Buffer[]>();
  readonly measurements = new Measurements();
  readonly #writes = new Set<Promise<unknown>>();
  /** Why it works no more. */
  #failed: WireError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stepping = false;
  #lookedAt = 0;

  constructor(log: EventLog, definition: GroupDefinition) {
    this.definition = definition;
    this.key = groupKey(definition.stream, definition.group);
    this.#log = log;
    this.#source = new Source(log, definition);
    this.#checkpoints = new Checkpoints(log, this.key, definition.stream);
    const checkpoint = this.#checkpoints.last();
    this.#state = beginning(definition, {
      next: checkpoint === undefined ? firstPlace(definition) : checkpoint + 1,
      checkpoint,
      parkedFrom: this.#parked().first,
      now: log.now,
    });
    void this.#follow();
  }

  get state(): GroupState<ResolvedRecord> {
    return this.#state;
  }

  get lastCheckpoint(): number | undefined {
    return this.#checkpoints.written;
  }

  /** Messages in the parked stream that have not been replayed. */
  get parkedCount(): number {
    const { first, last } = this.#parked();
    return Math.max(0, last - Math.max(first, this.#state.replay.next) + 1);
  }

  get isFull(): boolean {
    const { maxSubscriberCount } = this.definition;
    return maxSubscriberCount > 0 && this.connected.size >= maxSubscriberCount;
  }

  /** Errors: why the group has ended, when it has met a damaged record or a log that stopped. */
  join(connection: Connection): void {
    if (this.#failed) throw this.#failed;
    this.connected.set(connection.id, { connection, measurements: new Measurements() });
    this.take({ kind: 'joined', consumer: connection.id, bufferSize: connection.bufferSize });
  }

  leave(connection: Connection): void {
    if (!this.connected.delete(connection.id)) return;
    this.#frames.delete(connection.id);
    this.take({ kind: 'left', consumer: connection.id });
  }

  /** Parked messages once more: all that are there now, or those below a revision. */
  replayParked(stopAt: number | undefined): void {
    const end = this.#parked().last + 1;
    this.take({ kind: 'replay', stop: stopAt === undefined ? end : Math.min(stopAt, end) });
  }

  /** Ends the group's work; consumers are told why. Resolves when what was being written is written. */
  async stop(why: WireError): Promise<void> {
    this.#ended.abort();
    clearTimeout(this.#timer);
    for (const { connection } of [...this.connected.values()]) connection.end(why);
    this.connected.clear();
    await Promise.allSettled(this.#writes);
  }

  #fail(error: unknown): void {
    this.#failed ??= asWireError(error);
    void this.stop(this.#failed);
  }

  /** The next thing that happened. */
  take(input: Input<ResolvedRecord>): void {
    this.#inputs.push(input);
    this.#run();
  }

  /** Whatever is in the log when it begins to follow it is read at once. */
  async #follow(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const changed = this.#log.signal.next(this.#source.name, signal);
      this.take({ kind: 'changed' });
      await changed;
      // A log that has stopped does not change any more, and says so at once.
      if (this.#log.signal.isClosed) return;
    }
  }

  #run(): void {
    if (this.#stepping) return;
    this.#stepping = true;
    this.#lookedAt = 0;
    try {
      while (!this.#ended.signal.aborted) {
        const input = this.#inputs.shift();
        if (!input) break;
        for (const effect of step(this.#state, input, this.#log.now)) this.#do(effect);
      }
    } catch (error) {
      // A damaged record: said to everyone who asks, never skipped.
      this.#fail(error);
    } finally {
      this.#stepping = false;
    }
    this.#flush();
    this.#setTimer();
  }

  #do(effect: Effect<ResolvedRecord>): void {
    switch (effect.kind) {
      case 'deliver': {
        const { connection, measurements } = this.connected.get(effect.consumer) as Connected;
        const { event, retryCount } = effect.delivery;
        const frames = this.#frames.get(connection.id) ?? [];
        this.#frames.set(connection.id, frames);
        frames.push(new EventFrame(event, connection.ids, encodedRetryCount(retryCount)).bytes());
        measurements.delivered();
        this.measurements.delivered();
        return;
      }
      case 'answered':
        if (this.definition.extraStatistics)
          this.connected.get(effect.consumer)?.measurements.answered(effect.afterMs);
        return;
      case 'read':
        this.#read(effect.from, effect.count);
        return;
      case 'read-parked': {
        const page = this.#source.parkedPage(this.key, effect.from, effect.stop, effect.count);
        this.#inputs.push({ kind: 'parked-page', ...page });
        return;
      }
      case 'park': {
        const { id, event } = effect.delivery;
        this.#write(
          parkMessage(this.#log, this.key, event, effect.reason).then((done) =>
            this.take({ kind: 'parked', id, done }),
          ),
        );
        return;
      }
      case 'checkpoint':
        this.#write(this.#checkpoints.write(effect.place));
        return;
      case 'cut-parked':
        this.#write(cutParked(this.#log, this.key, effect.before));
        return;
    }
  }

  #read(from: number, count: number): void {
    const page = this.#source.page(from, count);
    for (const part of page.parts) this.#lookedAt += part.count;
    if (this.#lookedAt < CONSIDERED_IN_A_ROW) this.#inputs.push({ kind: 'page', ...page });
    else setImmediate(() => this.take({ kind: 'page', ...page }));
  }

  #write(writing: Promise<unknown>): void {
    this.#writes.add(writing);
    writing.then(
      () => this.#writes.delete(writing),
      (error: unknown) => {
        this.#writes.delete(writing);
        this.#fail(error);
      },
    );
  }

  #flush(): void {
    for (const [id, frames] of this.#frames) this.connected.get(id)?.connection.send(frames);
    this.#frames.clear();
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    if (this.#ended.signal.aborted) return;
    const due = nextTick(this.#state);
    if (due === undefined) return;
    const wait = Math.min(Math.max(due - this.#log.now, 0), TIMER_MAX);
    this.#timer = setTimeout(() => this.take({ kind: 'tick' }), wait);
    this.#timer.unref();
  }

  #parked(): { readonly first: number; readonly last: number } {
    const view = this.#log.view(parkedStream(this.key));
    if (view.kind === 'there') return { first: view.first, last: view.last };
    const last = this.#log.state(parkedStream(this.key))?.last ?? -1;
    return { first: last + 1, last };
  }
}
