import type { FactRules } from '#commands';
import type { EventOf } from '#contracts';
import { type Refusal, refuse, unreachable } from '#kernel';

type ServiceCaseFact =
  | EventOf<'ServiceCaseOpened'>
  | EventOf<'ServiceCaseAnswered'>
  | EventOf<'ServiceCaseHandedOver'>
  | EventOf<'ServiceCaseResolved'>
  | EventOf<'ServiceCaseReopened'>;

/** A question or complaint of a customer. Stream: `service-case-<id>`. */
export interface ServiceCase {
  readonly opened: boolean;
  readonly resolved: boolean;
}

/**
 * Opened once; answered and handed over while open; resolved, and perhaps reopened.
 *
 * Refusals, in order of precedence: already-opened · unknown-case · case-resolved, not-resolved.
 * Of these a late fact can only meet already-opened: source systems deliver out of order.
 */
export const serviceCaseRules: FactRules<ServiceCase, ServiceCaseFact> = {
  types: [
    'ServiceCaseOpened',
    'ServiceCaseAnswered',
    'ServiceCaseHandedOver',
    'ServiceCaseResolved',
    'ServiceCaseReopened',
  ],
  exclusions: ['already-opened'],
  initial: { opened: false, resolved: false },
  refusal,
  evolve,
};

function refusal(
  { opened, resolved }: ServiceCase,
  fact: ServiceCaseFact,
  late: boolean,
): Refusal | undefined {
  const { caseId } = fact.data;
  if (fact.type === 'ServiceCaseOpened') {
    return opened
      ? refuse(
          'already-opened',
          `Case ${caseId} has been opened before; change it with FactCorrected.`,
          'caseId',
        )
      : undefined;
  }
  if (late) return undefined;
  if (!opened) {
    return refuse(
      'unknown-case',
      `Case ${caseId} has not been opened; a fact that arrives before its case names its source.`,
      'caseId',
    );
  }
  if (fact.type === 'ServiceCaseReopened') {
    return resolved
      ? undefined
      : refuse('not-resolved', `Case ${caseId} is open; only a resolved case is reopened.`, 'caseId');
  }
  return resolved
    ? refuse('case-resolved', `Case ${caseId} is resolved; reopen it first.`, 'caseId')
    : undefined;
}

function evolve(state: ServiceCase, { type }: ServiceCaseFact): ServiceCase {
  switch (type) {
    case 'ServiceCaseOpened':
      return { ...state, opened: true };
    case 'ServiceCaseAnswered':
    case 'ServiceCaseHandedOver':
      return state;
    case 'ServiceCaseResolved':
      return { ...state, resolved: true };
    case 'ServiceCaseReopened':
      return { ...state, resolved: false };
    default:
      return unreachable(type);
  }
}
