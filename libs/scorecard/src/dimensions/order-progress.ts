import { parseMicros } from '#kernel';
import type { Fact } from '../projection/change.ts';
import { dayOfText } from '../projection/organisation.ts';

/** How far an order has come: what was required of it, and what has arrived by which day. Source: docs/figures.md §7. */

/** What has arrived of an order by which day. */
export interface Progress {
  /** The first day on which every line was complete; undefined while one is not. */
  readonly completedOn: number | undefined;
  readonly quantities: ReadonlyMap<number, bigint>;
  readonly lastDay: number | undefined;
}

interface Steps {
  readonly type: string;
  readonly dateField: string;
  readonly quantityField: string;
}

export const SHIPPED: Steps = { type: 'GoodsShipped', dateField: 'shippedOn', quantityField: 'qty' };
export const DELIVERED: Steps = {
  type: 'DeliveryConfirmed',
  dateField: 'deliveredOn',
  quantityField: 'acceptedQty',
};

/** `required`: quantity by line, what `requiredOf` says. */
export function progressOf(
  facts: readonly Fact[],
  required: ReadonlyMap<number, bigint>,
  { type, dateField, quantityField }: Steps,
): Progress {
  const steps = facts
    .filter((fact) => fact.type === type)
    .map(({ data }) => ({
      day: dayOfText(data[dateField] as string),
      lines: data['lines'] as readonly Record<string, unknown>[],
    }))
    .sort((a, b) => a.day - b.day);
  const quantities = new Map<number, bigint>();
  const short = new Set([...required].flatMap(([lineNo, quantity]) => (quantity > 0n ? [lineNo] : [])));
  let something = false;
  let completedOn: number | undefined;
  for (const { day, lines } of steps) {
    for (const line of lines) {
      const lineNo = line['lineNo'] as number;
      const quantity = (quantities.get(lineNo) ?? 0n) + parseMicros(line[quantityField] as string);
      quantities.set(lineNo, quantity);
      // Quantities of steps are never negative: a line that is complete stays complete.
      if (quantity > 0n) something = true;
      if (quantity >= (required.get(lineNo) ?? 0n)) short.delete(lineNo);
    }
    if (completedOn === undefined && something && short.size === 0) completedOn = day;
  }
  return { completedOn, quantities, lastDay: steps.at(-1)?.day };
}

/** Ordered less cancelled quantity of each line, not below zero. */
export function requiredOf(facts: readonly Fact[], placed: Fact | undefined): ReadonlyMap<number, bigint> {
  const required = new Map<number, bigint>();
  for (const { lineNo, qty } of (placed?.data['lines'] ?? []) as readonly { lineNo: number; qty: string }[])
    required.set(lineNo, parseMicros(qty));
  for (const { type, data } of facts) {
    if (type !== 'OrderLineCancelled') continue;
    const lineNo = data['lineNo'] as number;
    const left = (required.get(lineNo) ?? 0n) - parseMicros(data['qty'] as string);
    if (required.has(lineNo)) required.set(lineNo, left < 0n ? 0n : left);
  }
  return required;
}
