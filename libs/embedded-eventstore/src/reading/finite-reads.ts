import type { EventLog } from '../log/event-log.ts';
import type { LogRecord } from '../log/record.ts';
import { streamDeleted } from '../protocol/errors.ts';
import { firstStreamPosition, lastStreamPosition, streamNotFound } from '../protocol/read-messages.ts';
import type { EventFilter } from './filter.ts';
import { isHiddenInAll } from './hidden.ts';
import type { Reader } from './reader.ts';

/** Events taken from the log at a time: one short look into it, however slow the consumer is. */
export const SLICE = 256;

export type Direction = 'forwards' | 'backwards';
/** Where a read begins; a bigint is a revision in a stream, a position in `$all`. */
export type Start = 'start' | 'end' | bigint;

export interface StreamRead {
  readonly stream: string;
  readonly direction: Direction;
  readonly from: Start;
  readonly count: bigint;
  /** Whether the client knows the messages that say where a stream begins and ends. */
  readonly tellsPositions: boolean;
}

/** A stream from a revision on, both ways including it. */
export async function readStream(log: EventLog, reader: Reader, read: StreamRead): Promise<void> {
  const view = log.view(read.stream);
  if (view.kind === 'deleted') throw streamDeleted(read.stream);
  if (view.kind === 'none') {
    await reader.writer.send(streamNotFound(read.stream));
    return;
  }
  const { number, first, last, notBefore } = view;
  const forwards = read.direction === 'forwards';
  let left = read.count;
  let next = startRevision(read, last);
  next = forwards ? Math.max(next, first) : Math.min(next, last);
  if (forwards && next > last && read.tellsPositions) reader.writer.add(firstStreamPosition(first));
  while (left > 0n && next >= first && next <= last && !reader.ended.aborted) {
    const slice = log.revisions(number, next, forwards ? last : first, SLICE);
    if (slice.length === 0) break;
    for (const record of slice) {
      next = Number(record.revision) + (forwards ? 1 : -1);
      if (record.created < notBefore) continue;
      const full = reader.event(record);
      if (full) await full;
      if (--left === 0n) break;
    }
  }
  if (read.tellsPositions) reader.writer.add(lastStreamPosition(last));
  await reader.writer.flush();
}

function startRevision({ from, direction }: StreamRead, last: number): number {
  if (from === 'start') return 0;
  if (from === 'end') return direction === 'forwards' ? last + 1 : last;
  return from > BigInt(last) ? last + 1 : Number(from);
}

export interface AllRead {
  readonly direction: Direction;
  readonly from: Start;
  readonly count: bigint;
  readonly filter: EventFilter | undefined;
}

/** `$all`: forwards from a position on including it, backwards from the one before it. */
export async function readAll(log: EventLog, reader: Reader, read: AllRead): Promise<void> {
  const forwards = read.direction === 'forwards';
  let left = read.count;
  let from = startPosition(read.from, log.lastPosition + 1);
  while (left > 0n && !reader.ended.aborted) {
    const limit = left < BigInt(SLICE) && !read.filter ? Number(left) : SLICE;
    const slice = log.all(from, read.direction, limit);
    for (const record of slice) {
      if (isHiddenInAll(record) || (read.filter && !read.filter.wants(record))) continue;
      const full = reader.event(record);
      if (full) await full;
      if (--left === 0n) break;
    }
    if (slice.length < limit) break;
    const newest = slice.at(-1) as LogRecord;
    from = newest.position + (forwards ? 1 : 0);
  }
  await reader.writer.flush();
}

/** Nothing lies beyond the end, however large the position is: 2^64 − 1 means the end, too. */
export function startPosition(from: Start, end: number): number {
  if (from === 'start') return 0;
  if (from === 'end' || from > BigInt(end)) return end;
  return Number(from);
}
