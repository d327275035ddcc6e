import { Company } from '../company.testkit.ts';

/** Goal: what last year's customers bring this year. Worked by hand. Source: docs/figures.md §6. */
const kpi = 'net-revenue-retention';

let count = 0;
function sold(company: Company, customerId: string, issuedOn: string, net: string, more: object = {}): void {
  company.fact('InvoiceIssued', {
    invoiceId: `i${++count}`,
    customerId,
    issuedOn,
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount: net, taxAmount: '0' }],
    ...more,
  });
}

function company(): Company {
  const made = new Company();
  made.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  sold(made, 'a', '2023-01-10', '1');
  sold(made, 'a', '2023-03-10', '100', { invoiceId: 'a' });
  sold(made, 'b', '2023-03-10', '60');
  sold(made, 'c', '2023-03-10', '40');
  sold(made, 'a', '2024-03-10', '130');
  sold(made, 'b', '2024-03-10', '30');
  sold(made, 'new', '2024-03-10', '500');
  return made;
}

it('follows the customers of the base, and no new one', async () => {
  expect(await company().figure(kpi, '2024-03')).toEqual({
    kpi,
    dimension: 'customer',
    unit: 'fraction',
    period: '2024-03',
    status: 'ok',
    value: '0.800000',
    parts: {
      numerator: '160.00',
      denominator: '200.00',
      currency: 'EUR',
      current: '160.00',
      prior: '200.00',
      lost: '1',
    },
    n: 3,
    flags: [],
  });
});

it('subtracts credit notes of the customer whose invoice they are', async () => {
  const made = company();
  made.fact('CreditNoteIssued', {
    creditNoteId: 'n',
    invoiceId: 'a',
    issuedOn: '2024-03-20',
    cause: 'price',
    lines: [{ productId: 'p', netAmount: '60', taxAmount: '0' }],
  });
  expect(await made.brief(kpi, '2024-03')).toBe('ok 0.500000 n=3');
});

it('finds the customer again under a merged file', async () => {
  const made = company();
  made.fact('CustomersMerged', { survivorId: 'c', absorbedId: 'new', reason: 'renamed' });
  expect(await made.brief(kpi, '2024-03')).toBe('ok 3.300000 n=3');
});

it('goes by the scope of each document', async () => {
  const made = company();
  sold(made, 'a', '2023-03-12', '10', { unitId: 'north' });
  sold(made, 'b', '2024-03-12', '70', { unitId: 'north' });
  made.fact('UnitDefined', { unitId: 'north', name: 'N', parentId: 'root', effectiveFrom: '2000-01-01' });
  // Customer a left the north; b was no customer of it the year before.
  expect(await made.figure(kpi, '2024-03', { unit: 'north' })).toMatchObject({
    value: '0.000000',
    n: 1,
    parts: { lost: '1' },
  });
});

it('goes by the segment of the day, or by that of the period’s end for both years', async () => {
  const made = company();
  made.fact('SegmentDefined', {
    segmentCode: 'gold',
    name: 'gold',
    isTarget: true,
    valueProposition: [],
    effectiveFrom: '2000-01-01',
  });
  made.fact('CustomerSegmentAssigned', { customerId: 'a', segmentCode: 'gold', effectiveFrom: '2024-01-01' });
  expect(await made.brief(kpi, '2024-03', { segment: 'gold' })).toBe('not_measurable n=0');
  made.fact('MeasurePolicySet', {
    kpiCode: kpi,
    parameters: { segmentBasis: 'periodEnd' },
    effectiveFrom: '2000-01-01',
    changeClass: 'method',
  });
  expect(await made.brief(kpi, '2024-03', { segment: 'gold' })).toBe('ok 1.300000 n=1');
});

it('says every status', async () => {
  expect(await new Company().brief(kpi, '2024-03')).toBe('no_data n=0');
  const made = company();
  expect(await made.brief(kpi, '2024-06')).toBe('not_measurable n=0');
  expect(await made.figure(kpi, '2024-01')).toMatchObject({ status: 'ok', flags: ['not-comparable'] });
  sold(made, 'a', '2024-03-12', '10', { currency: 'USD' });
  const missing = await made.figure(kpi, '2024-03');
  expect(missing.status).toBe('not_measurable');
  expect(missing.parts).toEqual({
    denominator: '200.00',
    prior: '200.00',
    currency: 'EUR',
    missingRate: 'USD>EUR',
    lost: '1',
  });
  made.fact('CreditNoteIssued', {
    creditNoteId: 'm',
    invoiceId: 'a',
    issuedOn: '2023-04-20',
    cause: 'price',
    lines: [{ productId: 'p', netAmount: '60', taxAmount: '0' }],
  });
  expect(await made.brief(kpi, '2024-04')).toBe('not_meaningful n=1');
});

it.each(['2024-Q1', '2024-W10', '2024-03-01..2024-03-31', 'FY2024-Q1'])(
  'is offered for %s',
  async (period) => {
    const figure = (await company().figures(kpi, period, { total: true })).figures.at(-1);
    expect(figure?.parts['current']).toBe('160.00');
  },
);
