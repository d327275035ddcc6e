/** Files become facts: mappings, dry runs, batches; and the demo company. */
export { fileAt, fileOf, fingerprint, type ImportFile, type ImportFiles } from './files.ts';
export {
  batchIdOf,
  type ImportProgress,
  type ImportReport,
  type ImportRequest,
  importFile,
  type KnownIds,
  type Recorder,
  type RefusedRow,
} from './import-file.ts';
export type {
  Condition,
  Coverage,
  EventMapping,
  FileFormat,
  Join,
  Mapping,
  NumberValue,
  Value,
} from './mapping.ts';
export { mappingSchema } from './mapping-schema.ts';
export { type PlannedFact, planImport, type RowError, type RowResult } from './plan.ts';
export { type InvalidMapping, type MappingProblem, readMapping } from './read-mapping.ts';
export { ImportRefused } from './refused.ts';
export { intakeRules } from './rules.ts';
