import { createHash } from 'node:crypto';
import type { Position } from '@eventstore/db-client';

/** A step asks for the position of an event that no step before it has shown. */
export class NoSuchPosition extends Error {}

/**
 * What is called how: a recording names streams, event ids and positions by labels, a server by names of its own. Every play
 * has a prefix of its own, so that scenarios can be played again on one server.
 */
export class Labels {
  readonly prefix: string;
  readonly #ids = new Map<string, string>();
  readonly #positions = new Map<string, Position>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** A stream's name on the server; the metadata stream of `s` is that of the full name of `s`. */
  full(stream: string): string {
    return stream.startsWith('$$') ? `$$${this.prefix}${stream.slice(2)}` : this.prefix + stream;
  }

  /** A text of the server, as the recording has it. */
  short(text: string): string {
    return text.split(this.prefix).join('');
  }

  isOwn(stream: string | undefined): boolean {
    return stream?.includes(this.prefix) === true;
  }

  /** The UUID of a label: the same label gives the same id within one play. */
  id(label: string): string {
    const digits = createHash('sha256')
      .update(this.prefix + label)
      .digest('hex');
    const id = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
    this.#ids.set(id, label);
    return id;
  }

  /** `?` = an event that the server wrote. */
  labelOf(id: string): string {
    return this.#ids.get(id) ?? '?';
  }

  /** Remembers where an event lies; an append tells it only of events that have not been read. */
  saw(event: string, position: Position, from: 'read' | 'append' = 'read'): void {
    if (from === 'append' && this.#positions.has(event)) return;
    this.#positions.set(event, position);
  }

  /** Errors: NoSuchPosition. */
  position(event: string): Position {
    const position = this.#positions.get(event);
    if (!position) throw new NoSuchPosition(`scenario: no position of ${event}`);
    return position;
  }
}
