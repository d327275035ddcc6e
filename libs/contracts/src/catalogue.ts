import type { EventDeclaration } from './declare.ts';
import { cashLedgerEvents } from './events/cash-ledger.ts';
import { customerFileEvents } from './events/customer-file.ts';
import { growthEvents } from './events/growth.ts';
import { marketSurveyEvents } from './events/market-survey.ts';
import { operationsEvents } from './events/operations.ts';
import { invoiceEvents, orderEvents } from './events/orders.ts';
import { correctionEvents, organisationEvents, scorecardEvents } from './events/organisation.ts';
import type { DataOf } from './fields.ts';

const declarations = [
  ...customerFileEvents,
  ...orderEvents,
  ...invoiceEvents,
  ...cashLedgerEvents,
  ...marketSurveyEvents,
  ...operationsEvents,
  ...growthEvents,
  ...organisationEvents,
  ...scorecardEvents,
  ...correctionEvents,
] as const;

type Declaration = (typeof declarations)[number];

/** The name of every event of the catalogue. */
export type EventType = Declaration['type'];

/** An event's type and data, as declared. */
export interface EventOf<T extends EventType> {
  readonly type: T;
  readonly data: DataOfType<T>;
}

type DataOfType<T extends EventType> =
  Extract<Declaration, { readonly type: T }> extends EventDeclaration<string, infer F> ? DataOf<F> : never;

const byType = new Map<string, EventDeclaration>(
  declarations.map((declaration) => [declaration.type, declaration as unknown as EventDeclaration]),
);

/** All event types, in the order of the catalogue. */
export const eventTypes: readonly EventType[] = declarations.map(({ type }) => type);

export function isEventType(type: string): type is EventType {
  return byType.has(type);
}

export function declarationOf(type: string): EventDeclaration {
  const found = byType.get(type);
  if (!found) throw new Error(`"${type}" is not an event of the catalogue`);
  return found;
}
