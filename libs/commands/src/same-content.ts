import { type KeyStore, openPersonal, type RecordedEvent } from '#journal';
import { canonicalJson } from '#kernel';
import type { Content, ProposedEvent } from './decider.ts';

/**
 * True when a fact says what an event recorded before says.
 *
 * Sealed fields are compared opened, because sealing the same value twice gives different envelopes. What can no
 * longer be opened is not compared: the rest decides.
 */
export function sameAsRecorded(
  keys: KeyStore | undefined,
  fact: ProposedEvent,
  earlier: RecordedEvent,
): boolean {
  if (earlier.type !== fact.type || !earlier.parsed.ok) return false;
  return sameContent(keys, earlier.eventId, earlier.parsed.data, fact.data);
}

function sameContent(keys: KeyStore | undefined, eventId: string, recorded: Content, told: Content): boolean {
  const opened = openPersonal(keys, recorded, eventId);
  const comparable = Object.fromEntries(
    Object.entries(told).filter(([field]) => field in opened || !(field in recorded)),
  );
  const [before, now] = [recorded['replacement'], told['replacement']];
  if (!isContent(before) || !isContent(now)) return canonicalJson(opened) === canonicalJson(comparable);
  const around =
    canonicalJson({ ...opened, replacement: null }) === canonicalJson({ ...comparable, replacement: null });
  return around && sameContent(keys, eventId, before, now);
}

function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
