import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Problem } from './declare.ts';
import { count, type DataOf, id, object, objectSchema, optional } from './fields.ts';
import { addFormats } from './formats.ts';
import { problemsIn } from './problems.ts';

const fields = {
  /** Schema version of the data. */
  schemaVersion: count(1),
  /** Who: the subject of the token, or the process itself. */
  actor: id(),
  /** The unit, where the fact names one. */
  unitId: optional(id()),
  /** Where an imported fact comes from. */
  source: optional(object({ system: id(), id: id(), batchId: optional(id()), row: optional(count(0)) })),
  /** Of a correction: the schema version of its replacement, which is content of another type. */
  factSchemaVersion: optional(count(1)),
  /** The store's own names. */
  $correlationId: optional(id()),
  $causationId: optional(id()),
};

/** What stands beside an event's data. The store adds record time and position; nobody else can. */
export type Metadata = DataOf<typeof fields>;

const ajv = new Ajv2020({ allErrors: true, strict: true, verbose: true, validateSchema: false });
addFormats(ajv);
const { required, ...shape } = objectSchema(fields);
// Other names are left alone: brokers and tools of the store add their own.
const checkPart = ajv.compile({ ...shape, additionalProperties: true });
const checkWhole = ajv.compile({ ...shape, required, additionalProperties: true });

/**
 * What is wrong with an event's metadata. `whole: false` asks only for the right form of what is there, as when
 * reading: an event of another writer without an actor is a fact all the same.
 */
export function metadataProblems(metadata: unknown, { whole = true } = {}): readonly Problem[] {
  if (!whole && (metadata === undefined || metadata === null)) return [];
  const check = whole ? checkWhole : checkPart;
  return check(metadata) ? [] : problemsIn(fields, metadata, check.errors as ErrorObject[]);
}
