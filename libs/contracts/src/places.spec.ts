import { declarationOf } from './catalogue.ts';
import { businessDateOf, customerOf, documentOf, sourceEventId, streamOf, unitOf } from './places.ts';

describe('streams', () => {
  it.each([
    ['OrderPlaced', 'order-10248'],
    ['CreditNoteIssued', 'invoice-N-1'],
    ['CashMoved', 'cash-M1'],
    ['LedgerAmountPosted', 'ledger-L1'],
    ['AccountDefined', 'ledger-chart'],
    ['SurveyResponseRecorded', 'survey-S-2024:1'],
    ['ExchangeRateSet', 'policy-rate-EUR-USD'],
    ['CapitalCostRateSet', 'policy-capital-root'],
    ['MeasurePolicySet', 'policy-customer-retention'],
    ['MarketSizeReported', 'market-delicatessen-eu'],
    ['UnitDefined', 'organisation-units'],
    ['CustomerRegistered', 'customer-C042'],
    ['CustomersMerged', 'customer-C043'],
    ['CustomersUnmerged', 'customer-C043'],
    ['ProspectContacted', 'customer-P7'],
  ])('%s goes to %s', (type, stream) => {
    expect(streamOf(type, declarationOf(type).sample)).toBe(stream);
  });

  it('a return without an order has a stream of its own', () => {
    expect(streamOf('GoodsReturned', { returnId: 'R9' })).toBe('order-return-R9');
    expect(streamOf('GoodsReturned', { returnId: 'R9', orderId: '7' })).toBe('order-7');
  });

  it('are named in ASCII whatever the id', () => {
    expect(streamOf('OrderPlaced', { orderId: '订单 1%' })).toBe('order-%E8%AE%A2%E5%8D%95%201%25');
    expect(streamOf('OrderPlaced', { orderId: 'a:b' })).toBe('order-a:b');
  });

  it('do not mix up two surveys whose ids hold a colon', () => {
    const one = streamOf('SurveyResponseRecorded', { surveyId: 'a:b', responseId: 'c' });
    const other = streamOf('SurveyResponseRecorded', { surveyId: 'a', responseId: 'b:c' });
    expect([one, other]).toEqual(['survey-a%3Ab:c', 'survey-a:b%3Ac']);
  });

  it('are refused without the ids, and for corrections', () => {
    expect(() => streamOf('OrderPlaced', {})).toThrow(/only with all the ids/);
    expect(() => streamOf('SurveyResponseRecorded', { surveyId: 'S' })).toThrow(/only with all the ids/);
    expect(() => streamOf('FactCorrected', declarationOf('FactCorrected').sample)).toThrow(
      /stream of the fact/,
    );
  });
});

it.each([
  ['OrderPlaced', { orderedOn: '2024-03-01' }, '2024-03-01'],
  ['ProcessCaseOpened', { openedOn: '2024-03-01' }, '2024-03-01'],
  ['ProcessCaseOpened', { openedAt: '2024-03-01T08:00:00+01:00' }, '2024-03-01T08:00:00+01:00'],
  ['ImprovementMeasured', { startedOn: '2024-03-01' }, '2024-03-01'],
  ['ImprovementMeasured', { startedOn: '2024-03-01', closedOn: '2024-06-30' }, '2024-06-30'],
  ['CustomersMerged', { survivorId: 'A' }, null],
])('the business date of %s %j is %s', (type, data, date) => {
  expect(businessDateOf(type, data)).toBe(date);
});

it.each([
  ['OrderPlaced', { orderId: '7', customerId: 'C', unitId: 'north' }, ['C', 'north', null]],
  ['GoodsShipped', { orderId: '7' }, [null, null, { category: 'order', id: '7' }]],
  ['CreditNoteIssued', { invoiceId: 'I' }, [null, null, { category: 'invoice', id: 'I' }]],
  ['ProductLaunched', { projectId: 'D1' }, [null, null, { category: 'development', id: 'D1' }]],
  ['ProductLaunched', {}, [null, null, null]],
  ['CustomersMerged', { survivorId: 'A', absorbedId: 'B' }, ['A', null, null]],
  ['UnitDefined', { unitId: 'north' }, [null, 'north', null]],
])('%s %j names its customer, unit and document', (type, data, [customer, unit, document]) => {
  expect([customerOf(type, data), unitOf(type, data), documentOf(type, data)]).toEqual([
    customer,
    unit,
    document,
  ]);
});

it('the id of a fact of another system is the same for ever', () => {
  // Computed by another implementation of UUID v5.
  const source = { system: 'erp', id: '1' };
  expect(sourceEventId(source, 'OrderPlaced')).toBe('e82b1905-ac94-52f5-b8c3-00ce16917a9d');
  expect(sourceEventId(source, 'InvoiceIssued')).not.toBe(sourceEventId(source, 'OrderPlaced'));
  expect(sourceEventId({ system: 'erp","1', id: '' }, 'X')).not.toBe(
    sourceEventId({ system: 'erp', id: '1","' }, 'X'),
  );
});
