import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { streamOf } from '#contracts';
import { type Journal, type KeyStore, openJournal, openKeyStore } from '#journal';
import { startTestStore } from '../../journal/test/store.ts';
import type { AnyFactRules, CommandContext, Locate, SubmittedFact } from '../src/index.ts';
import { CommandRunner, FactRecorder, References, recordedOnce, revised } from '../src/index.ts';

/** Everything a command needs, in a namespace of its own, with unit `root` and customer `VINET` defined. */
export interface Workbench {
  readonly uri: string;
  readonly namespace: string;
  readonly journal: Journal;
  readonly keys: KeyStore;
  readonly runner: CommandRunner;
  readonly recorder: FactRecorder;
  readonly references: References;
  close(): Promise<void>;
}

/** Rules enough to record by: each order once, each movement once, customers and units as they come. */
export const plainRules: readonly AnyFactRules[] = [
  recordedOnce('CashMoved', 'movementId'),
  recordedOnce('CustomerRegistered', 'customerId'),
  revised('UnitDefined'),
  recordedOnce('OrderPlaced', 'orderId'),
  recordedOnce('AccountDefined', 'accountCode'),
];

export async function openWorkbench(
  options: { rules?: readonly AnyFactRules[]; locate?: Locate } = {},
): Promise<Workbench> {
  const store = await startTestStore();
  const keys = openKeyStore({ directory: join(store.directory, 'keys') });
  const journal = openJournal({ uri: store.uri, keys, namespace: store.namespace });
  const references = new References(journal);
  const runner = new CommandRunner({ journal, references });
  const recorder = new FactRecorder({
    journal,
    references,
    rules: options.rules ?? plainRules,
    ...(options.locate && { locate: options.locate }),
  });
  await journal.append(
    streamOf('UnitDefined', unit('root').data),
    [{ id: randomUUID(), ...unit('root'), metadata: { schemaVersion: 1, actor: 'tester' } }],
    'any',
  );
  return {
    uri: store.uri,
    namespace: store.namespace,
    journal,
    keys,
    runner,
    recorder,
    references,
    close: async () => {
      await journal.close();
      await keys.close();
      await store.close();
    },
  };
}

export function context(change: Partial<CommandContext> = {}): CommandContext {
  return { actor: 'steward', now: new Date('2024-02-01T12:00:00Z'), ...change };
}

export function freshId(): string {
  return randomUUID().slice(0, 8);
}

export function unit(unitId: string, parentId?: string): SubmittedFact {
  return {
    type: 'UnitDefined',
    data: {
      unitId,
      name: unitId,
      effectiveFrom: '1900-01-01',
      ...(parentId !== undefined && { parentId }),
    },
  };
}

export function customer(customerId: string, change: object = {}): SubmittedFact {
  return {
    type: 'CustomerRegistered',
    data: {
      customerId,
      name: 'Vins et alcools Chevalier',
      kind: 'transactional',
      homeUnitId: 'root',
      registeredOn: '1996-07-01',
      externalIds: [],
      ...change,
    },
  };
}

export function cash(movementId: string, change: object = {}): SubmittedFact {
  return {
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
  };
}

export function account(accountCode: string): SubmittedFact {
  return {
    type: 'AccountDefined',
    data: {
      accountCode,
      name: `Account ${accountCode}`,
      accountClass: 'revenue',
      effectiveFrom: '2000-01-01',
    },
  };
}

export function order(orderId: string, customerId: string, change: object = {}): SubmittedFact {
  return {
    type: 'OrderPlaced',
    data: {
      orderId,
      customerId,
      unitId: 'root',
      orderedOn: '1996-07-04',
      currency: 'USD',
      lines: [{ lineNo: 1, productId: '11', qty: '12', unitPrice: '14.00', discountRate: '0' }],
      ...change,
    },
  };
}
