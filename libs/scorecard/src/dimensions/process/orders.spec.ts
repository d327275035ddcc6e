import type { EventType } from '#contracts';
import type { Content } from '../../projection/change.ts';
import { facts, told } from '../company.testkit.ts';
import { orderContributions } from './orders.ts';

type Row = readonly [EventType, Content];

/** An order of 1 March over 10 of line 1 and 5 of line 2, promised for the 10th. */
const order = (more: Content = {}): Row => [
  'OrderPlaced',
  {
    orderId: 'o',
    customerId: 'c',
    orderedOn: '2024-03-01',
    promisedOn: '2024-03-10',
    requestedOn: '2024-03-04',
    currency: 'EUR',
    lines: [
      { lineNo: 1, productId: 'p', qty: '10', unitPrice: '1' },
      { lineNo: 2, productId: 'q', qty: '5', unitPrice: '1' },
    ],
    ...more,
  },
];
const on = (day: string) => `2024-${day}`;
const lines = (quantities: Readonly<Record<number, string>>, field: string) =>
  Object.entries(quantities).map(([lineNo, qty]) => ({ lineNo: Number(lineNo), [field]: qty }));
const shipped = (day: string, quantities: Record<number, string>, shipmentId = `s${day}`): Row => [
  'GoodsShipped',
  { orderId: 'o', shipmentId, shippedOn: on(day), lines: lines(quantities, 'qty') },
];
const delivered = (day: string, quantities: Record<number, string>): Row => [
  'DeliveryConfirmed',
  { orderId: 'o', shipmentId: `s${day}`, deliveredOn: on(day), lines: lines(quantities, 'acceptedQty') },
];
const cancelled = (day: string, lineNo: number, qty: string): Row => [
  'OrderLineCancelled',
  { orderId: 'o', lineNo, qty, cancelledOn: on(day), reasonCode: 'customer' },
];
const returned = (day: string, qty: string, cause: string, more: Content = {}): Row => [
  'GoodsReturned',
  { returnId: `r${day}`, orderId: 'o', productId: 'p', qty, returnedOn: on(day), cause, ...more },
];
const contributed = (...rows: readonly Row[]) => told(orderContributions(facts(...rows)));

/** 1 March 2024, days since 1970-01-01. */
const ORDERED = 19_783n;
const opened = [
  `2024-03-01 $open:dlt 1`,
  `2024-03-01 $open:ots 1`,
  `2024-03-01 $opensum:dlt ${ORDERED}`,
  `2024-03-01 $opensum:ots ${ORDERED}`,
];
const noLonger = (name: string, day: string) => [
  `${on(day)} $open:${name} -1`,
  `${on(day)} $opensum:${name} -${ORDERED}`,
];
/** All of it, whatever the order of the lines. */
const exactly = (...expected: readonly (string | readonly string[])[]) => expected.flat().sort();

/** Goal: the contributions of one order, worked by hand from docs/figures.md §7. Quantities in millionths. */
describe('what an order contributes to the process', () => {
  it('ordered, nothing yet: open, and due without being there', () => {
    expect(contributed(order())).toEqual(exactly(opened, '2024-03-10 due:0 1'));
  });

  it('shipped in two parts: complete with the second', () => {
    expect(contributed(order(), shipped('03-05', { 1: '10' }), shipped('03-08', { 2: '5' }))).toEqual(
      exactly(
        opened,
        noLonger('ots', '03-08'),
        '2024-03-05 ship 10000000',
        '2024-03-08 ship 5000000',
        '2024-03-08 ots:7 1',
        '2024-03-08 ontime:1 1',
        '2024-03-10 due:0 1',
      ),
    );
  });

  it('the second part recorded before the first: the same', () => {
    const [first, second] = [shipped('03-05', { 1: '10' }), shipped('03-08', { 2: '5' })];
    expect(contributed(second, first, order())).toEqual(contributed(order(), first, second));
  });

  it('a line cancelled after the rest was shipped: complete on the day of that shipment', () => {
    expect(contributed(order(), shipped('03-05', { 1: '10' }), cancelled('03-12', 2, '5'))).toEqual(
      exactly(
        opened,
        noLonger('ots', '03-05'),
        '2024-03-05 ship 10000000',
        '2024-03-05 ots:4 1',
        '2024-03-05 ontime:1 1',
        '2024-03-10 due:0 1',
      ),
    );
  });

  it('shipped before it was ordered: negative, and never open', () => {
    expect(contributed(order(), shipped('02-28', { 1: '10', 2: '5' }))).toEqual(
      exactly(
        '2024-03-01 $open:dlt 1',
        `2024-03-01 $opensum:dlt ${ORDERED}`,
        '2024-02-28 ship 15000000',
        '2024-02-28 otsx 1',
        '2024-02-28 ontime:1 1',
        '2024-03-10 due:0 1',
      ),
    );
  });

  it('wholly cancelled: neither open nor due', () => {
    expect(contributed(order(), cancelled('03-02', 1, '10'), cancelled('03-02', 2, '7'))).toEqual([]);
  });

  it('wholly cancelled and shipped all the same: a duration, but never open and not due', () => {
    expect(
      contributed(
        order(),
        cancelled('03-02', 1, '10'),
        cancelled('03-02', 2, '5'),
        shipped('03-06', { 1: '3' }),
      ),
    ).toEqual(exactly('2024-03-06 ontime:1 1', '2024-03-06 ots:5 1', '2024-03-06 ship 3000000'));
  });

  it('delivered late in two parts, of which less was accepted than shipped', () => {
    expect(
      contributed(
        order(),
        delivered('03-09', { 1: '10', 2: '4' }),
        delivered('03-12', { 2: '1' }),
        delivered('03-14', { 1: '1' }),
      ),
    ).toEqual(
      exactly(
        opened,
        noLonger('dlt', '03-12'),
        '2024-03-12 dlt:11 1',
        '2024-03-12 del:0 1',
        '2024-03-10 due:0 1',
        // Lines are judged on the last day on which something came.
        '2024-03-14 lines:1 2',
      ),
    );
  });

  it('a line that was not accepted in full', () => {
    const rows = contributed(order(), delivered('03-09', { 1: '10', 2: '4.999999' }));
    expect(rows.filter((row) => row.includes(' lines:'))).toEqual([
      '2024-03-09 lines:0 1',
      '2024-03-09 lines:1 1',
    ]);
  });

  it.each([
    ['promised', {}, '2024-03-10 due:1 1', '2024-03-09 ontime:1 1'],
    ['requested', { promisedOn: undefined }, '2024-03-04 due:0 1', '2024-03-09 ontime:0 1'],
    [
      'no due date at all',
      { promisedOn: undefined, requestedOn: undefined },
      '2024-03-01 due:x 1',
      '2024-03-09 ontime:x 1',
    ],
  ])('due by the date %s', (_name, more, due, onTime) => {
    const [type, data] = order();
    const placed = Object.fromEntries(Object.entries({ ...data, ...more }).filter(([, value]) => value));
    const all = { 1: '10', 2: '5' };
    const rows = contributed([type, placed], shipped('03-09', all), delivered('03-10', all));
    expect(rows.filter((row) => /due:|ontime:/.test(row))).toEqual([due, onTime].sort());
  });

  it('without its order: quantities, no duration and no promise', () => {
    expect(contributed(shipped('03-05', { 1: '10' }), delivered('03-06', { 1: '10' }))).toEqual([
      '2024-03-05 ship 10000000',
    ]);
  });

  it.each([
    ['of the only shipment', {}, ['2024-03-05 coh|15 2000000']],
    ['of the shipment that it names', { shipmentId: 'second' }, ['2024-03-08 coh|12 2000000']],
    ['of a shipment that nobody knows', { shipmentId: 'other' }, ['2024-03-20 cohx 1']],
  ])('a return for quality %s', (_name, more, expected) => {
    const rows = contributed(
      shipped('03-08', { 2: '5' }, 'second'),
      shipped('03-05', { 1: '10' }, 'first'),
      returned('03-20', '2', 'quality', more),
    );
    expect(rows.filter((row) => !row.includes(' ship '))).toEqual(
      exactly('2024-03-20 ret|quality 2000000', expected),
    );
  });

  it('returns without a shipment; those for another reason are of no cohort', () => {
    expect(contributed(returned('03-20', '2', 'quality'), returned('03-21', '1.5', 'wrongItem'))).toEqual([
      '2024-03-20 cohx 1',
      '2024-03-20 ret|quality 2000000',
      '2024-03-21 ret|wrongItem 1500000',
    ]);
  });

  it('units: the order for its figures, the shipment for its quantity', () => {
    const [type, shipment] = shipped('03-05', { 1: '10', 2: '5' });
    const rows = told(
      orderContributions(facts(order({ unitId: 'north' }), [type, { ...shipment, unitId: 'depot' }])),
      { sources: true },
    );
    expect(rows.filter((row) => /ship|ots:|orders/.test(row))).toEqual([
      '2024-03-01 north $src:orders 1',
      '2024-03-05 depot $src:shipments 1',
      '2024-03-05 depot ship 15000000',
      '2024-03-05 north ots:4 1',
    ]);
  });
});
