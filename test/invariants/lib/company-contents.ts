import type { Content } from '#scorecard';
import type { Contents, Draw } from './draw.ts';

/** What moves the figures of every area: units and calendars, policies, rates, and what imports cover. */
export const companyContents = {
  UnitDefined: (draw) => {
    const unitId = draw.pick(['north', 'south']);
    return {
      unitId,
      name: 'x',
      parentId: draw.parentOf(unitId),
      effectiveFrom: draw.day(),
      ...draw.maybe(25, () => ({ currency: draw.pick(['EUR', 'USD']) })),
      ...draw.maybe(30, () => ({ calendarId: 'cal' })),
    };
  },
  CalendarDefined: (draw) => ({
    calendarId: 'cal',
    kind: 'fiscal',
    startMonth: 4,
    zone: draw.pick(['Europe/Berlin', 'America/New_York', 'UTC']),
    effectiveFrom: draw.pick(['2000-01-01', '2024-01-01']),
  }),
  MeasurePolicySet: (draw) => {
    const [kpiCode, parameters] = draw.pick(POLICIES);
    return {
      kpiCode,
      parameters,
      effectiveFrom: draw.pick(['2023-01-01', '2024-01-01', '2024-02-01']),
      changeClass: 'method',
    };
  },
  ExchangeRateSet: (draw) => ({ fromCurrency: 'USD', toCurrency: 'EUR', source: 't', ...rate(draw) }),
  ImportBatchAccepted: (draw) => ({
    batchId: draw.only('batchId', 'b'),
    mapping: 'm',
    fileSha256: 'a'.repeat(64),
    rowsRead: 1,
    rowsAccepted: 1,
    rowsRejected: [],
    ...draw.maybe(80, () => ({ coverage: coverage(draw) })),
  }),
} satisfies Contents;

/** Policies of every kind; each changes figures of some KPI that random logs have facts for. */
const POLICIES: readonly (readonly [kpi: string, parameters: Content])[] = [
  ['customer-retention', { retentionWindowDays: 30 }],
  ['customer-retention', { retentionWindow: 'previous-period' }],
  ['customer-retention', { segmentBasis: 'periodEnd' }],
  ['customer-acquisition-rate', { acquisitionBase: 'known' }],
  ['net-revenue', { cutOff: 'deliveredOn' }],
  ['net-revenue', { revenueBasis: 'ledger' }],
  ['net-revenue', { segmentBasis: 'periodEnd' }],
  ['gross-margin', { cutOff: 'deliveredOn', segmentBasis: 'periodEnd' }],
  ['customer-profitability', { cutOff: 'deliveredOn' }],
  ['revenue-growth-like-for-like', { cutOff: 'deliveredOn' }],
  ['new-product-sales-ratio', { newProductWindowDays: 20 }],
  ['training-hours-per-employee', { headcountBasis: 'yearEnd' }],
  ['cohort-return-rate', { cohortDays: 5 }],
  ['otif', { periodBasis: 'delivered' }],
  ['csat', { minimumResponses: 1 }],
  ['nps', { minimumResponses: 1 }],
  ['order-to-ship-time', { segmentBasis: 'periodEnd' }],
  ['days-sales-outstanding', { segmentBasis: 'periodEnd' }],
  ['service-resolution-time', { segmentBasis: 'periodEnd' }],
];

function rate(draw: Draw): Content {
  const kind = draw.pick(['average', 'average', 'average', 'daily', 'closing']);
  if (kind === 'average') {
    const period = draw.pick(['2024', '2024-Q1', '2024-02', '2023']);
    return { kind, rate: draw.pick(['0.9', '0.8']), period };
  }
  const validOn = { validOn: draw.pick(['2024-01-31', '2024-03-31', '2023-12-31', '2024-02-29']) };
  const at =
    kind === 'daily'
      ? { validOn: draw.day() }
      : draw.pick<Content>([validOn, { period: draw.pick(['2024-01', '2024-Q1', '2024']) }]);
  return { kind, rate: draw.pick(['0.7', '0.6']), ...at };
}

function coverage(draw: Draw): Content {
  return {
    from: '2023-01-01',
    to: draw.pick(['2024-01-31', '2024-02-29']),
    types: draw.pick([
      ['OrderPlaced', 'InvoiceIssued'],
      ['LedgerAmountPosted', 'GoodsShipped'],
      ['SurveyResponseRecorded'],
    ]),
  };
}
