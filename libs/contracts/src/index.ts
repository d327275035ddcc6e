export { ACCOUNT_CLASSES, ACCOUNT_ROLES, type AccountClass, type AccountRole } from './account-classes.ts';
export { declarationOf, type EventOf, type EventType, eventTypes, isEventType } from './catalogue.ts';
export type { AnyData, EventDeclaration, Problem } from './declare.ts';
export { CUT_OFF_KPIS } from './events/measure-policy.ts';
export { type Metadata, metadataProblems } from './metadata.ts';
export {
  businessDateOf,
  customerOf,
  type Document,
  documentOf,
  personalFields,
  sourceEventId,
  streamOf,
  unitOf,
} from './places.ts';
export { parseRecorded, type Recorded, upcast } from './recorded.ts';
export type { Form } from './schema.ts';
export { type Checked, type ContractProblem, jsonSchemaOf, validate } from './validate.ts';
