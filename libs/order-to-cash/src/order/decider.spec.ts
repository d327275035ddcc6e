import { excludedBy, verdictOn } from '#commands';
import { orderRules } from './decider.ts';

type OrderFact = Parameters<typeof orderRules.evolve>[1];

const fact = (type: OrderFact['type'], data: object): OrderFact =>
  ({ type, data: { orderId: '10248', ...data } }) as unknown as OrderFact;

const placed = fact('OrderPlaced', {
  customerId: 'VINET',
  unitId: 'root',
  orderedOn: '1996-07-04',
  currency: 'USD',
  lines: [
    { lineNo: 1, productId: '11', qty: '12', unitPrice: '14.00', discountRate: '0' },
    { lineNo: 2, productId: '42', qty: '10', unitPrice: '9.80', discountRate: '0' },
  ],
});
const cancelled = (lineNo: number, qty: string): OrderFact =>
  fact('OrderLineCancelled', { lineNo, qty, cancelledOn: '1996-07-05', reasonCode: 'customer' });
const shipped = (shipmentId: string, lineNo: number, qty: string): OrderFact =>
  fact('GoodsShipped', { shipmentId, shippedOn: '1996-07-16', lines: [{ lineNo, qty }] });
const delivered = (shipmentId: string, lineNo: number, acceptedQty: string): OrderFact =>
  fact('DeliveryConfirmed', { shipmentId, deliveredOn: '1996-07-18', lines: [{ lineNo, acceptedQty }] });
const returned = (returnId: string, productId: string, qty: string): OrderFact =>
  fact('GoodsReturned', { returnId, productId, qty, returnedOn: '1996-08-01', cause: 'quality' });
const returnedAlone = fact('GoodsReturned', {
  orderId: undefined,
  returnId: 'R9',
  productId: '11',
  qty: '1',
  returnedOn: '1996-08-01',
  cause: 'quality',
});
const by = { hand: false, import: true } as const;

describe('an order', () => {
  it.each<[string, OrderFact[], OrderFact, keyof typeof by, string]>([
    ['is placed', [], placed, 'hand', 'recorded'],
    ['is placed once', [placed], placed, 'hand', 'already-placed'],
    ['is placed once, also by an import', [placed], placed, 'import', 'already-placed'],
    ['is placed after its shipment by an import', [shipped('S1', 1, '12')], placed, 'import', 'recorded'],

    ['line is cancelled', [placed], cancelled(1, '12'), 'hand', 'recorded'],
    ['line is cancelled in part, twice', [placed, cancelled(1, '5')], cancelled(1, '7'), 'hand', 'recorded'],
    [
      'line is not cancelled beyond its quantity',
      [placed],
      cancelled(1, '12.000001'),
      'hand',
      'over-cancelled',
    ],
    [
      'line is not cancelled twice',
      [placed, cancelled(1, '5')],
      cancelled(1, '8'),
      'import',
      'over-cancelled',
    ],
    ['line must be there to be cancelled', [placed], cancelled(3, '1'), 'hand', 'unknown-line'],
    ['must be there to be cancelled by hand', [], cancelled(1, '1'), 'hand', 'unknown-order'],
    ['need not be there for an import', [], cancelled(1, '1'), 'import', 'recorded'],

    ['is shipped', [placed], shipped('S1', 1, '12'), 'hand', 'recorded'],
    ['is shipped with more than was ordered', [placed], shipped('S1', 1, '13'), 'hand', 'recorded'],
    ['is shipped though cancelled', [placed, cancelled(1, '12')], shipped('S1', 1, '12'), 'hand', 'recorded'],
    [
      'ships each shipment once',
      [placed, shipped('S1', 1, '1')],
      shipped('S1', 2, '1'),
      'import',
      'already-shipped',
    ],
    ['ships its own lines', [placed], shipped('S1', 7, '1'), 'import', 'unknown-line'],
    ['must be there to be shipped by hand', [], shipped('S1', 1, '1'), 'hand', 'unknown-order'],
    ['need not be there for an imported shipment', [], shipped('S1', 1, '1'), 'import', 'recorded'],

    ['is delivered', [placed, shipped('S1', 1, '12')], delivered('S1', 1, '12'), 'hand', 'recorded'],
    ['is delivered of a known shipment', [placed], delivered('S1', 1, '12'), 'hand', 'unknown-shipment'],
    [
      'is delivered before its shipment by an import',
      [placed],
      delivered('S1', 1, '12'),
      'import',
      'recorded',
    ],
    [
      'is delivered on its own lines',
      [placed, shipped('S1', 1, '1')],
      delivered('S1', 9, '1'),
      'hand',
      'unknown-line',
    ],
    [
      'is not delivered beyond its shipment',
      [placed, shipped('S1', 1, '5')],
      delivered('S1', 1, '6'),
      'import',
      'over-accepted',
    ],
    [
      'is not delivered beyond its shipment in two parts',
      [placed, shipped('S1', 1, '5'), delivered('S1', 1, '3')],
      delivered('S1', 1, '3'),
      'hand',
      'over-accepted',
    ],
    ['must be there to be delivered by hand', [], delivered('S1', 1, '1'), 'hand', 'unknown-order'],

    ['is returned', [placed], returned('R1', '11', '12'), 'hand', 'recorded'],
    [
      'is returned once',
      [placed, returned('R1', '11', '1')],
      returned('R1', '11', '1'),
      'import',
      'already-returned',
    ],
    ['is returned of its products', [placed], returned('R1', '99', '1'), 'import', 'unknown-product'],
    [
      'is not returned beyond what was ordered',
      [placed, returned('R1', '11', '6')],
      returned('R2', '11', '7'),
      'hand',
      'over-returned',
    ],
    [
      'is returned up to what was shipped',
      [placed, shipped('S1', 1, '20')],
      returned('R1', '11', '20'),
      'hand',
      'recorded',
    ],
    ['must be there to be returned by hand', [], returned('R1', '11', '1'), 'hand', 'unknown-order'],
    ['is not needed for a return that names none', [], returnedAlone, 'hand', 'recorded'],
  ])('%s', (_sentence, given, when, entered, verdict) => {
    expect(verdictOn(orderRules, { given, when, late: by[entered] })).toBe(verdict);
  });

  it('takes ids that look like members of an object', () => {
    const odd = shipped('constructor', 1, '1');
    expect(verdictOn(orderRules, { given: [placed], when: odd })).toBe('recorded');
    expect(verdictOn(orderRules, { given: [placed, odd], when: odd })).toBe('already-shipped');
  });
});

describe('a correction of an order', () => {
  it.each<[string, OrderFact[], number | undefined, number, OrderFact | null, string]>([
    ['does not place it twice', [placed, placed], 0, 0, placed, 'already-placed'],
    [
      'does not ship a shipment twice',
      [placed, shipped('S1', 1, '1'), shipped('S2', 1, '1')],
      undefined,
      1,
      shipped('S2', 1, '1'),
      'already-shipped',
    ],
    [
      'does not take back a return twice',
      [placed, returned('R1', '11', '1'), returned('R1', '11', '1')],
      1,
      1,
      returned('R1', '11', '1'),
      'already-returned',
    ],
    ['may void it under its shipments', [placed, shipped('S1', 1, '12')], undefined, 0, null, 'nothing'],
    [
      'may change its lines before those of its shipments are changed',
      [placed, shipped('S1', 2, '1')],
      undefined,
      0,
      fact('OrderPlaced', { lines: [] }),
      'nothing',
    ],
  ])('%s', (_sentence, given, voided, corrected, to, code) => {
    expect(
      excludedBy(orderRules, { given, corrected, to, ...(voided === undefined ? {} : { voided }) }),
    ).toBe(code);
  });
});
