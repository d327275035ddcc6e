import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { declarationOf, type EventType, isEventType } from './catalogue.ts';
import type { AnyData, EventDeclaration, Problem } from './declare.ts';
import type { DataOf, Fields, Schema } from './fields.ts';
import { addFormats } from './formats.ts';
import { problemsIn } from './problems.ts';
import { type Form, fieldsOf, schemaOf } from './schema.ts';

/** What is wrong with which field, and what would be right. `path` is a JSON path, e.g. `lines[0].qty`. */
export interface ContractProblem {
  readonly path: string;
  readonly message: string;
}

export type Checked =
  | { readonly ok: true }
  | { readonly ok: false; readonly problems: readonly ContractProblem[] };

// Our own schemas are checked against the draft in the tests, not again in every process.
const ajv = new Ajv2020({ allErrors: true, strict: true, verbose: true, validateSchema: false });
addFormats(ajv);

/**
 * JSON Schema (draft 2020-12) of an event's data in a schema version (default: the newest).
 * Formats beyond the draft: `date`, `instant`, `currency`, `zone` and `period` as the kernel reads them.
 */
export function jsonSchemaOf(
  type: EventType,
  version: number = declarationOf(type).version,
  form: Form = 'sent',
): Schema {
  return schemaOf(declarationOf(type), version, form);
}

/**
 * Checks data that is to be recorded, in a schema version (default: the newest); personal fields may be plain or
 * sealed. Every problem names its field.
 */
export function validate(type: string, data: unknown, version?: number): Checked {
  if (!isEventType(type)) {
    return { ok: false, problems: [{ path: 'type', message: `"${type}" is not an event of the catalogue` }] };
  }
  const declaration = declarationOf(type);
  const asked = version ?? declaration.version;
  if (!isVersion(declaration, asked)) {
    return { ok: false, problems: [{ path: 'schemaVersion', message: versionSentence(declaration) }] };
  }
  const problems = problemsOf(declaration, asked, data);
  return problems.length === 0
    ? { ok: true }
    : { ok: false, problems: problems.map(({ field, message }) => ({ path: field, message })) };
}

export function isVersion({ version }: EventDeclaration, asked: unknown): asked is number {
  return Number.isInteger(asked) && (asked as number) >= 1 && (asked as number) <= version;
}

export function versionSentence({ type, version }: EventDeclaration): string {
  return `must be a schema version of ${type}: ${version === 1 ? '1' : `from 1 to ${version}`}`;
}

/** Problems of data in one version of a declaration; rules between fields belong to the newest version. */
export function problemsOf(
  declaration: EventDeclaration,
  version: number,
  data: unknown,
): readonly Problem[] {
  const check = validator(declaration, version);
  if (!check(data)) return problemsIn(fieldsOf(declaration, version), data, check.errors ?? []);
  if (version !== declaration.version) return [];
  return declaration.rules?.(data as DataOf<Fields> & AnyData) ?? [];
}

const compiled = new WeakMap<EventDeclaration, Map<number, ValidateFunction>>();

function validator(declaration: EventDeclaration, version: number): ValidateFunction {
  let versions = compiled.get(declaration);
  if (versions === undefined) {
    versions = new Map();
    compiled.set(declaration, versions);
  }
  let found = versions.get(version);
  if (found === undefined) {
    found = ajv.compile(schemaOf(declaration, version, 'recorded'));
    versions.set(version, found);
  }
  return found;
}
