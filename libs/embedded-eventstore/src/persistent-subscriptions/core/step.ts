import { type Delivery, type InFlight, insertRetry } from './deliveries.ts';
import { completed, type GroupState } from './state.ts';

/** An event as it was read. */
export interface Read<E> {
  readonly id: string;
  readonly event: E;
  readonly pin: string;
}

/** Part of a page: so many events considered, up to a place; the last one of them wanted, or none. */
export interface Considered<E> {
  readonly place: number;
  readonly count: number;
  readonly wanted: Read<E> | undefined;
}

export type NackAction = 'park' | 'retry' | 'skip' | 'stop';

export type Input<E> =
  | { readonly kind: 'joined'; readonly consumer: string; readonly bufferSize: number }
  | { readonly kind: 'left'; readonly consumer: string }
  | { readonly kind: 'acknowledged'; readonly ids: readonly string[] }
  | {
      readonly kind: 'refused';
      readonly ids: readonly string[];
      readonly action: NackAction;
      readonly reason: string;
    }
  /** The source has changed. */
  | { readonly kind: 'changed' }
  | {
      readonly kind: 'page';
      readonly parts: readonly Considered<E>[];
      readonly next: number;
      readonly ended: boolean;
    }
  /** Replay of parked messages up to a revision of the parked stream, exclusive. */
  | { readonly kind: 'replay'; readonly stop: number }
  | {
      readonly kind: 'parked-page';
      readonly messages: readonly (Read<E> & { readonly place: number })[];
      readonly next: number;
    }
  /** A message lies in the parked stream, or could not be put there. */
  | { readonly kind: 'parked'; readonly id: string; readonly done: boolean }
  /** The clock has moved. */
  | { readonly kind: 'tick' };

export type Effect<E> =
  | { readonly kind: 'deliver'; readonly consumer: string; readonly delivery: Delivery<E> }
  | { readonly kind: 'answered'; readonly consumer: string; readonly afterMs: number }
  | { readonly kind: 'park'; readonly delivery: Delivery<E>; readonly reason: string }
  | { readonly kind: 'checkpoint'; readonly place: number }
  | { readonly kind: 'read'; readonly from: number; readonly count: number }
  | { readonly kind: 'read-parked'; readonly from: number; readonly stop: number; readonly count: number }
  /** Parked messages below it have been replayed and answered. */
  | { readonly kind: 'cut-parked'; readonly before: number };

/**
 * A group as a state machine: everything that happens is an input, everything to be done is an effect; the clock comes with
 * the input. What a message is, is none of its business.
 */
export function step<E>(state: GroupState<E>, input: Input<E>, now: number): Effect<E>[] {
  const effects: Effect<E>[] = [];
  switch (input.kind) {
    case 'joined':
      state.consumers.add(input.consumer, input.bufferSize);
      break;
    case 'left':
      leave(state, input.consumer);
      break;
    case 'acknowledged':
      for (const id of input.ids) answer(state, id, now, effects);
      break;
    case 'refused':
      for (const id of input.ids) refuse(state, id, input, now, effects);
      break;
    case 'changed':
      state.ended = false;
      state.changedMeanwhile = state.reading;
      break;
    case 'page':
      takePage(state, input);
      break;
    case 'replay':
      state.replay.stop = Math.max(state.replay.stop, input.stop);
      break;
    case 'parked-page':
      takeParked(state, input);
      break;
    case 'parked':
      parkingEnded(state, input);
      break;
    case 'tick':
      for (const late of [...state.inFlight.values()]) if (late.expires <= now) timeOut(state, late, effects);
      break;
  }
  deliver(state, now, effects);
  askForMore(state, effects);
  mark(state, now, effects);
  return effects;
}

/** When the clock has to be looked at next, ms; undefined: whatever the time, nothing happens. */
export function nextTick<E>(state: GroupState<E>): number | undefined {
  let next: number | undefined;
  for (const { expires } of state.inFlight.values())
    if (expires !== Infinity && (next === undefined || expires < next)) next = expires;
  const { minCheckpointCount, checkpointAfterMs } = state.rules;
  const ahead = completed(state).count - state.checkpoint.count;
  if (ahead > 0 && ahead >= minCheckpointCount) {
    const due = state.checkpoint.at + checkpointAfterMs;
    if (next === undefined || due < next) next = due;
  }
  return next;
}

/** What it had goes to the others, whatever its retry count: nobody has refused it. */
function leave<E>(state: GroupState<E>, consumer: string): void {
  for (const held of [...state.inFlight.values()])
    if (held.consumer === consumer) again(state, takeBack(state, held));
  state.consumers.remove(consumer);
}

function takeBack<E>(state: GroupState<E>, { delivery, consumer }: InFlight<E>): Delivery<E> {
  state.inFlight.delete(delivery.id);
  state.consumers.answered(consumer, delivery.pin);
  return delivery;
}

function again<E>(state: GroupState<E>, delivery: Delivery<E>): void {
  insertRetry(state.retries, { ...delivery, retryCount: delivery.retryCount + 1 });
}

/** Whoever acknowledges an event, and however late: it has been processed. */
function answer<E>(state: GroupState<E>, id: string, now: number, effects: Effect<E>[]): void {
  const held = state.inFlight.get(id);
  if (held) {
    effects.push({ kind: 'answered', consumer: held.consumer, afterMs: now - held.sentAt });
    done(state, takeBack(state, held));
    return;
  }
  const at = state.retries.findIndex((delivery) => delivery.id === id && delivery.retryCount > 0);
  if (at >= 0) done(state, state.retries.splice(at, 1)[0] as Delivery<E>);
}

function done<E>(state: GroupState<E>, delivery: Delivery<E>): void {
  if (delivery.before) return;
  state.replay.unanswered--;
  state.replay.dirty = true;
}

function refuse<E>(
  state: GroupState<E>,
  id: string,
  { action, reason }: { readonly action: NackAction; readonly reason: string },
  now: number,
  effects: Effect<E>[],
): void {
  // EventStoreDB does nothing to stop a subscription, and counts the event as answered.
  if (action === 'skip' || action === 'stop') {
    answer(state, id, now, effects);
    return;
  }
  const held = state.inFlight.get(id);
  if (!held) return;
  effects.push({ kind: 'answered', consumer: held.consumer, afterMs: now - held.sentAt });
  if (action === 'park')
    park(state, takeBack(state, held), `Client explicitly NAK'ed message.\n${reason}`, effects);
  else timeOut(state, held, effects);
}

/** Not answered in time, or refused for now: once more, or parked when it was tried often enough. */
function timeOut<E>(state: GroupState<E>, held: InFlight<E>, effects: Effect<E>[]): void {
  const delivery = takeBack(state, held);
  if (delivery.retryCount < state.rules.maxRetryCount) again(state, delivery);
  else park(state, delivery, `Reached retry count of ${state.rules.maxRetryCount}`, effects);
}

function park<E>(state: GroupState<E>, delivery: Delivery<E>, reason: string, effects: Effect<E>[]): void {
  state.parking.set(delivery.id, delivery);
  effects.push({ kind: 'park', delivery, reason });
}

function parkingEnded<E>(
  state: GroupState<E>,
  { id, done: parked }: { readonly id: string; readonly done: boolean },
): void {
  const delivery = state.parking.get(id);
  if (!delivery) return;
  state.parking.delete(id);
  if (parked) done(state, delivery);
  else again(state, delivery);
}

function takePage<E>(
  state: GroupState<E>,
  page: { readonly parts: readonly Considered<E>[]; readonly next: number; readonly ended: boolean },
): void {
  state.reading = false;
  for (const { place, count, wanted } of page.parts) {
    // The events just before the wanted one have been considered and are done with.
    if (wanted) state.buffer.push({ ...wanted, before: state.considered, place, retryCount: 0 });
    state.considered = { count: state.considered.count + count, place };
  }
  state.next = page.next;
  state.ended = page.ended && !state.changedMeanwhile;
  state.changedMeanwhile = false;
  if (state.ended) state.live = true;
}

function takeParked<E>(
  state: GroupState<E>,
  page: { readonly messages: readonly (Read<E> & { readonly place: number })[]; readonly next: number },
): void {
  state.replay.reading = false;
  state.replay.next = page.next;
  state.replay.unanswered += page.messages.length;
  // What was cut off or is gone since it was parked leaves nothing to wait for.
  if (page.messages.length === 0) state.replay.dirty = true;
  for (const message of page.messages)
    insertRetry(state.retries, { ...message, before: undefined, retryCount: 0 });
}

/** Hands out what can be handed out: retries first, then the buffer. */
function deliver<E>(state: GroupState<E>, now: number, effects: Effect<E>[]): void {
  if (state.consumers.size === 0) return;
  const { messageTimeoutMs } = state.rules;
  const offer = (waiting: Delivery<E>[]): { readonly left: Delivery<E>[]; readonly full: boolean } => {
    const left: Delivery<E>[] = [];
    for (const [at, delivery] of waiting.entries()) {
      // An answer names an event by its id only: two with the same id are never under way at once.
      if (state.inFlight.has(delivery.id) || state.parking.has(delivery.id)) {
        left.push(delivery);
        continue;
      }
      const chosen = state.consumers.choose(delivery.pin);
      if (chosen === 'none') return { left: at === 0 ? waiting : left.concat(waiting.slice(at)), full: true };
      if (chosen === 'not-now') {
        left.push(delivery);
        continue;
      }
      state.consumers.sent(chosen.to, delivery.pin);
      const expires = messageTimeoutMs === 0 ? Infinity : now + messageTimeoutMs;
      state.inFlight.set(delivery.id, { delivery, consumer: chosen.to, sentAt: now, expires });
      state.sent++;
      effects.push({ kind: 'deliver', consumer: chosen.to, delivery });
    }
    return { left, full: false };
  };
  const retries = offer(state.retries);
  state.retries = retries.left;
  if (!retries.full) state.buffer = offer(state.buffer).left;
}

/** Asks for the next page when there may be one and there is room for it. */
function askForMore<E>(state: GroupState<E>, effects: Effect<E>[]): void {
  const { historyBufferSize, liveBufferSize, readBatchSize } = state.rules;
  const { replay } = state;
  if (!replay.reading && replay.next < replay.stop && replay.unanswered < readBatchSize) {
    replay.reading = true;
    const count = Math.min(readBatchSize, replay.stop - replay.next);
    effects.push({ kind: 'read-parked', from: replay.next, stop: replay.stop, count });
  }
  if (state.reading || state.ended) return;
  if (state.live && state.buffer.length >= liveBufferSize) state.live = false;
  const size = state.live ? liveBufferSize : historyBufferSize;
  const batch = Math.min(readBatchSize, size);
  const room = size - state.buffer.length;
  // A live group takes each event as it comes; one that is behind reads whole batches.
  if (room < (state.live ? 1 : batch)) return;
  state.reading = true;
  effects.push({ kind: 'read', from: state.next, count: Math.min(batch, room) });
}

/** Checkpoints after many events at once, after a time also for a few; cuts the parked stream when a replay is through. */
function mark<E>(state: GroupState<E>, now: number, effects: Effect<E>[]): void {
  const { minCheckpointCount, maxCheckpointCount, checkpointAfterMs } = state.rules;
  const { count, place } = completed(state);
  const ahead = count - state.checkpoint.count;
  const inTime = ahead >= minCheckpointCount && now - state.checkpoint.at >= checkpointAfterMs;
  if (ahead > 0 && place !== undefined && (ahead >= maxCheckpointCount || inTime)) {
    state.checkpoint = { count, place, at: now };
    effects.push({ kind: 'checkpoint', place });
  }
  const { replay } = state;
  if (replay.dirty && replay.unanswered === 0 && replay.next >= replay.stop && !replay.reading) {
    replay.dirty = false;
    effects.push({ kind: 'cut-parked', before: replay.next });
  }
}
