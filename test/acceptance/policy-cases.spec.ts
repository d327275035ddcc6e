import {
  addRatio,
  divideRatio,
  type Ratio as Fraction,
  multiplyRatio,
  ratio,
  ratioOfDecimal,
  roundRatio,
} from '#kernel';
import { Oracle } from './oracle.ts';
import { World } from './world.ts';

/**
 * Goal: the cases that decide between two readings of a figure. Each is one of test/oracles/policy-cases.json, told as
 * facts through commands; its expectations stand in that file. Every case has a unit of its own, so that they share one log.
 */
const oracle = new Oracle('policy-cases.json');
/** What the oracle expects of case pol-<number>. */
const expected = (number: number) => `cases/${number - 1}/expected`;

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
    oracle.says(expected(1), {
      'revenue 2024-03': await value('net-revenue', '2024-03'),
      'revenue 2024-04': await value('net-revenue', '2024-04'),
      'same, asked as known on 2024-03-31': {
        '2024-03': await value('net-revenue', '2024-03', { knownAt: { position } }),
      },
    });
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
    oracle.says(expected(2), {
      'revenue 2024-03 as known 2024-03-31': await value('net-revenue', '2024-03', {
        knownAt: { position },
      }),
      'revenue 2024-03 as known 2024-04-30': await value('net-revenue', '2024-03'),
      'revenue 2024-04': await value('net-revenue', '2024-04'),
    });
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
    oracle.says(expected(3), {
      'revenue 2024-03 as known 2024-04-05': await value('net-revenue', '2024-03', {
        knownAt: { position },
      }),
      'revenue 2024-03 now': await value('net-revenue', '2024-03'),
    });
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
    oracle.says(expected(4), {
      'new customers 2024-01': await value('new-customers', '2024-01'),
      'new customers 2024-02 as known 2024-02-29': await value('new-customers', '2024-02', {
        knownAt: { position },
      }),
      'new customers 2024-02 now': await value('new-customers', '2024-02'),
      'active customers': await value('active-customers', '2024-02'),
    });
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
    oracle.tells('words for what was compared above', `${expected(5)}/return rate`);
  });

  it('pol-6: the margin of a group is the ratio of sums', async () => {
    await within('pol6');
    await within('pol6a', { parentId: 'pol6' });
    await invoice('pol6a', '2024-01-05', '100.00', { lines: line('100.00', '90.00') });
    await within('pol6b', { parentId: 'pol6' });
    await invoice('pol6b', '2024-01-05', '900.00', { lines: line('900.00', '630.00') });
    await world.project();
    unit = 'pol6';
    const group = await value('gross-margin', '2024-01');
    const [a, b] = [
      await value('gross-margin', '2024-01', { unit: 'pol6a' }),
      await value('gross-margin', '2024-01', { unit: 'pol6b' }),
    ].map((margin) => ratioOfDecimal(margin as string)) as [Fraction, Fraction];
    const average = roundRatio(divideRatio(addRatio(a, b), ratio(2n)), 6);
    oracle.says(expected(6), { 'group margin': group, 'wrong average of margins': average });
    expect(group).not.toBe(average);
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
    const share = await world.figure('target-segment-revenue-share', '2024-01', { unit });
    expect(share).toMatchObject({ parts: { numerator: '1.00', denominator: '3.00' } });
    oracle.says(expected(7), { each: share.value });
    const shown = multiplyRatio(ratioOfDecimal(share.value as string), ratio(3n));
    expect(oracle.at(`${expected(7)}/sum shown`)).toBe(`${roundRatio(shown, 6)} - do not force to 1`);
    // Numerators over one denominator add up exactly.
    const exact = multiplyRatio(ratio(1n, 3n), ratio(3n));
    oracle.says(expected(7), { 'exact sum': roundRatio(exact, 0) });
    oracle.tells('the sum of what is shown, compared above', `${expected(7)}/sum shown`);
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
    const retention = await world.figure('customer-retention', '2024-01', { unit });
    const count = (name: string) => BigInt(retention.parts[name] as string);
    oracle.says(expected(8), {
      E: String(count('closing')),
      N: String(count('new')),
      'retention set-based': retention.value,
      'naive (E-N)/S': roundRatio(ratio(count('closing') - count('new'), count('opening')), 6),
    });
    expect(retention).toMatchObject({
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
    oracle.says(expected(9), {
      'revenue USD': await value('net-revenue', '2024-03'),
      'capital USD': (await world.figure('roce', '2024-03', { unit })).parts['closingCapital'] as string,
    });
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
    oracle.tells('words for what was compared above', `${expected(10)}/growth`);
  });

  it('every value of the oracle was compared with a figure, or is no figure', () => {
    oracle.tells('how the oracle rounds, in words', 'rounding');
    for (const at of oracle.names('cases'))
      oracle.tells('the story of the case', ...['id', 'what', 'facts'].map((name) => `cases/${at}/${name}`));
    oracle.tells(
      'what an edition says: editions are not offered yet',
      `${expected(2)}/published scorecard 2024-03 v1`,
    );
    oracle.tells('a flag of an edition: editions are not offered yet', `${expected(3)}/flag`);
    expect(oracle.unclaimed).toEqual([]);
  });
});
