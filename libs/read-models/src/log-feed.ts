import { type EventType, eventTypes } from '#contracts';
import type { Journal, RecordedEvent } from '#journal';
import type { Position } from '#kernel';
import type { Input } from './projector.ts';
import type { LogFeed } from './rebuild.ts';

const KNOWN_TYPES: ReadonlySet<string> = new Set(eventTypes);
/** Events of a batch while there is a past to catch up with: a page that is touched often is then written once for many of them. */
export const CATCH_UP_BATCH = 2_000;

/** What an event of the log is to a projector: a change, unreadable, or no fact at all. */
export async function inputOf(journal: Journal, event: RecordedEvent): Promise<Input> {
  const { position, created: recordedAt, eventId, stream, revision } = event;
  const place = { position, recordedAt, eventId, stream };
  if (!KNOWN_TYPES.has(event.type)) return { kind: 'other', ...place };
  const resolved = await journal.resolveChange(event);
  if ('unresolved' in resolved) {
    return { kind: 'unreadable', ...place, type: event.type, revision, reason: resolved.unresolved };
  }
  const { factId, factPosition, factRevision, before, after, unitId } = resolved;
  const type = resolved.type as EventType;
  return {
    kind: 'change',
    ...place,
    change: {
      position,
      recordedAt,
      factId,
      factPosition,
      type,
      revision: factRevision,
      before,
      after,
      ...(unitId === undefined ? {} : { unitId }),
    },
  };
}

export async function inputsOf(journal: Journal, events: readonly RecordedEvent[]): Promise<Input[]> {
  return Promise.all(events.map((event) => inputOf(journal, event)));
}

/** The log as a rebuild reads it: through the client, from the beginning. The next batch is read while one is projected. */
export function logFeed(journal: Journal): LogFeed {
  return async function* feed(from: Position, upTo: Position) {
    const events = journal.readAll({ ...(from > 0n ? { from } : {}), upTo })[Symbol.asyncIterator]();
    let next = batchOf(journal, events);
    try {
      for (let batch = await next; batch.length > 0; batch = await next) {
        next = batchOf(journal, events);
        // A failure is met where the batch is awaited, also when that is long after it.
        next.catch(() => {});
        yield batch;
      }
    } finally {
      await next.catch(() => {});
      await events.return?.();
    }
  };
}

async function batchOf(journal: Journal, events: AsyncIterator<RecordedEvent>): Promise<Input[]> {
  const batch: RecordedEvent[] = [];
  while (batch.length < CATCH_UP_BATCH) {
    const { done, value } = await events.next();
    if (done) break;
    batch.push(value);
  }
  return inputsOf(journal, batch);
}
