import { randomUUID } from 'node:crypto';
import type { Group, ProposedEvent, WrittenEvent } from './group.ts';
import { END_OF_STREAM, isSoftDeleted, type StreamState, truncationOf } from './stream-state.ts';
import { expiredBefore, firstVisible } from './visibility.ts';

/** What an append, delete or tombstone expects of its stream; a bigint is the revision of its last event. */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | bigint;

/**
 * The outcome of a change. `position` is absent when nothing was written and the events in question are hidden;
 * `revision` −1: the stream has no event.
 */
export type Outcome =
  | { readonly kind: 'done'; readonly revision: bigint; readonly position?: number }
  | { readonly kind: 'wrong-version'; readonly current: bigint }
  | { readonly kind: 'deleted' };

const NOTHING = Buffer.alloc(0);
const METADATA_TYPE = '$metadata';
const TOMBSTONE_TYPE = '$streamDeleted';

/** Appends events to a stream, all or none. Source: EventStoreDB 24.6.0, recorded. */
export function append(
  group: Group,
  stream: string,
  expected: Expected,
  events: readonly ProposedEvent[],
): Outcome {
  const state = group.state(stream);
  if (state?.tombstoned || (!state && describesTombstoned(group, stream))) return { kind: 'deleted' };
  const last = BigInt(state?.last ?? -1);
  const settled = check(group, stream, state, expected, events);
  if (settled) return settled;
  if (events.length === 0) {
    if (state && isSoftDeleted(state)) writeMetadata(group, stream, undeleted('{}', last + 1n));
    return { kind: 'done', revision: last, position: group.lastPosition };
  }
  const current = group.stateOrNew(stream);
  const first = BigInt(current.last + 1);
  let position = 0;
  for (const [i, event] of events.entries())
    position = group.add(stream, current.number, first + BigInt(i), event);
  // Of every append, so field by field: spreading costs microseconds.
  const written: StreamState = {
    number: current.number,
    last: current.last + events.length,
    tombstoned: current.tombstoned,
    hasMetadata: current.hasMetadata,
    truncation: current.truncation,
  };
  group.setState(stream, written);
  const newest = events.at(-1) as ProposedEvent;
  if (stream.startsWith('$$')) setMetadata(group, stream.slice(2), newest.data);
  else if (isSoftDeleted(current)) writeMetadata(group, stream, undeleted('{}', first));
  return { kind: 'done', revision: BigInt(written.last), position };
}

/** An outcome when nothing is to be written; undefined when the events are to be appended. */
function check(
  group: Group,
  stream: string,
  state: StreamState | undefined,
  expected: Expected,
  events: readonly ProposedEvent[],
): Outcome | undefined {
  const last = BigInt(state?.last ?? -1);
  const wrong: Outcome = { kind: 'wrong-version', current: last };
  const softDeleted = state !== undefined && isSoftDeleted(state);
  if (expected === 'any' || expected === 'stream_exists') {
    if (expected === 'stream_exists') {
      if (softDeleted) return { kind: 'deleted' };
      if (last < 0n && !state?.hasMetadata) return wrong;
    }
    const first = events[0];
    if (!first || !state) return undefined;
    const revision = group.revisionOfId(state.number, first.id);
    if (revision === undefined) return undefined;
    return repeated(group, stream, state, BigInt(revision), events) ?? wrong;
  }
  const expectedRevision = expected === 'no_stream' ? -1n : expected;
  if (expectedRevision === last) return undefined;
  if (expectedRevision > last || events.length === 0 || !state) return wrong;
  const repeat = repeated(group, stream, state, expectedRevision + 1n, events);
  if (repeat) return repeat;
  const begun = group.eventAt(state.number, expectedRevision + 1n)?.id === events[0]?.id;
  return expected === 'no_stream' && softDeleted && !begun ? undefined : wrong;
}

/** The events are there already, in this order, from `from` on: their outcome. */
function repeated(
  group: Group,
  stream: string,
  state: StreamState,
  from: bigint,
  events: readonly ProposedEvent[],
): Outcome | undefined {
  let newest: WrittenEvent | undefined;
  for (const [i, { id }] of events.entries()) {
    newest = group.eventAt(state.number, from + BigInt(i));
    if (newest?.id !== id) return undefined;
  }
  if (!newest) return undefined;
  const revision = from + BigInt(events.length - 1);
  const visible =
    revision >= BigInt(firstVisible(stream, state)) && newest.created >= expiredBefore(state, group.now);
  return { kind: 'done', revision, ...(visible ? { position: newest.position } : {}) };
}

/** Hides a stream's events until it is written to again. */
export function softDelete(group: Group, stream: string, expected: Expected): Outcome {
  const state = group.state(stream);
  if (state?.tombstoned) return { kind: 'deleted' };
  const last = BigInt(state?.last ?? -1);
  const exists = last >= 0n || state?.hasMetadata === true;
  const wrong: Outcome = { kind: 'wrong-version', current: last };
  if (expected === 'any' || expected === 'stream_exists') {
    if (!exists) return wrong;
  } else if (expected === 'no_stream') {
    if (!isHidden(state) || !exists) return wrong;
  } else if (expected !== last) return wrong;
  const position = writeMetadata(group, stream, `{"$tb":${END_OF_STREAM}}`);
  return { kind: 'done', revision: last, position };
}

/** Ends a stream for good, also one that was never written. */
export function tombstone(group: Group, stream: string, expected: Expected): Outcome {
  const state = group.state(stream);
  if (state?.tombstoned) return { kind: 'deleted' };
  const last = BigInt(state?.last ?? -1);
  const wrong: Outcome = { kind: 'wrong-version', current: last };
  if (expected === 'stream_exists') {
    if (last < 0n && !state?.hasMetadata) return wrong;
  } else if (expected === 'no_stream') {
    if (!isHidden(state)) return wrong;
  } else if (expected !== 'any' && expected !== last) return wrong;
  const own = group.stateOrNew(stream);
  const position = group.add(stream, own.number, END_OF_STREAM, {
    id: randomUUID(),
    type: TOMBSTONE_TYPE,
    json: false,
    data: NOTHING,
    metadata: NOTHING,
  });
  group.setState(stream, { ...own, tombstoned: true });
  return { kind: 'done', revision: END_OF_STREAM, position };
}

/** To `no_stream` a soft-deleted stream is none. */
function isHidden(state: StreamState | undefined): boolean {
  return !state || state.last < 0 || isSoftDeleted(state);
}

/** The metadata stream of a tombstoned stream cannot be begun any more; one that has events still takes some. */
function describesTombstoned(group: Group, stream: string): boolean {
  return stream.startsWith('$$') && group.state(stream.slice(2))?.tombstoned === true;
}

/** New metadata of a soft-deleted stream bring it back, and keep hidden what was deleted. */
function setMetadata(group: Group, stream: string, metadata: Uint8Array): void {
  const before = group.state(stream);
  applyMetadata(group, stream, metadata);
  if (!before || !isSoftDeleted(before)) return;
  const text = Buffer.from(metadata).toString('utf8');
  if (isJsonObject(text)) writeMetadata(group, stream, undeleted(text, BigInt(before.last + 1)));
}

/** Metadata with another `$tb`; all else keeps its very text, since numbers in it may be beyond 2^53. */
function undeleted(metadata: string, before: bigint): string {
  const member = `"$tb":${before}`;
  const found = metadata.match(/"\$tb"\s*:\s*-?\d+/g) ?? [];
  if (found.length === 1) return metadata.replace(found[0] as string, () => member);
  if (found.length > 1) return JSON.stringify({ ...JSON.parse(metadata), $tb: Number(before) });
  const open = metadata.trimEnd().slice(0, -1);
  return `${open}${open.trim() === '{' ? '' : ','}${member}}`;
}

function isJsonObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function applyMetadata(group: Group, stream: string, metadata: Uint8Array): void {
  group.setState(stream, {
    ...group.stateOrNew(stream),
    hasMetadata: true,
    truncation: truncationOf(metadata),
  });
}

function writeMetadata(group: Group, stream: string, json: string): number {
  const name = `$$${stream}`;
  const own = group.stateOrNew(name);
  const data = Buffer.from(json);
  const position = group.add(name, own.number, BigInt(own.last + 1), {
    id: randomUUID(),
    type: METADATA_TYPE,
    json: true,
    data,
    metadata: NOTHING,
  });
  group.setState(name, { ...own, last: own.last + 1 });
  applyMetadata(group, stream, data);
  return position;
}
