import { CustomerFiles } from '../projection/customers.ts';
import { factsAt } from '../projection/history.ts';
import type { Ask } from './kpi.ts';
import type { Amount } from './scope.ts';

/** An item of the history of what a customer file contributed: unit, day, measure, amount, and the day whose segment counts. */
type Attributed = readonly [unit: string, day: number, measure: string, amount: string, segmentDay?: number];

/**
 * What each customer contributed to the scope in the period: identity → amounts. Merged files are one customer. Read from the customers'
 * histories: exact, at the cost of reading all of them.
 */
export async function amountsByCustomer(
  ask: Ask,
  wanted: (measure: string) => boolean,
): Promise<ReadonlyMap<string, readonly Amount[]>> {
  const { reader } = ask.read;
  const files = new Map(
    (await reader.historiesUnder('c/')).map((history) => [
      history.key.slice(2),
      factsAt(history, ask.knownAt),
    ]),
  );
  const known = new CustomerFiles((file) => files.get(file) ?? []);
  const customers = new Map<string, Amount[]>();
  for (const history of await reader.historiesUnder('a/')) {
    const file = history.key.slice(2);
    const segmentOf =
      ask.scope.segment === undefined ? undefined : known.segments(known.members(known.identity(file)));
    for (const { items } of history.until(ask.knownAt)) {
      for (const [unit, day, measure, amount, segmentDay = day] of items as readonly Attributed[]) {
        if (day < ask.span.start || day >= ask.span.end || !wanted(measure)) continue;
        if (!ask.organisation.contains(ask.scope.unit, unit, day)) continue;
        if (segmentOf && segmentOf(ask.segmentDay ?? segmentDay) !== ask.scope.segment) continue;
        const identity = known.identity(file);
        const own = customers.get(identity);
        const entry = { unit, day, measure, amount: BigInt(amount) };
        if (own) own.push(entry);
        else customers.set(identity, [entry]);
      }
    }
  }
  return customers;
}

/** Sums of the amounts under a measure's prefix, the rest of the measure being the currency. */
export function under(amounts: readonly Amount[], prefix: string) {
  return amounts
    .filter(({ measure }) => measure.startsWith(prefix))
    .map(({ day, measure, amount }) => ({ day, amount, currency: measure.slice(prefix.length) }));
}

/** Number of the amounts' documents. */
export function documentsOf(amounts: readonly Amount[]): bigint {
  return amounts.reduce((sum, { measure, amount }) => (measure === '$src:invoices' ? sum + amount : sum), 0n);
}
