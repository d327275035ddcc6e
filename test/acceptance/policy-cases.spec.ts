import { World } from './world.ts';

/**
 * Goal: the cases that decide between two readings of a figure. Each is one of test/oracles/policy-cases.json, told as
 * facts through commands; its expectations stand in that file. Every case has a unit of its own, so that they share one log.
 */
describe('policy cases', () => {
  let world: World;
  let unit = '';
  const day = (text: string) => ({ currency: 'EUR', unitId: unit, issuedOn: text });
  const line = (netAmount: string, costAmount?: string) => [
    { productId: 'p', qty: '1', netAmount, taxAmount: '0', ...(costAmount ? { costAmount } : {}) },
  ];
  const invoice = (invoiceId: string, on: string, net: string, more: object = {}) =>
    world.fact('InvoiceIssued', { invoiceId, customerId: 'C', ...day(on), lines: line(net), ...more });
  const value = async (kpi: string, period: string, more: object = {}) =>
    (await world.figure(kpi, period, { unit, ...more })).value;

  beforeAll(async () => {
    world = await World.open();
    for (const customerId of ['C', 'A', 'B', 'a', 'b', 'c']) {
      const kind = customerId === customerId.toLowerCase() ? 'contractual' : 'transactional';
      await world.fact('CustomerRegistered', {
        customerId,
        name: customerId,
        kind,
        homeUnitId: 'root',
        registeredOn: '2023-01-01',
        externalIds: [],
      });
    }
  });
  afterAll(() => world.close());

  async function within(name: string, more: object = {}): Promise<void> {
    unit = name;
    await world.fact('UnitDefined', {
      unitId: name,
      name,
      parentId: 'root',
      effectiveFrom: '2000-01-01',
      currency: 'EUR',
      ...more,
    });
  }

  it('pol-1: a credit note counts in its own month', async () => {
    await within('pol1');
    const { position } = await invoice('pol1', '2024-03-20', '1000.00');
    await world.fact('CreditNoteIssued', {
      creditNoteId: 'pol1n',
      invoiceId: 'pol1',
      issuedOn: '2024-04-05',
      cause: 'price',
      lines: [{ productId: 'p', netAmount: '200.00', taxAmount: '0' }],
    });
    await world.project();
    expect(await value('net-revenue', '2024-03')).toBe('1000.00');
    expect(await value('net-revenue', '2024-04')).toBe('-200.00');
    expect(await value('net-revenue', '2024-03', { knownAt: { position } })).toBe('1000.00');
  });

  it('pol-2: a correction restates the period, and what was known stays', async () => {
    await within('pol2');
    const { eventId, position } = await invoice('pol2', '2024-03-20', '1000.00');
    await world.fact('FactCorrected', {
      targetEventId: eventId,
      replacement: { invoiceId: 'pol2', customerId: 'C', ...day('2024-03-20'), lines: line('100.00') },
      reason: 'amount mistyped',
      authorisedBy: 'mei',
    });
    await world.project();
    expect(await value('net-revenue', '2024-03', { knownAt: { position } })).toBe('1000.00');
    expect(await value('net-revenue', '2024-03')).toBe('100.00');
    expect(await value('net-revenue', '2024-04')).toBe('0.00');
  });

  it('pol-3: a fact that is recorded late', async () => {
    await within('pol3');
    await invoice('pol3-first', '2024-02-01', '10.00');
    const { position } = await world
      .fact('PeriodClosed', {
        unitId: unit,
        period: '2024-03',
        closedAt: '2024-04-05T00:00:00Z',
        snapshotId: 's',
      })
      .catch(() =>
        world.fact('UnitDefined', {
          unitId: 'pol3x',
          name: 'x',
          parentId: 'root',
          effectiveFrom: '2000-01-01',
        }),
      );
    await invoice('pol3', '2024-03-29', '500.00');
    await world.project();
    expect(await value('net-revenue', '2024-03', { knownAt: { position } })).toBe('0.00');
    expect(await value('net-revenue', '2024-03')).toBe('500.00');
  });

  it('pol-4: two files of one customer', async () => {
    await within('pol4');
    const order = (orderId: string, customerId: string, orderedOn: string) =>
      world.fact('OrderPlaced', {
        orderId,
        customerId,
        unitId: unit,
        orderedOn,
        currency: 'EUR',
        lines: [{ lineNo: 1, productId: 'p', qty: '1', unitPrice: '1' }],
      });
    await order('pol4a', 'A', '2024-01-10');
    const { position } = await order('pol4b', 'B', '2024-02-10');
    await world.fact('CustomersMerged', { survivorId: 'A', absorbedId: 'B', reason: 'entered twice' });
    await world.project();
    expect(await value('new-customers', '2024-01')).toBe('1');
    expect(await value('new-customers', '2024-02', { knownAt: { position } })).toBe('1');
    expect(await value('new-customers', '2024-02')).toBe('0');
    expect(await value('active-customers', '2024-02')).toBe('1');
    await world.fact('CustomersUnmerged', { survivorId: 'A', restoredId: 'B', reason: 'two after all' });
    await world.project();
    expect(await value('new-customers', '2024-02')).toBe('1');
    expect(await value('active-customers', '2024-02')).toBe('2');
  });

  it('pol-5: a rate with nothing below it is not measurable', async () => {
    await within('pol5');
    await world.fact('GoodsReturned', {
      returnId: 'pol5',
      productId: 'p',
      qty: '1',
      returnedOn: '2024-05-02',
      cause: 'quality',
      unitId: unit,
    });
    await world.project();
    expect(await world.figure('quality-return-rate', '2024-05', { unit })).toMatchObject({
      status: 'not_measurable',
      value: null,
      parts: { numerator: '1', denominator: '0' },
    });
  });

  it('pol-6: the margin of a group is the ratio of sums', async () => {
    await within('pol6');
    await within('pol6a', { parentId: 'pol6' });
    await invoice('pol6a', '2024-01-05', '100.00', { lines: line('100.00', '90.00') });
    await within('pol6b', { parentId: 'pol6' });
    await invoice('pol6b', '2024-01-05', '900.00', { lines: line('900.00', '630.00') });
    await world.project();
    unit = 'pol6';
    expect(await value('gross-margin', '2024-01')).toBe('0.280000');
    expect(await value('gross-margin', '2024-01', { unit: 'pol6a' })).toBe('0.100000');
  });

  it('pol-7: shares are not forced to sum to one', async () => {
    await within('pol7');
    for (const segment of ['s1', 's2', 's3']) {
      await world.fact('SegmentDefined', {
        segmentCode: segment,
        name: segment,
        isTarget: segment === 's1',
        valueProposition: [],
        effectiveFrom: '2000-01-01',
      });
      await world.fact('CustomerRegistered', {
        customerId: `pol7${segment}`,
        name: 'x',
        kind: 'transactional',
        homeUnitId: 'root',
        registeredOn: '2023-01-01',
        externalIds: [],
      });
      await world.fact('CustomerSegmentAssigned', {
        customerId: `pol7${segment}`,
        segmentCode: segment,
        effectiveFrom: '2023-01-01',
      });
      await invoice(`pol7${segment}`, '2024-01-05', '1.00', { customerId: `pol7${segment}` });
    }
    await world.project();
    expect(await world.figure('target-segment-revenue-share', '2024-01', { unit })).toMatchObject({
      value: '0.333333',
      parts: { numerator: '1.00', denominator: '3.00' },
    });
  });

  it('pol-8: acquired and lost in the same period', async () => {
    await within('pol8');
    const activate = (customerId: string, effectiveOn: string) =>
      world.fact('CustomerActivated', { customerId, basis: 'contract', unitId: unit, effectiveOn });
    await activate('a', '2023-12-01');
    await activate('b', '2023-12-01');
    await activate('c', '2024-01-10');
    await world.fact('CustomerLapsed', { customerId: 'c', effectiveOn: '2024-01-20', reasonCode: 'left' });
    await world.fact('CustomerLapsed', { customerId: 'b', effectiveOn: '2024-01-25', reasonCode: 'left' });
    await world.project();
    expect(await world.figure('customer-retention', '2024-01', { unit })).toMatchObject({
      value: '0.500000',
      parts: {
        opening: '2',
        closing: '1',
        new: '1',
        newStillActive: '0',
        retained: '1',
        lost: '1',
        wonBack: '0',
      },
    });
    // The same days as a range of days take the way over the histories.
    const { figures } = await world.figures({
      kpi: 'customer-retention',
      period: '2024-01-01..2024-01-31',
      total: true,
      unit,
    });
    expect(figures.at(-1)).toMatchObject({
      value: '0.500000',
      parts: { opening: '2', closing: '1', new: '1', retained: '1' },
    });
  });

  it('pol-9: flows at the average rate, balances at the closing rate', async () => {
    await within('pol9', { currency: 'USD' });
    await invoice('pol9', '2024-03-10', '100.00');
    for (const [postingId, accountCode, amount] of [
      ['pol9a', 'asset:machines', '1000'],
      ['pol9e', 'equity:own', '-1000'],
    ] as const) {
      await world.fact('LedgerAmountPosted', {
        postingId,
        unitId: unit,
        postedOn: '2024-03-31',
        accountCode,
        amount,
        currency: 'EUR',
        opening: false,
      });
    }
    await world.project();
    expect(await world.figure('net-revenue', '2024-03', { unit })).toMatchObject({
      status: 'not_measurable',
      value: null,
      parts: { missingRate: 'EUR>USD' },
    });
    const rate = { fromCurrency: 'EUR', toCurrency: 'USD', source: 'test' };
    await world.fact('ExchangeRateSet', { ...rate, rate: '1.10', kind: 'average', period: '2024-03' });
    await world.fact('ExchangeRateSet', { ...rate, rate: '1.08', kind: 'closing', validOn: '2024-03-31' });
    await world.project();
    expect(await value('net-revenue', '2024-03')).toBe('110.00');
    expect((await world.figure('roce', '2024-03', { unit })).parts['closingCapital']).toBe('1080.00');
  });

  it('pol-10: growth from a negative base has no meaning', async () => {
    await within('pol10');
    for (const [year, net, expense] of [
      ['2023', '100', '150'],
      ['2024', '100', '75'],
    ] as const) {
      await invoice(`pol10${year}`, `${year}-01-10`, net, { lines: line(net, '0') });
      await world.fact('LedgerAmountPosted', {
        postingId: `pol10${year}`,
        unitId: unit,
        postedOn: `${year}-01-31`,
        accountCode: 'operating-expense:all',
        amount: expense,
        currency: 'EUR',
        opening: false,
      });
    }
    await world.project();
    expect(await world.figure('earnings-growth', '2024-01', { unit })).toMatchObject({
      status: 'not_meaningful',
      value: null,
      parts: { difference: '75.00' },
    });
  });
});
