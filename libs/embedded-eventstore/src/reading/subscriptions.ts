import { randomUUID } from 'node:crypto';
import type { EventLog } from '../log/event-log.ts';
import { streamDeleted } from '../protocol/errors.ts';
import { caughtUp, checkpoint, confirmation } from '../protocol/read-messages.ts';
import type { EventFilter } from './filter.ts';
import { SLICE, type Start, startPosition } from './finite-reads.ts';
import { isHiddenInAll } from './hidden.ts';
import type { Reader } from './reader.ts';

/**
 * Subscriptions: confirmation, history, `caught_up` once, then each event as soon as it is on disk. A subscription is one
 * place in the log that moves; there is no queue and so no seam between history and live.
 */

/** Events after `from`; the stream need not exist yet. */
export async function subscribeToStream(
  log: EventLog,
  reader: Reader,
  stream: string,
  from: Start,
): Promise<void> {
  const begin = log.view(stream);
  if (begin.kind === 'deleted') throw streamDeleted(stream);
  reader.writer.add(confirmation(randomUUID()));
  const last = log.state(stream)?.last ?? -1;
  let next = from === 'start' ? 0 : from === 'end' ? last + 1 : Number(from) + 1;
  let live = false;
  while (!reader.ended.aborted) {
    const changed = log.signal.next(stream, reader.ended);
    const view = log.view(stream);
    if (view.kind === 'deleted') {
      await reader.writer.flush();
      throw streamDeleted(stream);
    }
    if (view.kind === 'there') {
      next = Math.max(next, view.first);
      while (next <= view.last && !reader.ended.aborted) {
        const slice = log.revisions(view.number, next, view.last, SLICE);
        for (const record of slice) {
          next = Number(record.revision) + 1;
          if (record.created >= view.notBefore) await reader.event(record);
        }
        if (slice.length === 0) break;
      }
    }
    if (!live) reader.writer.add(caughtUp());
    live = true;
    await reader.writer.flush();
    await changed;
  }
}

/** Events of `$all` after `from`, filtered or not. */
export async function subscribeToAll(
  log: EventLog,
  reader: Reader,
  from: Start,
  filter: EventFilter | undefined,
): Promise<void> {
  reader.writer.add(confirmation(randomUUID()));
  let last = from === 'end' ? log.lastPosition : startPosition(from, log.lastPosition);
  let considered = 0;
  let told = last;
  if (filter) reader.writer.add(checkpoint(last));
  let live = false;
  while (!reader.ended.aborted) {
    const changed = log.signal.next('$all', reader.ended);
    for (;;) {
      const slice = log.all(last + 1, 'forwards', SLICE);
      for (const record of slice) {
        if (reader.ended.aborted) return;
        last = record.position;
        if (isHiddenInAll(record)) continue;
        if (!filter || filter.wants(record)) await reader.event(record);
        // Matched or not: without it a resumed subscription would read everything again.
        if (filter && ++considered >= filter.checkpointEvery) {
          considered = 0;
          told = last;
          reader.writer.add(checkpoint(last));
        }
      }
      if (slice.length < SLICE) break;
    }
    if (!live) {
      if (filter && told < last) {
        considered = 0;
        reader.writer.add(checkpoint(last));
      }
      reader.writer.add(caughtUp());
    }
    live = true;
    await reader.writer.flush();
    await changed;
  }
}
