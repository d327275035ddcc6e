import { declarationOf, type EventType, isEventType } from './catalogue.ts';
import type { AnyData, EventDeclaration } from './declare.ts';
import { metadataProblems } from './metadata.ts';
import { isVersion, problemsOf, versionSentence } from './validate.ts';

export type Recorded =
  | { readonly ok: true; readonly type: EventType; readonly data: AnyData }
  | { readonly ok: false; readonly reason: string };

/** Brings data of an older schema version up to the newest, step by step. */
export function upcast(type: EventType, version: number, data: AnyData): AnyData {
  return upcastBy(declarationOf(type), version, data);
}

export function upcastBy(declaration: EventDeclaration, version: number, data: AnyData): AnyData {
  if (!isVersion(declaration, version)) throw new Error(`schemaVersion ${versionSentence(declaration)}`);
  return declaration.earlier.slice(version - 1).reduce((current, step) => step.upcast(current), data);
}

/**
 * Reads what the log holds: known type, known version, upcast, and right by its contract; or why not.
 * Metadata without a schema version is of version 1; what else it holds must be of the right form.
 */
export function parseRecorded(type: string, data: unknown, metadata: unknown): Recorded {
  if (!isEventType(type)) return { ok: false, reason: `"${type}" is not an event of the catalogue` };
  const read = readBy(declarationOf(type), data, metadata);
  return read.ok ? { ok: true, type, data: read.data } : read;
}

/** The data in today's version, or why it cannot be read; whatever another writer left in the log, it does not throw. */
export function readBy(
  declaration: EventDeclaration,
  data: unknown,
  metadata: unknown,
): { readonly ok: true; readonly data: AnyData } | { readonly ok: false; readonly reason: string } {
  const wrong = metadataProblems(metadata, { whole: false });
  if (wrong.length > 0) return refusal(declaration, wrong);
  const version = (metadata as AnyData | undefined)?.['schemaVersion'] ?? 1;
  if (!isVersion(declaration, version)) {
    const message = `is ${String(version)}; it ${versionSentence(declaration)}`;
    return refusal(declaration, [{ field: 'schemaVersion', message }]);
  }
  const problems = problemsOf(declaration, version, data);
  if (problems.length > 0) return refusal(declaration, problems);
  if (version === declaration.version) return { ok: true, data: data as AnyData };
  // Data that fits its own version and not today's after the upcast is a gap in the upcaster, found here, not later.
  const current = upcastBy(declaration, version, data as AnyData);
  const left = problemsOf(declaration, declaration.version, current);
  return left.length > 0 ? refusal(declaration, left) : { ok: true, data: current };
}

function refusal(
  { type }: EventDeclaration,
  problems: readonly { readonly field: string; readonly message: string }[],
): { readonly ok: false; readonly reason: string } {
  return {
    ok: false,
    reason: `${type}: ${problems.map((each) => `${each.field} ${each.message}`).join('; ')}`,
  };
}
