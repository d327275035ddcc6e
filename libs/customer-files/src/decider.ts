import type { FactRules } from '#commands';
import type { EventOf } from '#contracts';
import { type Refusal, refuse, unreachable } from '#kernel';

type CustomerFact =
  | EventOf<'CustomerRegistered'>
  | EventOf<'ProspectContacted'>
  | EventOf<'CustomerQualified'>
  | EventOf<'CustomerActivated'>
  | EventOf<'CustomerLapsed'>
  | EventOf<'CustomerWonBack'>
  | EventOf<'CustomerSegmentAssigned'>
  | EventOf<'CustomerProfileChanged'>
  | EventOf<'CustomerDocumentFiled'>
  | EventOf<'CustomersMerged'>
  | EventOf<'CustomersUnmerged'>
  | EventOf<'CustomerErased'>;

/** Where a customer stands; `dormant` is derived from inactivity by a read model and never decided on. */
export type Lifecycle = 'absent' | 'prospect' | 'qualified' | 'active' | 'lost';

/** A customer's file as its own stream tells it. Stream: `customer-<id>`. */
export interface CustomerFile {
  readonly lifecycle: Lifecycle;
  readonly registered: boolean;
  readonly documents: ReadonlySet<string>;
  /** Files that have been merged into this one and not been parted again. */
  readonly absorbed: ReadonlySet<string>;
  readonly erased: boolean;
}

/**
 * The life of a customer's file: prospect → qualified → active → lost → active again.
 *
 * Refusals, in order of precedence: customer-erased (personal data only) · already-registered · unknown-customer ·
 * merge-with-itself, already-merged, not-merged · already-erased · already-qualified, already-active, not-active,
 * not-lost · document-exists. A late fact is never refused for its place in the life cycle: source systems tell it
 * by date, not in order.
 */
export const customerRules: FactRules<CustomerFile, CustomerFact> = {
  types: [
    'CustomerRegistered',
    'ProspectContacted',
    'CustomerQualified',
    'CustomerActivated',
    'CustomerLapsed',
    'CustomerWonBack',
    'CustomerSegmentAssigned',
    'CustomerProfileChanged',
    'CustomerDocumentFiled',
    'CustomersMerged',
    'CustomersUnmerged',
    'CustomerErased',
  ],
  initial: { lifecycle: 'absent', registered: false, documents: new Set(), absorbed: new Set(), erased: false },
  refusal,
  evolve,
};
