import type { FactRules } from '#commands';
import type { EventOf } from '#contracts';
import { type Refusal, refuse, unreachable } from '#kernel';

type ProcessCaseFact =
  | EventOf<'ProcessCaseOpened'>
  | EventOf<'ProcessStepPerformed'>
  | EventOf<'ProcessCaseClosed'>;

/** A run of a process. Stream: `process-case-<id>`. */
export interface ProcessCase {
  readonly opened: boolean;
  readonly closed: boolean;
}

/**
 * Opened once, closed once, worked on in between. Steps that end before they start are recorded all the same: the KPI
 * excludes them and says so (kpis.md §4).
 *
 * Refusals, in order of precedence: already-opened · already-closed, unknown-case · case-closed.
 * A late fact is never refused as unknown-case or case-closed.
 */
export const processCaseRules: FactRules<ProcessCase, ProcessCaseFact> = {
  types: ['ProcessCaseOpened', 'ProcessStepPerformed', 'ProcessCaseClosed'],
  exclusions: ['already-opened', 'already-closed'],
  initial: { opened: false, closed: false },
  refusal,
  evolve: (state, { type }) => {
    switch (type) {
      case 'ProcessCaseOpened':
        return { ...state, opened: true };
      case 'ProcessStepPerformed':
        return state;
      case 'ProcessCaseClosed':
        return { ...state, closed: true };
      default:
        return unreachable(type);
    }
  },
};

function refusal(state: ProcessCase, fact: ProcessCaseFact, late: boolean): Refusal | undefined {
  const { caseId } = fact.data;
  switch (fact.type) {
    case 'ProcessCaseOpened':
      return state.opened
        ? refuse(
            'already-opened',
            `Case ${caseId} has been opened before; change it with FactCorrected.`,
            'caseId',
          )
        : undefined;
    case 'ProcessStepPerformed':
      if (late) return undefined;
      if (!state.opened) return unknownCase(caseId);
      return state.closed
        ? refuse(
            'case-closed',
            `Case ${caseId} is closed; a step recorded afterwards names its source.`,
            'caseId',
          )
        : undefined;
    case 'ProcessCaseClosed':
      if (state.closed) {
        return refuse('already-closed', `Case ${caseId} is closed; change it with FactCorrected.`, 'caseId');
      }
      return state.opened || late ? undefined : unknownCase(caseId);
    default:
      return unreachable(fact);
  }
}

function unknownCase(caseId: string): Refusal {
  return refuse(
    'unknown-case',
    `Case ${caseId} has not been opened; a fact that arrives before its case names its source.`,
    'caseId',
  );
}
