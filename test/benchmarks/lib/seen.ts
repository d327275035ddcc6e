/** What a consumer has seen, comparable with what another one has. */
export interface SeenEvents {
  readonly count: number;
  /** Whether each position was above the one before. */
  readonly rising: boolean;
  /** Over all positions in their order. */
  readonly digest: number;
}

/** Counts events by their positions; cheap, as it is done for a hundred million of them. */
export class Seen {
  #count = 0;
  #last = -1;
  #rising = true;
  #digest = 0;

  event(position: number): void {
    this.#count++;
    if (position <= this.#last) this.#rising = false;
    this.#last = position;
    this.#digest = (Math.imul(this.#digest, 31) + (position % 0x7fff_ffff)) | 0;
  }

  get count(): number {
    return this.#count;
  }

  get events(): SeenEvents {
    return { count: this.#count, rising: this.#rising, digest: this.#digest };
  }
}
