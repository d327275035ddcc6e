import { excludedBy, verdictOn } from '#commands';
import type { EventOf } from '#contracts';
import { cashRules, invoiceRules, ledgerRules, surveyRules } from './decider.ts';

const invoice = { type: 'InvoiceIssued', data: { invoiceId: 'I1' } } as unknown as EventOf<'InvoiceIssued'>;
const note = {
  type: 'CreditNoteIssued',
  data: { creditNoteId: 'I1', invoiceId: 'I0' },
} as unknown as EventOf<'CreditNoteIssued'>;

describe('documents', () => {
  it.each([
    ['an invoice is issued', [], invoice, 'recorded'],
    ['an invoice is issued once', [invoice], invoice, 'already-issued'],
    ['a credit note is issued once', [note], note, 'already-issued'],
    ['a credit note does not take the number of an invoice', [invoice], note, 'already-issued'],
  ])('%s', (_sentence, given, when, verdict) => {
    expect(verdictOn(invoiceRules, { given, when })).toBe(verdict);
  });

  it.each([
    [cashRules, { type: 'CashMoved', data: { movementId: 'M1' } }],
    [ledgerRules, { type: 'LedgerAmountPosted', data: { postingId: 'P1' } }],
    [surveyRules, { type: 'SurveyResponseRecorded', data: { surveyId: 'S1', responseId: 'R1' } }],
  ])('%# is recorded once', (rules, fact) => {
    expect(verdictOn(rules, { given: [], when: fact })).toBe('recorded');
    expect(verdictOn(rules, { given: [fact], when: fact })).toBe('already-recorded');
  });
});

it('a correction does not give a voided document back beside the one that took its number', () => {
  expect(excludedBy(invoiceRules, { given: [invoice, note], voided: 0, corrected: 0, to: invoice })).toBe(
    'already-issued',
  );
});
