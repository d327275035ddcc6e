import { Consumers, type Strategy } from './consumers.ts';
import type { Delivery, InFlight, Progress } from './deliveries.ts';

/** What of a group's settings its behaviour depends on; counts of events, times in ms. */
export interface Rules {
  readonly strategy: Strategy;
  readonly maxRetryCount: number;
  /** 0: never. */
  readonly messageTimeoutMs: number;
  readonly checkpointAfterMs: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
  readonly historyBufferSize: number;
  readonly liveBufferSize: number;
  readonly readBatchSize: number;
}

/** Everything a group knows between two inputs. Only `step` changes it. */
export interface GroupState<E> {
  readonly rules: Rules;
  readonly consumers: Consumers;
  /** Where the next page begins; `ended`: there was nothing more when it was last looked. */
  next: number;
  ended: boolean;
  reading: boolean;
  /** The source has changed since the page was asked for: that the page ends there means nothing. */
  changedMeanwhile: boolean;
  /** At the end of the source, and kept there by each commit; else behind it. */
  live: boolean;
  /** All events considered. */
  considered: Progress;
  /** Not delivered yet, in order. */
  buffer: Delivery<E>[];
  /** To be delivered again, before the buffer. */
  retries: Delivery<E>[];
  readonly inFlight: Map<string, InFlight<E>>;
  /** On their way into the parked stream. */
  readonly parking: Map<string, Delivery<E>>;
  /** The last checkpoint, and when it was made; ms. */
  checkpoint: Progress & { readonly at: number };
  readonly replay: Replay;
  sent: number;
}

/** Parked messages from `next` up to `stop` are to be delivered again; those below `next` are, or have been. */
interface Replay {
  next: number;
  stop: number;
  reading: boolean;
  /** Delivered or about to be, and not answered yet. */
  unanswered: number;
  /** Answered ones lie in the parked stream and are to be cut off. */
  dirty: boolean;
}

export interface Beginning {
  /** The first place to read. */
  readonly next: number;
  /** The place of the last checkpoint; undefined: there is none. */
  readonly checkpoint: number | undefined;
  /** The first parked message that has not been replayed. */
  readonly parkedFrom: number;
  readonly now: number;
}

export function beginning<E>(rules: Rules, { next, checkpoint, parkedFrom, now }: Beginning): GroupState<E> {
  return {
    rules,
    consumers: new Consumers(rules.strategy),
    next,
    ended: false,
    reading: false,
    changedMeanwhile: false,
    live: false,
    considered: { count: 0, place: checkpoint },
    buffer: [],
    retries: [],
    inFlight: new Map(),
    parking: new Map(),
    checkpoint: { count: 0, place: checkpoint, at: now },
    replay: { next: parkedFrom, stop: parkedFrom, reading: false, unanswered: 0, dirty: false },
    sent: 0,
  };
}

/** Everything up to it has been answered. */
export function completed<E>(state: GroupState<E>): Progress {
  let lowest = state.considered;
  const consider = ({ before }: Delivery<E>) => {
    if (before && before.count < lowest.count) lowest = before;
  };
  for (const { delivery } of state.inFlight.values()) consider(delivery);
  for (const delivery of state.parking.values()) consider(delivery);
  // Both are in order: the first of each is the lowest. Replayed ones stand last among the retries.
  if (state.retries[0]) consider(state.retries[0]);
  if (state.buffer[0]) consider(state.buffer[0]);
  return lowest;
}
