import type { Position } from '#kernel';

/**
 * Where the log ends, read once for all who ask while a reading is under way.
 *
 * Every answer comes from a reading that began after the question: what was recorded before the question is not behind
 * it. Whoever asks while one is under way therefore waits for the next one, together with all others who do.
 */
export class SharedEnd {
  readonly #read: () => Promise<Position>;
  #underWay: Promise<Position> | undefined;
  #next: Promise<Position> | undefined;

  constructor(read: () => Promise<Position>) {
    this.#read = read;
  }

  /** Errors: those of the reading; the next one is made all the same. */
  get(): Promise<Position> {
    if (this.#underWay === undefined) return this.#begin();
    this.#next ??= this.#underWay.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<Position> {
    this.#next = undefined;
    const reading = this.#read().finally(() => {
      if (this.#underWay === reading) this.#underWay = undefined;
    });
    this.#underWay = reading;
    return reading;
  }
}
