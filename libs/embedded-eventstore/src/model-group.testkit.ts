/** What a consumer answers to a delivery. */
export type Answer = 'ack' | 'skip' | 'park' | 'retry';

export interface Expected {
  readonly revision: number;
  /** How often it was delivered before, since the store's start. */
  readonly retry: number;
}

/**
 * A slow, obvious persistent subscription to a stream: whoever asks gets the lowest revision that nobody has answered
 * and nobody holds. A restart goes back to the last checkpoint.
 */
export class ModelGroup {
  readonly #maxRetryCount: number;
  readonly held = new Set<number>();
  /** Links in the parked stream, in order. */
  parked: number[] = [];
  /** Acknowledged or skipped by somebody, ever. */
  readonly #finished = new Set<number>();
  /** Not to be delivered since the last start. */
  readonly #answered = new Set<number>();
  readonly #failures = new Map<number, number>();
  #checkpoint = -1;

  constructor(maxRetryCount: number) {
    this.#maxRetryCount = maxRetryCount;
  }

  /** What is delivered next from a stream of so many events; undefined: nothing. */
  next(length: number): Expected | undefined {
    for (let revision = this.#checkpoint + 1; revision < length; revision++) {
      if (this.#answered.has(revision) || this.held.has(revision)) continue;
      return { revision, retry: this.#failures.get(revision) ?? 0 };
    }
    return undefined;
  }

  answer(revision: number, answer: Answer): void {
    this.held.delete(revision);
    const failures = this.#failures.get(revision) ?? 0;
    if (answer === 'retry' && failures < this.#maxRetryCount) {
      this.#failures.set(revision, failures + 1);
      return;
    }
    this.#answered.add(revision);
    if (answer === 'ack' || answer === 'skip') this.#finished.add(revision);
    else this.parked.push(revision);
  }

  /** The consumer has gone: what it held is for the next one, whatever its retry count. */
  left(): void {
    for (const revision of this.held) this.#failures.set(revision, (this.#failures.get(revision) ?? 0) + 1);
    this.held.clear();
  }

  /** What is wrong with the checkpoint and the parked stream that a restarted store has; goes on from there. */
  restarted(checkpoint: number, parked: readonly number[]): string[] {
    const wrong: string[] = [];
    if (checkpoint < this.#checkpoint)
      wrong.push(`the checkpoint went back from ${this.#checkpoint} to ${checkpoint}`);
    if (parked.some((revision, n) => revision !== this.parked[n]))
      wrong.push(`parked is ${parked}, and it was to be ${this.parked}`);
    for (let revision = 0; revision <= checkpoint; revision++)
      if (!this.#finished.has(revision) && !parked.includes(revision))
        wrong.push(`${revision} is behind the checkpoint ${checkpoint}, and nobody has answered it`);
    this.#checkpoint = checkpoint;
    this.parked = [...parked];
    this.held.clear();
    this.#answered.clear();
    this.#failures.clear();
    return wrong;
  }
}

/** A stream that is only appended to, and its groups by name. */
export class ModelQueue {
  length = 0;
  readonly groups = new Map<string, ModelGroup>();
}
