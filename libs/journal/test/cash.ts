import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../src/index.ts';

/** A stream nobody else uses, also on a store that other tests have used before. */
export function freshId(): string {
  return randomUUID().slice(0, 8);
}

/** A movement of cash as an event; `change` replaces fields of its content. */
export function cashMoved(movementId: string, change: object = {}, id: string = randomUUID()): NewEvent {
  return {
    id,
    type: 'CashMoved',
    data: {
      movementId,
      unitId: 'root',
      valueDate: '2024-01-31',
      amount: '100.00',
      currency: 'EUR',
      activity: 'operating',
      category: 'receipts',
      ...change,
    },
    metadata: { schemaVersion: 1, actor: 'tester' },
  };
}

/** A correction of an event: a replacement of its content, or null to void it. */
export function corrected(
  targetEventId: string,
  replacement: NewEvent['data'] | null,
  id: string = randomUUID(),
): NewEvent {
  return {
    id,
    type: 'FactCorrected',
    data: { targetEventId, replacement, reason: 'mistyped', authorisedBy: 'approver' },
    metadata: { schemaVersion: 1, actor: 'tester' },
  };
}
