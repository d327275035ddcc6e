export { ACCOUNT_CLASSES, type AccountClass } from './account-classes.ts';
export { declarationOf, type EventOf, type EventType, eventTypes, isEventType } from './catalogue.ts';
export type { AnyData, EventDeclaration, Problem } from './declare.ts';
export { businessDateOf, customerOf, personalFields, sourceEventId, streamOf } from './places.ts';
export { type Metadata, parseRecorded, type Recorded, upcast } from './recorded.ts';
export { type Checked, type ContractProblem, jsonSchemaOf, validate } from './validate.ts';
