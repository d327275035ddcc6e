import { parseMicros } from '#kernel';
import { type Fact, maybe, text } from './log.ts';
import type { Company } from './world.ts';

/** A fact with its place: what decides whether it belongs to a scope. */
export interface Placed {
  readonly unit: string;
  readonly date: string;
  readonly customer?: string | undefined;
  readonly segment?: string | undefined;
}

export interface Invoice extends Placed {
  readonly kind: 'invoice' | 'credit';
  /** The invoice, or the one that is credited. */
  readonly invoice: string;
  /** The order that an invoice names. */
  readonly order: string | undefined;
  /** Its date, where it is known. */
  readonly invoiced: string | undefined;
  readonly cause: string | undefined;
  readonly currency: string;
  readonly lines: readonly {
    readonly product: string;
    readonly quantity: bigint;
    readonly net: bigint;
    readonly tax: bigint;
    readonly cost: bigint | undefined;
  }[];
}

export interface Order extends Placed {
  readonly facts: readonly Fact[];
  readonly placed: Fact | undefined;
  readonly required: ReadonlyMap<number, bigint>;
}

/** Documents of the company, made once. */
export class Documents {
  readonly invoices: readonly Invoice[];
  readonly orders: readonly Order[];

  constructor(company: Company) {
    this.invoices = invoicesOf(company);
    this.orders = ordersOf(company);
  }
}

export function unitOf(fact: Fact | undefined): string | undefined {
  return fact === undefined ? undefined : (maybe(fact, 'unitId') ?? fact.unitId);
}

function invoicesOf(company: Company): Invoice[] {
  const issued = company.of('InvoiceIssued');
  return company.of('InvoiceIssued', 'CreditNoteIssued').map((fact) => {
    const home =
      fact.type === 'InvoiceIssued'
        ? fact
        : issued.find((own) => text(own, 'invoiceId') === text(fact, 'invoiceId'));
    return {
      kind: fact.type === 'InvoiceIssued' ? 'invoice' : 'credit',
      invoice: text(fact, 'invoiceId'),
      order: fact === home ? maybe(fact, 'orderId') : undefined,
      invoiced: maybe(home, 'issuedOn'),
      cause: maybe(fact, 'cause'),
      unit: unitOf(fact) ?? unitOf(home) ?? 'root',
      date: text(fact, 'issuedOn'),
      customer: maybe(home, 'customerId'),
      currency: maybe(home, 'currency') ?? '',
      lines: (fact.data['lines'] as readonly Record<string, string>[]).map(
        ({ productId = '', qty, netAmount = '0', taxAmount = '0', costAmount }) => ({
          product: productId,
          quantity: qty === undefined ? 0n : parseMicros(qty),
          net: parseMicros(netAmount),
          tax: parseMicros(taxAmount),
          cost: costAmount === undefined ? undefined : parseMicros(costAmount),
        }),
      ),
    };
  });
}

export interface Payment extends Placed {
  readonly amount: bigint;
  readonly currency: string;
  readonly invoiced: string;
}

/** Cash that names a known invoice: it lies where the invoice lies. */
export function paymentsOf(company: Company, { invoices }: Documents): Payment[] {
  return company.of('CashMoved').flatMap((fact) => {
    if (text(fact, 'category') === 'internal-transfer') return [];
    const paid = invoices.find(
      ({ kind, invoice }) => kind === 'invoice' && invoice === maybe(fact, 'documentId'),
    );
    if (!paid) return [];
    const { unit, customer, date: invoiced } = paid;
    const amount = parseMicros(text(fact, 'amount'));
    return [
      { unit, customer, invoiced, date: text(fact, 'valueDate'), amount, currency: text(fact, 'currency') },
    ];
  });
}

function ordersOf(company: Company): Order[] {
  const byOrder = new Map<string, Fact[]>();
  for (const fact of company.of(
    'OrderPlaced',
    'OrderLineCancelled',
    'GoodsShipped',
    'DeliveryConfirmed',
    'GoodsReturned',
  )) {
    const id = maybe(fact, 'orderId') ?? `return ${text(fact, 'returnId')}`;
    byOrder.set(id, [...(byOrder.get(id) ?? []), fact]);
  }
  return [...byOrder.values()].map((facts) => {
    const placed = facts.find(({ type }) => type === 'OrderPlaced');
    const required = new Map<number, bigint>();
    for (const { lineNo, qty } of (placed?.data['lines'] ?? []) as readonly { lineNo: number; qty: string }[])
      required.set(lineNo, parseMicros(qty));
    for (const { type, data } of facts) {
      const left = required.get(data['lineNo'] as number);
      if (type !== 'OrderLineCancelled' || left === undefined) continue;
      const rest = left - parseMicros(data['qty'] as string);
      required.set(data['lineNo'] as number, rest > 0n ? rest : 0n);
    }
    return {
      facts,
      placed,
      required,
      unit: unitOf(placed) ?? 'root',
      date: placed ? text(placed, 'orderedOn') : '',
      customer: maybe(placed, 'customerId'),
    };
  });
}

/** What has arrived of an order, and the first day on which all of it had. */
export interface Progress {
  readonly completed: string | undefined;
  readonly lastDay: string | undefined;
  readonly quantities: ReadonlyMap<number, bigint>;
}

function progress(order: Order, type: string, dateField: string, field: string): Progress {
  const steps = order.facts
    .filter((fact) => fact.type === type)
    .sort((a, b) =>
      text(a, dateField) < text(b, dateField) ? -1 : text(a, dateField) > text(b, dateField) ? 1 : 0,
    );
  const arrived = new Map<number, bigint>();
  let completed: string | undefined;
  for (const step of steps) {
    for (const line of step.data['lines'] as readonly Record<string, unknown>[]) {
      const lineNo = line['lineNo'] as number;
      arrived.set(lineNo, (arrived.get(lineNo) ?? 0n) + parseMicros(line[field] as string));
    }
    const complete =
      [...order.required].every(([lineNo, wanted]) => (arrived.get(lineNo) ?? 0n) >= wanted) &&
      [...arrived.values()].some((own) => own > 0n);
    if (complete) completed ??= text(step, dateField);
  }
  const last = steps.at(-1);
  return { completed, lastDay: last && text(last, dateField), quantities: arrived };
}

export const shipped = (order: Order) => progress(order, 'GoodsShipped', 'shippedOn', 'qty');
export const delivered = (order: Order) => progress(order, 'DeliveryConfirmed', 'deliveredOn', 'acceptedQty');

/** Unit of a fact of an order: its own, else the order's. */
export function unitInOrder(order: Order, fact: Fact): string {
  return unitOf(fact) ?? order.unit;
}

export interface ContractEvent {
  readonly date: string;
  readonly unit: string | undefined;
}

/** A customer: order days with their units, or contract events. */
export interface Customer {
  readonly files: readonly string[];
  readonly orders: readonly { readonly date: string; readonly unit: string }[];
  readonly contract: readonly ContractEvent[] | undefined;
}

export function customersOf(company: Company, { orders }: Documents): Customer[] {
  const files = new Set<string>();
  for (const fact of company.of(
    'CustomerRegistered',
    'CustomerActivated',
    'CustomerLapsed',
    'CustomerSegmentAssigned',
  ))
    files.add(text(fact, 'customerId'));
  for (const fact of company.of('CustomersMerged'))
    for (const field of ['survivorId', 'absorbedId']) files.add(text(fact, field));
  for (const { customer } of orders) if (customer !== undefined) files.add(customer);
  const identities = new Set([...files].map((file) => company.identity(file)));
  return [...identities].map((identity) => {
    const members = company.members(identity);
    const own = (type: string) =>
      company.of(type).filter((fact) => members.includes(text(fact, 'customerId')));
    const registered = own('CustomerRegistered');
    const activated = own('CustomerActivated');
    const contractual =
      registered.length > 0
        ? registered.some((fact) => text(fact, 'kind') === 'contractual')
        : activated.some((fact) => text(fact, 'basis') === 'contract');
    const qualifying = orders.filter(
      ({ customer, required }) =>
        customer !== undefined &&
        members.includes(customer) &&
        [...required.values()].some((quantity) => quantity > 0n),
    );
    const events = [...activated, ...own('CustomerLapsed')]
      .sort((a, b) =>
        text(a, 'effectiveOn') < text(b, 'effectiveOn')
          ? -1
          : text(a, 'effectiveOn') > text(b, 'effectiveOn')
            ? 1
            : a.position < b.position
              ? -1
              : 1,
      )
      .map((fact) => ({
        date: text(fact, 'effectiveOn'),
        unit: fact.type === 'CustomerActivated' ? (unitOf(fact) ?? 'root') : undefined,
      }));
    return {
      files: members,
      orders: contractual ? [] : qualifying.map(({ date, unit }) => ({ date, unit })),
      contract: contractual ? events : undefined,
    };
  });
}
