import { beginning, completed, type GroupState, type Rules } from './state.ts';
import { type Considered, type Effect, type Input, type NackAction, nextTick, step } from './step.ts';

type Waiting = Extract<
  Effect<string>,
  { readonly kind: 'read' | 'read-parked' | 'park' | 'checkpoint' | 'cut-parked' }
>;

interface Parked {
  readonly id: string;
  answered: boolean;
}

/**
 * A group's state machine with a log around it that does nothing by itself: what the machine asks for is done when a command says
 * so, or never, when the store is killed before. On the way it checks all that a consumer relies on, against what it knows from
 * the outside: what was sent, answered, and is on disk.
 */
export class GroupWorld {
  readonly rules: Rules;
  state: GroupState<string>;
  now = 1000;
  /** The source: one entry for each event, whether the group wants it. */
  readonly source: boolean[] = [];
  readonly parked: Parked[] = [];
  cut = 0;
  checkpoint: number | undefined;
  waiting: Waiting[] = [];
  /** How long the source was when its next page was asked for. */
  #seen = 0;
  /** Delivered and not answered, by id. */
  readonly held = new Map<string, string>();
  readonly consumers = new Map<string, number>();
  /** How often each was refused, timed out or taken back, since the start. */
  readonly failures = new Map<string, number>();
  /** Answered for good since the start. */
  readonly answered = new Set<string>();
  /** Answered, or lying in the parked stream, whatever was killed meanwhile. */
  readonly settled = new Set<string>();
  starts = 0;
  deliveries = 0;
  #names = 0;

  constructor(rules: Rules) {
    this.rules = rules;
    this.state = this.#begin();
  }

  #begin(): GroupState<string> {
    this.starts++;
    return beginning(this.rules, {
      next: this.checkpoint === undefined ? 0 : this.checkpoint + 1,
      checkpoint: this.checkpoint,
      parkedFrom: this.cut,
      now: this.now,
    });
  }

  append(wanted: readonly boolean[]): void {
    this.source.push(...wanted);
    this.take({ kind: 'changed' });
  }

  join(bufferSize: number): void {
    const consumer = `c${this.#names++}`;
    this.consumers.set(consumer, bufferSize);
    this.take({ kind: 'joined', consumer, bufferSize });
  }

  leave(consumer: string): void {
    this.consumers.delete(consumer);
    for (const [id, holder] of [...this.held]) if (holder === consumer) this.#failed(id);
    this.take({ kind: 'left', consumer });
  }

  acknowledge(id: string): void {
    this.#settle(id);
    this.take({ kind: 'acknowledged', ids: [id] });
  }

  refuse(id: string, action: NackAction): void {
    const parks = action === 'park' || (action === 'retry' && this.#isSpent(id));
    if (action === 'skip' || action === 'stop') this.#settle(id);
    else if (parks) this.held.delete(id);
    else this.#failed(id);
    this.take({ kind: 'refused', ids: [id], action, reason: 'a reason' });
    if (parks) ensure(this.#isBeingParked(id), `${id} was to be parked`);
  }

  /** An answer to something that was delivered once and has been taken back meanwhile; none: nothing is such. */
  acknowledgeLate(): void {
    const late = [...this.failures.keys()].find(
      (id) => !this.held.has(id) && this.state.retries.some((delivery) => delivery.id === id),
    );
    if (late === undefined) return;
    this.#settle(late);
    this.take({ kind: 'acknowledged', ids: [late] });
  }

  pass(ms: number): void {
    this.now += ms;
    const spent: string[] = [];
    for (const [id, { expires }] of this.state.inFlight) {
      if (expires > this.now) continue;
      if (this.#isSpent(id)) spent.push(id);
      else this.#failures(id);
    }
    for (const [id, { expires }] of this.state.inFlight) if (expires <= this.now) this.held.delete(id);
    this.take({ kind: 'tick' });
    for (const id of spent) ensure(this.#isBeingParked(id), `${id} was to be parked after its last time-out`);
    const next = nextTick(this.state);
    ensure(next === undefined || next > this.now, 'a tick leaves nothing that is due');
  }

  replay(stopAt: number | undefined): void {
    const end = this.parked.length;
    this.take({ kind: 'replay', stop: stopAt === undefined ? end : Math.min(stopAt, end) });
  }

  /** Does one of the things that were asked for; those of one kind in order. */
  complete(which: number, fails: boolean): void {
    const kinds = [...new Set(this.waiting.map(({ kind }) => kind))];
    const kind = kinds[which % kinds.length];
    const at = this.waiting.findIndex((effect) => effect.kind === kind);
    const [effect] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (effect) this.#do(effect, fails);
  }

  /** Kills the store: what was not on disk never happened, and everybody is gone. */
  kill(): void {
    this.waiting = [];
    this.held.clear();
    this.consumers.clear();
    this.failures.clear();
    this.answered.clear();
    this.state = this.#begin();
    this.take({ kind: 'changed' });
  }

  /** With a consumer that acknowledges everything and a disk that works, whatever is open is settled. */
  drain(): void {
    this.join(3);
    let rounds = 0;
    for (;;) {
      ensure(rounds++ < 10_000, 'it comes to an end');
      if (this.waiting.length > 0) this.complete(0, false);
      else if (this.held.size > 0) this.acknowledge([...this.held.keys()][0] as string);
      else if (this.cut < this.parked.length && this.state.replay.next < this.parked.length)
        this.replay(undefined);
      else break;
    }
    for (const [i, wanted] of this.source.entries())
      ensure(!wanted || this.settled.has(`e${i}`), `e${i} was delivered and answered, or parked`);
    for (const { id, answered } of this.parked) ensure(answered, `${id} was replayed and answered`);
    ensure(this.cut === this.parked.length, 'the parked stream is cut');
    ensure(this.state.live, 'the group is live');
    const last = this.source.length - 1;
    ensure(last < 0 || completed(this.state).place === last, 'everything is completed');
  }

  #do(effect: Waiting, fails: boolean): void {
    switch (effect.kind) {
      case 'read':
        this.take({ kind: 'page', ...this.#page(effect.from, effect.count) });
        return;
      case 'read-parked': {
        const next = Math.min(effect.from + effect.count, effect.stop);
        const messages = this.parked
          .slice(effect.from, next)
          .map(({ id }, i) => ({ id, event: id, pin: id, place: effect.from + i }));
        this.take({ kind: 'parked-page', messages, next });
        return;
      }
      case 'park': {
        const { id } = effect.delivery;
        if (fails) this.#failures(id);
        else {
          this.parked.push({ id: `p${this.parked.length}`, answered: false });
          this.#settle(id);
        }
        this.take({ kind: 'parked', id, done: !fails });
        return;
      }
      case 'checkpoint':
        this.checkpoint = effect.place;
        return;
      case 'cut-parked':
        this.cut = effect.before;
        return;
    }
  }

  #page(from: number, count: number) {
    const parts: Considered<string>[] = [];
    let at = from;
    for (let wanted = 0; at < this.#seen && wanted < count; at++) {
      const id = `e${at}`;
      if (this.source[at]) wanted++;
      const read = this.source[at] ? { id, event: id, pin: `pin-${at % 3}` } : undefined;
      parts.push({ place: at, count: 1, wanted: read });
    }
    return { parts, next: at, ended: at >= this.#seen };
  }

  take(input: Input<string>): void {
    for (const effect of step(this.state, input, this.now)) this.#check(effect);
    this.#checkState();
  }

  #check(effect: Effect<string>): void {
    switch (effect.kind) {
      case 'deliver': {
        const { id, retryCount } = effect.delivery;
        ensure(!this.held.has(id), `${id} is at one consumer only`);
        ensure(!this.answered.has(id), `${id} is not delivered after it was answered`);
        ensure(this.consumers.has(effect.consumer), `${effect.consumer} is connected`);
        ensure(retryCount === (this.failures.get(id) ?? 0), `${id} has the right retry count`);
        this.held.set(id, effect.consumer);
        this.deliveries++;
        return;
      }
      case 'answered':
        return;
      case 'checkpoint':
        for (let i = 0; i <= effect.place; i++)
          ensure(
            !this.source[i] || this.settled.has(`e${i}`),
            `the checkpoint ${effect.place} leaves e${i} open`,
          );
        ensure(effect.place > (this.checkpoint ?? -1), 'a checkpoint moves on');
        break;
      case 'cut-parked':
        for (const { id, answered } of this.parked.slice(0, effect.before))
          ensure(answered, `${id} is cut off and was not answered`);
        break;
      case 'read':
        ensure(!this.waiting.some(({ kind }) => kind === 'read'), 'one page at a time');
        this.#seen = this.source.length;
        break;
    }
    this.waiting.push(effect);
  }

  #checkState(): void {
    const { buffer, retries, inFlight, parking } = this.state;
    const all = [
      ...buffer,
      ...retries,
      ...parking.values(),
      ...[...inFlight.values()].map((one) => one.delivery),
    ];
    ensure(new Set(all.map(({ id }) => id)).size === all.length, 'an event is in one place');
    ensure(inFlight.size === this.held.size, 'what is under way is what consumers hold');
    const { historyBufferSize, liveBufferSize } = this.rules;
    ensure(buffer.length <= Math.max(historyBufferSize, liveBufferSize), 'the buffer keeps its size');
    const taken = new Map<string, number>();
    for (const holder of this.held.values()) taken.set(holder, (taken.get(holder) ?? 0) + 1);
    for (const [consumer, count] of taken)
      ensure(count <= (this.consumers.get(consumer) ?? 0), `${consumer} gets no more than it can take`);
    this.#checkNobodyWaits(taken);
    const next = nextTick(this.state) ?? Infinity;
    for (const { expires } of inFlight.values()) ensure(next <= expires, 'the clock is looked at in time');
  }

  /** While a consumer has room nothing waits, except, in the pinned strategies, for its own consumer. */
  #checkNobodyWaits(taken: ReadonlyMap<string, number>): void {
    if (this.rules.strategy.startsWith('Pinned')) return;
    const room = [...this.consumers].some(([consumer, size]) => (taken.get(consumer) ?? 0) < size);
    const { buffer, retries } = this.state;
    ensure(!room || buffer.length + retries.length === 0, 'nothing waits while a consumer has room');
  }

  #isSpent(id: string): boolean {
    return (this.failures.get(id) ?? 0) >= this.rules.maxRetryCount;
  }

  #isBeingParked(id: string): boolean {
    return this.waiting.some((effect) => effect.kind === 'park' && effect.delivery.id === id);
  }

  #failed(id: string): void {
    this.held.delete(id);
    this.#failures(id);
  }

  #failures(id: string): void {
    this.failures.set(id, (this.failures.get(id) ?? 0) + 1);
  }

  #settle(id: string): void {
    this.held.delete(id);
    this.answered.add(id);
    this.settled.add(id);
    const parked = this.parked.find((one) => one.id === id);
    if (parked) parked.answered = true;
  }
}

function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It does not hold that ${what}.`);
}
