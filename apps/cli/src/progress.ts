import cliProgress from 'cli-progress';

/** Progress of long work: a line that is rewritten on a terminal, a plain line now and then elsewhere. */
export class Progress {
  readonly #title: string;
  readonly #unit: string;
  readonly #bar: cliProgress.SingleBar | undefined;
  readonly #began = Date.now();
  #said = 0;

  constructor(title: string, unit: string) {
    this.#title = title;
    this.#unit = unit;
    if (process.stderr.isTTY) {
      this.#bar = new cliProgress.SingleBar({
        stream: process.stderr,
        format: `${title} {value} ${unit} {note}`,
        clearOnComplete: false,
        hideCursor: true,
      });
      this.#bar.start(0, 0, { note: '' });
    }
  }

  at(count: number, note: string): void {
    this.#bar?.update(count, { note });
    this.#line(`${this.#title}: ${count} ${this.#unit} (${note})`);
  }

  /** `share`: 0 to 1. */
  share(share: number): void {
    const percent = Math.floor(share * 100);
    const seconds = (Date.now() - this.#began) / 1000;
    const left = share > 0.01 ? `, about ${Math.max(1, Math.round(seconds / share - seconds))} s left` : '';
    this.#bar?.update(percent, { note: `%${left}` });
    this.#line(`${this.#title}: ${percent} % ${this.#unit}${left}`);
  }

  end(): void {
    this.#bar?.stop();
  }

  #line(text: string): void {
    if (this.#bar || Date.now() - this.#said < 2_000) return;
    this.#said = Date.now();
    process.stderr.write(`${text}\n`);
  }
}
