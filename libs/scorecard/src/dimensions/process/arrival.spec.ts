import { type Corpus, itKeepsTheLawsOfArrival } from '../arrival.testkit.ts';

const order = { orderId: 'o', customerId: 'c', orderedOn: '2024-03-01', currency: 'EUR' };
const lines = [
  { lineNo: 1, productId: 'p', qty: '10', unitPrice: '1' },
  { lineNo: 2, productId: 'q', qty: '5', unitPrice: '1' },
];
const shipment = (shipmentId: string, shippedOn: string, lineNo: number, qty: string) => ({
  orderId: 'o',
  shipmentId,
  shippedOn,
  lines: [{ lineNo, qty }],
});
const delivery = (deliveredOn: string, lineNo: number, acceptedQty: string) => ({
  orderId: 'o',
  shipmentId: 's',
  deliveredOn,
  lines: [{ lineNo, acceptedQty }],
});
const back = {
  returnId: 'r',
  orderId: 'o',
  productId: 'p',
  qty: '2',
  returnedOn: '2024-04-02',
  cause: 'quality',
};
const invoice = { invoiceId: 'i', customerId: 'c', issuedOn: '2024-03-06', currency: 'EUR' };
const sold = (netAmount: string) => [{ productId: 'p', qty: '1', netAmount, taxAmount: '0' }];
const step = (department: string, startedAt: string, endedAt: string) => ({
  caseId: 'w',
  stepCode: department,
  department,
  startedAt,
  endedAt,
  valueAdding: true,
});

/** An order, an invoice, a case and a service case; replacements move dates, units, quantities and customers. */
const corpus: Corpus = {
  dimension: 'process',
  periods: ['2024-03', '2024-04'],
  facts: [
    ['OrderPlaced', { ...order, promisedOn: '2024-03-10', lines }, { ...order, unitId: 'north', lines }],
    [
      'OrderLineCancelled',
      { orderId: 'o', lineNo: 2, qty: '5', cancelledOn: '2024-03-20', reasonCode: 'x' },
      { orderId: 'o', lineNo: 1, qty: '3', cancelledOn: '2024-03-20', reasonCode: 'x' },
    ],
    ['GoodsShipped', shipment('s', '2024-03-05', 1, '6'), shipment('s', '2024-02-20', 1, '12')],
    ['GoodsShipped', shipment('t', '2024-03-08', 1, '4'), shipment('t', '2024-04-08', 2, '5')],
    ['DeliveryConfirmed', delivery('2024-03-09', 1, '6'), delivery('2024-04-09', 1, '5.5')],
    ['DeliveryConfirmed', delivery('2024-03-12', 1, '4'), delivery('2024-03-11', 2, '5')],
    ['GoodsReturned', back, { ...back, shipmentId: 't', qty: '1', returnedOn: '2024-04-20' }],
    ['InvoiceIssued', { ...invoice, lines: sold('100') }, { ...invoice, unitId: 'north', lines: sold('90') }],
    [
      'CreditNoteIssued',
      { creditNoteId: 'n', invoiceId: 'i', issuedOn: '2024-04-01', cause: 'return', lines: sold('10') },
      { creditNoteId: 'n', invoiceId: 'i', issuedOn: '2024-03-31', cause: 'price', lines: sold('10') },
    ],
    [
      'ProcessCaseOpened',
      { caseId: 'w', processCode: 'x', openedAt: '2024-03-01T08:00:00Z', unitId: 'north' },
      { caseId: 'w', processCode: 'x', openedOn: '2024-03-04' },
    ],
    [
      'ProcessStepPerformed',
      step('a', '2024-03-01T09:00:00Z', '2024-03-01T12:00:00Z'),
      step('b', '2024-03-01T09:30:00Z', '2024-03-01T12:00:00Z'),
    ],
    [
      'ProcessStepPerformed',
      step('b', '2024-03-01T11:00:00Z', '2024-03-01T13:00:00Z'),
      step('b', '2024-03-01T15:00:00Z', '2024-03-01T13:00:00Z'),
    ],
    [
      'ProcessCaseClosed',
      { caseId: 'w', closedAt: '2024-03-02T18:00:00Z', outcome: 'done', firstPass: true, goodQty: '8' },
      { caseId: 'w', closedAt: '2024-04-02T18:00:00Z', outcome: 'abandoned', firstPass: true },
    ],
    [
      'ServiceCaseOpened',
      { caseId: 't', customerId: 'c', at: '2024-03-04T09:00:00Z' },
      { caseId: 't', customerId: 'g', at: '2024-03-04T10:00:00Z' },
    ],
    [
      'ServiceCaseAnswered',
      { caseId: 't', at: '2024-03-04T09:30:00Z' },
      { caseId: 't', at: '2024-03-04T12:30:00Z' },
    ],
    [
      'ServiceCaseResolved',
      { caseId: 't', at: '2024-03-31T22:00:00Z' },
      { caseId: 't', at: '2024-04-02T22:00:00Z' },
    ],
    [
      'ServiceCaseReopened',
      { caseId: 't', at: '2024-03-20T09:00:00Z' },
      { caseId: 't', at: '2024-04-01T09:00:00Z' },
    ],
    [
      'CustomerSegmentAssigned',
      { customerId: 'c', segmentCode: 'gold', effectiveFrom: '2024-03-06' },
      { customerId: 'g', segmentCode: 'gold', effectiveFrom: '2024-01-01' },
    ],
  ],
};

describe('process', () => itKeepsTheLawsOfArrival(corpus));
