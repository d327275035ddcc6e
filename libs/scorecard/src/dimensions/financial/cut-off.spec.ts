import { CUT_OFF_KPIS } from '#contracts';
import { Company } from '../company.testkit.ts';
import { kpiSheets } from '../index.ts';

/** Goal: revenue by delivery instead of by invoice, read from measures that know of no policy. Worked by hand. Source: docs/figures.md §4, §5. */
function ordered(company: Company, orderId: string, more: object = {}): string {
  return company.fact('OrderPlaced', {
    orderId,
    customerId: 'c',
    orderedOn: '2024-01-02',
    currency: 'EUR',
    lines: [
      { lineNo: 1, productId: 'p', qty: '4', unitPrice: '10' },
      { lineNo: 2, productId: 'q', qty: '1', unitPrice: '60' },
    ],
    ...more,
  });
}

function delivered(
  company: Company,
  orderId: string,
  deliveredOn: string,
  lines: readonly [number, string][],
) {
  return company.fact('DeliveryConfirmed', {
    orderId,
    shipmentId: `${orderId}-${deliveredOn}`,
    deliveredOn,
    lines: lines.map(([lineNo, acceptedQty]) => ({ lineNo, acceptedQty })),
  });
}

function invoiced(
  company: Company,
  invoiceId: string,
  issuedOn: string,
  netAmount: string,
  more: object = {},
): string {
  return company.fact('InvoiceIssued', {
    invoiceId,
    customerId: 'c',
    issuedOn,
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount, taxAmount: '0', costAmount: '25' }],
    ...more,
  });
}

function policy(company: Company, kpiCode: string, cutOff: 'issuedOn' | 'deliveredOn', from = '2024-01-01') {
  company.fact('MeasurePolicySet', {
    kpiCode,
    parameters: { cutOff },
    effectiveFrom: from,
    changeClass: 'method',
  });
}

describe('cut-off by delivery', () => {
  let company: Company;
  const months = async (kpi = 'net-revenue', asked = {}) =>
    (await company.figures(kpi, '2024-01..2024-03', asked)).figures.map(({ value, n }) => `${value} n=${n}`);

  beforeEach(() => {
    company = new Company();
    invoiced(company, 'before', '2023-12-01', '1');
  });

  it('puts revenue and its cost on the day on which the order was complete', async () => {
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '100', { orderId: 'o' });
    delivered(company, 'o', '2024-02-10', [[1, '4']]);
    delivered(company, 'o', '2024-03-05', [[2, '1']]);
    expect(await months()).toEqual(['100.00 n=1', '0.00 n=0', '0.00 n=0']);
    policy(company, 'net-revenue', 'deliveredOn');
    expect(await months()).toEqual(['0.00 n=0', '0.00 n=0', '100.00 n=1']);
    expect(await company.figure('gross-margin', '2024-03')).toMatchObject({
      value: '0.750000',
      parts: { numerator: '75.00', denominator: '100.00' },
    });
  });

  it('before the invoice, where goods came first', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    ordered(company, 'o');
    delivered(company, 'o', '2024-01-20', [
      [1, '4'],
      [2, '1'],
    ]);
    invoiced(company, 'i', '2024-02-03', '100', { orderId: 'o' });
    expect(await months()).toEqual(['100.00 n=1', '0.00 n=0', '0.00 n=0']);
  });

  it('leaves out what was not delivered in full, and says so by the day of the invoice', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '100', { orderId: 'o' });
    delivered(company, 'o', '2024-02-10', [[1, '4']]);
    expect(await company.figure('net-revenue', '2024-01')).toMatchObject({
      value: '0.00',
      n: 0,
      parts: { invoiced: '0.00', excluded: { 'not-delivered': '1' } },
    });
    expect((await company.figure('net-revenue', '2024-02')).parts).not.toHaveProperty('excluded');
    expect((await company.figure('days-sales-outstanding', '2024-01')).parts).not.toHaveProperty('excluded');
  });

  it('an order is complete without what was cancelled of it', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '40', { orderId: 'o' });
    delivered(company, 'o', '2024-02-10', [[1, '4']]);
    company.fact('OrderLineCancelled', {
      orderId: 'o',
      lineNo: 2,
      qty: '1',
      cancelledOn: '2024-03-01',
      reasonCode: 'x',
    });
    expect(await months()).toEqual(['0.00 n=0', '40.00 n=1', '0.00 n=0']);
  });

  it('goes by the invoice where no order is named or known', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    invoiced(company, 'i', '2024-01-31', '7');
    invoiced(company, 'j', '2024-02-01', '8', { orderId: 'unheard-of' });
    delivered(company, 'unheard-of', '2024-03-10', [[1, '4']]);
    expect(await months()).toEqual(['7.00 n=1', '8.00 n=1', '0.00 n=0']);
  });

  it('a credit note stays on its own day', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '100', { orderId: 'o' });
    company.fact('CreditNoteIssued', {
      creditNoteId: 'n',
      invoiceId: 'i',
      issuedOn: '2024-02-05',
      cause: 'price',
      lines: [{ productId: 'p', netAmount: '30', taxAmount: '0' }],
    });
    delivered(company, 'o', '2024-03-10', [
      [1, '4'],
      [2, '1'],
    ]);
    expect(await months()).toEqual(['0.00 n=0', '-30.00 n=1', '100.00 n=1']);
  });

  it('asks for the rate of the day that counts, and of no other', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '100', { orderId: 'o', currency: 'USD' });
    delivered(company, 'o', '2024-02-10', [
      [1, '4'],
      [2, '1'],
    ]);
    company.fact('ExchangeRateSet', {
      fromCurrency: 'USD',
      toCurrency: 'EUR',
      rate: '0.5',
      kind: 'average',
      period: '2024-02',
      source: 'x',
    });
    expect(await months()).toEqual(['0.00 n=0', '50.00 n=1', '0.00 n=0']);
  });

  it('follows corrections of the delivery, and stays what it was before them', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '100', { orderId: 'o' });
    const lines = [
      { lineNo: 1, acceptedQty: '4' },
      { lineNo: 2, acceptedQty: '1' },
    ];
    const delivery = { orderId: 'o', shipmentId: 's', deliveredOn: '2024-02-10', lines };
    const fact = company.fact('DeliveryConfirmed', delivery);
    const then = company.head;
    company.correct(fact, { ...delivery, deliveredOn: '2024-03-10' });
    expect(await months()).toEqual(['0.00 n=0', '0.00 n=0', '100.00 n=1']);
    company.void(fact);
    expect(await months()).toEqual(['0.00 n=0', '0.00 n=0', '0.00 n=0']);
    expect(await months('net-revenue', { knownAt: then })).toEqual(['0.00 n=0', '100.00 n=1', '0.00 n=0']);
  });

  it('the policy of net revenue serves profit and growth, one of their own comes first', async () => {
    policy(company, 'net-revenue', 'deliveredOn');
    policy(company, 'gross-margin', 'issuedOn');
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '100', { orderId: 'o' });
    expect((await company.figure('gross-margin', '2024-01')).parts).toMatchObject({ denominator: '100.00' });
    expect((await company.figure('revenue-growth-sequential', '2024-01')).parts).toMatchObject({
      current: '0.00',
      prior: '1.00',
    });
  });

  it('from one month on, with the months before as they were', async () => {
    policy(company, 'net-revenue', 'deliveredOn', '2024-02-01');
    ordered(company, 'o');
    invoiced(company, 'i', '2024-01-31', '100', { orderId: 'o' });
    delivered(company, 'o', '2024-02-10', [
      [1, '4'],
      [2, '1'],
    ]);
    // Counted in both: the change of method is shown by the policy revision, and the bridge has to name it.
    expect(await months()).toEqual(['100.00 n=1', '100.00 n=1', '0.00 n=0']);
  });
});

it('an event of an order that cannot be read leaves the figure incomplete only by delivery', async () => {
  const company = new Company();
  invoiced(company, 'before', '2023-12-01', '1');
  company.unreadable('DeliveryConfirmed');
  expect(await company.brief('net-revenue', '2024-01')).toBe('ok 0.00 n=0');
  policy(company, 'net-revenue', 'deliveredOn');
  expect(await company.brief('net-revenue', '2024-01')).toBe('incomplete 0.00 n=0');
});

it('every KPI whose cut-off can be set is one of the dictionary', () => {
  expect(CUT_OFF_KPIS.filter((code) => !kpiSheets.has(code))).toEqual([]);
});
