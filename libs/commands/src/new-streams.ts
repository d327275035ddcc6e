import { AppendTooLarge, ConcurrencyConflict, type Receipt } from '#journal';
import type { Position } from '#kernel';
import type { CommandContext } from './context.ts';
import { type Judged, judge } from './judging.ts';
import type { JudgingRoom } from './known-facts.ts';
import type { PreparedFact } from './prepared-fact.ts';
import { acceptedOf, eventsOf, type FactResult, type Place, resultsOf } from './stream-recorder.ts';

/** Facts that were appended to a stream taken for new; the receipt tells the place of the last one only. */
export interface AppendedAsNew {
  readonly group: readonly PreparedFact[];
  readonly judged: readonly Judged[];
  readonly receipt: Receipt;
}

/**
 * Records the facts of a stream that is taken for new: judged on an empty stream, appended where there is none.
 *
 * Most streams of facts are new, and reading each of them to learn so cost more than appending. Undefined: the
 * stream is not new, or the facts are not all right on an empty one; nothing was written, the stream has to be read.
 *
 * The store takes events with the ids of recorded ones for a repeat and answers with their place, whatever they say.
 * `end`, the last position before the call, tells the two apart: what is not behind it was there before.
 */
export async function recordAsNew(
  room: JudgingRoom,
  group: readonly PreparedFact[],
  {
    stream,
    end,
    context,
  }: { readonly stream: string; readonly end: Position; readonly context: CommandContext },
): Promise<AppendedAsNew | undefined> {
  const judged = await judge(room, group, []);
  if (judged.some(({ verdict }) => verdict === 'refused')) return undefined;
  const events = await eventsOf(room, acceptedOf(judged), context);
  try {
    const receipt = await room.journal.append(stream, events, 'no_stream');
    return receipt.position > end ? { group, judged, receipt } : undefined;
  } catch (error) {
    // Too large for one append, yet perhaps on record since several.
    if (error instanceof ConcurrencyConflict || error instanceof AppendTooLarge) return undefined;
    throw error;
  }
}

/** Results by stream, and the streams whose first fact was there before the call after all. */
export interface Placed {
  readonly results: readonly FactResult[];
  readonly toBeRead: readonly (readonly PreparedFact[])[];
}

/** Gives each fact its own place: one read of what has been written since `end`, not one read per stream. */
export async function placesOf(
  { journal }: JudgingRoom,
  appended: readonly AppendedAsNew[],
  { end, context }: { readonly end: Position; readonly context: CommandContext },
): Promise<Placed> {
  const several = appended.filter(({ receipt }) => receipt.eventIds.length > 1);
  const found: ReadonlyMap<string, Place> =
    several.length === 0
      ? new Map()
      : await journal.placesSince(end, new Set(several.flatMap(({ receipt }) => receipt.eventIds)));
  const results: FactResult[] = [];
  const toBeRead: (readonly PreparedFact[])[] = [];
  for (const { group, judged, receipt } of appended) {
    const places = new Map<PreparedFact, Place>();
    for (const { fact } of acceptedOf(judged)) {
      const place = receipt.eventIds.length === 1 ? receipt : found.get(fact.eventId);
      if (place !== undefined) places.set(fact, place);
    }
    if (places.size === receipt.eventIds.length) results.push(...resultsOf(judged, context, places));
    else toBeRead.push(group);
  }
  return { results, toBeRead };
}

/** Guesses from the streams before whether the next one is new; only speed depends on it. */
export class Newness {
  #share = 1;

  get likely(): boolean {
    return this.#share > 0.5;
  }

  saw(isNew: boolean): void {
    this.#share += ((isNew ? 1 : 0) - this.#share) / 16;
  }
}
