/** Files become facts: mappings, dry runs, batches; and the demo company. */
export type { Recorder } from './calls.ts';
export type { DemoFact } from './demo/demo-fact.ts';
export { type DemoBatch, demoFacts } from './demo/demo-facts.ts';
export { type DemoLoad, type LoadedBatch, loadDemo } from './demo/load-demo.ts';
export { fileAt, fileOf, fingerprint, type ImportFile, type ImportFiles } from './files.ts';
export { batchIdOf, type ImportReport, importFile, type RefusedRow } from './import-file.ts';
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
export type { ImportProgress, ImportRequest, KnownIds } from './request.ts';
export { type RevokeReport, type RevokeRequest, revokeBatch } from './revoke-batch.ts';
export { intakeRules } from './rules.ts';
