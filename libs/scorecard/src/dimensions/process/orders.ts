import { parseMicros } from '#kernel';
import type { Fact } from '../../projection/change.ts';
import type { Contribution } from '../../projection/contribution.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';
import { DELIVERED, type Progress, progressOf, requiredOf, SHIPPED } from '../order-progress.ts';

/**
 * What an order and what became of it contribute to the process measures. Days and quantities exact.
 *
 * `ots:<days>` `dlt:<days>` durations on the completion day (`…x` negative ones) · `$open:ots` `$opensum:ots` (and `dlt`) orders not
 * complete and the sum of their days · `ontime:1|0|x` shipped complete by the due date · `due:1|0|x` and `del:1|0|x` on time and in full,
 * on the due day and on the day of delivery · `lines:1|0` in full · `ship` quantity shipped · `ret|<cause>` returned ·
 * `coh|<age>` returned for quality at that age, on the day of shipping · `cohx` returns that match no shipment.
 */
export function* orderContributions(facts: readonly Fact[]): Generator<Contribution> {
  const order = new Order(facts);
  yield* order.sources();
  yield* order.quantities();
  yield* order.durations('ots', order.shipped);
  yield* order.durations('dlt', order.delivered);
  yield* order.punctuality();
  yield* order.linesInFull();
}

class Order {
  readonly #facts: readonly Fact[];
  readonly #placed: Fact | undefined;
  readonly #required: ReadonlyMap<number, bigint>;
  readonly shipped: Progress;
  readonly delivered: Progress;

  constructor(facts: readonly Fact[]) {
    this.#facts = facts;
    this.#placed = facts.find(({ type }) => type === 'OrderPlaced');
    this.#required = requiredOf(facts, this.#placed);
    this.shipped = progressOf(facts, this.#required, SHIPPED);
    this.delivered = progressOf(facts, this.#required, DELIVERED);
  }

  #at(fact: Fact | undefined, day: number): Pick<Contribution, 'unit' | 'day' | 'customer'> {
    const unit =
      text(fact?.data['unitId']) ??
      fact?.unitId ??
      text(this.#placed?.data['unitId']) ??
      this.#placed?.unitId ??
      ROOT;
    const customer = text(this.#placed?.data['customerId']);
    return { unit, day, ...(customer === undefined ? {} : { customer }) };
  }

  get #wanted(): boolean {
    return [...this.#required.values()].some((quantity) => quantity > 0n);
  }

  *sources(): Generator<Contribution> {
    const dates = {
      OrderPlaced: ['orders', 'orderedOn'],
      GoodsShipped: ['shipments', 'shippedOn'],
      DeliveryConfirmed: ['deliveries', 'deliveredOn'],
      GoodsReturned: ['returns', 'returnedOn'],
    } as const;
    for (const fact of this.#facts) {
      const source = dates[fact.type as keyof typeof dates];
      if (source)
        yield {
          ...this.#at(fact, dayOfText(fact.data[source[1]] as string)),
          measure: `$src:${source[0]}`,
          amount: 1n,
        };
    }
  }

  *quantities(): Generator<Contribution> {
    const shipments = this.#facts.filter(({ type }) => type === 'GoodsShipped');
    for (const shipment of shipments) {
      const at = this.#at(shipment, dayOfText(shipment.data['shippedOn'] as string));
      for (const { qty } of shipment.data['lines'] as readonly { qty: string }[])
        yield { ...at, measure: 'ship', amount: parseMicros(qty) };
    }
    for (const fact of this.#facts) {
      if (fact.type !== 'GoodsReturned') continue;
      const day = dayOfText(fact.data['returnedOn'] as string);
      const amount = parseMicros(fact.data['qty'] as string);
      yield { ...this.#at(fact, day), measure: `ret|${fact.data['cause']}`, amount };
      if (fact.data['cause'] !== 'quality') continue;
      const origin = originOf(shipments, fact);
      if (!origin) yield { ...this.#at(fact, day), measure: 'cohx', amount: 1n };
      else {
        const shippedOn = dayOfText(origin.data['shippedOn'] as string);
        yield { ...this.#at(origin, shippedOn), measure: `coh|${day - shippedOn}`, amount };
      }
    }
  }

  *durations(name: 'ots' | 'dlt', { completedOn }: Progress): Generator<Contribution> {
    if (!this.#placed) return;
    const orderedOn = dayOfText(this.#placed.data['orderedOn'] as string);
    if (completedOn !== undefined) {
      const days = completedOn - orderedOn;
      yield {
        ...this.#at(this.#placed, completedOn),
        measure: days < 0 ? `${name}x` : `${name}:${days}`,
        amount: 1n,
      };
    }
    if (!this.#wanted || (completedOn !== undefined && completedOn <= orderedOn)) return;
    for (const [day, sign] of [
      [orderedOn, 1n],
      [completedOn, -1n],
    ] as const) {
      if (day === undefined) continue;
      const at = { ...this.#at(this.#placed, day), segmentDay: orderedOn };
      yield { ...at, measure: `$open:${name}`, amount: sign };
      yield { ...at, measure: `$opensum:${name}`, amount: sign * BigInt(orderedOn) };
    }
  }

  *punctuality(): Generator<Contribution> {
    if (!this.#placed) return;
    const due = text(this.#placed.data['promisedOn']) ?? text(this.#placed.data['requestedOn']);
    const dueDay = due === undefined ? undefined : dayOfText(due);
    const verdict = (completedOn: number | undefined) =>
      dueDay === undefined ? 'x' : completedOn !== undefined && completedOn <= dueDay ? '1' : '0';
    const { completedOn: shippedOn } = this.shipped;
    const { completedOn: deliveredOn } = this.delivered;
    if (shippedOn !== undefined)
      yield { ...this.#at(this.#placed, shippedOn), measure: `ontime:${verdict(shippedOn)}`, amount: 1n };
    if (deliveredOn !== undefined)
      yield { ...this.#at(this.#placed, deliveredOn), measure: `del:${verdict(deliveredOn)}`, amount: 1n };
    if (!this.#wanted) return;
    const day = dueDay ?? dayOfText(this.#placed.data['orderedOn'] as string);
    yield { ...this.#at(this.#placed, day), measure: `due:${verdict(deliveredOn)}`, amount: 1n };
  }

  *linesInFull(): Generator<Contribution> {
    if (!this.#placed || this.delivered.lastDay === undefined) return;
    for (const [lineNo, quantity] of this.#required) {
      const full = (this.delivered.quantities.get(lineNo) ?? 0n) >= quantity;
      yield {
        ...this.#at(this.#placed, this.delivered.lastDay),
        measure: `lines:${full ? 1 : 0}`,
        amount: 1n,
      };
    }
  }
}

/** The shipment that a return came from: the named one, else the earliest of the order. */
function originOf(shipments: readonly Fact[], returned: Fact): Fact | undefined {
  const named = text(returned.data['shipmentId']);
  if (named !== undefined) return shipments.find(({ data }) => data['shipmentId'] === named);
  return shipments.reduce<Fact | undefined>(
    (first, own) =>
      !first || (own.data['shippedOn'] as string) < (first.data['shippedOn'] as string) ? own : first,
    undefined,
  );
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
