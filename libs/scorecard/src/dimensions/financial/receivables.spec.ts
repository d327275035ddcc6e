import { Company } from '../company.testkit.ts';

/** Goal: what customers owe, in days of sales. Worked by hand. Source: docs/figures.md §5. */
const kpi = 'days-sales-outstanding';

function inEuro(): Company {
  const company = new Company();
  company.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  company.fact('UnitDefined', {
    unitId: 'north',
    name: 'North',
    parentId: 'root',
    effectiveFrom: '2000-01-01',
  });
  return company;
}

function invoice(
  company: Company,
  invoiceId: string,
  issuedOn: string,
  net: string,
  more: object = {},
): void {
  company.fact('InvoiceIssued', {
    invoiceId,
    customerId: 'C',
    issuedOn,
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount: net, taxAmount: '20' }],
    ...more,
  });
}

function paid(
  company: Company,
  documentId: string,
  valueDate: string,
  amount: string,
  more: object = {},
): string {
  return company.fact('CashMoved', {
    movementId: `${documentId} ${valueDate}`,
    valueDate,
    amount,
    currency: 'EUR',
    activity: 'operating',
    category: 'receipts',
    documentId,
    ...more,
  });
}

function trading(): Company {
  const company = inEuro();
  invoice(company, 'i1', '2024-01-10', '100', { unitId: 'north' });
  invoice(company, 'i2', '2024-04-05', '280');
  invoice(company, 'i3', '2024-04-20', '280');
  company.fact('CreditNoteIssued', {
    creditNoteId: 'n',
    invoiceId: 'i2',
    issuedOn: '2024-04-25',
    cause: 'price',
    lines: [{ productId: 'p', netAmount: '40', taxAmount: '10' }],
  });
  paid(company, 'i1', '2024-02-10', '70');
  paid(company, 'i2', '2024-04-28', '250');
  return company;
}

it('is what is owed at closing over what was sold with tax, in days', async () => {
  // Owed: 120 − 70 of i1, 300 − 50 − 250 = 0 of i2, 300 of i3: 350. Sold in April: 600 − 50 = 550. 350 / 550 · 30 days.
  expect(await trading().figure(kpi, '2024-04')).toEqual({
    kpi,
    dimension: 'financial',
    unit: 'days',
    period: '2024-04',
    status: 'ok',
    value: '19.090909',
    parts: { numerator: '350.00', denominator: '550.00', currency: 'EUR', days: '30' },
    n: 3,
    flags: [],
  });
});

it('lies where the invoice lies, whatever unit the cash names', async () => {
  const company = trading();
  paid(company, 'i1', '2024-02-11', '10', { unitId: 'elsewhere' });
  const { value, parts } = await company.figure(kpi, '2024-Q1', { unit: 'north' });
  // 40 owed of 120 sold in 91 days.
  expect({ value, owed: parts['numerator'] }).toEqual({ value: '30.333333', owed: '40.00' });
});

it('leaves out transfers, and cash for nothing that was invoiced', async () => {
  const company = trading();
  paid(company, 'i3', '2024-04-29', '999', { category: 'internal-transfer' });
  paid(company, 'order-7', '2024-04-29', '999');
  expect(await company.brief(kpi, '2024-04')).toBe('ok 19.090909 n=3');
});

it('follows a payment that is corrected to another invoice, or taken back', async () => {
  const company = trading();
  const wrong = paid(company, 'i1', '2024-04-15', '300');
  expect((await company.figure(kpi, '2024-04')).parts['numerator']).toBe('50.00');
  company.correct(wrong, {
    movementId: 'i1 2024-04-15',
    valueDate: '2024-05-15',
    amount: '300',
    currency: 'EUR',
    activity: 'operating',
    category: 'receipts',
    documentId: 'i3',
  });
  expect((await company.figure(kpi, '2024-04')).parts['numerator']).toBe('350.00');
  expect((await company.figure(kpi, '2024-05')).parts['numerator']).toBe('50.00');
  company.void(wrong);
  expect((await company.figure(kpi, '2024-05')).parts['numerator']).toBe('350.00');
});

it('counts a payment that was told before its invoice, from the invoice on', async () => {
  const made = inEuro();
  invoice(made, 'first', '2024-03-01', '80');
  paid(made, 'first', '2024-03-02', '100');
  paid(made, 'late', '2024-04-20', '30');
  expect((await made.figure(kpi, '2024-04')).parts['numerator']).toBe('0.00');
  invoice(made, 'late', '2024-04-10', '80');
  expect((await made.figure(kpi, '2024-04')).parts).toMatchObject({
    numerator: '70.00',
    denominator: '100.00',
  });
});

it('stays in the segment in which it was invoiced', async () => {
  const company = trading();
  company.fact('SegmentDefined', {
    segmentCode: 'gold',
    name: 'gold',
    isTarget: true,
    valueProposition: [],
    effectiveFrom: '2000-01-01',
  });
  company.fact('CustomerSegmentAssigned', {
    customerId: 'C',
    segmentCode: 'gold',
    effectiveFrom: '2024-04-15',
  });
  // i3 and what is credited of i2 later: the credit note of April counts as sales of its day, and what it settles was owed before.
  expect((await company.figure(kpi, '2024-04', { segment: 'gold' })).parts).toEqual({
    numerator: '300.00',
    denominator: '250.00',
    currency: 'EUR',
    days: '30',
  });
});

it('translates what is owed at the closing rate and what was sold at the average one', async () => {
  const company = trading();
  invoice(company, 'usd', '2024-05-10', '80', { currency: 'USD' });
  const rate = { fromCurrency: 'USD', toCurrency: 'EUR', source: 'test' } as const;
  company.fact('ExchangeRateSet', { ...rate, rate: '0.9', kind: 'average', period: '2024-05' });
  const missing = await company.figure(kpi, '2024-05');
  expect(missing.status).toBe('not_measurable');
  expect(missing.parts).toEqual({
    denominator: '90.00',
    currency: 'EUR',
    days: '31',
    missingRate: 'USD>EUR',
  });
  company.fact('ExchangeRateSet', { ...rate, rate: '0.8', kind: 'closing', validOn: '2024-05-31' });
  expect((await company.figure(kpi, '2024-05')).parts).toMatchObject({
    numerator: '430.00',
    denominator: '90.00',
  });
});

it('says every status', async () => {
  const company = inEuro();
  invoice(company, 'i1', '2024-01-10', '100');
  // Nobody is known to record what is paid.
  expect(await company.brief(kpi, '2024-01')).toBe('no_data n=0');
  paid(company, 'i1', '2024-02-10', '70');
  expect(await company.brief(kpi, '2024-01')).toBe('incomplete 31.000000 n=1');
  expect(await company.brief(kpi, '2024-02')).toBe('not_measurable n=0');
  company.fact('CreditNoteIssued', {
    creditNoteId: 'n',
    invoiceId: 'i1',
    issuedOn: '2024-03-10',
    cause: 'price',
    lines: [{ productId: 'p', netAmount: '1', taxAmount: '0' }],
  });
  expect(await company.brief(kpi, '2024-03')).toBe('not_meaningful n=1');
});

it.each(['2024-Q2', '2024-W14..2024-W17', '2024-04-01..2024-04-30', 'FY2024-Q2'])(
  'is offered for %s',
  async (period) => {
    const { parts } = (await trading().figures(kpi, period, { total: true })).figures.at(-1) ?? {};
    expect(parts).toMatchObject({ numerator: expect.stringMatching(/^(350|600).00$/) });
  },
);

it('of two invoices with one number each is owed by its own customer', async () => {
  const company = inEuro();
  company.fact('SegmentDefined', {
    segmentCode: 'gold',
    name: 'gold',
    isTarget: true,
    valueProposition: [],
    effectiveFrom: '2000-01-01',
  });
  company.fact('CustomerSegmentAssigned', {
    customerId: 'D',
    segmentCode: 'gold',
    effectiveFrom: '2000-01-01',
  });
  invoice(company, 'i1', '2024-04-05', '100');
  invoice(company, 'i1', '2024-04-06', '280', { customerId: 'D' });
  invoice(company, 'i2', '2024-04-07', '100', { customerId: 'D' });
  paid(company, 'i2', '2024-04-20', '50');
  // 280 + 20 and 100 + 20, less 50.
  expect((await company.figure(kpi, '2024-04', { segment: 'gold' })).parts).toMatchObject({
    numerator: '370.00',
  });
});
