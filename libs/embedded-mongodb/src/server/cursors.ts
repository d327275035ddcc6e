import { setImmediate } from 'node:timers/promises';
import type { Value } from '../bson/value.ts';
import type { Writable } from '../bson/write.ts';
import { CommandError, cursorNotFound } from './errors.ts';

export const CURSOR_IDLE_MS = 10 * 60_000;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;

/** Documents to come, with moments between at which others may go on. */
export type Documents = Iterator<Value | undefined>;

interface Open {
  readonly namespace: string;
  readonly docs: Documents;
  /** The transaction that it reads in; it ends with it. */
  readonly owner: object | undefined;
  /** Read, but too large for the batch before. */
  held: Value | undefined;
  usedAt: number;
  busy: boolean;
}

export interface OpenOptions {
  readonly batchSize: number;
  /** The first batch is all that is wanted. */
  readonly single?: boolean;
  readonly owner?: object | undefined;
}

/** Open cursors. They hold a place in the order, no transaction of the disk; one that nobody asks for is closed. */
export class Cursors {
  readonly #open = new Map<bigint, Open>();
  readonly #idleMs: number;
  #last = 0n;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  get count(): number {
    return this.#open.size;
  }

  async open(
    namespace: string,
    docs: Documents,
    { batchSize, single, owner }: OpenOptions,
  ): Promise<Writable> {
    const cursor: Open = { namespace, docs, owner, held: undefined, usedAt: Date.now(), busy: false };
    const { batch, done } = await take(cursor, batchSize);
    if (done || single) {
      docs.return?.();
      return { firstBatch: batch, id: 0n, ns: namespace };
    }
    this.#last += 1n;
    this.#open.set(this.#last, cursor);
    return { firstBatch: batch, id: this.#last, ns: namespace };
  }

  async more(id: bigint, namespace: string, batchSize: number, owner: object | undefined): Promise<Writable> {
    const cursor = this.#open.get(id);
    if (!cursor) throw cursorNotFound(id);
    if (cursor.namespace !== namespace)
      throw new CommandError(
        13,
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    if (cursor.owner !== owner)
      throw new CommandError(
        50738,
        'Location50738',
        `Cannot run getMore on cursor ${id} outside of its transaction`,
      );
    if (cursor.busy) throw new CommandError(143, 'CursorInUse', `cursor id ${id} is already in use`);
    cursor.busy = true;
    try {
      const { batch, done } = await take(cursor, batchSize);
      if (done) this.#open.delete(id);
      return { nextBatch: batch, id: done ? 0n : id, ns: namespace };
    } catch (error) {
      this.#open.delete(id);
      throw error;
    } finally {
      cursor.busy = false;
      cursor.usedAt = Date.now();
    }
  }

  kill(id: bigint): boolean {
    const cursor = this.#open.get(id);
    if (cursor && !cursor.busy) cursor.docs.return?.();
    return this.#open.delete(id);
  }

  killOwned(owner: object): void {
    for (const [id, cursor] of this.#open) if (cursor.owner === owner) this.kill(id);
  }

  closeIdle(): void {
    const before = Date.now() - this.#idleMs;
    for (const [id, { usedAt, busy }] of this.#open) if (!busy && usedAt <= before) this.kill(id);
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.kill(id);
  }
}

async function take(cursor: Open, batchSize: number): Promise<{ batch: Value[]; done: boolean }> {
  const batch: Value[] = [];
  let bytes = 0;
  while (batch.length < batchSize) {
    let doc = cursor.held;
    if (doc) cursor.held = undefined;
    else {
      const next = cursor.docs.next();
      if (next.done) return { batch, done: true };
      doc = next.value;
    }
    if (!doc) {
      await setImmediate();
      continue;
    }
    const size = doc.end - doc.start + 16;
    if (batch.length > 0 && bytes + size > BATCH_BYTES_MAX) {
      cursor.held = doc;
      return { batch, done: false };
    }
    batch.push(doc);
    bytes += size;
  }
  return { batch, done: false };
}
