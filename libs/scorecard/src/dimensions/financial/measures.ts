import { parseMicros } from '#kernel';
import type { Content, Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import type { Dimension } from '../../projection/dimension.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';
import { INVOICE_DOCUMENTS, type InvoiceDocument, invoiceDocuments } from '../invoice-documents.ts';
import { movedByDelivery } from './cut-off.ts';

/**
 * What the facts contribute to the financial measures 财务. Money in millionths; the currency is part of the measure.
 *
 * `inv|CUR` `cred|CUR` net of tax, `tax|CUR` `credtax|CUR` tax · `$rec|CUR` what is owed: invoices with tax less credit notes and payments · `cost|CUR` `credcost|CUR` · `costless` / `costed` invoice lines without and with a cost ·
 * `cash|activity|CUR` and `moves|activity` · `$led|account|CUR|counter unit|o` ledger postings (o: opening), `$ledn|account|counter unit|o` their number ·
 * `serve|account|CUR|counter unit` and `served|account|counter unit` likewise those that name a customer, with the customer · `moved|<measure>` what a cut-off by delivery takes
 * from the day of the invoice and puts on that of the delivery, `undelivered` invoices that it puts nowhere.
 */
export const financialDimension: Dimension = {
  name: 'financial',
  countsCustomers: false,
  registers: { AccountDefined: 'accounts', CapitalCostRateSet: 'capital-rates' },
  families: [
    {
      name: 'invoice',
      // What is paid of an invoice belongs to it; a movement without a document, or for another one, contributes nothing here.
      documents: { ...INVOICE_DOCUMENTS, CashMoved: (data) => data['documentId'] as string | undefined },
      contributions: (facts) => [...invoiceContributions(facts), ...receivables(facts)],
    },
    {
      name: 'fulfilment',
      // What says when control of the goods has passed: invoices with the order that they name.
      documents: {
        OrderPlaced: orderOf,
        OrderLineCancelled: orderOf,
        DeliveryConfirmed: orderOf,
        InvoiceIssued: orderOf,
      },
      contributions: (facts) => movedByDelivery(facts, ofRevenue),
    },
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

function orderOf(data: Content): string | undefined {
  return data['orderId'] as string | undefined;
}

function* invoiceContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const document of invoiceDocuments(facts)) {
    const { kind, unit, customer, day, currency, lines } = document;
    const tax = lines.reduce((sum, line) => sum + line.tax, 0n);
    if (tax !== 0n)
      yield {
        ...{ unit, day, ...(customer === undefined ? {} : { customer }) },
        measure: `${kind === 'invoice' ? 'tax' : 'credtax'}|${currency}`,
        amount: tax,
      };
    yield* ofRevenue(document);
  }
}

/** What a document means for revenue, cost of sales and the number of documents: whatever a cut-off decides the day of. */
function* ofRevenue({
  kind,
  unit,
  customer,
  day,
  currency,
  lines,
}: InvoiceDocument): Generator<Contribution> {
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

/** What customers owe: a stock, in the segment in which it arose. */
function* receivables(facts: readonly Fact[]): Generator<Contribution> {
  const documents = [...invoiceDocuments(facts)];
  const invoice = documents.find(({ kind }) => kind === 'invoice');
  const whose = (day: number, unit: string, home = invoice) => ({
    unit,
    day,
    ...(home?.customer === undefined ? {} : { customer: home.customer, segmentDay: home.day }),
  });
  for (const document of documents) {
    const { kind, unit, day, currency, lines } = document;
    const gross = lines.reduce((sum, { net, tax }) => sum + net + tax, 0n);
    yield {
      ...whose(day, unit, kind === 'invoice' ? document : invoice),
      measure: `$rec|${currency}`,
      amount: kind === 'invoice' ? gross : -gross,
    };
  }
  if (!invoice) return;
  for (const { type, data } of facts) {
    if (type !== 'CashMoved' || data['category'] === 'internal-transfer') continue;
    const { segmentDay: _, ...place } = whose(dayOfText(data['valueDate'] as string), invoice.unit);
    yield { ...place, measure: '$src:payments', amount: 1n };
    yield {
      ...whose(place.day, invoice.unit),
      measure: `$rec|${data['currency']}`,
      amount: -parseMicros(data['amount'] as string),
    };
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
    const opening = data['opening'] === true ? 'o' : '';
    const amount = parseMicros(data['amount'] as string);
    yield { ...at, measure: `$led|${account}|${data['currency']}|${counter}|${opening}`, amount };
    // Postings are counted apart: one whose amount is taken back is there all the same.
    yield { ...at, measure: `$ledn|${account}|${counter}|${opening}`, amount: 1n };
    const customer = data['customerId'] as string | undefined;
    if (customer === undefined || data['opening'] === true) continue;
    yield { ...at, customer, measure: `serve|${account}|${data['currency']}|${counter}`, amount };
    yield { ...at, customer, measure: `served|${account}|${counter}`, amount: 1n };
  }
}

function unitOf(fact: Fact): string {
  return (fact.data['unitId'] as string | undefined) ?? fact.unitId ?? ROOT;
}
