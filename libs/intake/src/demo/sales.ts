import { addDays, type LocalDate } from '#kernel';
import { isPast } from './calendar.ts';
import { amount, CURRENCY, cents, type DemoFact, type Region, synthetic } from './demo-fact.ts';
import { type DemoLine, type DemoOrder, deliveryDay, type Northwind } from './northwind.ts';
import { lotsFor } from './random.ts';

/** A payment of a customer: made up, for an invoice that is Northwind's. */
export interface Receipt {
  readonly fact: DemoFact;
  readonly unitId: Region;
  readonly day: LocalDate;
  readonly amount: bigint;
}

/** What goods were sent back, and what was credited for them. */
export interface Returned {
  readonly facts: readonly DemoFact[];
  readonly credits: readonly {
    readonly unitId: Region;
    readonly day: LocalDate;
    readonly net: bigint;
    readonly cost: bigint;
  }[];
}

/** Deliveries of what was shipped: mostly complete, now and then short or damaged. */
export function deliveries({ orders }: Northwind): readonly DemoFact[] {
  return orders.flatMap((order) => {
    const day = deliveryDay(order);
    if (day === undefined || !isPast(day)) return [];
    const lots = lotsFor(`acceptance ${order.orderId}`);
    const lines = order.lines.map(({ lineNo, qty }) => ({
      lineNo,
      acceptedQty: String(lots.chance(2) && qty > 1 ? qty - lots.between(1, Math.min(3, qty - 1)) : qty),
    }));
    return synthetic('DeliveryConfirmed', `delivery:${order.orderId}`, {
      orderId: order.orderId,
      shipmentId: `S-${order.orderId}`,
      deliveredOn: day,
      lines,
      damageFree: !lots.chance(3),
      documentsOk: !lots.chance(2),
    });
  });
}

const CAUSES = ['quality', 'quality', 'quality', 'wrongItem', 'changeOfMind', 'transport'] as const;

/** Returns of some delivered lines; what went wrong on our side is credited a few days later. */
export function returns({ orders }: Northwind): Returned {
  const facts: DemoFact[] = [];
  const credits: Returned['credits'][number][] = [];
  for (const order of orders) {
    const delivered = deliveryDay(order);
    if (delivered === undefined) continue;
    for (const line of order.lines) {
      const lots = lotsFor(`return ${order.orderId} ${line.lineNo}`);
      if (!lots.chance(4)) continue;
      const day = addDays(delivered, lots.between(3, 24));
      const qty = lots.between(1, Math.max(1, Math.min(6, Math.floor(line.qty / 3))));
      const cause = lots.pick(CAUSES);
      if (!isPast(day)) continue;
      const returnId = `R-${order.orderId}-${line.lineNo}`;
      facts.push(
        synthetic('GoodsReturned', `return:${returnId}`, {
          returnId,
          orderId: order.orderId,
          shipmentId: `S-${order.orderId}`,
          productId: line.productId,
          qty: String(qty),
          returnedOn: day,
          cause,
        }),
      );
      const creditedOn = addDays(day, lots.between(2, 9));
      if (cause === 'changeOfMind' || !isPast(creditedOn)) continue;
      const credit = creditOf(order, line, { qty, day: creditedOn });
      facts.push(credit.fact);
      credits.push({ unitId: order.unitId, day: creditedOn, net: credit.net, cost: credit.cost });
    }
  }
  return { facts, credits };
}

function creditOf(
  { orderId }: DemoOrder,
  { lineNo, productId, net, cost, qty: sold }: DemoLine,
  { qty, day }: { readonly qty: number; readonly day: LocalDate },
): { readonly fact: DemoFact; readonly net: bigint; readonly cost: bigint } {
  const credited = cents((net * BigInt(qty)) / BigInt(sold));
  const costBack = cents((cost * BigInt(qty)) / BigInt(sold));
  const creditNoteId = `CN-${orderId}-${lineNo}`;
  return {
    net: credited,
    cost: costBack,
    fact: synthetic('CreditNoteIssued', `credit:${creditNoteId}`, {
      creditNoteId,
      invoiceId: orderId,
      issuedOn: day,
      cause: 'return',
      lines: [
        {
          productId,
          qty: String(qty),
          netAmount: amount(credited),
          taxAmount: '0',
          costAmount: amount(costBack),
        },
      ],
    }),
  };
}

/** Payments of the invoices, three to seven weeks after their date; what is not yet due stays open. */
export function receipts({ orders }: Northwind): readonly Receipt[] {
  return orders.flatMap(({ orderId, customerId, unitId, orderedOn, net }) => {
    const lots = lotsFor(`receipt ${orderId}`);
    const day = addDays(orderedOn, lots.between(18, lots.chance(10) ? 75 : 45));
    const paid = cents(net);
    if (!isPast(day) || paid === 0n) return [];
    const fact = synthetic('CashMoved', `receipt:${orderId}`, {
      movementId: `receipt-${orderId}`,
      unitId,
      valueDate: day,
      amount: amount(paid),
      currency: CURRENCY,
      activity: 'operating',
      category: 'receipts-from-customers',
      customerId,
      documentId: orderId,
    });
    return { fact, unitId, day, amount: paid };
  });
}
