import { Company } from '../company.testkit.ts';

/** Goal: growth of what can be compared: the same units, the same rates. Worked by hand. Source: docs/figures.md §5. */
function inEuro(): Company {
  const company = new Company();
  company.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  return company;
}

let invoices = 0;
function sold(company: Company, unitId: string, issuedOn: string, net: string, currency = 'EUR'): void {
  company.fact('InvoiceIssued', {
    invoiceId: `i${++invoices}`,
    customerId: 'C',
    unitId,
    issuedOn,
    currency,
    lines: [{ productId: 'p', qty: '1', netAmount: net, taxAmount: '0' }],
  });
}

function rate(company: Company, value: string, month: string): void {
  company.fact('ExchangeRateSet', {
    fromCurrency: 'USD',
    toCurrency: 'EUR',
    rate: value,
    kind: 'average',
    period: month,
    source: 'test',
  });
}

describe('growth like for like', () => {
  const kpi = 'revenue-growth-like-for-like';

  function shops(): Company {
    const company = inEuro();
    for (const [unitId, effectiveFrom] of [
      ['old', '2020-01-01'],
      ['closed', '2020-01-01'],
      ['fresh', '2023-03-15'],
    ] as const)
      company.fact('UnitDefined', { unitId, name: unitId, parentId: 'root', effectiveFrom });
    sold(company, 'old', '2023-01-10', '1');
    sold(company, 'old', '2023-03-10', '100');
    sold(company, 'closed', '2023-03-10', '50');
    sold(company, 'fresh', '2023-03-20', '10');
    sold(company, 'old', '2024-03-10', '120');
    sold(company, 'fresh', '2024-03-10', '200');
    sold(company, 'opened', '2024-03-10', '70');
    return company;
  }

  it('compares units that were there for both periods', async () => {
    const company = shops();
    // All together: 390 after 160. The old shop alone: 120 after 100.
    expect(await company.brief('revenue-growth', '2024-03')).toBe('ok 1.437500 n=3');
    expect(await company.figure(kpi, '2024-03')).toEqual({
      kpi,
      dimension: 'financial',
      unit: 'fraction',
      period: '2024-03',
      status: 'ok',
      value: '0.200000',
      parts: {
        numerator: '20.00',
        denominator: '100.00',
        current: '120.00',
        prior: '100.00',
        currency: 'EUR',
        units: '1',
        unitsLeftOut: '3',
      },
      n: 1,
      flags: [],
    });
  });

  it('takes a unit that nobody defined to have always been there', async () => {
    const company = inEuro();
    sold(company, 'x', '2023-01-10', '100');
    sold(company, 'x', '2023-03-10', '100');
    sold(company, 'x', '2024-03-10', '150');
    expect(await company.brief(kpi, '2024-03')).toBe('ok 0.500000 n=1');
  });

  it('counts a unit in the scope of its day', async () => {
    const company = shops();
    company.fact('UnitDefined', {
      unitId: 'old',
      name: 'old',
      parentId: 'west',
      effectiveFrom: '2024-01-01',
    });
    company.fact('UnitDefined', {
      unitId: 'west',
      name: 'west',
      parentId: 'root',
      effectiveFrom: '2020-01-01',
    });
    expect(await company.brief(kpi, '2024-03', { unit: 'west' })).toBe('not_measurable n=0');
    expect(await company.brief(kpi, '2024-03')).toBe('ok 0.200000 n=1');
  });

  it('says every status', async () => {
    expect(await inEuro().brief(kpi, '2024-03')).toBe('no_data n=0');
    const company = shops();
    expect(await company.brief(kpi, '2024-06')).toBe('not_measurable n=0');
    expect((await company.figure(kpi, '2023-03')).flags).toEqual(['not-comparable']);
    company.fact('CreditNoteIssued', {
      creditNoteId: 'n',
      invoiceId: 'unknown',
      unitId: 'old',
      issuedOn: '2023-03-30',
      cause: 'price',
      lines: [{ productId: 'p', netAmount: '300', taxAmount: '0' }],
    });
    expect(await company.brief(kpi, '2024-03')).toBe('not_meaningful n=1');
  });

  it.each(['2024-Q1', '2024-W10', '2024-03-01..2024-03-31', 'FY2024-Q1'])(
    'is offered for %s',
    async (period) => {
      expect((await shops().figures(kpi, period, { total: true })).figures.at(-1)).toMatchObject({
        parts: { current: '120.00' },
      });
    },
  );
});

describe('growth at constant currency', () => {
  const kpi = 'revenue-growth-constant-currency';

  function exporter(): Company {
    const company = inEuro();
    sold(company, 'root', '2023-01-01', '1');
    sold(company, 'root', '2023-02-10', '100', 'USD');
    sold(company, 'root', '2023-03-10', '200', 'USD');
    sold(company, 'root', '2024-02-10', '110', 'USD');
    sold(company, 'root', '2024-03-10', '220', 'USD');
    rate(company, '0.8', '2024-02');
    rate(company, '0.5', '2024-03');
    return company;
  }

  it('translates the base at the rates of the same months of this year', async () => {
    const company = exporter();
    rate(company, '1', '2023-02');
    rate(company, '1', '2023-03');
    // Reported: 88 + 110 = 198 after 300. At this year's rates the base was 80 + 100 = 180: a growth of a tenth.
    expect(await company.brief('revenue-growth', '2024-02..2024-03', { total: true })).toBe(
      'ok -0.120000 n=1',
    );
    const { figures } = await company.figures(kpi, '2024-02..2024-03', { total: true });
    expect(figures.map(({ status, value }) => [status, value])).toEqual([
      ['ok', '0.100000'],
      ['ok', '0.100000'],
      ['ok', '0.100000'],
    ]);
    expect(figures.at(-1)?.parts).toEqual({
      numerator: '18.00',
      denominator: '180.00',
      current: '198.00',
      prior: '180.00',
      priorAsReported: '300.00',
      currency: 'EUR',
    });
  });

  it('needs no rate of the base period', async () => {
    const { status, parts } = await exporter().figure(kpi, '2024-03');
    expect(status).toBe('ok');
    expect(parts).not.toHaveProperty('priorAsReported');
    expect(parts).not.toHaveProperty('missingRate');
  });

  it('stays inside the asked period where the year before reaches out of it', async () => {
    // W09 of 2024 is 26 February to 3 March; W09 of 2023 was 27 February to 5 March: its last days lie at the end of W09.
    const company = inEuro();
    sold(company, 'root', '2023-01-01', '1');
    sold(company, 'root', '2023-03-05', '100', 'USD');
    sold(company, 'root', '2024-03-01', '100', 'USD');
    rate(company, '0.5', '2024-03');
    expect(await company.brief(kpi, '2024-W09')).toBe('ok 0.000000 n=1');
  });

  it('says every status', async () => {
    expect(await inEuro().brief(kpi, '2024-03')).toBe('no_data n=0');
    const company = exporter();
    expect(await company.brief(kpi, '2024-01')).toBe('ok -1.000000 n=0');
    expect(await company.brief(kpi, '2024-06')).toBe('not_measurable n=0');
    sold(company, 'root', '2023-04-10', '100', 'USD');
    const missing = await company.figure(kpi, '2024-04');
    expect(missing.status).toBe('not_measurable');
    expect(missing.parts).toEqual({ current: '0.00', currency: 'EUR', missingRate: 'USD>EUR' });
    company.fact('CreditNoteIssued', {
      creditNoteId: 'n',
      invoiceId: 'unknown',
      issuedOn: '2023-05-30',
      cause: 'price',
      lines: [{ productId: 'p', netAmount: '3', taxAmount: '0' }],
    });
    expect(await company.brief(kpi, '2024-05')).toBe('not_meaningful n=0');
  });
});
