import type { Position } from '#kernel';
import type { LoadedStream } from './read.ts';
import type { ReadableFact, RecordedEvent } from './recorded.ts';
import { UnreadableEvent } from './faults.ts';

type Content = Readonly<Record<string, unknown>>;

/**
 * What an event changes: the fact it is about and that fact's content before and after.
 *
 * Shape: one per event. An ordinary event asserts itself (`before` null); a correction retracts and asserts the fact
 * at the root of its chain. Source: time.md §3.
 */
export interface Change {
  readonly position: Position;
  /** The store's record time, milliseconds since the epoch; a label. */
  readonly recordedAt: number;
  readonly stream: string;
  readonly eventId: string;
  /** Event id of the fact itself; for a correction the root of its chain. */
  readonly factId: string;
  /** Type of the fact, never `FactCorrected`. */
  readonly type: string;
  /** Metadata of the event that makes the change (actor, source), not of the fact it corrects. */
  readonly metadata: Content;
  /** Content as it stood before this event; null when there was none or it was voided. */
  readonly before: Content | null;
  /** Content from this event on; null when this event voids the fact. */
  readonly after: Content | null;
}

/** A change that cannot be told: the event has to be parked with this reason. */
export interface UnresolvedChange {
  readonly unresolved: string;
}

export type ChangeResolution = Change | UnresolvedChange;

const CORRECTION = 'FactCorrected';

/** One fact of a stream with the corrections that name it, in order. */
interface Chain {
  readonly root: RecordedEvent;
  readonly ids: Set<string>;
  content: Content | null;
}

/** Follows an event to what it changes, reading the stream of a correction up to it. */
export async function resolveChange(
  event: RecordedEvent,
  loadUpTo: (stream: string, revision: bigint) => Promise<LoadedStream>,
): Promise<ChangeResolution> {
  if (event.type !== CORRECTION) {
    if (!event.parsed.ok) return { unresolved: event.parsed.reason };
    return change(event, event, { before: null, after: contentOf(event) });
  }
  if (!event.parsed.ok) return { unresolved: event.parsed.reason };
  const { events } = await loadUpTo(event.stream, event.revision - 1n);
  const { targetEventId, replacement } = correctionOf(event);
  const chain = chainsOf(events).find(({ ids }) => ids.has(targetEventId));
  if (chain === undefined) {
    return { unresolved: `FactCorrected names event ${targetEventId}, which ${event.stream} does not hold before it.` };
  }
  if (!chain.root.parsed.ok) return { unresolved: `The corrected fact cannot be read: ${chain.root.parsed.reason}` };
  const after = readReplacement(chain.root, replacement);
  if ('unresolved' in after) return after;
  return change(event, chain.root, { before: chain.content, after: after.content });
}

/**
 * The facts of a stream as corrected by its own corrections, at the places where they were first recorded.
 *
 * Voided facts are left out. Fault: unreadable-event, because nobody may decide on half of a history.
 */
export function currentFacts(events: readonly RecordedEvent[]): ReadableFact[] {
  const unreadable = events.find(({ parsed }) => !parsed.ok);
  if (unreadable && !unreadable.parsed.ok) {
    throw new UnreadableEvent({ ...unreadable, reason: unreadable.parsed.reason });
  }
  return chainsOf(events).flatMap(({ root, content }) =>
    content === null
      ? []
      : [
          {
            type: root.type,
            data: content,
            metadata: root.metadata,
            eventId: root.eventId,
            revision: root.revision,
            position: root.position,
          },
        ],
  );
}

/** Facts in order of record, each with its content after all corrections among these events. */
function chainsOf(events: readonly RecordedEvent[]): Chain[] {
  const chains: Chain[] = [];
  const byId = new Map<string, Chain>();
  for (const event of events) {
    if (event.type !== CORRECTION) {
      const chain: Chain = { root: event, ids: new Set([event.eventId]), content: contentOf(event) };
      chains.push(chain);
      byId.set(event.eventId, chain);
      continue;
    }
    if (!event.parsed.ok) continue;
    const { targetEventId, replacement } = correctionOf(event);
    const chain = byId.get(targetEventId);
    if (chain === undefined) continue;
    const read = readReplacement(chain.root, replacement);
    // A correction that cannot be read changes nothing; resolveChange names it and its event is parked.
    if ('unresolved' in read) continue;
    chain.content = read.content;
    chain.ids.add(event.eventId);
    byId.set(event.eventId, chain);
  }
  return chains;
}

function change(event: RecordedEvent, fact: RecordedEvent, content: Pick<Change, 'before' | 'after'>): Change {
  return {
    position: event.position,
    recordedAt: event.created,
    stream: event.stream,
    eventId: event.eventId,
    factId: fact.eventId,
    type: fact.type,
    metadata: event.metadata,
    ...content,
  };
}
