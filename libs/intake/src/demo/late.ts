import { sourceEventId } from '#contracts';
import { CURRENCY, type DemoFact, type Region, SYNTHETIC, synthetic } from './demo-fact.ts';
import type { Northwind } from './northwind.ts';
import { LATE_KEY_ACCOUNT } from './organisation.ts';

/** Part of what becomes known after the last month: each moves figures of periods that were reported before. */
export interface LatePart {
  readonly label: 'late-facts' | 'corrections' | 'merges' | 'policy-change' | 'late-segment';
  readonly facts: readonly DemoFact[];
}

/** A second file of a customer, with an order of its own before the merge. Told in the history, at its dates. */
const SECOND_FILE = 'ALFKI-2';

/** The second file and its order, as the sales desk entered them: part of the history, not yet known as a duplicate. */
export function secondFile(): readonly DemoFact[] {
  return [
    synthetic('CustomerRegistered', `customer:${SECOND_FILE}`, {
      customerId: SECOND_FILE,
      name: 'Alfreds Futterkiste Berlin (synthetic second file)',
      kind: 'transactional',
      homeUnitId: 'europe',
      registeredOn: '1997-06-02',
      externalIds: [],
      country: 'Germany',
    }),
    ...sale(SECOND_FILE_SALE),
    ...duplicateInvoice(),
  ];
}

/** Everything that is told late, in the order in which it is told. */
export function lateParts({ facts }: Northwind): readonly LatePart[] {
  return [
    { label: 'late-facts', facts: lateFacts() },
    { label: 'corrections', facts: corrections(facts) },
    { label: 'merges', facts: merges() },
    { label: 'policy-change', facts: policyChange() },
    { label: 'late-segment', facts: lateSegment() },
  ];
}

/** Dated long before: an order that revives a customer, an invoice for December, a return, a payment. */
function lateFacts(): readonly DemoFact[] {
  return [
    ...sale({
      id: 'X-90002',
      customerId: 'CENTC',
      unitId: 'north-america',
      day: '1997-12-18',
      net: '1860.00',
      cost: '930.00',
    }),
    ...sale({
      id: 'X-90003',
      customerId: 'LAZYK',
      unitId: 'north-america',
      day: '1997-08-12',
      net: '240.40',
      cost: '121.10',
    }),
    synthetic('GoodsReturned', 'return:R-late', {
      returnId: 'R-late',
      orderId: '10814',
      productId: '43',
      qty: '4',
      returnedOn: '1998-02-20',
      cause: 'quality',
    }),
    synthetic('CashMoved', 'receipt:X-90002', {
      movementId: 'receipt-X-90002',
      unitId: 'north-america',
      valueDate: '1998-01-22',
      amount: '1860.00',
      currency: CURRENCY,
      activity: 'operating',
      category: 'receipts-from-customers',
      customerId: 'CENTC',
      documentId: 'X-90002',
    }),
  ];
}

interface Sale {
  readonly id: string;
  readonly customerId: string;
  readonly unitId: Region;
  readonly day: string;
  readonly net: string;
  readonly cost: string;
}

const SECOND_FILE_SALE: Sale = {
  id: 'X-90001',
  customerId: SECOND_FILE,
  unitId: 'europe',
  day: '1997-06-03',
  net: '412.50',
  cost: '206.00',
};

/** An order and its invoice; made up. */
function sale(given: Sale): readonly DemoFact[] {
  const { id, customerId, unitId, day, net } = given;
  return [
    synthetic('OrderPlaced', `order:${id}`, {
      orderId: id,
      customerId,
      unitId,
      orderedOn: day,
      currency: CURRENCY,
      lines: [{ lineNo: 1, productId: '11', qty: '1', unitPrice: net, discountRate: '0' }],
    }),
    synthetic('InvoiceIssued', `invoice:${id}`, invoiceOf(given)),
  ];
}

function invoiceOf({ id, customerId, unitId, day, net, cost }: Sale, netAmount = net): DemoFact['data'] {
  return {
    invoiceId: id,
    orderId: id,
    customerId,
    unitId,
    issuedOn: day,
    currency: CURRENCY,
    lines: [{ productId: '11', qty: '1', netAmount, taxAmount: '0', costAmount: cost }],
  };
}

/** An invoice that the clerk entered twice; it is voided later. */
function duplicateInvoice(): readonly DemoFact[] {
  return [
    synthetic('InvoiceIssued', 'invoice:X-90004', {
      invoiceId: 'X-90004',
      customerId: 'ERNSH',
      unitId: 'europe',
      issuedOn: '1998-02-11',
      currency: CURRENCY,
      lines: [{ productId: '59', qty: '20', netAmount: '1100.00', taxAmount: '0', costAmount: '594.00' }],
    }),
  ];
}

const CORRECTED_INVOICE = '10865';

/**
 * A right amount that is corrected, and that correction corrected; an amount with two digits changed round; and a void
 * of an invoice that was entered twice. A correction names what it corrects by event id, which follows from its source.
 */
function corrections(facts: readonly DemoFact[]): readonly DemoFact[] {
  const invoice = facts.find(
    ({ type, data }) => type === 'InvoiceIssued' && data['invoiceId'] === CORRECTED_INVOICE,
  );
  if (invoice === undefined) throw new Error(`Northwind has no invoice ${CORRECTED_INVOICE}.`);
  const [first, ...others] = invoice.data['lines'] as readonly Readonly<Record<string, string>>[];
  const withAmount = (netAmount: string): DemoFact['data'] => ({
    ...invoice.data,
    lines: [{ ...first, netAmount }, ...others],
  });
  const firstRepair = 'correction:10865:1';
  const correction = (
    id: string,
    target: { readonly stream: string; readonly eventId: string },
    replacement: DemoFact['data'] | null,
    reason: string,
  ): DemoFact => ({
    ...synthetic('FactCorrected', id, {
      targetEventId: target.eventId,
      replacement,
      reason: `${reason} (synthetic)`,
      authorisedBy: 'demo-controller',
    }),
    stream: target.stream,
  });
  const stream = `invoice-${CORRECTED_INVOICE}`;
  return [
    correction(
      firstRepair,
      { stream, eventId: sourceEventId(invoice.source, 'InvoiceIssued') },
      withAmount('12070.00'),
      'net amount of line 1 taken for a mistyping',
    ),
    correction(
      'correction:10865:2',
      { stream, eventId: sourceEventId({ system: SYNTHETIC, id: firstRepair }, 'FactCorrected') },
      withAmount('15019.50'),
      'the invoice was right after all',
    ),
    correction(
      'correction:X-90001',
      {
        stream: 'invoice-X-90001',
        eventId: sourceEventId({ system: SYNTHETIC, id: 'invoice:X-90001' }, 'InvoiceIssued'),
      },
      invoiceOf(SECOND_FILE_SALE, '421.50'),
      'two digits of the net amount changed places',
    ),
    correction(
      'correction:X-90004',
      {
        stream: 'invoice-X-90004',
        eventId: sourceEventId({ system: SYNTHETIC, id: 'invoice:X-90004' }, 'InvoiceIssued'),
      },
      null,
      'entered twice',
    ),
  ];
}

/** The second file is found to be the first; two other customers are taken for one, and parted again. */
function merges(): readonly DemoFact[] {
  return [
    synthetic('CustomersMerged', `merge:${SECOND_FILE}`, {
      survivorId: 'ALFKI',
      absorbedId: SECOND_FILE,
      reason: 'one company, entered twice (synthetic)',
    }),
    synthetic('CustomersMerged', 'merge:EASTC', {
      survivorId: 'AROUT',
      absorbedId: 'EASTC',
      reason: 'same city and buyer, taken for one company (synthetic)',
    }),
    synthetic('CustomersUnmerged', 'unmerge:EASTC', {
      survivorId: 'AROUT',
      restoredId: 'EASTC',
      reason: 'two companies after all (synthetic)',
    }),
  ];
}

/** From 1998 a customer counts as kept when it has ordered within 180 days, not 90. */
function policyChange(): readonly DemoFact[] {
  return [
    synthetic('MeasurePolicySet', 'policy:customer-retention:2', {
      kpiCode: 'customer-retention',
      parameters: { retentionWindowDays: 180 },
      effectiveFrom: '1998-01-01',
      changeClass: 'method',
    }),
  ];
}

function lateSegment(): readonly DemoFact[] {
  return [
    synthetic('CustomerSegmentAssigned', `segment:${LATE_KEY_ACCOUNT}:2`, {
      customerId: LATE_KEY_ACCOUNT,
      segmentCode: 'key-accounts',
      effectiveFrom: '1997-10-01',
    }),
  ];
}
