import type { AccountClass, AccountRole } from '#contracts';
import { amount, type DemoFact, dollars, REGIONS, synthetic } from './demo-fact.ts';
import type { Northwind } from './northwind.ts';
import { lotsFor } from './random.ts';

const ALWAYS = '1996-01-01';
const START = '1996-07-01';

/** Chart of accounts: code, name, class, and what it holds where its class does not say it. Research has no postings of its own. */
const ACCOUNTS: readonly (readonly [string, string, AccountClass, AccountRole?])[] = [
  ['1000', 'Cash at bank', 'cash'],
  ['1100', 'Receivables', 'asset'],
  ['1200', 'Inventory', 'asset'],
  ['1500', 'Equipment', 'asset'],
  ['2000', 'Payables', 'liability-current-non-interest-bearing'],
  ['2100', 'Taxes payable', 'liability-current-non-interest-bearing'],
  ['2500', 'Bank loan', 'liability-interest-bearing'],
  ['3000', 'Equity', 'equity'],
  ['4000', 'Sales', 'revenue'],
  ['5000', 'Cost of goods sold', 'cost-of-sales'],
  ['6000', 'Wages', 'operating-expense'],
  ['6100', 'Rent', 'operating-expense'],
  ['6200', 'Freight out', 'operating-expense'],
  ['6300', 'Marketing', 'operating-expense'],
  ['6400', 'Depreciation', 'operating-expense'],
  ['6500', 'Research and development', 'operating-expense', 'research-and-development'],
  ['7000', 'Interest', 'finance-result', 'interest-expense'],
  ['8000', 'Income tax', 'income-tax'],
];

/** What has to be known before the first sale: the company, its accounts, rates, rules and segments. */
export function setup(northwind: Northwind): readonly DemoFact[] {
  return [company(), ...chart(), ...capitalCosts(), ...policies(), ...segments(), ...assignments(northwind)];
}

function company(): DemoFact {
  return synthetic('UnitDefined', 'unit:root', {
    unitId: 'root',
    name: 'Northwind Traders (demo company)',
    effectiveFrom: ALWAYS,
    currency: 'USD',
    marketCode: 'fine-food',
  });
}

function chart(): readonly DemoFact[] {
  return ACCOUNTS.map(([accountCode, name, accountClass, role]) =>
    synthetic('AccountDefined', `account:${accountCode}`, {
      accountCode,
      name,
      accountClass,
      ...(role === undefined ? {} : { role }),
      effectiveFrom: ALWAYS,
    }),
  );
}

function capitalCosts(): readonly DemoFact[] {
  const rates = { root: '0.11', europe: '0.105', 'north-america': '0.1', 'rest-of-world': '0.135' } as const;
  return Object.entries(rates).map(([unitId, wacc]) =>
    synthetic('CapitalCostRateSet', `capital-cost:${unitId}`, {
      unitId,
      wacc,
      taxRate: '0.3',
      effectiveFrom: START,
    }),
  );
}

function policies(): readonly DemoFact[] {
  const parameters: Readonly<Record<string, object>> = {
    'customer-retention': { retentionWindowDays: 90 },
    'new-product-sales-ratio': { newProductWindowDays: 180 },
    acsi: { weights: { overall: '0.3885', expectation: '0.319', ideal: '0.2925' } },
    csat: { minimumResponses: 20, satisfactionTopBoxes: 2 },
    nps: { minimumResponses: 20 },
  };
  return Object.entries(parameters).map(([kpiCode, own]) =>
    synthetic('MeasurePolicySet', `policy:${kpiCode}:1`, {
      kpiCode,
      parameters: own,
      effectiveFrom: START,
      changeClass: 'method',
    }),
  );
}

/** Segments by how much a customer buys; the value proposition is made up. */
const SEGMENTS = {
  'key-accounts': {
    name: 'Key accounts (synthetic segment)',
    isTarget: true,
    weights: ['0.5', '0.3', '0.2'],
  },
  growing: { name: 'Growing customers (synthetic segment)', isTarget: false, weights: ['0.3', '0.3', '0.4'] },
  small: { name: 'Small customers (synthetic segment)', isTarget: false, weights: ['0.2', '0.3', '0.5'] },
} as const;
type Segment = keyof typeof SEGMENTS;

/** What the value proposition promises, and what ATTRIBUTE answers are about. */
export const ATTRIBUTES = ['freshness', 'punctuality', 'assortment'] as const;

/** The customer whose assignment to the target segment is told late. */
export const LATE_KEY_ACCOUNT = 'HUNGO';

function segments(): readonly DemoFact[] {
  return Object.entries(SEGMENTS).map(([segmentCode, { name, isTarget, weights }]) =>
    synthetic('SegmentDefined', `segment:${segmentCode}`, {
      segmentCode,
      name,
      isTarget,
      valueProposition: ATTRIBUTES.map((attribute, i) => ({
        attribute,
        weight: weights[i],
        targetScore: isTarget ? '4.5' : '4',
      })),
      effectiveFrom: ALWAYS,
    }),
  );
}

/** Segment by the sum of a customer's orders; the sums are Northwind's, the limits are made up. */
function segmentsOf({ orders, customerIds }: Northwind): ReadonlyMap<string, Segment> {
  const sums = new Map<string, bigint>();
  for (const { customerId, net } of orders) sums.set(customerId, (sums.get(customerId) ?? 0n) + net);
  return new Map(
    customerIds.map((customerId) => {
      const sum = sums.get(customerId) ?? 0n;
      const segment = sum >= dollars(20_000) ? 'key-accounts' : sum >= dollars(5_000) ? 'growing' : 'small';
      return [customerId, customerId === LATE_KEY_ACCOUNT ? 'growing' : segment];
    }),
  );
}

function assignments(northwind: Northwind): readonly DemoFact[] {
  return [...segmentsOf(northwind)].map(([customerId, segmentCode]) =>
    synthetic('CustomerSegmentAssigned', `segment:${customerId}:1`, {
      customerId,
      segmentCode,
      effectiveFrom: START,
    }),
  );
}

/** The market by quarter: what a trade association would publish seven weeks after its end. */
export function marketReports(): readonly DemoFact[] {
  const reports: DemoFact[] = [];
  const published: readonly (readonly [string, string])[] = [
    ['1996-Q3', '1996-11-18'],
    ['1996-Q4', '1997-02-17'],
    ['1997-Q1', '1997-05-19'],
    ['1997-Q2', '1997-08-18'],
    ['1997-Q3', '1997-11-17'],
    ['1997-Q4', '1998-02-16'],
    ['1998-Q1', '1998-05-04'],
  ];
  for (const [i, [period, publishedOn]] of published.entries()) {
    const lots = lotsFor(`market ${period}`);
    const sizes = REGIONS.map(
      (_, r) =>
        dollars([1_150_000, 620_000, 410_000][r] ?? 0) + dollars(1_000) * BigInt(i * 28 + lots.below(30)),
    );
    const report = (unitId: string | undefined, size: bigint): DemoFact =>
      synthetic('MarketSizeReported', `market:${unitId ?? 'root'}:${period}`, {
        marketCode: 'fine-food',
        period,
        basis: 'revenue',
        amount: amount(size),
        currency: 'USD',
        largestCompetitorAmount: amount((size * 19n) / 100n),
        source: 'Association of Fine Food Wholesalers (synthetic)',
        publishedOn,
        ...(unitId !== undefined && { unitId }),
      });
    reports.push(
      report(
        undefined,
        sizes.reduce((sum, size) => sum + size, 0n),
      ),
    );
    for (const [r, unitId] of REGIONS.entries()) reports.push(report(unitId, sizes[r] ?? 0n));
  }
  return reports;
}
