import { defineEvent } from '../declare.ts';
import { currency, date, decimal, id, list, object, oneOf, optional } from '../fields.ts';

/** Invoices and credit notes; amounts of both are not negative, a credit note is subtracted. */
const invoiceLine = {
  productId: id(),
  netAmount: decimal(),
  taxAmount: decimal(),
  costAmount: optional(decimal()),
};

export const invoiceEvents = [
  defineEvent({
    type: 'InvoiceIssued',
    category: 'invoice',
    stream: (data) => data.invoiceId,
    customer: 'customerId',
    document: { category: 'order', field: 'orderId' },
    fields: {
      invoiceId: id(),
      orderId: optional(id()),
      customerId: id(),
      unitId: optional(id()),
      issuedOn: date(),
      currency: currency(),
      lines: list(object({ ...invoiceLine, qty: decimal() }), { min: 1 }),
    },
    businessDate: ['issuedOn'],
    feeds: ['F1', 'F2', 'L2', 'C1'],
    sample: {
      invoiceId: 'I-10248',
      orderId: '10248',
      customerId: 'VINET',
      unitId: 'root',
      issuedOn: '1996-07-04',
      currency: 'USD',
      lines: [{ productId: '11', qty: '12', netAmount: '168', taxAmount: '0', costAmount: '100.50' }],
    },
  }),
  defineEvent({
    type: 'CreditNoteIssued',
    category: 'invoice',
    stream: (data) => data.creditNoteId,
    document: { category: 'invoice', field: 'invoiceId' },
    fields: {
      creditNoteId: id(),
      invoiceId: id(),
      issuedOn: date(),
      cause: oneOf('return', 'price', 'goodwill'),
      lines: list(object({ ...invoiceLine, qty: optional(decimal()) }), { min: 1 }),
      unitId: optional(id()),
    },
    businessDate: ['issuedOn'],
    feeds: ['F1', 'F2', 'P2'],
    sample: {
      creditNoteId: 'N-1',
      invoiceId: 'I-10248',
      issuedOn: '1996-08-05',
      cause: 'price',
      lines: [{ productId: '11', netAmount: '20', taxAmount: '0' }],
    },
  }),
];
