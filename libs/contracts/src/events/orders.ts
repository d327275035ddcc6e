import { defineEvent, unique } from '../declare.ts';
import {
  count,
  currency,
  date,
  decimal,
  flag,
  fraction,
  id,
  list,
  object,
  oneOf,
  optional,
} from '../fields.ts';

/** Orders and what becomes of them. */

const order = {
  category: 'order',
  stream: ({ orderId }: { readonly orderId: string }) => orderId,
} as const;
const ofOrder = { ...order, document: { category: 'order', field: 'orderId' } } as const;
const lineNo = () => count(1, 100_000);

export const orderEvents = [
  defineEvent({
    ...order,
    type: 'OrderPlaced',
    customer: 'customerId',
    fields: {
      orderId: id(),
      customerId: id(),
      unitId: optional(id()),
      orderedOn: date(),
      requestedOn: optional(date()),
      promisedOn: optional(date()),
      currency: currency(),
      lines: list(
        object({
          lineNo: lineNo(),
          productId: id(),
          qty: decimal(),
          unitPrice: decimal(),
          discountRate: optional(fraction()),
        }),
        { min: 1 },
      ),
    },
    businessDate: ['orderedOn'],
    feeds: ['C2', 'C3', 'P1'],
    rules: (data) => unique('lines', data.lines, 'lineNo'),
    sample: {
      orderId: '10248',
      customerId: 'VINET',
      unitId: 'root',
      orderedOn: '1996-07-04',
      requestedOn: '1996-08-01',
      currency: 'USD',
      lines: [{ lineNo: 1, productId: '11', qty: '12', unitPrice: '14.00', discountRate: '0' }],
    },
  }),
  defineEvent({
    ...ofOrder,
    type: 'OrderLineCancelled',
    fields: {
      orderId: id(),
      lineNo: lineNo(),
      qty: decimal(),
      cancelledOn: date(),
      reasonCode: id(),
      unitId: optional(id()),
    },
    businessDate: ['cancelledOn'],
    feeds: ['P1', 'C2'],
    sample: { orderId: '10248', lineNo: 1, qty: '2', cancelledOn: '1996-07-05', reasonCode: 'customer' },
  }),
  defineEvent({
    ...ofOrder,
    type: 'GoodsShipped',
    fields: {
      orderId: id(),
      shipmentId: id(),
      shippedOn: date(),
      lines: list(object({ lineNo: lineNo(), qty: decimal() }), { min: 1 }),
      unitId: optional(id()),
    },
    businessDate: ['shippedOn'],
    feeds: ['P1', 'P2'],
    rules: (data) => unique('lines', data.lines, 'lineNo'),
    sample: {
      orderId: '10248',
      shipmentId: 'S1',
      shippedOn: '1996-07-16',
      lines: [{ lineNo: 1, qty: '12' }],
    },
  }),
  defineEvent({
    ...ofOrder,
    type: 'DeliveryConfirmed',
    fields: {
      orderId: id(),
      shipmentId: id(),
      deliveredOn: date(),
      lines: list(object({ lineNo: lineNo(), acceptedQty: decimal() }), { min: 1 }),
      damageFree: optional(flag()),
      documentsOk: optional(flag()),
      unitId: optional(id()),
    },
    businessDate: ['deliveredOn'],
    feeds: ['P1'],
    rules: (data) => unique('lines', data.lines, 'lineNo'),
    sample: {
      orderId: '10248',
      shipmentId: 'S1',
      deliveredOn: '1996-07-19',
      lines: [{ lineNo: 1, acceptedQty: '12' }],
      damageFree: true,
    },
  }),
  defineEvent({
    type: 'GoodsReturned',
    category: 'order',
    stream: (data) => (data.orderId === undefined ? `return-${data.returnId}` : data.orderId),
    document: { category: 'order', field: 'orderId' },
    fields: {
      returnId: id(),
      orderId: optional(id()),
      shipmentId: optional(id()),
      productId: id(),
      qty: decimal(),
      returnedOn: date(),
      cause: oneOf('quality', 'wrongItem', 'changeOfMind', 'transport', 'unknown'),
      unitId: optional(id()),
    },
    businessDate: ['returnedOn'],
    feeds: ['P2'],
    sample: {
      returnId: 'R1',
      orderId: '10248',
      productId: '11',
      qty: '1',
      returnedOn: '1996-08-01',
      cause: 'quality',
    },
  }),
];
