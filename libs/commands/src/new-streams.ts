import { type AnsweredAppend, AppendTooLarge, ConcurrencyConflict } from '#journal';
import type { Position } from '#kernel';
import type { CommandContext } from './context.ts';
import { type Judged, judge } from './judging.ts';
import type { JudgingRoom } from './known-facts.ts';
import type { PreparedFact } from './prepared-fact.ts';
import { acceptedOf, eventsOf, type FactResult, haveRandomIds, resultsAt } from './stream-recorder.ts';

/** Facts that were appended to a stream taken for new, unless another call with the same ids was faster. */
export interface AppendedAsNew extends AnsweredAppend {
  readonly group: readonly PreparedFact[];
  readonly judged: readonly Judged[];
}

/**
 * Records the facts of a stream that is taken for new: judged on an empty stream, appended where there is none.
 *
 * Most streams of facts are new, and reading each of them to learn so cost more than appending. Undefined: the
 * stream is not new, or the facts are not all right on an empty one; nothing was written, the stream has to be read.
 */
export async function recordAsNew(
  room: JudgingRoom,
  group: readonly PreparedFact[],
  {
    stream,
    since,
    context,
  }: { readonly stream: string; readonly since: Position; readonly context: CommandContext },
): Promise<AppendedAsNew | undefined> {
  const judged = await judge(room, group, []);
  if (judged.some(({ verdict }) => verdict === 'refused')) return undefined;
  const events = await eventsOf(room, acceptedOf(judged), context);
  try {
    const receipt = await room.journal.append(stream, events, 'no_stream');
    return receipt.position > since ? { group, judged, events, receipt } : undefined;
  } catch (error) {
    // Too large for one append, yet perhaps on record since several.
    if (error instanceof ConcurrencyConflict || error instanceof AppendTooLarge) return undefined;
    throw error;
  }
}

/** Results by stream, and the streams whose first fact was recorded by another call after all. */
export interface Placed {
  readonly results: readonly FactResult[];
  readonly toBeRead: readonly (readonly PreparedFact[])[];
}

/** Gives each fact its own place: one reading of what has been written since, not one per stream. */
export async function placesOf(
  { journal }: JudgingRoom,
  appended: readonly AppendedAsNew[],
  { since, context }: { readonly since: Position; readonly context: CommandContext },
): Promise<Placed> {
  const results: FactResult[] = [];
  const toBeRead: (readonly PreparedFact[])[] = [];
  const [certain, asked] = [[] as AppendedAsNew[], [] as AppendedAsNew[]];
  for (const each of appended) {
    const single = each.events.length === 1 && haveRandomIds(acceptedOf(each.judged), context);
    (single ? certain : asked).push(each);
  }
  for (const { judged, receipt } of certain) results.push(...resultsAt(judged, context, [receipt]));
  const places = await journal.ownPlaces(asked, since);
  for (const [i, { group, judged }] of asked.entries()) {
    const own = places[i];
    if (own === undefined) toBeRead.push(group);
    else results.push(...resultsAt(judged, context, own));
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
