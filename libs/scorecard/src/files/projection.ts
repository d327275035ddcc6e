import type { EventType } from '#contracts';
import type { Content } from '../projection/change.ts';
import type { Dimension, Family } from '../projection/dimension.ts';

/**
 * The read model of customer files: every fact that names a customer under `file/<customerId>`, orders and invoices with
 * what followed under their own ids. It has no pages: a file is asked for whole, as of a date and as known at a position.
 */
export const filesProjection: Dimension = {
  name: 'files',
  countsCustomers: false,
  registers: {},
  families: [
    kept('file', byCustomer, [
      'CustomerRegistered',
      'ProspectContacted',
      'CustomerSegmentAssigned',
      'CustomerActivated',
      'CustomerLapsed',
      'CustomerProfileChanged',
      'CustomerDocumentFiled',
      'CustomerQualified',
      'CustomerWonBack',
      'CustomerErased',
      'OrderPlaced',
      'InvoiceIssued',
      'CashMoved',
      'SurveyResponseRecorded',
      'ServiceCaseOpened',
    ]),
    kept('order', (data) => text(data['orderId']), [
      'OrderLineCancelled',
      'GoodsShipped',
      'DeliveryConfirmed',
      'GoodsReturned',
    ]),
    kept('invoice', (data) => text(data['invoiceId']), ['CreditNoteIssued']),
    kept('service', (data) => text(data['caseId']), [
      'ServiceCaseAnswered',
      'ServiceCaseHandedOver',
      'ServiceCaseResolved',
      'ServiceCaseReopened',
    ]),
  ],
};

function kept(
  name: string,
  documentOf: (data: Content) => string | undefined,
  types: readonly EventType[],
): Family {
  return {
    name,
    documents: Object.fromEntries(types.map((type) => [type, documentOf])),
  };
}

function byCustomer(data: Content): string | undefined {
  return text(data['customerId']);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
