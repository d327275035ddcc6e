import type { Brand } from './brand.ts';
import { shown, ValueError } from './value-error.ts';

export type UnitId = Brand<string, 'UnitId'>;
export type CustomerId = Brand<string, 'CustomerId'>;
export type SegmentId = Brand<string, 'SegmentId'>;
export type EventId = Brand<string, 'EventId'>;
export type OrderId = Brand<string, 'OrderId'>;
export type InvoiceId = Brand<string, 'InvoiceId'>;
export type ProductId = Brand<string, 'ProductId'>;
export type CaseId = Brand<string, 'CaseId'>;
export type EmployeeId = Brand<string, 'EmployeeId'>;
export type ProjectId = Brand<string, 'ProjectId'>;
export type InitiativeId = Brand<string, 'InitiativeId'>;
export type CorrectionId = Brand<string, 'CorrectionId'>;
export type EditionId = Brand<string, 'EditionId'>;
export type ScorecardId = Brand<string, 'ScorecardId'>;
export type ImportId = Brand<string, 'ImportId'>;
export type ActorId = Brand<string, 'ActorId'>;
export type KpiCode = Brand<string, 'KpiCode'>;

/** Ids that come from source systems as they are: any text that can be named in a stream and a message. */
export type NamedId =
  | UnitId
  | CustomerId
  | SegmentId
  | OrderId
  | InvoiceId
  | ProductId
  | CaseId
  | EmployeeId
  | ProjectId
  | InitiativeId
  | CorrectionId
  | EditionId
  | ScorecardId
  | ImportId
  | ActorId;

/** The unit every installation starts with; its tree has no other root. Source: kpis.md §4. */
export const ROOT_UNIT = 'root' as UnitId;

const MAX_LENGTH = 200;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Checks an id of a source system: 1 to 200 characters, no control characters, no blanks at its ends. */
export function idOf<Id extends NamedId>(text: string): Id {
  if (typeof text !== 'string' || text === '') {
    throw new ValueError(`${shown(text)} is not an id; an id is a text of 1 to ${MAX_LENGTH} characters.`);
  }
  if (text.length > MAX_LENGTH) {
    throw new ValueError(`${shown(text)} has ${text.length} characters; an id has at most ${MAX_LENGTH}.`);
  }
  if (text !== text.trim()) throw new ValueError(`${shown(text)} has blanks at its ends; remove them.`);
  if (/\p{Cc}|\p{Cs}/u.test(text)) {
    throw new ValueError(`${shown(text)} contains a control character or half a surrogate pair; remove it.`);
  }
  return text as Id;
}

export const unitId = (text: string): UnitId => idOf<UnitId>(text);
export const customerId = (text: string): CustomerId => idOf<CustomerId>(text);

/** Checks an event id: a UUID in lower case, as the log gives it back. */
export function eventId(text: string): EventId {
  if (!isUuid(text)) {
    throw new ValueError(`${shown(text)} is not an event id; it must be a UUID in lower case.`);
  }
  return text as EventId;
}

/** A UUID of any version in its lower-case text form. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text);
}
