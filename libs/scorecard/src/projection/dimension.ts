import type { EventType } from '#contracts';
import type { Content, Fact } from './change.ts';
import type { Contribution } from './contribution.ts';

export type DimensionName = 'financial' | 'customer' | 'process' | 'learning';

/** A read model: one for each dimension, and the customer files. */
export type ProjectionName = DimensionName | 'files';

/**
 * Facts that have to be seen together to say what they contribute: an order with its shipments, an invoice with its
 * credit notes. The keys of `documents` are the list of events the family reads.
 */
export interface Family {
  readonly name: string;
  /** The document that a fact belongs to; undefined when it belongs to none. */
  readonly documents: Partial<Record<EventType, (data: Content, factId: string) => string | undefined>>;
  /**
   * What the facts of one document contribute; called with the facts as they stand, in order of record.
   * Absent: they contribute nothing and are kept to be read.
   */
  readonly contributions?: (facts: readonly Fact[]) => Iterable<Contribution>;
  /** True when a document is one fact: then nothing has to be remembered of it. */
  readonly single?: boolean;
}

/**
 * One dimension of the scorecard (or the customer files) as the projector sees it.
 *
 * `registers`: facts that are kept whole, with their history, because figures look them up when asked (rates, chart of
 * accounts, launches, skills). Register name by event type.
 */
export interface Dimension {
  readonly name: ProjectionName;
  readonly families: readonly Family[];
  readonly registers: Partial<Record<EventType, string>>;
  /** Whether distinct customers are counted here. */
  readonly countsCustomers: boolean;
}

/** Kept by every dimension: what scope, period, currency, coverage and policy of an answer rest on. */
export const COMMON_REGISTERS: Partial<Record<EventType, string>> = {
  UnitDefined: 'organisation',
  CalendarDefined: 'calendars',
  MeasurePolicySet: 'policies',
  ExchangeRateSet: 'rates',
  SegmentDefined: 'segments',
  ImportBatchAccepted: 'batches',
  PeriodClosed: 'closings',
};

/** Facts of a customer file that decide its identity, its segments and its contract. */
export const FILE_FACTS: ReadonlySet<EventType> = new Set<EventType>([
  'CustomerRegistered',
  'CustomerSegmentAssigned',
  'CustomerActivated',
  'CustomerLapsed',
  'CustomersMerged',
  'CustomersUnmerged',
]);

/** Those of them after which a customer may have been in another segment. */
export const SEGMENT_FACTS: ReadonlySet<EventType> = new Set<EventType>([
  'CustomerSegmentAssigned',
  'CustomersMerged',
  'CustomersUnmerged',
]);

/** Events whose first currency is the reporting currency of a company that has named none. */
export const MONEY_FACTS: ReadonlySet<EventType> = new Set<EventType>([
  'InvoiceIssued',
  'OrderPlaced',
  'CashMoved',
  'LedgerAmountPosted',
]);
