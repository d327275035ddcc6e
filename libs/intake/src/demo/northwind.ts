import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addDays, isRefusal, type LocalDate, localDate, parseMicros } from '#kernel';
import { fileAt, type ImportFile, type ImportFiles } from '../files.ts';
import type { Mapping } from '../mapping.ts';
import { type PlannedFact, planImport } from '../plan.ts';
import { readMapping } from '../read-mapping.ts';
import { rowsOf } from '../rows.ts';
import { amount, type DemoFact, type Region } from './demo-fact.ts';
import { lotsFor } from './random.ts';

export interface DemoLine {
  readonly lineNo: number;
  readonly productId: string;
  readonly qty: number;
  /** Millionths: net of the line, and what its goods cost. */
  readonly net: bigint;
  readonly cost: bigint;
}

export interface DemoOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly unitId: Region;
  readonly orderedOn: LocalDate;
  readonly shippedOn: LocalDate | undefined;
  readonly freight: bigint;
  readonly net: bigint;
  readonly cost: bigint;
  readonly lines: readonly DemoLine[];
}

/** Northwind: its facts as imported, and its orders in a form that the supplement can work with. */
export interface Northwind {
  readonly facts: readonly DemoFact[];
  readonly orders: readonly DemoOrder[];
  readonly customerIds: readonly string[];
  readonly unitOfCustomer: ReadonlyMap<string, Region>;
  readonly productIds: readonly string[];
  readonly files: ImportFiles;
}

/** Cost of goods in hundredths of the list price, by category: no file says it, so it is made up. */
const COST_SHARES: Readonly<Record<string, number>> = {
  '1': 46,
  '2': 50,
  '3': 48,
  '4': 54,
  '5': 47,
  '6': 58,
  '7': 55,
  '8': 52,
};

/** Invoices carry made-up costs on Northwind's real amounts; their source says so. */
const WITH_COST = 'northwind-with-synthetic-cost';

/** Reads Northwind's files by the mappings that anybody would use, and adds the cost of goods to its invoices. */
export async function readNorthwind(): Promise<Northwind> {
  const files = Object.fromEntries(
    ['customers', 'orders', 'order_details', 'products'].map((name) => [name, dataFile(`${name}.csv`)]),
  ) as Record<'customers' | 'orders' | 'order_details' | 'products', ImportFile>;
  const customers = await factsOf('northwind-customers', { customers: files.customers });
  const sales = await factsOf('northwind-orders', { orders: files.orders, details: files.order_details });
  const costs = await unitCosts(files.products);
  const freight = await freights(files.orders);
  const shipped = new Map(
    sales
      .filter(({ type }) => type === 'GoodsShipped')
      .map(({ data }) => [data['orderId'], data['shippedOn']]),
  );
  const facts = [...customers, ...sales].map((fact) =>
    fact.type === 'InvoiceIssued' ? withCost(fact, costs) : fact,
  );
  const orders = facts
    .filter(({ type }) => type === 'InvoiceIssued')
    .map(({ data }) => orderOf(data, { shippedOn: shipped.get(String(data['orderId'])), freight }));
  const registered = customers.filter(({ type }) => type === 'CustomerRegistered');
  return {
    facts,
    orders,
    customerIds: registered.map(({ data }) => String(data['customerId'])),
    unitOfCustomer: new Map(
      registered.map(({ data }) => [String(data['customerId']), data['homeUnitId'] as Region]),
    ),
    productIds: [...costs.keys()],
    files: { orders: files.orders, details: files.order_details },
  };
}

interface InvoiceLine {
  readonly productId: string;
  readonly qty: string;
  readonly netAmount: string;
  readonly costAmount: string;
}

function withCost({ type, data, source }: PlannedFact, costs: ReadonlyMap<string, bigint>): DemoFact {
  const lines = (data['lines'] as unknown as readonly InvoiceLine[]).map((line) => ({
    ...line,
    costAmount: amount((costs.get(line.productId) ?? 0n) * BigInt(line.qty)),
  }));
  return { type, data: { ...data, lines }, source: { ...source, system: WITH_COST } };
}

function orderOf(
  invoice: DemoFact['data'],
  { shippedOn, freight }: { readonly shippedOn: unknown; readonly freight: ReadonlyMap<string, bigint> },
): DemoOrder {
  const lines = (invoice['lines'] as readonly InvoiceLine[]).map(
    ({ productId, qty, netAmount, costAmount }, i) => ({
      lineNo: i + 1,
      productId,
      qty: Number(qty),
      net: parseMicros(netAmount),
      cost: parseMicros(costAmount),
    }),
  );
  const orderId = String(invoice['orderId']);
  return {
    orderId,
    customerId: String(invoice['customerId']),
    unitId: invoice['unitId'] as Region,
    orderedOn: localDate(String(invoice['issuedOn'])),
    shippedOn: typeof shippedOn === 'string' ? localDate(shippedOn) : undefined,
    freight: freight.get(orderId) ?? 0n,
    net: lines.reduce((sum, { net }) => sum + net, 0n),
    cost: lines.reduce((sum, { cost }) => sum + cost, 0n),
    lines,
  };
}

/** The day on which the goods of an order arrive: a few days after shipping, made up; undefined when not shipped. */
export function deliveryDay({ orderId, shippedOn, unitId }: DemoOrder): LocalDate | undefined {
  if (shippedOn === undefined) return undefined;
  const [low, high] = unitId === 'europe' ? [1, 5] : unitId === 'north-america' ? [2, 6] : [3, 9];
  return addDays(shippedOn, lotsFor(`delivery ${orderId}`).between(low, high));
}

async function factsOf(name: string, files: ImportFiles): Promise<readonly PlannedFact[]> {
  const facts: PlannedFact[] = [];
  for await (const { errors, facts: found } of planImport(files, mappingNamed(name))) {
    if (errors.length > 0)
      throw new Error(`The demo's own files do not fit ${name}: ${JSON.stringify(errors)}.`);
    facts.push(...found);
  }
  return facts;
}

/** Cost of one unit by product, in millionths. */
async function unitCosts(products: ImportFile): Promise<ReadonlyMap<string, bigint>> {
  const costs = new Map<string, bigint>();
  for await (const row of rowsOf(products, 'products', { format: 'csv' })) {
    const share = COST_SHARES[row.cell('categoryID') ?? ''] ?? 50;
    costs.set(
      row.cell('productID') ?? '',
      (parseMicros(row.cell('unitPrice') ?? '0') * BigInt(share)) / 100n,
    );
  }
  return costs;
}

async function freights(orders: ImportFile): Promise<ReadonlyMap<string, bigint>> {
  const freight = new Map<string, bigint>();
  for await (const row of rowsOf(orders, 'orders', { format: 'csv' }))
    freight.set(row.cell('orderID') ?? '', parseMicros(row.cell('freight') ?? '0'));
  return freight;
}

export function mappingNamed(name: string): Mapping {
  const mapping = readMapping(readFileSync(join(room(), 'mappings', `${name}.json`), 'utf8'));
  if (isRefusal(mapping)) throw new Error(`The demo's mapping ${name} is not valid: ${mapping.detail}.`);
  return mapping;
}

function dataFile(name: string): ImportFile {
  return fileAt(join(room(), 'demo/northwind', name));
}

/** The folder of this room with its data, above the source as well as above what is built from it. */
function room(): string {
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    const found = join(at, 'libs/intake');
    if (existsSync(join(found, 'demo/northwind/orders.csv'))) return found;
  }
  throw new Error(`The demo's data (libs/intake/demo/northwind) is not above ${import.meta.dirname}.`);
}
