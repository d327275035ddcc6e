import { CUT_OFF_KPIS } from '#contracts';
import type { Ask, Evaluation, KpiSheet } from '../../figures/kpi.ts';
import type { Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import { type InvoiceDocument, invoiceDocuments } from '../invoice-documents.ts';
import { DELIVERED, progressOf, requiredOf } from '../order-progress.ts';

/**
 * Revenue on the day on which control of the goods passes instead of the day of the invoice: the policy `cutOff: deliveredOn`.
 *
 * Measures do not depend on policies: they lie on the day of the invoice, and what the other cut-off changes lies beside them as
 * `moved|<measure>`, less on the day of the invoice and more on that of the delivery. Read together they are the measures by
 * delivery; for an invoice that names no order there is nothing to keep. Source: IFRS 15.31-38; kpis.md F1; docs/figures.md §5.
 */
const MOVED = 'moved|';

/** What the invoices of an order contribute besides, once the order is known. `facts`: the order, its deliveries, its invoices. */
export function* movedByDelivery(
  facts: readonly Fact[],
  contributions: (document: InvoiceDocument) => Iterable<Contribution>,
): Generator<Contribution> {
  const placed = facts.find(({ type }) => type === 'OrderPlaced');
  if (!placed) return;
  const { completedOn } = progressOf(facts, requiredOf(facts, placed), DELIVERED);
  for (const document of invoiceDocuments(facts)) {
    if (document.day === completedOn) continue;
    for (const contribution of contributions(document)) {
      const measure = `${MOVED}${contribution.measure}`;
      yield { ...contribution, measure, amount: -contribution.amount };
      if (completedOn !== undefined) yield { ...contribution, measure, day: completedOn };
    }
    const { unit, customer, day } = document;
    if (completedOn === undefined)
      yield {
        ...{ unit, day, ...(customer === undefined ? {} : { customer }) },
        measure: 'undelivered',
        amount: 1n,
      };
  }
}

/** Whether a figure is cut off by delivery. */
export function byDelivery({ policy }: Pick<Ask, 'policy'>): boolean {
  return policy.cutOff === 'deliveredOn';
}

/** Amounts as the policy's cut-off has them: those that it moves count as what they are, or not at all. */
export function atCutOff<Amount extends { readonly measure: string }>(
  ask: Pick<Ask, 'policy'>,
  amounts: readonly Amount[],
): Amount[] {
  if (!byDelivery(ask)) return amounts.filter(({ measure }) => !measure.startsWith(MOVED));
  return amounts.map((amount) =>
    amount.measure.startsWith(MOVED) ? { ...amount, measure: amount.measure.slice(MOVED.length) } : amount,
  );
}

/** The measure that a measure by delivery is counted as. */
export function measureAtCutOff(measure: string): string {
  return measure.startsWith(MOVED) ? measure.slice(MOVED.length) : measure;
}

/** The sheet with a cut-off that can be set: by delivery it says what it leaves out. Other sheets as they are. */
export function withCutOff(sheet: KpiSheet): KpiSheet {
  if (!CUT_OFF_KPIS.includes(sheet.code)) return sheet;
  return {
    ...sheet,
    readsUnder: (policy) => (byDelivery({ policy }) ? ['orders', 'deliveries'] : []),
    async evaluate(ask) {
      const figure = await sheet.evaluate(ask);
      return byDelivery(ask) ? withUndelivered(ask, figure) : figure;
    },
  };
}

async function withUndelivered(ask: Ask, figure: Evaluation): Promise<Evaluation> {
  let undelivered = 0n;
  for (const { measure, amount } of await ask.read.amounts(ask.scope, ask.span))
    if (measure === 'undelivered') undelivered += amount;
  if (undelivered === 0n) return figure;
  return { ...figure, parts: { ...figure.parts, excluded: { 'not-delivered': String(undelivered) } } };
}
