import { Company } from '../company.testkit.ts';

let company: Company;
beforeEach(() => {
  company = new Company();
});

const invoice = (
  issuedOn: string,
  sold: Readonly<Record<string, string>>,
  { currency = 'EUR', customerId = 'c' } = {},
) => {
  const invoiceId = `i${company.head + 1n}`;
  const lines = Object.entries(sold).map(([productId, netAmount]) => ({
    productId,
    qty: '1',
    netAmount,
    taxAmount: '0',
  }));
  company.fact('InvoiceIssued', { invoiceId, customerId, issuedOn, currency, lines });
  return invoiceId;
};
const launch = (
  productId: string,
  launchedOn: string,
  more: { countsAsNew?: boolean; windowMonths?: number } = {},
) => company.fact('ProductLaunched', { productId, launchedOn, novelty: 'new', countsAsNew: true, ...more });
const policy = (parameters: { newProductWindowMonths?: number; newProductWindowDays?: number }) =>
  company.fact('MeasurePolicySet', {
    kpiCode: 'new-product-sales-ratio',
    parameters,
    effectiveFrom: '2000-01-01',
    changeClass: 'method',
  });
const ratio = (period = '2024', more = {}) => company.figure('new-product-sales-ratio', period, more);

/** Sales of new products over sales, worked by hand. Source: kpis.md L2; docs/figures.md §8. */
describe('new-product sales ratio', () => {
  it('vit-1: 6 of 30 million from products of the last five years', async () => {
    policy({ newProductWindowMonths: 60 });
    launch('gum', '2019-06-01');
    launch('candy', '2010-01-01');
    invoice('2018-01-01', { candy: '1.00' });
    invoice('2024-05-31', { gum: '6000000.00', candy: '24000000.00' });
    expect(await ratio()).toMatchObject({
      status: 'ok',
      value: '0.200000',
      n: 1,
      parts: { numerator: '6000000.00', denominator: '30000000.00', currency: 'EUR' },
      flags: [],
    });
  });

  it.each([
    ['on the day of the launch', '2021-05-15', 'ok 1.000000 n=1'],
    ['the day before', '2021-05-14', 'ok 0.000000 n=1'],
    ['on the last day of 36 months', '2024-05-14', 'ok 1.000000 n=1'],
    ['the day after', '2024-05-15', 'ok 0.000000 n=1'],
  ])('sold %s', async (_name, issuedOn, expected) => {
    launch('p', '2021-05-15');
    invoice('2001-01-01', { old: '1.00' });
    invoice(issuedOn, { p: '10.00' });
    expect(await company.brief('new-product-sales-ratio', issuedOn.slice(0, 4))).toBe(expected);
  });

  it('the earliest launch that counts as new decides, with its own window', async () => {
    invoice('2001-01-01', { old: '1.00' });
    launch('p', '2020-01-01', { countsAsNew: false });
    launch('p', '2023-06-01');
    launch('p', '2023-03-01', { windowMonths: 12 });
    invoice('2024-02-29', { p: '1.00' });
    invoice('2024-03-01', { p: '3.00' });
    expect((await ratio()).value).toBe('0.250000');
    policy({ newProductWindowDays: 3650 });
    expect((await ratio()).value).toBe('0.250000');
  });

  it('a window of days, where the launch names none of its own', async () => {
    policy({ newProductWindowDays: 30 });
    invoice('2001-01-01', { old: '1.00' });
    launch('p', '2024-02-01');
    invoice('2024-03-01', { p: '1.00' });
    invoice('2024-03-02', { p: '1.00' });
    expect((await ratio()).value).toBe('0.500000');
  });

  it('a credit note subtracts by the same rule on its own day', async () => {
    launch('p', '2023-03-01', { windowMonths: 12 });
    invoice('2001-01-01', { old: '1.00' });
    const invoiceId = invoice('2024-02-01', { p: '100.00', old: '100.00' });
    const credit = (issuedOn: string) =>
      company.fact('CreditNoteIssued', {
        creditNoteId: `n${company.head}`,
        invoiceId,
        issuedOn,
        cause: 'price',
        lines: [{ productId: 'p', netAmount: '50.00', taxAmount: '0' }],
      });
    const inside = credit('2024-02-29');
    expect((await ratio()).parts).toMatchObject({ numerator: '50.00', denominator: '150.00' });
    company.void(inside);
    credit('2024-03-01');
    expect((await ratio()).parts).toMatchObject({ numerator: '100.00', denominator: '150.00' });
    expect((await ratio('2024-03')).status).toBe('not_meaningful');
  });

  it('products without a launch are named; a variant has one', async () => {
    launch('variant', '2024-01-01', { countsAsNew: false });
    invoice('2001-01-01', { old: '1.00' });
    invoice('2024-02-01', { variant: '10.00' });
    expect((await ratio()).parts).not.toHaveProperty('withoutLaunch');
    const invoiceId = invoice('2024-02-01', { 'a|b %': '30.00' });
    expect((await ratio()).parts['withoutLaunch']).toBe('30.00');
    company.fact('CreditNoteIssued', {
      creditNoteId: 'n',
      invoiceId,
      issuedOn: '2024-02-01',
      cause: 'return',
      lines: [{ productId: 'a|b %', netAmount: '30.00', taxAmount: '0' }],
    });
    // Nothing is left of it, and yet it was sold.
    expect((await ratio()).parts['withoutLaunch']).toBe('0.00');
  });

  it('a launch that is corrected moves the periods, and what was known stays', async () => {
    invoice('2001-01-01', { old: '1.00' });
    const launched = launch('p', '2024-01-01');
    invoice('2024-02-01', { p: '10.00' });
    const before = company.head;
    company.correct(launched, {
      productId: 'p',
      launchedOn: '2024-03-01',
      novelty: 'new',
      countsAsNew: true,
    });
    expect((await ratio()).value).toBe('0.000000');
    expect((await ratio('2024', { knownAt: before })).value).toBe('1.000000');
  });

  it.each([
    ['2021-01-01', []],
    ['2021-01-02', ['left-censored']],
  ])('a window that reaches back before the first sale is censored: first sale %s', async (first, flags) => {
    invoice(first, { old: '1.00' });
    invoice('2024-02-01', { old: '1.00' });
    expect((await ratio()).flags).toEqual(flags);
  });

  it('nothing sold in the period cannot be measured; nothing ever is no data', async () => {
    expect(await company.brief('new-product-sales-ratio', '2024')).toBe('no_data n=0');
    invoice('2001-01-01', { old: '1.00' });
    expect(await company.brief('new-product-sales-ratio', '2024')).toBe('not_measurable n=0');
    invoice('2024-01-01', { p: '1.00' }, { currency: 'USD' });
    expect(await ratio()).toMatchObject({
      status: 'not_measurable',
      parts: { currency: 'EUR', missingRate: 'USD>EUR' },
    });
  });
});
