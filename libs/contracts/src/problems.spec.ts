import { declarationOf } from './catalogue.ts';
import { parseRecorded } from './recorded.ts';
import { validate } from './validate.ts';

/** Every refusal names one field and says what would be right: type, change to the sample, field, message. */
type Row = readonly [what: string, type: string, change: object, field: string, message: RegExp];

const line = { lineNo: 1, productId: '11', qty: '1', unitPrice: '1' };
const lines = (...more: object[]) => ({ lines: more.map((each) => ({ ...line, ...each })) });
const half = String.fromCharCode(0xd800);

const forms: readonly Row[] = [
  ['a negative quantity', 'OrderPlaced', lines({ qty: '-1' }), 'lines[0].qty', /not be negative/],
  ['a 7th decimal', 'OrderPlaced', lines({ unitPrice: '1.1234567' }), 'lines[0].unitPrice', /6 decimals/],
  ['a JSON number', 'OrderPlaced', lines({ qty: 1.5 }), 'lines[0].qty', /string, like "1.5"/],
  ['an exponent', 'OrderPlaced', lines({ qty: '1e3' }), 'lines[0].qty', /plain digits/],
  ['a comma', 'OrderPlaced', lines({ qty: '1,5' }), 'lines[0].qty', /plain digits/],
  ['a line number 0', 'OrderPlaced', lines({ lineNo: 0 }), 'lines[0].lineNo', /1 or more/],
  ['a half line number', 'OrderPlaced', lines({ lineNo: 1.5 }), 'lines[0].lineNo', /whole number/],
  ['a discount in percent', 'OrderPlaced', lines({ discountRate: '15' }), 'lines[0].discountRate', /0 to 1/],
  ['no lines', 'OrderPlaced', { lines: [] }, 'lines', /at least 1/],
  ['an unknown currency', 'OrderPlaced', { currency: 'XYZ' }, 'currency', /ISO 4217/],
  ['a currency in small letters', 'OrderPlaced', { currency: 'eur' }, 'currency', /ISO 4217/],
  ['a date that does not exist', 'OrderPlaced', { orderedOn: '2024-02-30' }, 'orderedOn', /date that exists/],
  ['a year nobody can count', 'OrderPlaced', { orderedOn: '9999-12-31' }, 'orderedOn', /1584 to 9998/],
  ['a missing field', 'OrderPlaced', { customerId: undefined }, 'customerId', /is missing/],
  ['an unknown field', 'OrderPlaced', { ordredOn: 1 }, 'ordredOn', /known here: orderId, .*orderedOn/],
  ['an empty id', 'OrderPlaced', { orderId: '' }, 'orderId', /not be empty/],
  ['an id with a blank at its end', 'OrderPlaced', { orderId: '7 ' }, 'orderId', /blanks at its ends/],
  ['an id with a line break', 'OrderPlaced', { orderId: 'a\nb' }, 'orderId', /control characters/],
  ['half of a surrogate pair', 'OrderPlaced', { orderId: `a${half}` }, 'orderId', /must be an id/],
  ['an id too long', 'OrderPlaced', { orderId: 'x'.repeat(201) }, 'orderId', /200 characters/],
  ['a wrong cause', 'GoodsReturned', { cause: 'bored' }, 'cause', /quality, wrongItem/],
  ['an instant without zone', 'ProcessCaseClosed', { closedAt: '2024-03-01T08:00:00' }, 'closedAt', /offset/],
  [
    'an instant at the end of time',
    'ProcessCaseClosed',
    { closedAt: '9999-12-31T23:59:59-12:00' },
    'closedAt',
    /1584 to 9998/,
  ],
  ['a blank name', 'CustomerRegistered', { name: '   ' }, 'name', /not only blanks/],
  ['a text too long', 'CustomerRegistered', { name: 'x'.repeat(65_537) }, 'name', /65536 characters/],
  [
    'a contact of a wrong kind',
    'CustomerRegistered',
    { contacts: [{ kind: 'mail', value: 'x' }] },
    'contacts[0].kind',
    /email, phone/,
  ],
  [
    'half an envelope',
    'CustomerRegistered',
    { name: { sealed: { keyId: 'k', iv: 'i', tag: 't' } } },
    'name.sealed.ciphertext',
    /is missing/,
  ],
  ['a level above 5', 'SkillAssessed', { level: 6 }, 'level', /5 or less/],
  ['a week 54', 'TargetSet', { period: '2024-W54' }, 'period', /must be a period/],
  ['a fiscal week 54', 'TargetSet', { period: 'FY2024-W54' }, 'period', /must be a period/],
  ['a fiscal year nobody can count', 'TargetSet', { period: 'FY9999' }, 'period', /must be a period/],
  ['an event id that is none', 'FactCorrected', { targetEventId: 'E1' }, 'targetEventId', /UUID/],
  ['an unknown zone', 'CalendarDefined', { zone: 'Berlin' }, 'zone', /IANA/],
];

const betweenFields: readonly Row[] = [
  ['a line number twice', 'OrderPlaced', lines({}, {}), 'lines[1].lineNo', /1 stands there twice/],
  ['a WACC in percent', 'CapitalCostRateSet', { wacc: '11' }, 'wacc', /0\.11 for 11 %/],
  ['a WACC of 1', 'CapitalCostRateSet', { wacc: '1' }, 'wacc', /below 1/],
  ['a tax rate in percent', 'CapitalCostRateSet', { taxRate: '25' }, 'taxRate', /0\.25 for 25 %/],
  ['a rate of 0', 'ExchangeRateSet', { rate: '0.00' }, 'rate', /greater than 0/],
  ['a rate without its time', 'ExchangeRateSet', { period: undefined }, 'validOn', /exactly one of/],
  ['a rate of one currency', 'ExchangeRateSet', { toCurrency: 'EUR' }, 'toCurrency', /another currency/],
  ['a scale upside down', 'SurveyResponseRecorded', { scaleMin: 10 }, 'scaleMax', /greater than scaleMin/],
  ['no score without a word', 'SurveyResponseRecorded', { score: null }, 'reason', /why there is no score/],
  ['an ACSI answer about nothing', 'SurveyResponseRecorded', { instrument: 'ACSI' }, 'attribute', /for ACSI/],
  ['a market without currency', 'MarketSizeReported', { currency: undefined }, 'currency', /by revenue/],
  ['a market without measure', 'MarketSizeReported', { basis: 'units' }, 'uom', /by units/],
  ['a case opened twice', 'ProcessCaseOpened', { openedOn: '2024-03-01' }, 'openedAt', /exactly one/],
  ['a case never opened', 'ProcessCaseOpened', { openedAt: undefined }, 'openedAt', /exactly one/],
  ['a contact with two names', 'ProspectContacted', { customerId: 'C1' }, 'customerId', /exactly one/],
  ['a merge with itself', 'CustomersMerged', { absorbedId: 'C042' }, 'absorbedId', /another file/],
  ['an unmerge of itself', 'CustomersUnmerged', { restoredId: 'C042' }, 'restoredId', /another file/],
  ['a profile that stays', 'CustomerProfileChanged', { region: undefined }, 'data', /at least one field/],
  ['a unit below itself', 'UnitDefined', { parentId: 'north' }, 'parentId', /another unit/],
  ['one who asks and approves', 'PeriodReopened', { approvedBy: 'mei' }, 'approvedBy', /another person/],
  ['rows from nowhere', 'ImportBatchAccepted', { rowsRead: 829 }, 'rowsRead', /accepted and rejected/],
  [
    'a coverage that ends before it begins',
    'ImportBatchAccepted',
    { coverage: { from: '2024-02-01', to: '2024-01-31', types: ['CashMoved'] } },
    'coverage.to',
    /not be before/,
  ],
];

const policies: readonly (readonly [string, object, string, RegExp])[] = [
  ['an unknown parameter', { window: 3 }, 'parameters.window', /known here: retentionWindowDays/],
  ['a window of half a day', { retentionWindowDays: 0.5 }, 'parameters.retentionWindowDays', /whole number/],
  ['no window', { retentionWindowDays: 0 }, 'parameters.retentionWindowDays', /1 or more/],
  [
    'two windows',
    { retentionWindowDays: 90, retentionWindow: 'previous-period' },
    'parameters.retentionWindow',
    /beside retentionWindowDays/,
  ],
  [
    'two windows of new products',
    { newProductWindowMonths: 12, newProductWindowDays: 365 },
    'parameters.newProductWindowDays',
    /beside newProductWindowMonths/,
  ],
  ['weights below 1', { weights: { a: '0.5', b: '0.4' } }, 'parameters.weights', /exactly 1, not to 0\.9/],
  ['a weight above 1', { weights: { a: '2' } }, 'parameters.weights.a', /0 to 1/],
  ['a weight of nothing', { weights: { ' ': '1' } }, 'parameters.weights. ', /must be an id/],
];

/** The sample is a policy of customer retention. */
const cutOffs: readonly Row[] = [
  [
    'a cut-off of a KPI that has none to set',
    'MeasurePolicySet',
    { parameters: { cutOff: 'deliveredOn' } },
    'parameters.cutOff',
    /not be given for customer-retention: it can be set for net-revenue, /,
  ],
  [
    'a cut-off that nobody knows',
    'MeasurePolicySet',
    { kpiCode: 'net-revenue', parameters: { cutOff: 'paidOn' } },
    'parameters.cutOff',
    /issuedOn.*deliveredOn/,
  ],
];

const withPolicies: readonly Row[] = policies.map(([what, parameters, field, message]) => [
  what,
  'MeasurePolicySet',
  { parameters },
  field,
  message,
]);

it.each([...forms, ...betweenFields, ...withPolicies, ...cutOffs])(
  '%s in %s',
  (_what, type, change, field, message) => {
    const sample = declarationOf(type).sample as object;
    const data: unknown = JSON.parse(JSON.stringify({ ...sample, ...change }));
    expect(validate(type, data)).toEqual({
      ok: false,
      problems: [{ path: field, message: expect.stringMatching(message) }],
    });
  },
);

it('weights may sum to 1 in any number of decimals', () => {
  const parameters = { weights: { a: '0.3885', b: '0.319', c: '0.2925' } };
  const { sample } = declarationOf('MeasurePolicySet');
  expect(validate('MeasurePolicySet', { ...sample, parameters })).toEqual({ ok: true });
});

it('names all that is wrong, at most a hundred', () => {
  const { sample } = declarationOf('OrderPlaced');
  const wrong = { ...sample, currency: 'X', ...lines(...Array.from({ length: 500 }, () => ({ qty: '' }))) };
  const checked = validate('OrderPlaced', wrong);
  expect(checked.ok ? [] : checked.problems).toHaveLength(100);
});

it('an event or a version that is not there', () => {
  expect(validate('OrderDreamed', {})).toEqual({
    ok: false,
    problems: [{ path: 'type', message: '"OrderDreamed" is not an event of the catalogue' }],
  });
  expect(validate('OrderPlaced', {}, 2)).toEqual({
    ok: false,
    problems: [{ path: 'schemaVersion', message: 'must be a schema version of OrderPlaced: 1' }],
  });
});

it('a cut-off that said nothing is read without it, one of revenue stays', () => {
  const { sample } = declarationOf('MeasurePolicySet');
  const metadata = { schemaVersion: 2, actor: 'test' };
  const read = (kpiCode: string) =>
    parseRecorded('MeasurePolicySet', { ...sample, kpiCode, parameters: { cutOff: 'issuedOn' } }, metadata);
  expect(read('csat')).toMatchObject({ ok: true, data: { parameters: {} } });
  expect(read('net-revenue')).toMatchObject({ ok: true, data: { parameters: { cutOff: 'issuedOn' } } });
});
