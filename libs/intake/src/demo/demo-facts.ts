import { businessDateOf, isEventType } from '#contracts';
import { compareText } from '#kernel';
import { fingerprint } from '../files.ts';
import { batchIdOf } from '../import-file.ts';
import { assetFacts } from './assets.ts';
import { inSpan, LAST_DAY, MONTHS } from './calendar.ts';
import { type DemoFact, synthetic } from './demo-fact.ts';
import { initiatives, launches, projects, prospects } from './development.ts';
import { type LatePart, lateParts, secondFile } from './late.ts';
import { books } from './ledger.ts';
import { mappingNamed, type Northwind, readNorthwind } from './northwind.ts';
import { productionCases, serviceCases } from './operations.ts';
import { marketReports, setup } from './organisation.ts';
import { people } from './people.ts';
import { deliveries, receipts, returns } from './sales.ts';
import { surveys } from './survey.ts';

/**
 * Part of the demo company, in the order in which it is to be recorded: `setup`, then each month as it was lived
 * through, then what became known afterwards.
 */
export interface DemoBatch {
  readonly label: 'setup' | `${number}-${number}` | LatePart['label'];
  /** `history`: known at the time; `late`: told when its period is over. */
  readonly part: 'history' | 'late';
  readonly facts: readonly DemoFact[];
}

/**
 * The demo company: Northwind's customers, orders, shipments and invoices of 1996-07 to 1998-05, and what a scorecard
 * needs besides, made up by fixed rules. Made-up facts have the source system `synthetic`; Northwind's invoices, which
 * carry made-up costs, `northwind-with-synthetic-cost`. The same facts in the same order in every run.
 */
export async function* demoFacts(): AsyncGenerator<DemoBatch> {
  const northwind = await readNorthwind();
  const dated = history(northwind)
    .map((fact) => ({ fact, day: dayOf(fact) }))
    // Stable: facts of one day keep the order in which they were made, so an order comes before its shipment.
    .sort((a, b) => compareText(a.day, b.day));
  const before = MONTHS[0]?.first ?? '';
  yield {
    label: 'setup',
    part: 'history',
    facts: [...setupOf(northwind), ...dated.filter(({ day }) => day < before).map(({ fact }) => fact)],
  };
  for (const month of MONTHS) {
    const facts = dated.filter(({ day }) => inSpan(day, month)).map(({ fact }) => fact);
    const last = month === MONTHS.at(-1) ? [await acceptedBatch(northwind)] : [];
    yield { label: month.name as DemoBatch['label'], part: 'history', facts: [...facts, ...last] };
  }
  for (const { label, facts } of lateParts(northwind)) yield { label, part: 'late', facts };
}

/** Master data of Northwind and the rules of the company: known before the first month. */
function setupOf(northwind: Northwind): readonly DemoFact[] {
  const master = northwind.facts.filter(({ type }) => isMaster(type));
  const [company = [], others] = [
    setup(northwind).filter(({ type }) => type === 'UnitDefined'),
    setup(northwind).filter(({ type }) => type !== 'UnitDefined'),
  ];
  return [...company, ...master, ...others];
}

function isMaster(type: string): boolean {
  return type === 'UnitDefined' || type === 'CustomerRegistered';
}

function history(northwind: Northwind): readonly DemoFact[] {
  const returned = returns(northwind);
  const received = receipts(northwind);
  return [
    ...northwind.facts.filter(({ type }) => !isMaster(type)),
    ...secondFile(),
    ...deliveries(northwind),
    ...returned.facts,
    ...received.map(({ fact }) => fact),
    ...assetFacts(),
    ...books({ northwind, receipts: received, credits: returned.credits }),
    ...marketReports(),
    ...people(),
    ...projects(),
    ...launches(northwind),
    ...initiatives(),
    ...prospects(northwind),
    ...surveys(northwind),
    ...productionCases(northwind),
    ...serviceCases(northwind),
  ];
}

function dayOf({ type, data }: DemoFact): string {
  const date = isEventType(type) ? businessDateOf(type, data) : null;
  if (date === null) throw new Error(`The demo tells ${type} in its history, but it has no date.`);
  return date.slice(0, 10);
}

/** What the files cover, so that the broken-off last month is known to be unfinished. */
async function acceptedBatch({ files }: Northwind): Promise<DemoFact> {
  const mapping = mappingNamed('northwind-orders');
  const { orders, details } = files;
  if (orders === undefined || details === undefined) throw new Error('The demo has lost its own files.');
  const fileSha256 = await fingerprint({ orders, details });
  const batchId = batchIdOf(fileSha256, mapping);
  return synthetic('ImportBatchAccepted', `batch:${batchId}`, {
    batchId,
    fileSha256,
    mapping: mapping.name,
    rowsRead: 830,
    rowsAccepted: 830,
    rowsRejected: [],
    coverage: {
      from: '1996-07-04',
      to: LAST_DAY,
      types: ['OrderPlaced', 'GoodsShipped', 'InvoiceIssued'],
    },
  });
}
