/** How far a group is: events considered since it started, wanted or not, and the place of the last one of them. */
export interface Progress {
  readonly count: number;
  /** A revision in a stream, a position in `$all`; undefined: nothing yet. */
  readonly place: number | undefined;
}

/** An event on its way through a group. */
export interface Delivery<E> {
  /** Acknowledgements name it: the link's id if there is a link, else the event's. */
  readonly id: string;
  readonly event: E;
  /** Pinned strategies give all events of one pin to one consumer. */
  readonly pin: string;
  /** What is done once everything before it is; undefined for a parked message that is replayed: no checkpoint waits for it. */
  readonly before: Progress | undefined;
  /** Its place in what it was read from: the group's source, or the parked stream. */
  readonly place: number;
  /** How often it was delivered before. */
  readonly retryCount: number;
}

/** A delivery that a consumer has and has not answered. */
export interface InFlight<E> {
  readonly delivery: Delivery<E>;
  readonly consumer: string;
  readonly sentAt: number;
  /** When it counts as not answered; ms. */
  readonly expires: number;
}

/** Retries go before what is new: in the order of the source, replayed ones after them in the order of parking. */
export function insertRetry<E>(retries: Delivery<E>[], delivery: Delivery<E>): void {
  let at = retries.length;
  while (at > 0 && comesBefore(delivery, retries[at - 1] as Delivery<E>)) at--;
  retries.splice(at, 0, delivery);
}

function comesBefore<E>(one: Delivery<E>, other: Delivery<E>): boolean {
  if ((one.before === undefined) !== (other.before === undefined)) return one.before !== undefined;
  return one.place < other.place;
}
