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

/**
 * A customer's file as its own stream tells it. Stream: `customer-<id>`.
 *
 * A merge is recorded in the stream of the absorbed file: there, one expected revision decides that a file is
 * absorbed by one survivor only, however many ask at once.
 */
export interface CustomerFile {
  readonly lifecycle: Lifecycle;
  readonly registered: boolean;
  readonly documents: ReadonlySet<string>;
  /** The file that has absorbed this one, until they are parted again. */
  readonly mergedInto: string | undefined;
  readonly erased: boolean;
}

/**
 * The life of a customer's file: prospect → qualified → active → lost → active again.
 *
 * Refusals, in order of precedence: customer-erased (personal data only) · already-registered · unknown-customer ·
 * already-merged, not-merged · already-erased · already-qualified, already-active, not-active,
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
  byCommandOnly: ['CustomerErased'],
  exclusions: ['already-registered', 'already-merged', 'document-exists'],
  initial: {
    lifecycle: 'absent',
    registered: false,
    documents: new Set(),
    mergedInto: undefined,
    erased: false,
  },
  refusal,
  evolve,
};

function refusal(file: CustomerFile, fact: CustomerFact, late: boolean): Refusal | undefined {
  switch (fact.type) {
    case 'CustomerRegistered':
      if (file.erased) return erased(fact.data.customerId);
      return file.registered
        ? refuse(
            'already-registered',
            `Customer ${fact.data.customerId} has been registered before; use CustomerProfileChanged.`,
            'customerId',
          )
        : undefined;
    case 'ProspectContacted':
      return undefined;
    case 'CustomersMerged':
      return merging(file, fact.data);
    case 'CustomersUnmerged':
      return parting(file, fact.data);
    default:
      return file.lifecycle === 'absent'
        ? refuse(
            'unknown-customer',
            `Customer ${fact.data.customerId} has no file; record CustomerRegistered for it first.`,
            'customerId',
          )
        : onFile(file, fact, late);
  }
}

type FactOnFile = Exclude<
  CustomerFact,
  { readonly type: 'CustomerRegistered' | 'ProspectContacted' | 'CustomersMerged' | 'CustomersUnmerged' }
>;

function onFile(file: CustomerFile, fact: FactOnFile, late: boolean): Refusal | undefined {
  const { customerId } = fact.data;
  switch (fact.type) {
    case 'CustomerSegmentAssigned':
      return undefined;
    case 'CustomerProfileChanged':
      return file.erased ? erased(customerId) : undefined;
    case 'CustomerDocumentFiled':
      return file.documents.has(fact.data.documentId)
        ? refuse('document-exists', `Document ${fact.data.documentId} is on file already.`, 'documentId')
        : undefined;
    case 'CustomerErased':
      return file.erased
        ? refuse('already-erased', `Customer ${customerId} has been erased before.`, 'customerId')
        : undefined;
    default:
      return late ? undefined : outOfOrder(file.lifecycle, fact);
  }
}

type Step = Extract<
  CustomerFact,
  { readonly type: 'CustomerQualified' | 'CustomerActivated' | 'CustomerLapsed' | 'CustomerWonBack' }
>;

function outOfOrder(lifecycle: Lifecycle, { type, data: { customerId } }: Step): Refusal | undefined {
  switch (type) {
    case 'CustomerQualified':
      return lifecycle === 'prospect'
        ? undefined
        : refuse(
            'already-qualified',
            `Customer ${customerId} is ${lifecycle}; only a prospect is qualified.`,
          );
    case 'CustomerActivated':
      return lifecycle === 'active'
        ? refuse('already-active', `Customer ${customerId} is active already.`)
        : undefined;
    case 'CustomerLapsed':
      return lifecycle === 'active'
        ? undefined
        : refuse('not-active', `Customer ${customerId} is ${lifecycle}; only an active customer lapses.`);
    case 'CustomerWonBack':
      return lifecycle === 'lost'
        ? undefined
        : refuse('not-lost', `Customer ${customerId} is ${lifecycle}; only a lost customer is won back.`);
    default:
      return unreachable(type);
  }
}

function merging(
  file: CustomerFile,
  { absorbedId }: EventOf<'CustomersMerged'>['data'],
): Refusal | undefined {
  if (file.lifecycle === 'absent') {
    return refuse('unknown-customer', `Customer ${absorbedId} has no file to be merged.`, 'absorbedId');
  }
  return file.mergedInto === undefined
    ? undefined
    : refuse(
        'already-merged',
        `Customer ${absorbedId} has been merged into ${file.mergedInto}.`,
        'absorbedId',
      );
}

function parting(
  file: CustomerFile,
  { survivorId, restoredId }: EventOf<'CustomersUnmerged'>['data'],
): Refusal | undefined {
  return file.mergedInto === survivorId
    ? undefined
    : refuse('not-merged', `Customer ${restoredId} is not merged into ${survivorId}.`, 'restoredId');
}

function erased(customerId: string): Refusal {
  return refuse(
    'customer-erased',
    `Customer ${customerId} has been erased; no personal data is recorded for it any more.`,
    'customerId',
  );
}

function evolve(file: CustomerFile, fact: CustomerFact): CustomerFile {
  switch (fact.type) {
    case 'CustomerRegistered':
      return {
        ...file,
        registered: true,
        lifecycle: file.lifecycle === 'absent' ? 'prospect' : file.lifecycle,
      };
    case 'ProspectContacted':
      return file.lifecycle === 'absent' ? { ...file, lifecycle: 'prospect' } : file;
    case 'CustomerQualified':
      return file.lifecycle === 'prospect' ? { ...file, lifecycle: 'qualified' } : file;
    case 'CustomerActivated':
    case 'CustomerWonBack':
      return { ...file, lifecycle: 'active' };
    case 'CustomerLapsed':
      return { ...file, lifecycle: 'lost' };
    case 'CustomerSegmentAssigned':
    case 'CustomerProfileChanged':
      return file;
    case 'CustomerDocumentFiled':
      return { ...file, documents: new Set(file.documents).add(fact.data.documentId) };
    case 'CustomersMerged':
      return { ...file, mergedInto: fact.data.survivorId };
    case 'CustomersUnmerged':
      return { ...file, mergedInto: undefined };
    case 'CustomerErased':
      return { ...file, erased: true };
    default:
      return unreachable(fact);
  }
}
