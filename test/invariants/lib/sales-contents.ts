import type { Content } from '#scorecard';
import { type Contents, type Draw, UNITS } from './draw.ts';

/** Orders, shipments, invoices, cash and postings. */
export const salesContents = {
  OrderPlaced: (draw) => ({
    orderId: draw.document('orderId', 'o'),
    customerId: draw.customer(),
    ...draw.ofUnit(),
    orderedOn: draw.day(),
    ...draw.maybe(60, () => ({ promisedOn: draw.day() })),
    ...draw.maybe(30, () => ({ requestedOn: draw.day() })),
    currency: draw.currency(),
    lines: draw.pick([
      [{ lineNo: 1, productId: 'p', qty: draw.pick(['2', '0']), unitPrice: '1' }],
      [
        { lineNo: 1, productId: 'p', qty: '2', unitPrice: '1' },
        { lineNo: 2, productId: 'q', qty: '1', unitPrice: '1' },
      ],
    ]),
  }),
  OrderLineCancelled: (draw) => ({
    orderId: draw.reference('o'),
    lineNo: 1 + draw.below(2),
    qty: draw.pick(['1', '2']),
    cancelledOn: draw.day(),
    reasonCode: 'x',
  }),
  GoodsShipped: (draw) => ({
    orderId: draw.reference('o'),
    shipmentId: draw.kept('shipmentId', shipment(draw)),
    ...draw.ofUnit(),
    shippedOn: draw.day(),
    lines: draw.pick([
      [{ lineNo: 1, qty: draw.pick(['2', '1', '0']) }],
      [
        { lineNo: 1, qty: '2' },
        { lineNo: 2, qty: '1' },
      ],
    ]),
  }),
  DeliveryConfirmed: (draw) => ({
    orderId: draw.reference('o'),
    shipmentId: shipment(draw),
    ...draw.ofUnit(),
    deliveredOn: draw.day(),
    lines: draw.pick([
      [{ lineNo: 1, acceptedQty: draw.pick(['2', '1', '0']) }],
      [
        { lineNo: 1, acceptedQty: '2' },
        { lineNo: 2, acceptedQty: '1' },
      ],
    ]),
  }),
  GoodsReturned: (draw) => ({
    returnId: draw.only('returnId', 'r'),
    ...draw.maybe(75, () => ({ orderId: draw.reference('o') })),
    ...draw.maybe(50, () => ({ shipmentId: shipment(draw) })),
    ...draw.ofUnit(),
    productId: 'p',
    qty: '1',
    returnedOn: draw.day(),
    cause: draw.pick(['quality', 'quality', 'transport']),
  }),
  InvoiceIssued: (draw) => ({
    invoiceId: draw.document('invoiceId', 'i'),
    ...draw.maybe(60, () => ({ orderId: draw.reference('o') })),
    customerId: draw.customer(),
    ...draw.ofUnit(),
    issuedOn: draw.day(),
    currency: draw.currency(),
    lines: [
      {
        productId: draw.product(),
        qty: draw.pick(['1', '2']),
        netAmount: draw.amount(),
        taxAmount: draw.pick(['0', '1']),
        ...draw.maybe(75, () => ({ costAmount: draw.amount() })),
      },
      ...secondLine(draw),
    ],
  }),
  CreditNoteIssued: (draw) => ({
    creditNoteId: draw.only('creditNoteId', 'n'),
    invoiceId: draw.reference('i'),
    ...draw.ofUnit(),
    issuedOn: draw.day(),
    cause: draw.pick(['price', 'return']),
    lines: [
      {
        productId: draw.product(),
        netAmount: draw.amount(),
        taxAmount: '0',
        ...draw.maybe(50, () => ({ qty: '1' })),
        ...draw.maybe(50, () => ({ costAmount: draw.amount() })),
      },
    ],
  }),
  CashMoved: (draw) => ({
    movementId: draw.only('movementId', 'm'),
    ...draw.ofUnit(),
    valueDate: draw.day(),
    amount: draw.signedAmount(),
    currency: draw.currency(),
    activity: draw.pick(['operating', 'investing', 'financing']),
    category: draw.pick(['sales', 'wages', 'internal-transfer']),
    ...draw.maybe(60, () => ({ documentId: draw.reference('i') })),
  }),
  LedgerAmountPosted: (draw) => ({
    postingId: draw.only('postingId', 'l'),
    ...draw.ofUnit(),
    postedOn: draw.day(),
    accountCode: draw.pick([
      'operating-expense:x',
      'asset:x',
      'revenue:x',
      'cost-of-sales:x',
      'cash:x',
      'liability-current-non-interest-bearing:x',
      'finance-result:x',
      '9999',
      '9998',
    ]),
    amount: draw.signedAmount(),
    currency: draw.currency(),
    ...draw.ofCustomer(),
    ...draw.maybe(25, () => ({ counterUnitId: draw.pick(UNITS) })),
    ...draw.maybe(15, () => ({ opening: true })),
  }),
  AccountDefined: (draw) => ({
    accountCode: draw.pick(['9999', 'asset:x', 'operating-expense:x']),
    name: 'x',
    ...draw.pick([
      { accountClass: 'operating-expense' },
      { accountClass: 'asset' },
      { accountClass: 'finance-result', role: 'interest-expense' },
      { accountClass: 'operating-expense', role: 'research-and-development' },
    ]),
    effectiveFrom: draw.day(),
  }),
  PeriodClosed: (draw) => ({
    unitId: draw.pick(['root', 'north']),
    period: draw.pick(['2024-01', '2024-03', 'FY2024-P02']),
    closedAt: '2024-05-01T00:00:00Z',
    snapshotId: 'x',
  }),
  CapitalCostRateSet: (draw) => ({
    unitId: draw.pick(['root', 'north']),
    wacc: draw.pick(['0.1', '0.2']),
    taxRate: '0.25',
    effectiveFrom: draw.pick(['2023-01-01', '2024-01-01']),
  }),
} satisfies Contents;

/** Few names: an order has several shipments, and a shipment several reports. */
function shipment(draw: Draw): string {
  return draw.pick(['s', 't']);
}

function secondLine(draw: Draw): Content[] {
  if (!draw.chance(30)) return [];
  return [{ productId: draw.product(), qty: '1', netAmount: draw.amount(), taxAmount: '0' }];
}
