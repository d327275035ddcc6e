import { Company } from '../company.testkit.ts';

/** Goal: what customers leave after what it costs to serve them, customer by customer. Worked by hand. Source: docs/figures.md §5. */
const kpi = 'customer-profitability';

let count = 0;
function sold(
  company: Company,
  customerId: string,
  issuedOn: string,
  net: string,
  cost?: string,
  more: object = {},
): void {
  company.fact('InvoiceIssued', {
    invoiceId: `i${++count}`,
    customerId,
    issuedOn,
    currency: 'EUR',
    lines: [
      {
        productId: 'p',
        qty: '1',
        netAmount: net,
        taxAmount: '0',
        ...(cost === undefined ? {} : { costAmount: cost }),
      },
    ],
    ...more,
  });
}

function served(
  company: Company,
  customerId: string,
  postedOn: string,
  amount: string,
  more: object = {},
): string {
  return company.fact('LedgerAmountPosted', {
    postingId: `l${++count}`,
    customerId,
    postedOn,
    accountCode: 'operating-expense:service',
    amount,
    currency: 'EUR',
    ...more,
  });
}

function company(): Company {
  const made = new Company();
  made.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  sold(made, 'a', '2024-01-10', '10', '1');
  sold(made, 'a', '2024-03-10', '100', '40');
  sold(made, 'b', '2024-03-11', '80', '50');
  served(made, 'a', '2024-03-15', '10');
  served(made, 'b', '2024-03-15', '45');
  served(made, 'c', '2024-03-20', '5');
  return made;
}

it('is the sum over customers, with how many leave something and how many cost', async () => {
  // a: 100 − 40 − 10 = 50. b: 80 − 50 − 45 = −15. c bought nothing and cost 5.
  expect(await company().figure(kpi, '2024-03')).toEqual({
    kpi,
    dimension: 'financial',
    unit: 'money',
    period: '2024-03',
    status: 'ok',
    value: '30.00',
    parts: {
      currency: 'EUR',
      revenue: '180.00',
      costOfSales: '90.00',
      costToServe: '60.00',
      profitable: '1',
      unprofitable: '2',
      lossOfUnprofitable: '-20.00',
    },
    n: 3,
    flags: [],
  });
});

it('counts whom it cost something to serve, also when that was taken back, not when it was voided', async () => {
  const made = company();
  const posting = served(made, 'd', '2024-03-21', '7', { accountCode: 'operating-expense:late' });
  expect(await made.brief(kpi, '2024-03')).toBe('ok 23.00 n=4');
  const back = served(made, 'd', '2024-03-21', '-7', { accountCode: 'operating-expense:late' });
  expect(await made.brief(kpi, '2024-03')).toBe('ok 30.00 n=4');
  made.void(posting);
  made.void(back);
  expect(await made.brief(kpi, '2024-03')).toBe('ok 30.00 n=3');
  made.void(served(made, 'd', '2024-03-21', '7', { accountCode: 'mystery' }));
  expect(await made.brief(kpi, '2024-03')).toBe('ok 30.00 n=3');
});

it('takes merged files for one customer, from the merge on', async () => {
  const made = company();
  const before = made.head;
  made.fact('CustomersMerged', { survivorId: 'a', absorbedId: 'b', reason: 'one company' });
  expect((await made.figure(kpi, '2024-03')).parts).toMatchObject({
    profitable: '1',
    unprofitable: '1',
    lossOfUnprofitable: '-5.00',
  });
  expect((await made.figure(kpi, '2024-03', { knownAt: before })).parts).toMatchObject({ unprofitable: '2' });
});

it('leaves out openings, eliminated lines, other classes, and documents without a customer', async () => {
  const made = company();
  served(made, 'a', '2024-03-16', '1000', { opening: true });
  served(made, 'a', '2024-03-16', '1000', { counterUnitId: 'north' });
  served(made, 'a', '2024-03-16', '1000', { accountCode: 'finance-result:x' });
  made.fact('CreditNoteIssued', {
    creditNoteId: 'n',
    invoiceId: 'unknown',
    issuedOn: '2024-03-20',
    cause: 'price',
    lines: [{ productId: 'p', netAmount: '1000', taxAmount: '0' }],
  });
  expect(await made.brief(kpi, '2024-03')).toBe('ok 30.00 n=3');
});

it('goes by the customer’s segment on the day, or at the end of the period by policy', async () => {
  const made = company();
  made.fact('SegmentDefined', {
    segmentCode: 'gold',
    name: 'gold',
    isTarget: true,
    valueProposition: [],
    effectiveFrom: '2000-01-01',
  });
  made.fact('CustomerSegmentAssigned', { customerId: 'a', segmentCode: 'gold', effectiveFrom: '2024-03-12' });
  // Of March only what was spent on a after the twelfth is gold's.
  expect((await made.figure(kpi, '2024-03', { segment: 'gold' })).status).toBe('no_data');
  made.fact('MeasurePolicySet', {
    kpiCode: kpi,
    parameters: { segmentBasis: 'periodEnd' },
    effectiveFrom: '2000-01-01',
    changeClass: 'method',
  });
  expect(await made.brief(kpi, '2024-03', { segment: 'gold' })).toBe('ok 50.00 n=1');
  expect(await made.brief(kpi, '2024-02', { segment: 'gold' })).toBe('no_data n=0');
});

it('does not put expenses that name no customer of the segment into it', async () => {
  const made = company();
  made.fact('SegmentDefined', {
    segmentCode: 'gold',
    name: 'gold',
    isTarget: true,
    valueProposition: [],
    effectiveFrom: '2000-01-01',
  });
  made.fact('CustomerSegmentAssigned', { customerId: 'a', segmentCode: 'gold', effectiveFrom: '2000-01-01' });
  expect(await made.brief('operating-margin', '2024-03', { segment: 'gold' })).toBe('no_data n=0');
  expect(await made.brief(kpi, '2024-03', { segment: 'gold' })).toBe('ok 50.00 n=1');
});

it('says every status', async () => {
  expect(await new Company().brief(kpi, '2024-03')).toBe('no_data n=0');
  const made = company();
  expect(await made.brief(kpi, '2024-05')).toBe('ok 0.00 n=0');
  sold(made, 'd', '2024-04-10', '10');
  expect(await made.figure(kpi, '2024-04')).toMatchObject({
    status: 'not_measurable',
    value: null,
    parts: { linesWithoutCost: '1' },
  });
  sold(made, 'd', '2024-04-11', '10', '4');
  expect(await made.brief(kpi, '2024-04')).toBe('incomplete 16.00 n=1');
  served(made, 'd', '2024-04-12', '3', { accountCode: 'mystery' });
  expect((await made.figure(kpi, '2024-04')).parts).toMatchObject({ unknownAccounts: 'mystery' });
  served(made, 'd', '2024-04-12', '3', { currency: 'USD' });
  const missing = await made.figure(kpi, '2024-04');
  expect(missing.status).toBe('not_measurable');
  expect(missing.parts).toEqual({
    currency: 'EUR',
    revenue: '20.00',
    costOfSales: '4.00',
    missingRate: 'USD>EUR',
    unknownAccounts: 'mystery',
    linesWithoutCost: '1',
  });
});

it.each(['2024-Q1', '2024-W10..2024-W13', '2024-03-01..2024-03-31', 'FY2024-Q1'])(
  'is offered for %s',
  async (period) => {
    const figure = (await company().figures(kpi, period, { total: true })).figures.at(-1);
    expect(figure?.value).toMatch(/^(30|39).00$/);
  },
);
