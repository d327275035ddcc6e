import type { StreamingRead } from '@eventstore/db-client';
import type { StoreClient } from './client.ts';
import { JournalClosed, NoAnswer } from './faults.ts';

/**
 * What a read of the client delivers, to its end; a reader that leaves before ends the read.
 *
 * The client keeps no deadline of a read and takes one that is cut off by closing for one that is complete. So a store
 * that is silent for the time of one attempt while it is waited for is an error here, and so is an end that may have
 * come from closing. Faults: those of the client, {@link NoAnswer}, {@link JournalClosed}.
 */
export async function* delivered<Resolved>(
  store: StoreClient,
  reading: StreamingRead<Resolved>,
): AsyncGenerator<Resolved, void, void> {
  const silence = new Silence(reading, store.attemptTimeoutMs);
  try {
    // Destroyed on return, the stream would leave unread what has arrived: the client then waits for its end for ever.
    for await (const resolved of reading.iterator({ destroyOnReturn: false })) {
      silence.broken();
      yield resolved as Resolved;
      silence.begins();
    }
    if (store.closed.aborted) throw new JournalClosed();
  } finally {
    silence.end();
    if (silence.tooLong) await cancel(store, reading);
    else if (!reading.readableEnded && !reading.destroyed) await leave(store, reading);
  }
}

async function leave(store: StoreClient, reading: StreamingRead<unknown>): Promise<void> {
  // A read that is broken off may still report its end.
  reading.on('error', (cause: unknown) => {
    store.logger?.warn({ cause }, 'A read of the log failed after its reader had left.');
  });
  reading.resume();
  await cancel(store, reading);
}

async function cancel(store: StoreClient, reading: StreamingRead<unknown>): Promise<void> {
  await reading.cancel().catch((cause: unknown) => {
    store.logger?.warn({ cause }, 'A read of the log could not be cancelled; it had already failed.');
  });
}

/** Ends a read whose store says nothing; the time in which the reader is busy does not count. */
class Silence {
  tooLong = false;
  #counts = true;
  readonly #timer: NodeJS.Timeout;

  constructor(reading: StreamingRead<unknown>, ms: number) {
    this.#timer = setTimeout(() => {
      if (!this.#counts) return;
      this.tooLong = true;
      reading.destroy(new NoAnswer(ms));
    }, ms);
  }

  broken(): void {
    this.#counts = false;
  }

  begins(): void {
    this.#counts = true;
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
