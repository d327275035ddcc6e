import type { Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import type { Dimension } from '../../projection/dimension.ts';
import { INVOICE_DOCUMENTS, invoiceDocuments } from '../invoice-documents.ts';
import { SEEN_INITIATIVES } from '../seen.ts';
import { caseContributions, serviceContributions } from './cases.ts';
import { orderContributions, text } from './orders.ts';

const orderOf = (data: Fact['data']) => text(data['orderId']);
const caseOf = (data: Fact['data']) => text(data['caseId']);

/** The internal process dimension 内部流程: orders on their way, returns, process cases, service cases. */
export const processDimension: Dimension = {
  name: 'process',
  countsCustomers: false,
  registers: { ImprovementMeasured: 'initiatives' },
  families: [
    {
      name: 'order',
      // A return that names no order is a document of its own.
      documents: {
        OrderPlaced: orderOf,
        OrderLineCancelled: orderOf,
        GoodsShipped: orderOf,
        DeliveryConfirmed: orderOf,
        GoodsReturned: (data) => orderOf(data) ?? `return/${data['returnId']}`,
      },
      contributions: orderContributions,
    },
    { name: 'invoice', documents: INVOICE_DOCUMENTS, contributions: invoiceContributions },
    {
      name: 'case',
      documents: { ProcessCaseOpened: caseOf, ProcessStepPerformed: caseOf, ProcessCaseClosed: caseOf },
      contributions: caseContributions,
    },
    {
      name: 'service',
      documents: {
        ServiceCaseOpened: caseOf,
        ServiceCaseAnswered: caseOf,
        ServiceCaseHandedOver: caseOf,
        ServiceCaseResolved: caseOf,
        ServiceCaseReopened: caseOf,
      },
      contributions: serviceContributions,
    },
    SEEN_INITIATIVES,
  ],
};

/** `inv|CUR` of invoices, `credret|CUR` of credit notes for returns. */
function* invoiceContributions(facts: readonly Fact[]): Generator<Contribution> {
  for (const { kind, cause, unit, customer, day, currency, lines } of invoiceDocuments(facts)) {
    const at = { unit, day, ...(customer === undefined ? {} : { customer }) };
    yield { ...at, measure: '$src:invoices', amount: 1n };
    const measure = kind === 'invoice' ? 'inv' : cause === 'return' ? 'credret' : undefined;
    if (measure) for (const { net } of lines) yield { ...at, measure: `${measure}|${currency}`, amount: net };
  }
}
