import { declarationOf, type EventOf, eventTypes, isEventType } from './catalogue.ts';
import { personalFields } from './places.ts';

/** The catalogue as it was planned: operational facts 1 to 35 in their order, then the rest by area. */
const operational = [
  'CustomerRegistered',
  'ProspectContacted',
  'SegmentDefined',
  'CustomerSegmentAssigned',
  'CustomerActivated',
  'CustomerLapsed',
  'CustomersMerged',
  'OrderPlaced',
  'OrderLineCancelled',
  'GoodsShipped',
  'DeliveryConfirmed',
  'InvoiceIssued',
  'CreditNoteIssued',
  'GoodsReturned',
  'CashMoved',
  'LedgerAmountPosted',
  'CapitalCostRateSet',
  'ExchangeRateSet',
  'MarketSizeReported',
  'SurveyResponseRecorded',
  'ProcessCaseOpened',
  'ProcessStepPerformed',
  'ProcessCaseClosed',
  'ImprovementMeasured',
  'DevelopmentGatePassed',
  'ProductLaunched',
  'EmploymentChanged',
  'TrainingCompleted',
  'JobRequirementSet',
  'SkillAssessed',
  'AssetChanged',
  'TargetSet',
  'PeriodClosed',
  'FactCorrected',
  'ImportBatchAccepted',
];
const file = [
  'CustomerProfileChanged',
  'CustomerDocumentFiled',
  'CustomerQualified',
  'CustomerWonBack',
  'CustomersUnmerged',
  'CustomerErased',
];
const service = [
  'ServiceCaseOpened',
  'ServiceCaseAnswered',
  'ServiceCaseHandedOver',
  'ServiceCaseResolved',
  'ServiceCaseReopened',
];
const organisation = [
  'UnitDefined',
  'AccountDefined',
  'CalendarDefined',
  'MeasurePolicySet',
  'ScorecardRevised',
  'EditionPublished',
  'EditionRestated',
  'PeriodReopened',
  'CorrectionProposed',
  'CorrectionApproved',
  'CorrectionRejected',
  'CorrectionWithdrawn',
];

it('has every event of the plan, once, and no other', () => {
  expect([...eventTypes].sort()).toEqual([...operational, ...file, ...service, ...organisation].sort());
});

it.each([...operational, ...file, ...service])('%s may name its unit', (type) => {
  expect(Object.keys(declarationOf(type).fields)).toContain('unitId');
});

it.each([
  ['CustomerRegistered', ['name', 'taxNumber', 'contacts', 'address']],
  ['CustomerProfileChanged', ['name', 'taxNumber', 'contacts', 'address', 'note']],
  ['CustomerDocumentFiled', ['title']],
  ['EmploymentChanged', ['name']],
  ['OrderPlaced', []],
  ['SomethingElse', []],
])('%s seals %j', (type, fields) => {
  expect(personalFields(type)).toEqual(fields);
});

it('knows no inherited names', () => {
  expect(isEventType('constructor')).toBe(false);
  expect(() => declarationOf('OrderDreamed')).toThrow('"OrderDreamed" is not an event of the catalogue');
});

it('infers the type of the data from the fields', () => {
  const order: EventOf<'OrderPlaced'>['data'] = {
    orderId: '1',
    customerId: 'C',
    orderedOn: '2024-01-01',
    currency: 'EUR',
    lines: [{ lineNo: 1, productId: 'P', qty: '1', unitPrice: '2.5' }],
  };
  const price: string | undefined = order.lines[0]?.unitPrice;
  expect(price).toBe('2.5');
  // @ts-expect-error amounts are decimal strings, never JSON numbers
  const wrong: EventOf<'CashMoved'>['data']['amount'] = 1.5;
  // @ts-expect-error a cause outside the list
  const cause: EventOf<'GoodsReturned'>['data']['cause'] = 'bored';
  const voided: EventOf<'FactCorrected'>['data']['replacement'] = null;
  expect([wrong, cause, voided]).toHaveLength(3);
});
