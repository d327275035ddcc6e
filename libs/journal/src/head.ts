import { NO_POSITION, type Position, position } from '#kernel';
import type { StoreClient } from './client.ts';
import { isOwn, storedEvents } from './read.ts';

/** Asked for all it has, the store would send the log backwards until the first answer stops it. */
const PAGE = 16;

/**
 * Where the log of a company ends. On a server that others use as well that may be far behind the end of the log: what
 * has been looked through once is not read again.
 */
export class Head {
  readonly #store: StoreClient;
  /** Up to here, events of the company lie at or before `#head`. */
  #looked = NO_POSITION;
  #head = NO_POSITION;

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** Told of what the company has appended itself. */
  appended(at: Position): void {
    if (at <= this.#looked) return;
    this.#looked = at;
    this.#head = at;
  }

  /** Position of the last event of the company; 0: none. */
  async read(): Promise<Position> {
    const before = { looked: this.#looked, head: this.#head };
    for (const pageMax of [PAGE, undefined]) {
      let end: Position | undefined;
      let shorter = false;
      const all = {
        direction: 'backwards',
        everybodys: true,
        ...(pageMax !== undefined && { pageMax }),
      } as const;
      for await (const event of storedEvents(this.#store, all)) {
        const at = position(event.position.commit);
        if (end === undefined) {
          end = at;
          // Another log than the one that was looked through: restored, perhaps.
          shorter = at < before.looked;
        }
        if (isOwn(this.#store, event)) return this.#found(at, end, shorter);
        if (!shorter && at <= before.looked) return this.#found(before.head, end, false);
      }
      // The page was a whole log, or the log is empty.
      if (pageMax === undefined) return this.#found(NO_POSITION, end ?? NO_POSITION, true);
    }
    return NO_POSITION;
  }

  #found(head: Position, end: Position, shorter: boolean): Position {
    if (shorter || end > this.#looked) {
      this.#looked = end;
      this.#head = head;
    }
    return head;
  }
}
