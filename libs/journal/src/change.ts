import { parseRecorded } from '#contracts';
import type { Position } from '#kernel';
import { UnreadableEvent } from './faults.ts';
import type { LoadedStream } from './read.ts';
import type { ReadableFact, RecordedEvent } from './recorded.ts';

/** The content of a fact as JSON. */
export type Content = Readonly<Record<string, unknown>>;

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
  /** Revision of the event in its stream. */
  readonly revision: bigint;
  /** Event id of the fact itself; for a correction the root of its chain. */
  readonly factId: string;
  /** Position of the fact itself; for a correction of the root of its chain. */
  readonly factPosition: Position;
  /** Revision of the fact itself in its stream. */
  readonly factRevision: bigint;
  /** Type of the fact, never `FactCorrected`. */
  readonly type: string;
  /** Unit that the fact's metadata name, for facts whose content names none. */
  readonly unitId?: string;
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

/** One fact of a stream with the corrections that name it. One per fact, at the place where it was first recorded. */
export interface FactChain {
  readonly root: RecordedEvent;
  /** Ids by which a correction may name the fact: its own and those of its corrections. */
  readonly ids: ReadonlySet<string>;
  /** Content after the last correction; null when that one voided it. */
  readonly content: Content | null;
}

/** Follows an event to what it changes, reading the stream of a correction up to it. */
export async function resolveChange(
  event: RecordedEvent,
  loadUpTo: (stream: string, revision: bigint) => Promise<LoadedStream>,
): Promise<ChangeResolution> {
  if (!event.parsed.ok) return { unresolved: event.parsed.reason };
  if (event.type !== CORRECTION) return change(event, event, { before: null, after: contentOf(event) });
  const { events } = await loadUpTo(event.stream, event.revision - 1n);
  const { targetEventId, replacement } = correctionOf(event);
  const chain = chainsOf(events).find(({ ids }) => ids.has(targetEventId));
  if (chain === undefined) {
    return {
      unresolved: `FactCorrected names event ${targetEventId}, which ${event.stream} does not hold before it.`,
    };
  }
  if (!chain.root.parsed.ok)
    return { unresolved: `The corrected fact cannot be read: ${chain.root.parsed.reason}` };
  const after = readReplacement(chain.root, event, replacement);
  if ('unresolved' in after) return after;
  return change(event, chain.root, { before: chain.content, after: after.content });
}

/**
 * The facts of a stream as corrected by its own corrections, at the places where they were first recorded.
 *
 * Fault: unreadable-event, because nobody may decide on half of a history.
 */
export function factChains(events: readonly RecordedEvent[]): FactChain[] {
  for (const { stream, revision, type, parsed } of events) {
    if (!parsed.ok) throw new UnreadableEvent({ stream, revision, type, reason: parsed.reason });
  }
  return chainsOf(events);
}

/** The facts of {@link factChains} that have not been voided, as a decider folds them. */
export function currentFacts(events: readonly RecordedEvent[]): ReadableFact[] {
  return factChains(events).flatMap(({ root, content }) =>
    content === null
      ? []
      : [{ type: root.type, data: content, metadata: root.metadata, eventId: root.eventId }],
  );
}

/** Facts in order of record, each with its content after all corrections among these events. */
function chainsOf(events: readonly RecordedEvent[]): FactChain[] {
  const chains: (FactChain & { ids: Set<string>; content: Content | null })[] = [];
  const byId = new Map<string, (typeof chains)[number]>();
  for (const event of events) {
    if (event.type !== CORRECTION) {
      const content = event.parsed.ok ? event.parsed.data : null;
      const chain = { root: event, ids: new Set([event.eventId]), content };
      chains.push(chain);
      byId.set(event.eventId, chain);
      continue;
    }
    if (!event.parsed.ok) continue;
    const { targetEventId, replacement } = correctionOf(event);
    const chain = byId.get(targetEventId);
    if (chain === undefined) continue;
    const read = readReplacement(chain.root, event, replacement);
    // A correction that cannot be read changes nothing; resolveChange names it and its event is parked.
    if ('unresolved' in read) continue;
    chain.content = read.content;
    chain.ids.add(event.eventId);
    byId.set(event.eventId, chain);
  }
  return chains;
}

function change(
  event: RecordedEvent,
  fact: RecordedEvent,
  content: Pick<Change, 'before' | 'after'>,
): Change {
  const unitId = fact.metadata['unitId'];
  return {
    position: event.position,
    recordedAt: event.created,
    stream: event.stream,
    eventId: event.eventId,
    revision: event.revision,
    factId: fact.eventId,
    factPosition: fact.position,
    factRevision: fact.revision,
    type: fact.type,
    ...(typeof unitId === 'string' && { unitId }),
    metadata: event.metadata,
    ...content,
  };
}

/** Content in today's version of its type; only asked for events that can be read. */
function contentOf({ stream, revision, parsed }: RecordedEvent): Content {
  if (!parsed.ok) throw new Error(`Event ${revision} of ${stream} cannot be read: ${parsed.reason}`);
  return parsed.data;
}

function correctionOf(event: RecordedEvent): { targetEventId: string; replacement: Content | null } {
  return contentOf(event) as { targetEventId: string; replacement: Content | null };
}

/** A replacement is content of the root's type in the version that was current when the correction was recorded. */
function readReplacement(
  root: RecordedEvent,
  correction: RecordedEvent,
  replacement: Content | null,
): { readonly content: Content | null } | UnresolvedChange {
  if (replacement === null) return { content: null };
  const schemaVersion = correction.metadata['factSchemaVersion'] ?? root.metadata['schemaVersion'];
  const read = parseRecorded(root.type, replacement, { schemaVersion });
  return read.ok
    ? { content: read.data }
    : { unresolved: `The replacement in ${correction.eventId} is no ${root.type}: ${read.reason}` };
}
