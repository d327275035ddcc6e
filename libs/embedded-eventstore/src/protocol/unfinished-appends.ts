import { status } from '@grpc/grpc-js';
import { WireError } from './errors.ts';

/** Appends whose last part has not come may be so many on one connection, and hold so much. */
export const UNFINISHED_MAX = 1024;
export const UNFINISHED_BYTES_MAX = 64 * 1024 * 1024;

/** What the unfinished appends of one connection hold. */
export interface Held {
  appends: number;
  bytes: number;
}

/** Unfinished appends by connection; an honest client has a handful of them. */
export class UnfinishedAppends {
  readonly #held = new Map<string, Held>();

  /** Counts what a call holds more (or, below zero, less) than before. Errors: RESOURCE_EXHAUSTED, when it is too much. */
  add(connection: string, { appends, bytes }: Held): void {
    const held = this.#held.get(connection) ?? { appends: 0, bytes: 0 };
    held.appends += appends;
    held.bytes += bytes;
    if (held.appends === 0 && held.bytes === 0) this.#held.delete(connection);
    else this.#held.set(connection, held);
    const grows = appends > 0 || bytes > 0;
    if (grows && (held.appends > UNFINISHED_MAX || held.bytes > UNFINISHED_BYTES_MAX))
      throw new WireError(
        status.RESOURCE_EXHAUSTED,
        `More than ${UNFINISHED_MAX} appends, or ${UNFINISHED_BYTES_MAX} bytes of them, are unfinished on this connection.`,
      );
  }
}
