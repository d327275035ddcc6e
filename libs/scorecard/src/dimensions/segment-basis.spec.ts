import { Company } from './company.testkit.ts';

/** Goal: with `segmentBasis: periodEnd` a customer is in one segment for the whole figure: the one of the period's last day. Source: docs/figures.md §4. */
const gold = { segment: 'gold' };

function company(): Company {
  const made = new Company();
  made.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  for (const segmentCode of ['gold', 'silver'])
    made.fact('SegmentDefined', {
      segmentCode,
      name: segmentCode,
      isTarget: segmentCode === 'gold',
      valueProposition: [],
      effectiveFrom: '2000-01-01',
    });
  made.fact('CustomerSegmentAssigned', {
    customerId: 'a',
    segmentCode: 'silver',
    effectiveFrom: '2000-01-01',
  });
  made.fact('CustomerSegmentAssigned', { customerId: 'a', segmentCode: 'gold', effectiveFrom: '2024-03-20' });
  made.fact('CustomerSegmentAssigned', { customerId: 'b', segmentCode: 'gold', effectiveFrom: '2000-01-01' });
  for (const [customerId, day, net] of [
    ['a', '2024-01-10', '1'],
    ['b', '2024-01-11', '2'],
    ['a', '2024-02-10', '10'],
    ['a', '2024-03-10', '100'],
    ['b', '2024-03-10', '30'],
  ] as const) {
    made.fact('InvoiceIssued', {
      invoiceId: `${customerId} ${day}`,
      customerId,
      issuedOn: day,
      currency: 'EUR',
      lines: [{ productId: 'p', qty: '1', netAmount: net, taxAmount: '0' }],
    });
    made.fact('OrderPlaced', {
      orderId: `${customerId} ${day}`,
      customerId,
      orderedOn: day,
      currency: 'EUR',
      lines: [{ lineNo: 1, productId: 'p', qty: '1', unitPrice: '1' }],
    });
  }
  return made;
}

function byPeriodEnd(...kpis: readonly string[]): Company {
  const made = company();
  for (const kpiCode of kpis)
    made.fact('MeasurePolicySet', {
      kpiCode,
      parameters: { segmentBasis: 'periodEnd' },
      effectiveFrom: '2000-01-01',
      changeClass: 'method',
    });
  return made;
}

it('moves flows to the segment of the last day', async () => {
  expect((await company().figure('net-revenue', '2024-03', gold)).value).toBe('30.00');
  const made = byPeriodEnd('net-revenue');
  expect((await made.figure('net-revenue', '2024-03', gold)).value).toBe('130.00');
  expect((await made.figure('net-revenue', '2024-03', { segment: 'silver' })).status).toBe('no_data');
  expect((await made.figure('net-revenue', '2024-03')).value).toBe('130.00');
});

it('goes by its own end in every figure of a range, and by the end of the range in the total', async () => {
  const { figures } = await byPeriodEnd('net-revenue').figures('net-revenue', '2024-01..2024-03', {
    ...gold,
    total: true,
  });
  expect(figures.map(({ value }) => value)).toEqual(['2.00', '0.00', '130.00', '143.00']);
});

it('takes the period that it compares with by the same day', async () => {
  const made = byPeriodEnd('revenue-growth-sequential');
  expect((await made.figure('revenue-growth-sequential', '2024-03', gold)).parts).toMatchObject({
    current: '130.00',
    prior: '10.00',
  });
  expect((await company().figure('revenue-growth-sequential', '2024-03', gold)).parts).toMatchObject({
    current: '30.00',
    prior: '0.00',
  });
});

it('counts customers by all their days', async () => {
  expect((await company().figure('customer-retention', '2024-03', gold)).parts).toMatchObject({
    opening: '1',
    closing: '1',
  });
  const made = byPeriodEnd('customer-retention');
  expect((await made.figure('customer-retention', '2024-03', gold)).parts).toMatchObject({
    opening: '2',
    closing: '2',
    retained: '2',
    new: '0',
  });
  expect((await made.figure('new-customers', '2024-01', gold)).value).toBe('1');
  expect((await made.figure('new-customers', '2024-Q1', gold)).value).toBe('2');
});

it('moves what is open, too', async () => {
  expect((await company().figure('order-to-ship-time', '2024-03', gold)).parts['open']).toBe('2');
  const made = byPeriodEnd('order-to-ship-time');
  expect((await made.figure('order-to-ship-time', '2024-03', gold)).parts['open']).toBe('5');
  expect((await made.figure('order-to-ship-time', '2024-02', gold)).parts['open']).toBe('1');
});

it('moves revenue between target segments', async () => {
  expect((await company().figure('target-segment-revenue-share', '2024-03')).value).toBe('0.230769');
  const made = byPeriodEnd('target-segment-revenue-share');
  expect((await made.figure('target-segment-revenue-share', '2024-03')).value).toBe('1.000000');
});

it('leaves a fact that names its segment where it is', async () => {
  const made = byPeriodEnd('nps');
  made.fact('SurveyResponseRecorded', {
    surveyId: 's',
    responseId: '1',
    customerId: 'a',
    segmentCode: 'silver',
    answeredOn: '2024-03-05',
    instrument: 'NPS',
    scaleMin: 0,
    scaleMax: 10,
    score: 9,
  });
  made.fact('SurveyResponseRecorded', {
    surveyId: 's',
    responseId: '2',
    customerId: 'a',
    answeredOn: '2024-03-05',
    instrument: 'CSAT',
    scaleMin: 0,
    scaleMax: 10,
    score: 9,
  });
  expect((await made.figure('nps', '2024-03', { segment: 'silver' })).n).toBe(1);
  expect((await made.figure('nps', '2024-03', gold)).status).toBe('no_data');
});

it('follows a later assignment, and what was known before stays', async () => {
  const made = byPeriodEnd('net-revenue');
  const before = made.head;
  made.fact('CustomerSegmentAssigned', {
    customerId: 'a',
    segmentCode: 'silver',
    effectiveFrom: '2024-03-25',
  });
  expect((await made.figure('net-revenue', '2024-03', gold)).value).toBe('30.00');
  expect((await made.figure('net-revenue', '2024-03', { ...gold, knownAt: before })).value).toBe('130.00');
});
