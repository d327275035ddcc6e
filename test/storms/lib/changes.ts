import type { EventType } from '#contracts';
import type { Position } from '#kernel';
import type { Change, Content } from '#scorecard';
import type { Random } from './random.ts';

const CUSTOMERS = ['a', 'b', 'c', 'd'];
const UNITS = ['root', 'north', 'south'];
const SEGMENTS = ['gold', 'silver'];

/**
 * A small random log of what projectors find hardest: orders that are cancelled, invoices with credit notes before them,
 * late segment assignments, merges and unmerges, units that move, corrections of all of these, corrections of corrections, voids.
 */
export function randomChanges(random: Random, length: number): Change[] {
  const standing: { factId: string; type: EventType; content: Content | null; revision: bigint }[] = [];
  const changes: Change[] = [];
  let position = 0n;
  while (changes.length < length) {
    position += BigInt(1 + random.below(3));
    const at = { position: position as Position, recordedAt: Number(position) * 1000 };
    const target = standing.length > 0 && random.chance(25) ? random.pick(standing) : undefined;
    if (target) {
      const after = random.chance(20) ? null : contentOf(random, target.type, target.factId);
      changes.push({
        ...at,
        factId: target.factId,
        type: target.type,
        revision: target.revision,
        before: target.content,
        after,
      });
      target.content = after;
      continue;
    }
    const type = random.pick(TYPES);
    const factId = `fact-${position}`;
    const content = contentOf(random, type, factId);
    standing.push({ factId, type, content, revision: position });
    changes.push({ ...at, factId, type, revision: position, before: null, after: content });
  }
  return changes;
}

const TYPES: readonly EventType[] = [
  'OrderPlaced',
  'OrderPlaced',
  'OrderPlaced',
  'OrderLineCancelled',
  'InvoiceIssued',
  'InvoiceIssued',
  'CreditNoteIssued',
  'CustomerRegistered',
  'CustomerSegmentAssigned',
  'CustomerActivated',
  'CustomerLapsed',
  'CustomersMerged',
  'CustomersUnmerged',
  'UnitDefined',
  'LedgerAmountPosted',
];

function contentOf(random: Random, type: EventType, factId: string): Content {
  const date = () =>
    `2024-${String(1 + random.below(4)).padStart(2, '0')}-${String(1 + random.below(28)).padStart(2, '0')}`;
  const amount = () => `${random.below(1000)}.${random.below(1_000_000)}`;
  const unitId = random.pick(UNITS);
  const customerId = random.pick(CUSTOMERS);
  const [survivorId, absorbedId] = random.pick([
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'd'],
    ['c', 'd'],
  ] as const);
  switch (type) {
    case 'OrderPlaced':
      return {
        orderId: `o${random.below(6)}`,
        customerId,
        unitId,
        orderedOn: date(),
        currency: 'EUR',
        lines: [{ lineNo: 1, productId: 'p', qty: '2', unitPrice: '1' }],
      };
    case 'OrderLineCancelled':
      return {
        orderId: `o${random.below(6)}`,
        lineNo: 1,
        qty: String(1 + random.below(2)),
        cancelledOn: date(),
        reasonCode: 'x',
      };
    case 'InvoiceIssued':
      return {
        invoiceId: `i${random.below(6)}`,
        customerId,
        unitId,
        issuedOn: date(),
        currency: random.pick(['EUR', 'USD']),
        lines: [{ productId: 'p', qty: '1', netAmount: amount(), taxAmount: '0' }],
      };
    case 'CreditNoteIssued':
      return {
        creditNoteId: factId,
        invoiceId: `i${random.below(6)}`,
        issuedOn: date(),
        cause: 'price',
        lines: [{ productId: 'p', netAmount: amount(), taxAmount: '0' }],
      };
    case 'CustomerRegistered':
      return {
        customerId,
        name: 'x',
        kind: random.pick(['transactional', 'transactional', 'contractual']),
        homeUnitId: unitId,
        registeredOn: date(),
        externalIds: [],
      };
    case 'CustomerSegmentAssigned':
      return { customerId, segmentCode: random.pick(SEGMENTS), effectiveFrom: date() };
    case 'CustomerActivated':
      return { customerId, basis: 'contract', unitId, effectiveOn: date() };
    case 'CustomerLapsed':
      return { customerId, effectiveOn: date(), reasonCode: 'x' };
    case 'CustomersMerged':
      return { survivorId, absorbedId, reason: 'x' };
    case 'CustomersUnmerged':
      return { survivorId, restoredId: absorbedId, reason: 'x' };
    case 'UnitDefined':
      return {
        unitId: random.pick(['north', 'south']),
        name: 'x',
        parentId: random.pick(['root', 'root', 'north']),
        effectiveFrom: date(),
      };
    default:
      return {
        postingId: factId,
        unitId,
        postedOn: date(),
        accountCode: 'asset:1',
        amount: amount(),
        currency: 'EUR',
        opening: false,
      };
  }
}
