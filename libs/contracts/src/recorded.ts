import { declarationOf, type EventType, isEventType } from './catalogue.ts';
import type { AnyData } from './declare.ts';
import { validate } from './validate.ts';

/** What stands beside an event's data. The store adds record time and position; nobody else can. */
export interface Metadata {
  readonly schemaVersion: number;
  readonly actor: string;
  readonly unitId?: string;
  readonly source?: {
    readonly system: string;
    readonly id: string;
    readonly batchId?: string;
    readonly row?: number;
  };
  readonly $correlationId?: string;
  readonly $causationId?: string;
}

export type Recorded =
  | { readonly ok: true; readonly type: EventType; readonly data: AnyData }
  | { readonly ok: false; readonly reason: string };

/** Brings data of an older schema version up to the newest, step by step. */
export function upcast(type: EventType, version: number, data: AnyData): AnyData {
  const declaration = declarationOf(type);
  let current = data;
  for (let from = version; from < declaration.version; from++) {
    const step = declaration.upcasters?.[from];
    if (!step) throw new Error(`${type} has no upcaster from version ${from}`);
    current = step(current);
  }
  return current;
}

/** Reads what the log holds: known type, known version, upcast, and right by its contract; or why not. */
export function parseRecorded(type: string, data: unknown, metadata: unknown): Recorded {
  if (!isEventType(type)) return { ok: false, reason: `"${type}" is not an event of the catalogue` };
  const version = (metadata as Partial<Metadata> | null)?.schemaVersion ?? 1;
  const newest = declarationOf(type).version;
  if (!Number.isInteger(version) || version < 1 || version > newest) {
    return {
      ok: false,
      reason: `${type} has schema version ${String(version)}; versions 1 to ${newest} are known here`,
    };
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return { ok: false, reason: `the data of ${type} is no JSON object` };
  const current = upcast(type, version, data as AnyData);
  const checked = validate(type, current);
  if (!checked.ok)
    return {
      ok: false,
      reason: checked.problems.map(({ path, message }) => `${path} ${message}`).join('; '),
    };
  return { ok: true, type, data: current };
}
