import type { EventDeclaration } from './declare.ts';
import { assetEvents } from './events/assets.ts';
import { cashLedgerEvents } from './events/cash-ledger.ts';
import { correctionEvents } from './events/corrections-import.ts';
import { customerFileEvents } from './events/customer-file.ts';
import { improvementDevelopmentEvents } from './events/improvement-development.ts';
import { invoiceEvents } from './events/invoices.ts';
import { marketSurveyEvents } from './events/market-survey.ts';
import { orderEvents } from './events/orders.ts';
import { organisationEvents } from './events/organisation.ts';
import { peopleEvents } from './events/people.ts';
import { processEvents } from './events/process.ts';
import { scorecardEvents } from './events/scorecard.ts';
import { serviceEvents } from './events/service.ts';
import type { DataOf } from './fields.ts';

const declarations = [
  ...customerFileEvents,
  ...orderEvents,
  ...invoiceEvents,
  ...cashLedgerEvents,
  ...marketSurveyEvents,
  ...processEvents,
  ...serviceEvents,
  ...improvementDevelopmentEvents,
  ...peopleEvents,
  ...assetEvents,
  ...organisationEvents,
  ...scorecardEvents,
  ...correctionEvents,
] as const;

type Declaration = (typeof declarations)[number];

/** The name of every event of the catalogue. */
export type EventType = Declaration['type'];

type DataByType = { readonly [D in Declaration as D['type']]: DataOf<D['fields']> };

/** An event's type and data, as declared. */
export interface EventOf<T extends EventType> {
  readonly type: T;
  readonly data: DataByType[T];
}

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
