import { randomUUID } from 'node:crypto';
import type { EventLog } from '../log/event-log.ts';
import { streamDeleted } from '../protocol/errors.ts';
import { caughtUp, checkpoint, confirmation } from '../protocol/read-messages.ts';
import type { EventFilter } from './filter.ts';
import { SLICE, type Start, startPosition } from './finite-reads.ts';
import { allPage, streamPage } from './pages.ts';
import type { Reader } from './reader.ts';

/**
 * Subscriptions: confirmation, history, `caught_up` once, then each event as soon as it is on disk. A subscription is one
 * place in the log that moves; there is no queue and so no seam between history and live. A log that has stopped is told as such
 * when all it has is delivered: waited for, it would have its subscribers look again and again.
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
    const { stopped } = log;
    const changed = log.signal.next(stream, reader.ended);
    const view = log.view(stream);
    if (view.kind === 'deleted') {
      await reader.writer.flush();
      throw streamDeleted(stream);
    }
    for (let more = true; more && !reader.ended.aborted; ) {
      const page = streamPage(log, stream, next, SLICE);
      for (const record of page.records) {
        const full = reader.event(record);
        if (full) await full;
      }
      next = page.next;
      more = !page.ended;
    }
    if (!live) reader.writer.add(caughtUp());
    live = true;
    await reader.writer.flush();
    if (stopped) throw stopped;
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
    const { stopped } = log;
    const changed = log.signal.next('$all', reader.ended);
    for (let more = true; more; ) {
      const page = allPage(log, last + 1, SLICE);
      for (const record of page.records) {
        if (reader.ended.aborted) return;
        last = record.position;
        const full = !filter || filter.wants(record) ? reader.event(record) : undefined;
        if (full) await full;
        // Matched or not: without it a resumed subscription would read everything again.
        if (filter && ++considered >= filter.checkpointEvery) {
          considered = 0;
          told = last;
          reader.writer.add(checkpoint(last));
        }
      }
      last = page.next - 1;
      more = !page.ended;
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
    if (stopped) throw stopped;
    await changed;
  }
}
