import { type EventType, eventTypes } from '#contracts';
import type { Journal, RecordedEvent } from '#journal';
import type { Position } from '#kernel';
import type { Input } from './projector.ts';
import type { LogFeed } from './rebuild.ts';

const KNOWN_TYPES: ReadonlySet<string> = new Set(eventTypes);
const BATCH = 1_000;

/** What an event of the log is to a projector: a change, unreadable, or no fact at all. */
export async function inputOf(journal: Journal, event: RecordedEvent): Promise<Input> {
  const { position, created: recordedAt, eventId, stream, revision } = event;
  const place = { position, recordedAt, eventId, stream };
  if (!KNOWN_TYPES.has(event.type)) return { kind: 'other', ...place };
  const resolved = await journal.resolveChange(event);
  if ('unresolved' in resolved) {
    return { kind: 'unreadable', ...place, type: event.type, revision, reason: resolved.unresolved };
  }
  const { factId, before, after, unitId } = resolved;
  const type = resolved.type as EventType;
  return {
    kind: 'change',
    ...place,
    change: {
      position,
      recordedAt,
      factId,
      type,
      revision,
      before,
      after,
      ...(unitId === undefined ? {} : { unitId }),
    },
  };
}

export async function inputsOf(journal: Journal, events: readonly RecordedEvent[]): Promise<Input[]> {
  return Promise.all(events.map((event) => inputOf(journal, event)));
}

/** The log as a rebuild reads it: through the client, from the beginning. */
export function logFeed(journal: Journal): LogFeed {
  return async function* feed(from: Position, upTo: Position) {
    let batch: RecordedEvent[] = [];
    for await (const event of journal.readAll({ ...(from > 0n ? { from } : {}), upTo })) {
      batch.push(event);
      if (batch.length < BATCH) continue;
      yield await inputsOf(journal, batch);
      batch = [];
    }
    if (batch.length > 0) yield await inputsOf(journal, batch);
  };
}
