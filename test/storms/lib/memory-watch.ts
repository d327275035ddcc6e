import type { Child } from '../../benchmarks/lib/processes.ts';

const SAMPLE_MS = 100;

/** The memory of a process that is its own (without pages of mapped files), from one mark to the next; highest, in bytes. */
export class MemoryWatch {
  readonly #child: Child;
  readonly #timer: NodeJS.Timeout;
  #highest = 0;
  /** Of the resident memory as a whole, since the start. */
  highestResident = 0;

  constructor(child: Child) {
    this.#child = child;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  #sample(): void {
    this.#highest = Math.max(this.#highest, this.#child.anonymousBytes());
    this.highestResident = Math.max(this.highestResident, this.#child.residentBytes());
  }

  /** The highest while something runs. */
  async during(work: () => Promise<unknown>): Promise<number> {
    this.#highest = 0;
    this.#sample();
    await work();
    this.#sample();
    return this.#highest;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
