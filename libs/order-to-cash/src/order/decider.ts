import type { FactRules } from '#commands';
import type { EventOf } from '#contracts';
import { formatMicros, parseMicros, type Refusal, refuse, unreachable } from '#kernel';

type OrderFact =
  | EventOf<'OrderPlaced'>
  | EventOf<'OrderLineCancelled'>
  | EventOf<'GoodsShipped'>
  | EventOf<'DeliveryConfirmed'>
  | EventOf<'GoodsReturned'>;

interface Line {
  readonly productId: string;
  /** Millionths of the unit of measure. */
  readonly ordered: bigint;
}

/** Quantities in millionths, by line number. */
type Quantities = ReadonlyMap<number, bigint>;

/**
 * An order and what has happened to it. Stream: `order-<id>`, or `order-return-<id>` for a return without an order.
 *
 * `lines` is undefined until the order itself is known: imported shipments may arrive before it.
 */
export interface Order {
  readonly lines: ReadonlyMap<number, Line> | undefined;
  readonly cancelled: Quantities;
  /** Shipped quantity by line, for each shipment. */
  readonly shipments: ReadonlyMap<string, Quantities>;
  /** Accepted quantity by line, for each shipment. */
  readonly accepted: ReadonlyMap<string, Quantities>;
  readonly returns: ReadonlyMap<string, { readonly productId: string; readonly qty: bigint }>;
}

/**
 * Placed once; what follows refers to its lines and cannot exceed them. Shipping more than was ordered, or what was
 * cancelled, does happen and is recorded: OTIF and lead time judge it (kpis.md P1).
 *
 * Refusals, in order of precedence: already-placed · unknown-order, unknown-line, over-cancelled ·
 * already-shipped · unknown-shipment, over-accepted · already-returned, unknown-product, over-returned.
 * A late fact is never refused as unknown-order or unknown-shipment.
 */
export const orderRules: FactRules<Order, OrderFact> = {
  types: ['OrderPlaced', 'OrderLineCancelled', 'GoodsShipped', 'DeliveryConfirmed', 'GoodsReturned'],
  exclusions: ['already-placed', 'already-shipped', 'already-returned'],
  initial: {
    lines: undefined,
    cancelled: new Map(),
    shipments: new Map(),
    accepted: new Map(),
    returns: new Map(),
  },
  refusal,
  evolve,
};

function refusal(order: Order, fact: OrderFact, late: boolean): Refusal | undefined {
  switch (fact.type) {
    case 'OrderPlaced':
      return placing(order, fact.data);
    case 'OrderLineCancelled':
      return cancelling(order, fact.data, late);
    case 'GoodsShipped':
      return shipping(order, fact.data, late);
    case 'DeliveryConfirmed':
      return delivering(order, fact.data, late);
    case 'GoodsReturned':
      return returning(order, fact.data, late);
    default:
      return unreachable(fact);
  }
}

function placing(order: Order, { orderId }: EventOf<'OrderPlaced'>['data']): Refusal | undefined {
  if (order.lines !== undefined) {
    return refuse(
      'already-placed',
      `Order ${orderId} has been placed before; change it with FactCorrected.`,
      'orderId',
    );
  }
  return undefined;
}

function cancelling(
  order: Order,
  { orderId, lineNo, qty }: EventOf<'OrderLineCancelled'>['data'],
  late: boolean,
): Refusal | undefined {
  if (order.lines === undefined) return late ? undefined : unknownOrder(orderId);
  const line = order.lines.get(lineNo);
  if (line === undefined) return unknownLine(orderId, lineNo, 'lineNo');
  const open = line.ordered - (order.cancelled.get(lineNo) ?? 0n);
  if (parseMicros(qty) > open) {
    return refuse(
      'over-cancelled',
      `Only ${formatMicros(open)} of line ${lineNo} of order ${orderId} can still be cancelled.`,
      'qty',
    );
  }
  return undefined;
}

function shipping(
  order: Order,
  { orderId, shipmentId, lines }: EventOf<'GoodsShipped'>['data'],
  late: boolean,
): Refusal | undefined {
  if (order.shipments.has(shipmentId)) {
    return refuse(
      'already-shipped',
      `Shipment ${shipmentId} of order ${orderId} has been recorded before.`,
      'shipmentId',
    );
  }
  return onLines(order, orderId, lines, late);
}

function delivering(
  order: Order,
  { orderId, shipmentId, lines }: EventOf<'DeliveryConfirmed'>['data'],
  late: boolean,
): Refusal | undefined {
  const shipped = order.shipments.get(shipmentId);
  const refused = onLines(order, orderId, lines, late);
  if (refused !== undefined) return refused;
  if (shipped === undefined) {
    return late
      ? undefined
      : refuse(
          'unknown-shipment',
          `Shipment ${shipmentId} of order ${orderId} has not been recorded.`,
          'shipmentId',
        );
  }
  const accepted = order.accepted.get(shipmentId);
  const over = lines.findIndex(
    ({ lineNo, acceptedQty }) =>
      (accepted?.get(lineNo) ?? 0n) + parseMicros(acceptedQty) > (shipped.get(lineNo) ?? 0n),
  );
  if (over >= 0) {
    return refuse(
      'over-accepted',
      `More is accepted of shipment ${shipmentId} than was shipped with it.`,
      `lines[${over}].acceptedQty`,
    );
  }
  return undefined;
}

function returning(
  order: Order,
  { orderId, returnId, productId, qty }: EventOf<'GoodsReturned'>['data'],
  late: boolean,
): Refusal | undefined {
  if (order.returns.has(returnId)) {
    return refuse('already-returned', `Return ${returnId} has been recorded before.`, 'returnId');
  }
  if (orderId === undefined) return undefined;
  if (order.lines === undefined) return late ? undefined : unknownOrder(orderId);
  const lines = [...order.lines].filter(([, line]) => line.productId === productId);
  if (lines.length === 0) {
    return refuse('unknown-product', `Order ${orderId} has no line for product ${productId}.`, 'productId');
  }
  const ordered = sum(lines.map(([, line]) => line.ordered));
  const shipped = sum(
    [...order.shipments.values()].flatMap((qtys) => lines.map(([lineNo]) => qtys.get(lineNo) ?? 0n)),
  );
  const before = [...order.returns.values()].filter((earlier) => earlier.productId === productId);
  const returned = sum(before.map((earlier) => earlier.qty));
  if (returned + parseMicros(qty) > (shipped > ordered ? shipped : ordered)) {
    return refuse(
      'over-returned',
      `More of product ${productId} is returned than order ${orderId} had of it.`,
      'qty',
    );
  }
  return undefined;
}

function onLines(
  order: Order,
  orderId: string,
  lines: readonly { readonly lineNo: number }[],
  late: boolean,
): Refusal | undefined {
  if (order.lines === undefined) return late ? undefined : unknownOrder(orderId);
  const known = order.lines;
  const unknown = lines.findIndex(({ lineNo }) => !known.has(lineNo));
  if (unknown < 0) return undefined;
  return unknownLine(orderId, lines[unknown]?.lineNo, `lines[${unknown}].lineNo`);
}

function evolve(order: Order, fact: OrderFact): Order {
  switch (fact.type) {
    case 'OrderPlaced':
      return {
        ...order,
        lines: new Map(
          fact.data.lines.map(({ lineNo, productId, qty }) => [
            lineNo,
            { productId, ordered: parseMicros(qty) },
          ]),
        ),
      };
    case 'OrderLineCancelled': {
      const { lineNo, qty } = fact.data;
      return { ...order, cancelled: plus(order.cancelled, [[lineNo, qty]]) };
    }
    case 'GoodsShipped': {
      const { shipmentId, lines } = fact.data;
      const shipped = plus(
        order.shipments.get(shipmentId),
        lines.map(({ lineNo, qty }) => [lineNo, qty]),
      );
      return { ...order, shipments: new Map(order.shipments).set(shipmentId, shipped) };
    }
    case 'DeliveryConfirmed': {
      const { shipmentId, lines } = fact.data;
      const accepted = plus(
        order.accepted.get(shipmentId),
        lines.map(({ lineNo, acceptedQty }) => [lineNo, acceptedQty]),
      );
      return { ...order, accepted: new Map(order.accepted).set(shipmentId, accepted) };
    }
    case 'GoodsReturned': {
      const { returnId, productId, qty } = fact.data;
      const returned = { productId, qty: parseMicros(qty) };
      return { ...order, returns: new Map(order.returns).set(returnId, returned) };
    }
    default:
      return unreachable(fact);
  }
}

function plus(quantities: Quantities | undefined, added: readonly (readonly [number, string])[]): Quantities {
  const all = new Map(quantities);
  for (const [lineNo, qty] of added) all.set(lineNo, (all.get(lineNo) ?? 0n) + parseMicros(qty));
  return all;
}

function sum(quantities: readonly bigint[]): bigint {
  return quantities.reduce((total, qty) => total + qty, 0n);
}

function unknownOrder(orderId: string): Refusal {
  return refuse(
    'unknown-order',
    `Order ${orderId} has not been placed; a fact that arrives before its order names its source.`,
    'orderId',
  );
}

function unknownLine(orderId: string, lineNo: number | undefined, field: string): Refusal {
  return refuse('unknown-line', `Order ${orderId} has no line ${lineNo}.`, field);
}
