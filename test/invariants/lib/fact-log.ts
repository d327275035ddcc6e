import { declarationOf, type EventType, parseRecorded } from '#contracts';
import type { Position } from '#kernel';
import type { LogEvent } from '#reperformance';
import type { Change, Content } from '#scorecard';

/** A fact on record. */
export interface Recorded {
  readonly factId: string;
  /** As first recorded. */
  readonly original: Content;
  /** Event id of its latest correction, or of the original. */
  readonly latest: string;
  /** Not voided. */
  readonly stands: boolean;
}

interface Kept extends Recorded {
  readonly first: Change;
  latest: string;
  now: Content | null;
  stands: boolean;
}

/** Writes a log twice over, each way by its own rules: as raw events, and as the changes that a projection gets of them. */
export class FactLog {
  readonly events: LogEvent[] = [];
  readonly changes: Change[] = [];
  readonly #facts = new Map<string, Kept>();
  readonly #beginsMs: bigint;

  constructor(beginsMs: bigint) {
    this.#beginsMs = beginsMs;
  }

  /** Records a fact, with the unit that its metadata name. */
  record(type: EventType, data: Content, unit: { readonly unitId?: string }): Recorded {
    const event = this.#append(type, data, { ...unit, schemaVersion: declarationOf(type).version });
    const first: Change = {
      ...placeOf(event),
      factId: event.eventId,
      factPosition: event.position,
      type,
      ...unit,
      before: null,
      after: readable(type, data),
    };
    this.changes.push(first);
    const { eventId } = event;
    const fact = { factId: eventId, original: data, latest: eventId, stands: true, first, now: first.after };
    this.#facts.set(eventId, fact);
    return fact;
  }

  /** Corrects or voids a fact; the correction names an event of the fact's chain. */
  correct(
    { factId }: Recorded,
    replacement: Content | null,
    { names, metadata }: { readonly names: string; readonly metadata: Content },
  ): void {
    const fact = this.#facts.get(factId) as Kept;
    const { type } = fact.first;
    const event = this.#append(
      'FactCorrected',
      { targetEventId: names, replacement, reason: 'x', authorisedBy: 'mei' },
      { ...metadata, schemaVersion: 1, factSchemaVersion: declarationOf(type).version },
    );
    const after = replacement && readable(type, replacement);
    // The revision stays that of the original: a corrected policy keeps its name.
    const { revision } = fact.first;
    this.changes.push({ ...fact.first, ...placeOf(event), revision, before: fact.now, after });
    fact.now = after;
    fact.stands = after !== null;
    fact.latest = event.eventId;
  }

  #append(type: EventType, data: Content, metadata: Content): LogEvent & { readonly revision: bigint } {
    const position = BigInt(this.events.length + 1) as Position;
    const eventId = `6f9619ff-8b86-5011-b42d-${String(position).padStart(12, '0')}`;
    const created = this.#beginsMs + position;
    const event = { position, stream: 's', revision: position, eventId, type, created, data, metadata };
    this.events.push(event);
    return event;
  }
}

function placeOf({ position, revision, created }: LogEvent & { readonly revision: bigint }) {
  return { position, revision, recordedAt: Number(created) };
}

/** Data as a reader of the log gets them. What nobody can read is no change of a fact: a log of such events would compare nothing. */
function readable(type: EventType, data: Content): Content {
  const read = parseRecorded(type, data, { schemaVersion: declarationOf(type).version });
  if (!read.ok) throw new Error(`${read.reason}: ${JSON.stringify(data)}`);
  return read.data;
}
