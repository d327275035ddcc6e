import { ConcurrencyConflict, type NewEvent, type RecordedEvent } from '#journal';
import { type Position, type Refusal, refuse } from '#kernel';
import { appendOwn } from './append-own.ts';
import type { CommandContext } from './context.ts';
import { commandId } from './event-ids.ts';
import { type Accepted, type Judged, judge } from './judging.ts';
import type { JudgingRoom } from './known-facts.ts';
import { newEvent } from './new-event.ts';
import type { PreparedFact, RefusedFact } from './prepared-fact.ts';

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
    const since = await room.journal.since();
    const { revision, events } = await room.journal.load(stream);
    const judged = await judge(room, group, events);
    const refused = judged.find((each) => each.verdict === 'refused');
    const because = refusedBefore?.index ?? refused?.fact.index;
    if (because !== undefined) return judged.map((each) => withoutWriting(each, context, because));
    try {
      const places = await append(room, judged, { stream, revision, since, context });
      return resultsAt(judged, context, places);
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict) || decisions >= DECISIONS_MAX) throw error;
    }
  }
}

type Places = ReadonlyMap<PreparedFact, Place>;

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

/** Whether the ids of facts follow from nothing, so that no other call can have them. */
export function haveRandomIds(accepted: readonly Accepted[], { idempotencyKey }: CommandContext): boolean {
  return idempotencyKey === undefined && accepted.every(({ fact }) => fact.source === undefined);
}

/** One result for each judged fact of a stream; its accepted facts are at `places`, in their order; none was refused. */
export function resultsAt(
  judged: readonly Judged[],
  context: CommandContext,
  places: readonly Place[],
): readonly FactResult[] {
  const placed: Places = new Map(
    acceptedOf(judged).map(({ fact }, i) => {
      const place = places[i];
      if (place === undefined)
        throw new Error(`Fact ${fact.index} was accepted for ${fact.stream} but not appended.`);
      return [fact, place];
    }),
  );
  return judged.map((each) => result(each, context, placed));
}

async function append(
  room: JudgingRoom,
  judged: readonly Judged[],
  at: {
    readonly stream: string;
    readonly revision: bigint;
    readonly since: Position;
    readonly context: CommandContext;
  },
): Promise<readonly Place[]> {
  const { stream, revision, since, context } = at;
  const accepted = acceptedOf(judged);
  if (accepted.length === 0) return [];
  const events = await eventsOf(room, accepted, context);
  const randomIds = haveRandomIds(accepted, context);
  return appendOwn(room.journal, { stream, revision, since, events, randomIds });
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
