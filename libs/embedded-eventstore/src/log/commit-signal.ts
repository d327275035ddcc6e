/** Wakes readers that have come to the end: those of `$all` at every commit, those of a stream when it has changed. */
export class CommitSignal {
  readonly #readers = new Map<string, Set<() => void>>();
  #closed = false;

  /** The log has stopped or is closed: nothing changes any more, and `next` resolves at once. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Resolves at the next change of the stream (`$all`: any change), when the reader ends, or when the log closes. */
  next(stream: string, ended: AbortSignal): Promise<void> {
    if (this.#closed || ended.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const readers = this.#readers.get(stream) ?? new Set();
      this.#readers.set(stream, readers);
      const wake = () => {
        readers.delete(wake);
        if (readers.size === 0 && this.#readers.get(stream) === readers) this.#readers.delete(stream);
        ended.removeEventListener('abort', wake);
        resolve();
      };
      readers.add(wake);
      ended.addEventListener('abort', wake, { once: true });
    });
  }

  committed(streams: Iterable<string>): void {
    this.#wake('$all');
    for (const stream of streams) {
      this.#wake(stream);
      // A tombstone ends the metadata stream too.
      this.#wake(`$$${stream}`);
    }
  }

  close(): void {
    this.#closed = true;
    for (const stream of [...this.#readers.keys()]) this.#wake(stream);
  }

  #wake(stream: string): void {
    for (const wake of [...(this.#readers.get(stream) ?? [])]) wake();
  }
}
