import { parseMicros } from '#kernel';
import type { Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import type { Dimension } from '../../projection/dimension.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';
import { INVOICE_DOCUMENTS, invoiceDocuments } from '../invoice-documents.ts';

/**
 * What the facts contribute to the financial measures 财务. Money in millionths; the currency is part of the measure.
 *
 * `inv|CUR` `cred|CUR` net of tax · `cost|CUR` `credcost|CUR` · `costless` / `costed` invoice lines without and with a cost ·
 * `cash|activity|CUR` and `moves|activity` · `$led|account|CUR|counter unit|o` ledger postings (o: opening).
 */
export const financialDimension: Dimension = {
  name: 'financial',
  countsCustomers: false,
  registers: { AccountDefined: 'accounts', CapitalCostRateSet: 'capital-rates' },
  families: [
    { name: 'invoice', documents: INVOICE_DOCUMENTS, contributions: invoiceContributions },
    {
      name: 'cash',
      single: true,
      documents: { CashMoved: (_, factId) => factId },
      contributions: cashContributions,
    },
    {
      name: 'ledger',
      single: true,
      documents: { LedgerAmountPosted: (_, factId) => factId },
      contributions: ledgerContributions,
    },
  ],
};

function* invoiceContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const { kind, unit, customer, day, currency, lines } of invoiceDocuments(facts)) {
    const at = { unit, day, ...(customer === undefined ? {} : { customer }) };
    const [net, cost] = kind === 'invoice' ? ['inv', 'cost'] : ['cred', 'credcost'];
    yield { ...at, measure: '$src:invoices', amount: 1n };
    for (const line of lines) {
      yield { ...at, measure: `${net}|${currency}`, amount: line.net };
      if (line.cost !== undefined) yield { ...at, measure: `${cost}|${currency}`, amount: line.cost };
      if (kind === 'invoice')
        yield { ...at, measure: line.cost === undefined ? 'costless' : 'costed', amount: 1n };
    }
  }
}

function* cashContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const fact of facts) {
    const { data } = fact;
    const at = { unit: unitOf(fact), day: dayOfText(data['valueDate'] as string) };
    yield { ...at, measure: '$src:cash', amount: 1n };
    if (data['category'] === 'internal-transfer') continue;
    yield {
      ...at,
      measure: `cash|${data['activity']}|${data['currency']}`,
      amount: parseMicros(data['amount'] as string),
    };
    yield { ...at, measure: `moves|${data['activity']}`, amount: 1n };
  }
}

function* ledgerContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const fact of facts) {
    const { data } = fact;
    const at = { unit: unitOf(fact), day: dayOfText(data['postedOn'] as string) };
    const account = encodeURIComponent(data['accountCode'] as string);
    const counter = encodeURIComponent((data['counterUnitId'] as string | undefined) ?? '');
    yield { ...at, measure: '$src:ledger', amount: 1n };
    yield {
      ...at,
      measure: `$led|${account}|${data['currency']}|${counter}|${data['opening'] === true ? 'o' : ''}`,
      amount: parseMicros(data['amount'] as string),
    };
  }
}

function unitOf(fact: Fact): string {
  return (fact.data['unitId'] as string | undefined) ?? fact.unitId ?? ROOT;
}
