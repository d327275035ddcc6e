import { Company } from '../company.testkit.ts';

/** Goal: from approval until a project's products have earned what it spent. Worked by hand. Source: docs/figures.md §8. */
const kpi = 'break-even-time';

let count = 0;
function sold(
  company: Company,
  productId: string,
  issuedOn: string,
  net: string,
  cost?: string,
  currency = 'EUR',
): void {
  company.fact('InvoiceIssued', {
    invoiceId: `i${++count}`,
    customerId: 'C',
    unitId: 'anywhere',
    issuedOn,
    currency,
    lines: [
      {
        productId,
        qty: '1',
        netAmount: net,
        taxAmount: '0',
        ...(cost === undefined ? {} : { costAmount: cost }),
      },
    ],
  });
}

function gate(
  company: Company,
  projectId: string,
  name: 'approved' | 'developed' | 'launched' | 'stopped',
  passedOn: string,
  spend?: string,
  more: object = {},
): void {
  company.fact('DevelopmentGatePassed', {
    projectId,
    gate: name,
    passedOn,
    projectClass: 'newLine',
    productIds: [],
    ...(spend === undefined ? {} : { spend: { amount: spend, currency: 'EUR' } }),
    ...more,
  });
}

function company(): Company {
  const made = new Company();
  made.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  gate(made, 'd', 'approved', '2023-12-01', '60');
  gate(made, 'd', 'launched', '2024-02-01', '40', { productIds: ['p'] });
  made.fact('ProductLaunched', {
    productId: 'q',
    projectId: 'd',
    launchedOn: '2024-02-01',
    novelty: 'new',
    countsAsNew: true,
  });
  sold(made, 'p', '2024-01-20', '1000', '0');
  sold(made, 'p', '2024-02-10', '90', '40');
  sold(made, 'other', '2024-02-11', '1000', '0');
  sold(made, 'q', '2024-03-10', '80', '30');
  sold(made, 'q', '2024-03-12', '80', '30');
  return made;
}

it('is the day on which margins since the launch reach what was spent', async () => {
  // Spent 100. Earned 50 in February and 50 on 10 March, 100 days after the approval.
  expect(await company().figure(kpi, '2024-03')).toEqual({
    kpi,
    dimension: 'learning',
    unit: 'days',
    period: '2024-03',
    status: 'ok',
    value: '100.000000',
    parts: {
      sum: '100.000000',
      median: '100.000000',
      p90: '100.000000',
      min: '100.000000',
      max: '100.000000',
      open: '0',
    },
    n: 1,
    flags: [],
  });
});

it('shows what has not broken even yet', async () => {
  const { status, parts } = await company().figure(kpi, '2024-02');
  // From 1 December to 29 February: 90 days.
  expect({ status, parts }).toEqual({
    status: 'not_measurable',
    parts: { sum: '0.000000', open: '1', openAgeDays: '90.000000' },
  });
});

it('moves when a credit note or a correction takes margin away', async () => {
  const made = company();
  made.fact('CreditNoteIssued', {
    creditNoteId: 'n',
    invoiceId: 'unknown',
    issuedOn: '2024-03-01',
    cause: 'price',
    lines: [{ productId: 'p', netAmount: '10', taxAmount: '0' }],
  });
  expect((await made.figure(kpi, '2024-03')).value).toBe('102.000000');
});

it('waits for the launch, and counts what is spent later against what is earned later', async () => {
  const made = company();
  gate(made, 'd', 'developed', '2024-03-05', '40');
  expect((await made.figure(kpi, '2024-03')).value).toBe('102.000000');
  gate(made, 'd', 'developed', '2024-03-11', '999');
  expect((await made.figure(kpi, '2024-03')).parts['open']).toBe('1');
});

it('leaves out projects without a spend or an approval, and backward ones, and says so', async () => {
  const made = company();
  gate(made, 'free', 'launched', '2024-03-02', undefined, { productIds: ['f'] });
  gate(made, 'wild', 'launched', '2024-03-03', '10', { productIds: ['w'] });
  sold(made, 'w', '2024-03-04', '20', '5');
  gate(made, 'late', 'launched', '2024-03-05', '10', { productIds: ['l'] });
  gate(made, 'late', 'approved', '2024-04-05');
  sold(made, 'l', '2024-03-06', '20', '5');
  const { n, parts } = await made.figure(kpi, '2024-03');
  expect({ n, excluded: parts['excluded'] }).toEqual({
    n: 1,
    excluded: { 'no-spend': '1', 'no-approval': '1', 'negative-duration': '1' },
  });
});

it('is incomplete while lines have no cost: they add nothing', async () => {
  const made = company();
  sold(made, 'q', '2024-03-01', '999');
  expect(await made.figure(kpi, '2024-03')).toMatchObject({
    status: 'incomplete',
    value: '100.000000',
    parts: { linesWithoutCost: '1' },
  });
});

it('says every status', async () => {
  expect(await new Company().brief(kpi, '2024-03')).toBe('no_data n=0');
  const made = company();
  expect(await made.brief(kpi, '2024-05')).toBe('not_measurable n=0');
  sold(made, 'q', '2024-03-11', '10', '1', 'USD');
  expect(await made.figure(kpi, '2024-03')).toMatchObject({
    status: 'not_measurable',
    value: null,
    n: 0,
    parts: { missingRate: 'USD>EUR' },
  });
  expect((await made.figure(kpi, '2024-02')).parts).not.toHaveProperty('missingRate');
});

it('lies in the tree of the closing day', async () => {
  const made = company();
  made.fact('UnitDefined', { unitId: 'lab', name: 'Lab', parentId: 'root', effectiveFrom: '2000-01-01' });
  made.fact('UnitDefined', { unitId: 'east', name: 'East', parentId: 'root', effectiveFrom: '2000-01-01' });
  gate(made, 'd', 'developed', '2024-01-15', '0', { unitId: 'lab' });
  made.fact('UnitDefined', { unitId: 'lab', name: 'Lab', parentId: 'east', effectiveFrom: '2024-03-20' });
  // Broken even on 10 March, in the lab that has been the east's since the 20th.
  expect((await made.figure(kpi, '2024-03', { unit: 'lab' })).n).toBe(1);
  expect((await made.figure(kpi, '2024-03', { unit: 'east' })).status).toBe('no_data');
  gate(made, 'd', 'developed', '2024-03-25', '0');
  expect((await made.figure(kpi, '2024-03', { unit: 'east' })).n).toBe(1);
});

it.each(['2024-Q1', '2024-W10', '2024-03-01..2024-03-31', 'FY2024-Q1'])(
  'is offered for %s',
  async (period) => {
    const figure = (await company().figures(kpi, period, { total: true })).figures.at(-1);
    expect([figure?.value, figure?.n]).toEqual(['100.000000', 1]);
  },
);
