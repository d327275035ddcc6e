export type StoreName = 'eventstore' | 'mongodb';

/** Something that one of the stores has done, when it is over. */
export interface Observation {
  readonly operation: string;
  /** Stream of an event store. */
  readonly stream?: string;
  /** `<database>.<collection>` of MongoDB. */
  readonly namespace?: string;
  /** Events that were written to the disk together. */
  readonly events?: number;
  readonly ms: number;
}

/** What is known of an operation since the start. */
export interface OperationFigures {
  count: number;
  /** How many of them took as long as the threshold, or longer. */
  slow: number;
  longestMs: number;
}

/** Where slow operations are told; pino fits. */
interface Log {
  warn(fields: object, sentence: string): void;
}

/** A disk that hangs makes hundreds of operations slow at once: they are counted, and told as far as a person can read. */
const TOLD_A_SECOND = 10;

/**
 * Counts what the stores do, and tells each operation that took long: its name, stream or collection, and milliseconds. What
 * events, documents and filters say is not told.
 */
export class Observations {
  readonly slowMs: number;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #figures: Readonly<Record<StoreName, Map<string, OperationFigures>>> = {
    eventstore: new Map(),
    mongodb: new Map(),
  };
  #second = 0;
  #told = 0;
  #untold = 0;

  /** `now` in milliseconds. */
  constructor(slowMs: number, log: Log, now: () => number) {
    this.slowMs = slowMs;
    this.#log = log;
    this.#now = now;
  }

  see(store: StoreName, observation: Observation): void {
    const { operation, ms } = observation;
    const own = this.#figures[store];
    let figures = own.get(operation);
    if (!figures) {
      figures = { count: 0, slow: 0, longestMs: 0 };
      own.set(operation, figures);
    }
    figures.count++;
    if (ms > figures.longestMs) figures.longestMs = ms;
    if (ms < this.slowMs) return;
    figures.slow++;
    this.#tell(store, observation);
  }

  /** By operation. */
  of(store: StoreName): ReadonlyMap<string, Readonly<OperationFigures>> {
    return this.#figures[store];
  }

  #tell(store: StoreName, observation: Observation): void {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#told = 0;
    }
    if (this.#told >= TOLD_A_SECOND) {
      this.#untold++;
      return;
    }
    this.#told++;
    const fields = { store, ...observation, ms: Math.round(observation.ms) };
    this.#log.warn(this.#untold > 0 ? { ...fields, untoldBefore: this.#untold } : fields, 'slow operation');
    this.#untold = 0;
  }
}
