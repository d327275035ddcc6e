/** So many answers are remembered. */
const SAMPLES = 1000;

/** What one consumer, or a group, has been given and how fast it was answered. */
export class Measurements {
  #total = 0;
  #asked = 0;
  #askedAt = performance.now();
  readonly #samples: number[] = [];
  #newest = 0;

  delivered(): void {
    this.#total++;
  }

  /** ms between delivery and answer */
  answered(afterMs: number): void {
    this.#samples[this.#newest] = Math.max(0, Math.round(afterMs));
    this.#newest = (this.#newest + 1) % SAMPLES;
  }

  get total(): number {
    return this.#total;
  }

  /** What has come since this was asked last. */
  sinceLast(): { readonly count: number; readonly perSecond: number } {
    const now = performance.now();
    const count = this.#total - this.#asked;
    const seconds = (now - this.#askedAt) / 1000;
    this.#asked = this.#total;
    this.#askedAt = now;
    return { count, perSecond: seconds > 0 ? Math.floor(count / seconds) : 0 };
  }

  /** The distribution of the remembered answers, in whole ms, under the protocol's names; nothing when there is none. */
  distribution(): readonly (readonly [string, number])[] {
    const sorted = [...this.#samples].sort((one, other) => one - other);
    if (sorted.length === 0) return [];
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] as number;
    const mean = sorted.reduce((sum, sample) => sum + sample, 0) / sorted.length;
    return [
      ['Mean', Math.round(mean)],
      ['Median', at(0.5)],
      ['Fastest', at(0)],
      ['Quintile 1', at(0.2)],
      ['Quintile 2', at(0.4)],
      ['Quintile 3', at(0.6)],
      ['Quintile 4', at(0.8)],
      ['Quintile 5', at(1)],
      ['90%', at(0.9)],
      ['95%', at(0.95)],
      ['99%', at(0.99)],
      ['99.5%', at(0.995)],
      ['99.9%', at(0.999)],
      ['Highest', at(1)],
    ];
  }
}
