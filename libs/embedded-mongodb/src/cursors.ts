import { Long } from 'bson';
import { cursorNotFound } from './errors.ts';
import type { Doc } from './paths.ts';

const IDLE_MS = 10 * 60_000;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;

interface Open {
  readonly namespace: string;
  readonly docs: Iterator<Doc>;
  usedAt: number;
}

/** Open cursors. One that nobody asks for ten minutes is closed. */
export class Cursors {
  readonly #open = new Map<bigint, Open>();
  readonly #sweep: NodeJS.Timeout;
  #last = 0n;

  constructor() {
    this.#sweep = setInterval(() => this.#closeIdle(), 60_000);
    this.#sweep.unref();
  }

  get count(): number {
    return this.#open.size;
  }

  open(namespace: string, docs: Iterator<Doc>, batchSize: number, single: boolean): Doc {
    const { batch, done } = take(docs, batchSize);
    if (done || single) {
      docs.return?.();
      return { cursor: { firstBatch: batch, id: Long.ZERO, ns: namespace } };
    }
    this.#last += 1n;
    this.#open.set(this.#last, { namespace, docs, usedAt: Date.now() });
    return { cursor: { firstBatch: batch, id: Long.fromBigInt(this.#last), ns: namespace } };
  }

  more(id: bigint, batchSize: number): Doc {
    const cursor = this.#open.get(id);
    if (!cursor) throw cursorNotFound(id);
    cursor.usedAt = Date.now();
    const { batch, done } = take(cursor.docs, batchSize === 0 ? Number.POSITIVE_INFINITY : batchSize);
    if (done) this.#open.delete(id);
    return { cursor: { nextBatch: batch, id: done ? Long.ZERO : Long.fromBigInt(id), ns: cursor.namespace } };
  }

  kill(id: bigint): boolean {
    this.#open.get(id)?.docs.return?.();
    return this.#open.delete(id);
  }

  #closeIdle(): void {
    for (const [id, { usedAt }] of this.#open) if (Date.now() - usedAt > IDLE_MS) this.kill(id);
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const id of [...this.#open.keys()]) this.kill(id);
  }
}

function take(docs: Iterator<Doc>, batchSize: number): { batch: Doc[]; done: boolean } {
  const batch: Doc[] = [];
  let bytes = 0;
  while (batch.length < batchSize && bytes < BATCH_BYTES_MAX) {
    const next = docs.next();
    if (next.done) return { batch, done: true };
    batch.push(next.value);
    bytes += roughSize(next.value);
  }
  return { batch, done: false };
}

/** Enough to end a batch before a message gets too large. */
function roughSize(value: unknown): number {
  if (typeof value === 'string') return 8 + value.length * 2;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + roughSize(item), 16);
  const binary = value as { _bsontype?: string; position?: number } | null;
  if (binary?._bsontype === 'Binary') return 16 + (binary.position ?? 0);
  if (typeof value === 'object' && value !== null && binary?._bsontype === undefined) {
    return Object.values(value).reduce((sum: number, item) => sum + 16 + roughSize(item), 16);
  }
  return 16;
}
