import type { EventType } from '#contracts';
import type { Position } from '#kernel';
import type { Change, Content, DimensionName } from '#scorecard';
import { contentOf } from './contents.ts';
import type { Random } from './random.ts';

/**
 * A small random log of what projectors find hardest: orders that are cancelled, invoices with credit notes before them,
 * late segment assignments, merges and unmerges, units that move, corrections of all of these, corrections of corrections, voids.
 */
export function randomChanges(
  random: Random,
  length: number,
  types: readonly EventType[] = TYPES.customer,
): Change[] {
  const standing: {
    factId: string;
    factPosition: Position;
    type: EventType;
    content: Content | null;
    revision: bigint;
  }[] = [];
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
        factPosition: target.factPosition,
        type: target.type,
        revision: target.revision,
        before: target.content,
        after,
      });
      target.content = after;
      continue;
    }
    const type = random.pick(types);
    const factId = `fact-${position}`;
    const content = contentOf(random, type, factId);
    const fact = { factId, factPosition: at.position, type, revision: position };
    standing.push({ ...fact, content });
    changes.push({ ...at, ...fact, before: null, after: content });
  }
  return changes;
}

const SALES: readonly EventType[] = [
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

/** What a random log of each dimension is made of: what that dimension reads, and what moves its scopes. */
export const TYPES: Readonly<Record<DimensionName, readonly EventType[]>> = {
  financial: SALES,
  customer: SALES,
  process: [
    'OrderPlaced',
    'OrderPlaced',
    'OrderLineCancelled',
    'GoodsShipped',
    'GoodsShipped',
    'DeliveryConfirmed',
    'GoodsReturned',
    'InvoiceIssued',
    'CreditNoteIssued',
    'ProcessCaseOpened',
    'ProcessStepPerformed',
    'ProcessCaseClosed',
    'ServiceCaseOpened',
    'ServiceCaseAnswered',
    'ServiceCaseResolved',
    'ServiceCaseReopened',
    'CustomerRegistered',
    'CustomerSegmentAssigned',
    'CustomersMerged',
    'CustomersUnmerged',
    'UnitDefined',
  ],
  learning: [
    'EmploymentChanged',
    'EmploymentChanged',
    'TrainingCompleted',
    'SkillAssessed',
    'JobRequirementSet',
    'AssetChanged',
    'AssetChanged',
    'DevelopmentGatePassed',
    'ImprovementMeasured',
    'ProductLaunched',
    'InvoiceIssued',
    'CreditNoteIssued',
    'CustomerSegmentAssigned',
    'UnitDefined',
  ],
};
