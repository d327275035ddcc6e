import { ConcurrencyConflict, type EventPlace, type Journal, type NewEvent } from '#journal';
import type { Position } from '#kernel';

/**
 * Appends events after a decision on what the stream held at `revision`, and tells the place of each.
 *
 * Fault: concurrency-conflict when somebody wrote to the stream meanwhile, also when it was another call with the same
 * event ids, which the store takes for a repeat: the decision has to be taken again on what is there now. `since` was
 * asked for before the stream was read. Events under random ids can be nobody else's: they are not doubted.
 */
export async function appendOwn(
  journal: Journal,
  append: {
    readonly stream: string;
    readonly revision: bigint;
    readonly since: Position;
    readonly events: readonly NewEvent[];
    readonly randomIds: boolean;
  },
): Promise<readonly EventPlace[]> {
  const { stream, revision, since, events, randomIds } = append;
  const expected = expectedAfter(revision);
  const receipt = await journal.append(stream, events, expected);
  if (randomIds) {
    const first = receipt.revision + 1n - BigInt(events.length);
    return events.length === 1 ? [receipt] : (await journal.loadFrom(stream, first, events.length)).events;
  }
  const [places] = await journal.ownPlaces([{ events, receipt }], since);
  if (places !== undefined) return places;
  throw new ConcurrencyConflict({ stream, expected: String(expected), actual: String(receipt.revision) });
}

/** What must be true of the stream for a decision on what was loaded to hold. */
function expectedAfter(revision: bigint): bigint | 'no_stream' {
  return revision < 0n ? 'no_stream' : revision;
}
