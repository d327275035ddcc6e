import { type FactRules, recordedOnce } from '#commands';
import type { EventOf } from '#contracts';
import { type Refusal, refuse, unreachable } from '#kernel';

type InvoiceFact = EventOf<'InvoiceIssued'> | EventOf<'CreditNoteIssued'>;

/** An invoice or a credit note; each has a stream of its own, `invoice-<id>`. */
export interface Invoice {
  readonly issuedAs: InvoiceFact['type'] | undefined;
}

/**
 * A document is issued once; it is changed by FactCorrected, reversed by a credit note.
 *
 * Refusal: already-issued.
 */
export const invoiceRules: FactRules<Invoice, InvoiceFact> = {
  types: ['InvoiceIssued', 'CreditNoteIssued'],
  exclusions: ['already-issued'],
  initial: { issuedAs: undefined },
  refusal: ({ issuedAs }, fact): Refusal | undefined => {
    if (issuedAs === undefined) return undefined;
    const [id, field] = nameOf(fact);
    return refuse(
      'already-issued',
      `Document ${id} has been issued before (${issuedAs}); change it with FactCorrected or issue a credit note.`,
      field,
    );
  },
  evolve: (_invoice, { type }) => ({ issuedAs: type }),
};

/** A movement of cash, `cash-<movementId>`. Refusal: already-recorded. */
export const cashRules = recordedOnce('CashMoved', 'movementId');

/** A posting to the ledger, `ledger-<postingId>`. Refusal: already-recorded. */
export const ledgerRules = recordedOnce('LedgerAmountPosted', 'postingId');

/** One answer of one respondent, `survey-<surveyId>:<responseId>`. Refusal: already-recorded. */
export const surveyRules = recordedOnce('SurveyResponseRecorded', 'responseId');

function nameOf(fact: InvoiceFact): readonly [string, string] {
  switch (fact.type) {
    case 'InvoiceIssued':
      return [fact.data.invoiceId, 'invoiceId'];
    case 'CreditNoteIssued':
      return [fact.data.creditNoteId, 'creditNoteId'];
    default:
      return unreachable(fact);
  }
}
