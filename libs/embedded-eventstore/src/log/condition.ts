import { statSync } from 'node:fs';
import type { Database } from 'lmdb';
import type { EventLog } from './event-log.ts';

/** How much a log holds. Known without reading it, so that it may be asked for often. */
export function sizesOf({ tables, lastPosition }: EventLog): {
  readonly events: number;
  readonly streams: number;
  readonly lastPosition: number;
  readonly fileBytes: number;
} {
  return {
    events: entryCount(tables.log),
    streams: entryCount(tables.streams),
    lastPosition,
    // What was deleted in it is used again: it does not shrink.
    fileBytes: statSync(tables.path).size,
  };
}

/** LMDB keeps it; counting would go through all of them. */
function entryCount(table: Database<Buffer, number> | Database<Buffer, Buffer>): number {
  return (table.getStats() as { readonly entryCount: number }).entryCount;
}

/** Why a log cannot be used: it has stopped, or its last record cannot be read. Undefined when all is well. */
export function ailmentOf(log: EventLog): string | undefined {
  if (log.stopped) return log.stopped.message;
  try {
    const last = log.at(log.lastPosition);
    return last ? undefined : `The last record, at ${log.lastPosition}, is gone.`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
