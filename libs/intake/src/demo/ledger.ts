import type { LocalDate } from '#kernel';
import { assetMovements } from './assets.ts';
import { inSpan, MONTHS, type Span } from './calendar.ts';
import {
  amount,
  CURRENCY,
  cents,
  type DemoFact,
  dollars,
  percent,
  REGIONS,
  type Region,
  synthetic,
} from './demo-fact.ts';
import type { Northwind } from './northwind.ts';
import type { Receipt, Returned } from './sales.ts';

/** What the books are kept from. */
export interface Books {
  readonly northwind: Northwind;
  readonly receipts: readonly Receipt[];
  readonly credits: Returned['credits'];
}

interface Entry {
  /** What it is, unique in unit and month. */
  readonly what: string;
  readonly day: LocalDate;
  readonly debit: string;
  readonly credit: string;
  readonly amount: bigint;
  /** Set where the bank account moves. */
  readonly cash?: { readonly activity: 'operating' | 'investing' | 'financing'; readonly category: string };
  /** The movement is told by facts of its own. */
  readonly told?: boolean;
  readonly opening?: boolean;
}

const CASH = '1000';
/** Parts of the company that a region makes up at the beginning, in hundredths. */
const SHARES: Readonly<Record<Region, number>> = { europe: 50, 'north-america': 30, 'rest-of-world': 20 };

/**
 * Double-entry books of each region, month by month, and the cash movements that go with them: made up, on
 * Northwind's real sales and freight. Debit and credit of every entry are one posting each, so that all postings of
 * a unit add up to zero, and its cash account equals the opening balance plus its cash movements.
 */
export function books(given: Books): readonly DemoFact[] {
  return REGIONS.flatMap((unitId) => {
    const entries = [
      ...opening(unitId),
      ...MONTHS.flatMap((month, i) => monthly(given, { unitId, month, i })),
    ];
    return [...entries, ...taxes(unitId, entries)].flatMap((entry) => factsOf(unitId, entry));
  });
}

function opening(unitId: Region): readonly Entry[] {
  const share = SHARES[unitId];
  const day = MONTHS[0]?.first;
  if (day === undefined) return [];
  const against = (what: string, account: string, total: number): Entry => ({
    what,
    day,
    debit: account,
    credit: '3000',
    amount: percent(dollars(total), share),
    opening: true,
  });
  const equipment = assetMovements().filter((each) => each.unitId === unitId && each.change === 'opening');
  return [
    against('opening-cash', CASH, 60_000),
    against('opening-inventory', '1200', 30_000),
    { ...against('opening-equipment', '1500', 0), amount: total(equipment) },
    {
      what: 'opening-loan',
      day,
      debit: '3000',
      credit: '2500',
      amount: percent(dollars(60_000), share),
      opening: true,
    },
  ];
}

function monthly(
  { northwind, receipts, credits }: Books,
  { unitId, month, i }: { readonly unitId: Region; readonly month: Span; readonly i: number },
): readonly Entry[] {
  const day = month.last;
  const mine = northwind.orders.filter((order) => order.unitId === unitId);
  const sold = mine.filter(({ orderedOn }) => inSpan(orderedOn, month));
  const before = MONTHS[i - 1];
  const soldBefore = before === undefined ? [] : mine.filter(({ orderedOn }) => inSpan(orderedOn, before));
  const shipped = mine.filter(({ shippedOn }) => shippedOn !== undefined && inSpan(shippedOn, month));
  const credited = credits.filter((each) => each.unitId === unitId && inSpan(each.day, month));
  const received = receipts.filter((each) => each.unitId === unitId && inSpan(each.day, month));
  const moved = assetMovements().filter((each) => each.unitId === unitId && inSpan(each.day, month));
  const sales = sum(sold.map(({ net }) => net));
  const cost = sum(sold.map((order) => order.cost));
  const share = SHARES[unitId];
  const operating = (category: string) => ({ activity: 'operating' as const, category });
  const paid = (what: string, debit: string, value: bigint): Entry => ({
    what,
    day,
    debit,
    credit: CASH,
    amount: value,
    cash: operating(what),
  });
  const entries: Entry[] = [
    { what: 'sales', day, debit: '1100', credit: '4000', amount: sales },
    { what: 'cost-of-sales', day, debit: '5000', credit: '1200', amount: cost },
    { what: 'credit-notes', day, debit: '4000', credit: '1100', amount: sum(credited.map(({ net }) => net)) },
    {
      what: 'goods-back',
      day,
      debit: '1200',
      credit: '5000',
      amount: sum(credited.map((each) => each.cost)),
    },
    {
      what: 'receipts',
      day,
      debit: CASH,
      credit: '1100',
      amount: total(received),
      cash: operating('receipts'),
      told: true,
    },
    { what: 'purchases', day, debit: '1200', credit: '2000', amount: cents(cost) },
    paid('suppliers', '2000', cents(sum(soldBefore.map((order) => order.cost)))),
    paid('freight', '6200', sum(shipped.map(({ freight }) => freight))),
    paid('marketing', '6300', percent(sales, 2)),
    {
      what: 'depreciation',
      day,
      debit: '6400',
      credit: '1500',
      amount: total(moved.filter(({ change }) => change === 'depreciated')),
    },
    ...moved
      .filter(({ change }) => change === 'bought')
      .map(
        (each): Entry => ({
          what: `equipment-${each.assetId}`,
          day: each.day,
          debit: '1500',
          credit: CASH,
          amount: each.amount,
          cash: { activity: 'investing', category: 'equipment' },
        }),
      ),
  ];
  // The last month has six days: wages, rent and interest fall due at its end.
  if (i < MONTHS.length - 1) {
    entries.push(
      paid('wages', '6000', percent(dollars(3_600), share) + percent(sales, 9)),
      paid('rent', '6100', percent(dollars(1_200), share)),
      paid('interest', '7000', percent(dollars(400), share)),
    );
    if (i >= 6)
      entries.push({
        what: 'loan-repayment',
        day,
        debit: '2500',
        credit: CASH,
        amount: percent(dollars(1_000), share),
        cash: { activity: 'financing', category: 'loan-repayment' },
      });
  }
  return entries;
}

/** Income tax of each quarter that made a profit, on its last day; paid with the next quarter's. */
function taxes(unitId: Region, entries: readonly Entry[]): readonly Entry[] {
  const taxed: Entry[] = [];
  const quarters = MONTHS.filter((_, i) => i % 3 === 2 && i < MONTHS.length - 1);
  let due = 0n;
  for (const [q, { last: day }] of quarters.entries()) {
    const from = MONTHS[q * 3]?.first ?? day;
    const inQuarter = entries.filter(
      (entry) => from <= entry.day && entry.day <= day && entry.opening !== true,
    );
    const profit = -sum(
      inQuarter.flatMap(({ debit, credit, amount: value }) => [
        isResult(debit) ? value : 0n,
        isResult(credit) ? -value : 0n,
      ]),
    );
    if (due > 0n) {
      taxed.push({
        what: 'income-tax-paid',
        day,
        debit: '2100',
        credit: CASH,
        amount: due,
        cash: { activity: 'operating', category: 'income-tax' },
      });
    }
    due = profit > 0n ? percent(profit, 30) : 0n;
    taxed.push({ what: 'income-tax', day, debit: '8000', credit: '2100', amount: due });
  }
  return taxed.map((entry) => ({ ...entry, what: `${entry.what}-${unitId}` }));
}

function isResult(account: string): boolean {
  return account >= '4000';
}

function factsOf(unitId: Region, entry: Entry): readonly DemoFact[] {
  const { what, day, debit, credit, cash, told, opening: isOpening = false } = entry;
  if (entry.amount === 0n) return [];
  const id = `${unitId}:${day}:${what}`;
  const posting = (side: 'debit' | 'credit', accountCode: string, value: bigint): DemoFact =>
    synthetic('LedgerAmountPosted', `posting:${id}:${side}`, {
      postingId: `${id}:${side}`,
      unitId,
      postedOn: day,
      accountCode,
      amount: amount(value),
      currency: CURRENCY,
      opening: isOpening,
      text: `${what} (synthetic)`,
    });
  const facts = [posting('debit', debit, entry.amount), posting('credit', credit, -entry.amount)];
  if (cash === undefined || told === true) return facts;
  const movement = synthetic('CashMoved', `cash:${id}`, {
    movementId: `cash:${id}`,
    unitId,
    valueDate: day,
    amount: amount(debit === CASH ? entry.amount : -entry.amount),
    currency: CURRENCY,
    ...cash,
  });
  return [...facts, movement];
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((all, value) => all + value, 0n);
}

function total(items: readonly { readonly amount: bigint }[]): bigint {
  return sum(items.map((item) => item.amount));
}
