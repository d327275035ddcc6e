import { eventTypes } from '#contracts';
import { typesOf } from '../figures/sources.ts';
import { Company } from './company.testkit.ts';
import { kpiSheets } from './index.ts';

/**
 * Goal: what is missing is said, never counted as nothing: events that cannot be read, rates that nobody has set, returns
 * that nobody records. Source: docs/figures.md §2, §3, §7.
 */
const invoice = (
  net: string,
  more: { invoiceId: string; issuedOn: string; currency?: string; unitId?: string },
) =>
  ({
    customerId: 'C',
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount: net, taxAmount: '0' }],
    ...more,
  }) as const;

function inEuro(): Company {
  const company = new Company();
  company.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  return company;
}

describe('events that cannot be read', () => {
  /** One fact of everything that makes a KPI say anything in 2024-03. */
  function aMonth(): Company {
    const company = inEuro();
    for (const [caseId, day] of [
      ['w1', '2024-01-05'],
      ['w2', '2024-03-05'],
    ] as const) {
      company.fact('ProcessCaseOpened', { caseId, processCode: 'x', openedAt: `${day}T08:00:00Z` });
      for (const [department, hours] of [
        ['a', ['09', '10']],
        ['b', ['11', '12']],
      ] as const)
        company.fact('ProcessStepPerformed', {
          caseId,
          stepCode: department,
          department,
          startedAt: `${day}T${hours[0]}:00:00Z`,
          endedAt: `${day}T${hours[1]}:00:00Z`,
          valueAdding: true,
        });
      company.fact('ProcessCaseClosed', {
        caseId,
        closedAt: `${day}T16:00:00Z`,
        outcome: 'done',
        firstPass: true,
      });
      company.fact('OrderPlaced', {
        orderId: caseId,
        customerId: 'C',
        orderedOn: day,
        promisedOn: day,
        currency: 'EUR',
        lines: [{ lineNo: 1, productId: 'p', qty: '1', unitPrice: '1' }],
      });
      company.fact('GoodsShipped', {
        orderId: caseId,
        shipmentId: caseId,
        shippedOn: day,
        lines: [{ lineNo: 1, qty: '1' }],
      });
      company.fact('DeliveryConfirmed', {
        orderId: caseId,
        shipmentId: caseId,
        deliveredOn: day,
        lines: [{ lineNo: 1, acceptedQty: '1' }],
      });
      company.fact('GoodsReturned', {
        returnId: caseId,
        orderId: caseId,
        productId: 'p',
        qty: '1',
        returnedOn: day,
        cause: 'quality',
      });
      company.fact('InvoiceIssued', invoice('100', { invoiceId: caseId, issuedOn: day }));
      company.fact('TrainingCompleted', {
        employeeId: 'e',
        courseId: 'x',
        hours: '1',
        completedOn: day,
      });
    }
    company.fact('EmploymentChanged', {
      employeeId: 'e',
      department: 'x',
      jobCode: 'j',
      fte: '1',
      effectiveFrom: '2023-01-01',
    });
    company.fact('LedgerAmountPosted', {
      postingId: 'l1',
      postedOn: '2024-01-05',
      accountCode: 'operating-expense:x',
      amount: '1',
      currency: 'EUR',
    });
    return company;
  }

  it.each([
    ['cycle-efficiency', 'ProcessStepPerformed'],
    ['scrap-rate', 'ProcessStepPerformed'],
    ['delivery-lead-time', 'OrderPlaced'],
    ['on-time-shipment', 'OrderLineCancelled'],
    ['in-full-lines', 'OrderPlaced'],
    ['quality-return-rate', 'OrderPlaced'],
    ['cohort-return-rate', 'GoodsReturned'],
    ['net-revenue', 'ExchangeRateSet'],
    ['operating-margin', 'AccountDefined'],
    ['customer-retention', 'CustomersMerged'],
    ['active-customers', 'CustomerActivated'],
    ['target-segment-revenue-share', 'SegmentDefined'],
    ['new-product-sales-ratio', 'ProductLaunched'],
    ['training-coverage', 'EmploymentChanged'],
    ['orders-placed', 'FactCorrected'],
    ['orders-placed', 'UnitDefined'],
    ['orders-placed', 'MeasurePolicySet'],
  ] as const)('leave %s incomplete when one is a %s', async (kpi, type) => {
    const company = aMonth();
    const { status, flags } = await company.figure(kpi, '2024-03');
    expect(flags).not.toContain('incomplete');
    company.unreadable(type);
    const after = await company.figure(kpi, '2024-03');
    expect(after.flags).toContain('incomplete');
    expect(after.status).toBe(status === 'ok' ? 'incomplete' : status);
  });

  it.each([
    ['cycle-efficiency', 'GoodsShipped'],
    ['net-revenue', 'LedgerAmountPosted'],
    ['orders-placed', 'CustomerSegmentAssigned'],
    ['new-product-sales-ratio', 'ServiceCaseOpened'],
  ] as const)('leave %s alone when it does not read a %s', async (kpi, type) => {
    const company = aMonth();
    company.unreadable(type);
    expect((await company.figure(kpi, '2024-03')).flags).not.toContain('incomplete');
  });

  it('of membership count where a segment is asked', async () => {
    const company = aMonth();
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
      effectiveFrom: '2000-01-01',
    });
    company.unreadable('CustomersMerged');
    expect((await company.figure('orders-placed', '2024-03')).flags).toEqual([]);
    expect((await company.figure('orders-placed', '2024-03', { segment: 'gold' })).flags).toEqual([
      'incomplete',
    ]);
  });

  it('of the ledger count in revenue that the policy takes from there', async () => {
    const company = aMonth();
    company.fact('MeasurePolicySet', {
      kpiCode: 'net-revenue',
      parameters: { revenueBasis: 'ledger' },
      effectiveFrom: '2000-01-01',
      changeClass: 'method',
    });
    expect((await company.figure('revenue-growth-sequential', '2024-03')).flags).not.toContain('incomplete');
    company.unreadable('AccountDefined');
    expect((await company.figure('revenue-growth-sequential', '2024-03')).flags).toContain('incomplete');
  });

  it('are of types that the catalogue has', () => {
    const known: readonly string[] = eventTypes;
    for (const { code, main, also = [], reads = [] } of kpiSheets.values()) {
      const strange = [...main, ...also, ...reads].flatMap(typesOf).filter((type) => !known.includes(type));
      expect([code, strange]).toEqual([code, []]);
    }
  });
});

describe('on time in full, by the day of delivery', () => {
  it('is covered from the first delivery on, not from the first order', async () => {
    const company = inEuro();
    for (const orderedOn of ['2024-01-10', '2024-03-10'])
      company.fact('OrderPlaced', {
        orderId: orderedOn,
        customerId: 'C',
        orderedOn,
        promisedOn: '2024-03-20',
        currency: 'EUR',
        lines: [{ lineNo: 1, productId: 'p', qty: '1', unitPrice: '1' }],
      });
    company.fact('DeliveryConfirmed', {
      orderId: '2024-01-10',
      shipmentId: 's',
      deliveredOn: '2024-03-15',
      lines: [{ lineNo: 1, acceptedQty: '1' }],
    });
    expect(await company.brief('otif', '2024-03')).toBe('ok 0.500000 n=2');
    company.fact('MeasurePolicySet', {
      kpiCode: 'otif',
      parameters: { periodBasis: 'delivered' },
      effectiveFrom: '2000-01-01',
      changeClass: 'method',
    });
    // March begins before the first delivery: deliveries of its first days may be missing.
    expect(await company.brief('otif', '2024-03')).toBe('incomplete 1.000000 n=1');
    expect(await company.brief('otif', '2024-04')).toBe('not_measurable n=0');
  });
});

describe('a missing rate', () => {
  function traded(): Company {
    const company = inEuro();
    company.fact('InvoiceIssued', invoice('100', { invoiceId: 'i0', issuedOn: '2023-03-01' }));
    company.fact(
      'InvoiceIssued',
      invoice('50', { invoiceId: 'i1', issuedOn: '2024-03-01', currency: 'USD' }),
    );
    return company;
  }

  it('leaves away the part of the sum that lacks it, and no other', async () => {
    const figure = await traded().figure('revenue-growth', '2024-03');
    expect(figure).toMatchObject({ status: 'not_measurable', value: null });
    expect(figure.parts).toEqual({
      denominator: '100.00',
      prior: '100.00',
      currency: 'EUR',
      missingRate: 'USD>EUR',
    });
  });

  it('is named in text order, whichever sum lacks it', async () => {
    const company = traded();
    company.fact('MarketSizeReported', {
      marketCode: 'm',
      period: '2024-03',
      basis: 'revenue',
      amount: '1000',
      currency: 'CHF',
      source: 'x',
      publishedOn: '2024-04-01',
    });
    const figure = await company.figure('market-share', '2024-03');
    expect(figure.parts).toEqual({ basis: 'revenue', currency: 'EUR', missingRate: 'CHF>EUR' });
  });

  it('is not asked for by what comes to zero on a day, from whatever unit', async () => {
    const company = inEuro();
    const post = (postingId: string, amount: string, postedOn: string, unitId: string) =>
      company.fact('LedgerAmountPosted', {
        postingId,
        unitId,
        postedOn,
        accountCode: 'operating-expense:x',
        amount,
        currency: 'USD',
      });
    company.fact('InvoiceIssued', invoice('100', { invoiceId: 'i', issuedOn: '2024-01-01' }));
    company.fact('InvoiceIssued', invoice('100', { invoiceId: 'j', issuedOn: '2024-03-01' }));
    post('a', '70', '2024-03-05', 'north');
    post('b', '-70', '2024-03-05', 'south');
    expect(await company.brief('operating-margin', '2024-03')).toBe('ok 1.000000 n=1');
    post('c', '70', '2024-03-05', 'north');
    post('d', '-70', '2024-03-06', 'south');
    const figure = await company.figure('operating-margin', '2024-03');
    expect(figure.status).toBe('not_measurable');
    expect(figure.parts).toEqual({ denominator: '100.00', currency: 'EUR', missingRate: 'USD>EUR' });
  });

  it('may be needed by a part of a sum that needs none itself', async () => {
    const company = inEuro();
    company.fact('ProductLaunched', {
      productId: 'p',
      launchedOn: '2024-01-01',
      novelty: 'new',
      countsAsNew: true,
    });
    company.fact('InvoiceIssued', invoice('70', { invoiceId: 'i', issuedOn: '2024-03-05', currency: 'USD' }));
    company.fact('CreditNoteIssued', {
      creditNoteId: 'n',
      invoiceId: 'i',
      issuedOn: '2024-03-05',
      cause: 'price',
      lines: [{ productId: 'q', netAmount: '70', taxAmount: '0' }],
    });
    expect((await company.figure('new-product-sales-ratio', '2024-03')).parts).toEqual({
      denominator: '0.00',
      currency: 'EUR',
      missingRate: 'USD>EUR',
    });
  });
});

describe('returns that nobody records', () => {
  it.each(['quality-return-rate', 'return-rate-all-causes', 'cohort-return-rate'])(
    '%s cannot be measured until one is known',
    async (kpi) => {
      const company = inEuro();
      for (const day of ['2024-01-05', '2024-03-05'])
        company.fact('GoodsShipped', {
          orderId: day,
          shipmentId: day,
          shippedOn: day,
          lines: [{ lineNo: 1, qty: '4' }],
        });
      const before = await company.figure(kpi, '2024-03');
      expect(before).toMatchObject({ status: 'not_measurable', value: null, n: 1 });
      expect(before.parts).toEqual({ denominator: '4' });
      company.fact('GoodsReturned', {
        returnId: 'r',
        productId: 'p',
        qty: '1',
        returnedOn: '2024-05-01',
        cause: 'transport',
      });
      expect(await company.brief(kpi, '2024-03')).toBe('ok 0.000000 n=1');
    },
  );
});

describe('an improvement', () => {
  it('is incomplete when a value that it compares is', async () => {
    const company = inEuro();
    for (const [day, cost] of [
      ['2024-01-10', '60'],
      ['2024-02-10', '30'],
      ['2024-03-10', '20'],
    ] as const)
      company.fact('InvoiceIssued', {
        ...invoice('100', { invoiceId: day, issuedOn: day }),
        lines: [{ productId: 'p', qty: '1', netAmount: '100', taxAmount: '0', costAmount: cost }],
      });
    const measured = (baselinePeriod: string, closedOn: string) =>
      company.fact('ImprovementMeasured', {
        initiativeId: baselinePeriod,
        processCode: 'x',
        kpiCode: 'gross-margin',
        baselinePeriod,
        afterPeriod: '2024-03',
        startedOn: '2024-01-01',
        closedOn,
        effortHours: '10',
      });
    measured('2024-02', '2024-04-10');
    measured('2024-01', '2024-05-10');
    expect(await company.brief('improvement-rate', '2024-04')).toBe('incomplete 0.142857 n=1');
    company.fact('InvoiceIssued', invoice('0', { invoiceId: 'old', issuedOn: '2023-12-10' }));
    expect(await company.brief('improvement-rate', '2024-05')).toBe('ok 1.000000 n=1');
  });
});
