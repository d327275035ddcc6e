import { DamagedIndex, type LogRecord } from './record.ts';

/** A look into `$all`: forwards from a position on, backwards from the one before it. */
export interface Look {
  readonly from: number;
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
}

interface Log {
  readonly lastPosition: number;
  at(position: number): LogRecord | undefined;
}

/**
 * A look has found all there is: each record tells the position of the one before it, so what is missing within a look, and
 * between one and the next, is noticed. Errors: DamagedIndex with the position of what is missing.
 */
export function assertComplete(log: Log, look: Look, found: readonly LogRecord[]): void {
  if (look.limit <= 0) return;
  const ordered = look.direction === 'forwards' ? found : [...found].reverse();
  for (let n = 1; n < ordered.length; n++) {
    const { previous } = ordered[n] as LogRecord;
    if (previous !== (ordered[n - 1] as LogRecord).position) throw missing(previous);
  }
  if (look.direction === 'forwards') forwards(log, look, ordered);
  else backwards(log, look, ordered);
}

function forwards(log: Log, { from, limit }: Look, ordered: readonly LogRecord[]): void {
  const [first] = ordered;
  if (first && first.previous > 0 && first.previous >= from) throw missing(first.previous);
  const end = ordered.at(-1)?.position ?? 0;
  if (ordered.length < limit && from <= log.lastPosition && end < log.lastPosition)
    throw missing(log.lastPosition);
}

function backwards(log: Log, { from, limit }: Look, ordered: readonly LogRecord[]): void {
  const [first] = ordered;
  const end = ordered.at(-1)?.position ?? 0;
  // What the record at `from` tells of the one before it; beyond the end that is the last one there is.
  const before = from > log.lastPosition ? log.lastPosition : log.at(from)?.previous;
  if (before !== undefined && before !== end) throw missing(before);
  if (ordered.length < limit && first && first.previous > 0) throw missing(first.previous);
}

function missing(position: number): DamagedIndex {
  return new DamagedIndex(`The record at position ${position} is missing.`);
}
