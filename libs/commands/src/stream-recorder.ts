import { ConcurrencyConflict, type NewEvent, type RecordedEvent } from '#journal';
import { type Position, type Refusal, refuse } from '#kernel';
import type { CommandContext } from './context.ts';
import { commandId } from './event-ids.ts';
import { type Accepted, type Judged, judge } from './judging.ts';
import type { JudgingRoom } from './known-facts.ts';
import { newEvent } from './new-event.ts';
import type { PreparedFact, RefusedFact } from './prepared-fact.ts';
import { expectedAfter } from './runner.ts';

const DECISIONS_MAX = 8;

/** Where a fact is in the log. */
export interface Place {
  readonly revision: bigint;
  readonly position: Position;
}

/** What became of one fact. A duplicate carries the place of the original. */
export type FactResult =
  | (Place & {
      readonly index: number;
      readonly status: 'appended' | 'duplicate';
      readonly stream: string;
      readonly eventId: string;
    })
  | RefusedFact;

/**
 * Records the facts of one stream together or not at all; facts that were recorded before are answered as such.
 *
 * Refusals, in order of precedence: source-conflict, idempotency-key-reused, unknown-customer, unknown-unit, those
 * of the stream's rules; the other new facts of the same stream are then refused as stream-refused.
 */
export async function recordStream(
  room: JudgingRoom,
  stream: string,
  group: readonly PreparedFact[],
  context: CommandContext,
  /** A fact of this stream that was refused before the others were looked at: nothing is written then. */
  refusedBefore?: RefusedFact,
): Promise<readonly FactResult[]> {
  for (let decisions = 1; ; decisions += 1) {
    const { revision, events } = await room.journal.load(stream);
    const judged = await judge(room, group, events);
    const accepted = acceptedOf(judged);
    const refused = judged.find((each) => each.verdict === 'refused');
    const because = refusedBefore?.index ?? refused?.fact.index;
    if (because !== undefined) return judged.map((each) => withoutWriting(each, context, because));
    try {
      const places: Places =
        accepted.length === 0 ? new Map() : await append(room, stream, revision, accepted, context);
      return resultsOf(judged, context, places);
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict) || decisions >= DECISIONS_MAX) throw error;
    }
  }
}

export type Places = ReadonlyMap<PreparedFact, Place>;

export function acceptedOf(judged: readonly Judged[]): readonly Accepted[] {
  return judged.filter((each) => each.verdict === 'accepted');
}

/** The accepted facts as events, in their order: metadata written, personal fields sealed. */
export function eventsOf(
  { journal }: JudgingRoom,
  accepted: readonly Accepted[],
  context: CommandContext,
): Promise<NewEvent[]> {
  return Promise.all(
    accepted.map(({ fact, factType }) =>
      newEvent(journal.keys, { id: fact.eventId, event: fact, factType, context, source: fact.source }),
    ),
  );
}

/** One result for each judged fact of a stream whose accepted facts are at `places`; none of them was refused. */
export function resultsOf(
  judged: readonly Judged[],
  context: CommandContext,
  places: Places,
): readonly FactResult[] {
  return judged.map((each) => result(each, context, places));
}

async function append(
  room: JudgingRoom,
  stream: string,
  revision: bigint,
  accepted: readonly Accepted[],
  context: CommandContext,
): Promise<Places> {
  const events = await eventsOf(room, accepted, context);
  const receipt = await room.journal.append(stream, events, expectedAfter(revision));
  const first = receipt.revision - BigInt(events.length - 1);
  const places: readonly Place[] =
    events.length === 1 ? [receipt] : (await room.journal.loadFrom(stream, first, events.length)).events;
  return new Map(
    accepted.map(({ fact }, i) => {
      const place = places[i];
      if (place === undefined)
        throw new Error(`${stream} does not hold what was just appended from ${first} on.`);
      return [fact, place];
    }),
  );
}

function result(judged: Judged, context: CommandContext, places: Places): FactResult {
  const { fact, verdict } = judged;
  switch (verdict) {
    case 'accepted':
      return at(fact, 'appended', placeOf(places, fact));
    case 'repeated':
      return at(fact, 'duplicate', placeOf(places, judged.twin));
    case 'recorded':
    case 'refused':
      return withoutWriting(judged, context, undefined);
  }
}

/** The result when nothing is written for this stream, because it is there already or because one was refused. */
function withoutWriting(judged: Judged, context: CommandContext, because: number | undefined): FactResult {
  const { fact, verdict } = judged;
  switch (verdict) {
    case 'recorded':
      return at(fact, statusOfEarlier(judged.earlier, context), judged.earlier);
    case 'refused':
      return { index: fact.index, status: 'refused', stream: fact.stream, problem: judged.problem };
    case 'accepted':
    case 'repeated':
      return { index: fact.index, status: 'refused', stream: fact.stream, problem: heldBack(because) };
  }
}

/** The repeat of a call gets the answer of the first; another call with the same source learns that it repeats. */
function statusOfEarlier({ metadata }: RecordedEvent, context: CommandContext): 'appended' | 'duplicate' {
  const mine = commandId(context);
  return mine !== undefined && metadata['$causationId'] === mine ? 'appended' : 'duplicate';
}

function heldBack(index: number | undefined): Refusal {
  return refuse(
    'stream-refused',
    `Facts of one stream are recorded together or not at all, and fact ${index ?? 'unknown'} of it was refused.`,
  );
}

function at(fact: PreparedFact, status: 'appended' | 'duplicate', { revision, position }: Place): FactResult {
  return { index: fact.index, status, stream: fact.stream, revision, position, eventId: fact.eventId };
}

function placeOf(places: Places, fact: PreparedFact): Place {
  const place = places.get(fact);
  if (place === undefined)
    throw new Error(`Fact ${fact.index} was accepted for ${fact.stream} but not appended.`);
  return place;
}
