import { type Documents, delivered, type Invoice, type Order } from './documents.ts';
import { type Amount, type Asked, type Sum, sum } from './figure.ts';
import { text } from './log.ts';

/** What has been invoiced and credited, on the days on which it counts. Source: docs/figures.md §5. */

/** A question narrowed: to the facts of some units, to rates of other dates. */
export interface Narrowed extends Asked {
  readonly units?: ReadonlySet<string>;
  readonly rateDate?: (date: string) => string;
}

/** Invoices and credit notes on the days on which the policy's cut-off lets them count. */
function dated({ policy, documents }: Narrowed): readonly Invoice[] {
  if (policy.cutOff !== 'deliveredOn') return documents.invoices;
  return documents.invoices.flatMap((own) => {
    const order = orderOf(own, documents);
    if (!order) return [own];
    const { completed } = delivered(order);
    return completed === undefined ? [] : [{ ...own, date: completed }];
  });
}

/** The order that an invoice names, if it is known as one. */
function orderOf({ order: named }: Invoice, { orders }: Documents): Order | undefined {
  if (named === undefined) return undefined;
  return orders.find(({ placed }) => placed !== undefined && text(placed, 'orderId') === named);
}

/** Invoices of the period whose order has not been delivered: by delivery they are no revenue yet. */
export function undelivered({ scope, documents }: Asked): number {
  return documents.invoices.filter((own) => {
    if (!scope.when(own.date) || !scope.has(own.unit, own.date, own.customer)) return false;
    const order = orderOf(own, documents);
    return order !== undefined && delivered(order).completed === undefined;
  }).length;
}

export const documentsIn = (asked: Narrowed) => {
  const { scope, units } = asked;
  return dated(asked).filter(
    (own) =>
      scope.when(own.date) &&
      scope.has(own.unit, own.date, own.customer) &&
      (units === undefined || units.has(own.unit)),
  );
};

/** A flow at the average rate of its date, or of the date that serves it. */
export const flows = (asked: Narrowed, amounts: readonly Amount[]) =>
  sum(
    asked,
    amounts.map((own) => ({ ...own, date: asked.rateDate?.(own.date) ?? own.date })),
    'average',
  );

export function net(asked: Narrowed, kind: 'invoice' | 'credit'): Sum {
  return flows(
    asked,
    documentsIn(asked)
      .filter((own) => own.kind === kind)
      .flatMap(({ lines, currency, date }) =>
        lines.map(({ net: amount }): Amount => ({ amount, currency, date })),
      ),
  );
}

export function cost(asked: Asked, kind: 'invoice' | 'credit'): Sum {
  return sum(
    asked,
    documentsIn(asked)
      .filter((own) => own.kind === kind)
      .flatMap(({ lines, currency, date }) =>
        lines.flatMap((line) => (line.cost === undefined ? [] : [{ amount: line.cost, currency, date }])),
      ),
    'average',
  );
}
