import { CUT_OFF_KPIS } from '#contracts';
import type { Asked } from './figure.ts';
import { SHEETS } from './sheets.ts';

/** Which events a KPI reads: one of these that cannot be read leaves it incomplete. Source: docs/figures.md §3, rule (d). */

const SOURCES: Readonly<Record<string, readonly string[]>> = {
  invoices: ['InvoiceIssued', 'CreditNoteIssued'],
  cash: ['CashMoved'],
  payments: ['CashMoved'],
  ledger: ['LedgerAmountPosted'],
  orders: ['OrderPlaced', 'OrderLineCancelled'],
  activations: ['CustomerActivated', 'CustomerLapsed'],
  survey: ['SurveyResponseRecorded'],
  contacts: ['ProspectContacted'],
  shipments: ['GoodsShipped'],
  deliveries: ['DeliveryConfirmed'],
  returns: ['GoodsReturned'],
  cases: ['ProcessCaseOpened', 'ProcessCaseClosed'],
  service: [
    'ServiceCaseOpened',
    'ServiceCaseAnswered',
    'ServiceCaseHandedOver',
    'ServiceCaseResolved',
    'ServiceCaseReopened',
  ],
  gates: ['DevelopmentGatePassed'],
  trainings: ['TrainingCompleted'],
  assets: ['AssetChanged'],
  requirements: ['JobRequirementSet'],
  initiatives: ['ImprovementMeasured'],
};

export function eventsOf(source: string): readonly string[] {
  return SOURCES[source.split(':')[0] as string] as readonly string[];
}

const RATES = ['ExchangeRateSet'];
const MEMBERSHIP = ['CustomerSegmentAssigned', 'CustomersMerged', 'CustomersUnmerged'];
const LEDGER = ['LedgerAmountPosted', 'AccountDefined'];
const ORDERS = ['OrderPlaced', 'OrderLineCancelled'];
const STEPS = ['ProcessStepPerformed'];
const CUSTOMERS = [...ORDERS, 'CustomerActivated', 'CustomerLapsed', 'CustomerRegistered', ...MEMBERSHIP];
const PEOPLE = ['EmploymentChanged'];
const SKILLS = ['EmploymentChanged', 'SkillAssessed'];
const SEGMENTS = ['SegmentDefined', ...MEMBERSHIP];

/** KPI by KPI, what it reads beside its sources. */
const BESIDES: Readonly<Record<string, readonly string[]>> = {
  'net-revenue': RATES,
  'gross-margin': RATES,
  'revenue-growth': RATES,
  'revenue-growth-sequential': RATES,
  'revenue-growth-like-for-like': RATES,
  'revenue-growth-constant-currency': RATES,
  'revenue-cagr': RATES,
  'operating-margin': [...RATES, ...LEDGER],
  'net-margin': [...RATES, ...LEDGER],
  'earnings-growth': [...RATES, ...LEDGER],
  roce: [...RATES, ...LEDGER, 'PeriodClosed'],
  eva: [...RATES, ...LEDGER, 'PeriodClosed', 'CapitalCostRateSet'],
  roic: [...RATES, ...LEDGER, 'PeriodClosed', 'CapitalCostRateSet'],
  'eva-sasac': [...RATES, ...LEDGER, 'PeriodClosed', 'CapitalCostRateSet'],
  'days-sales-outstanding': RATES,
  'customer-profitability': [...RATES, ...LEDGER, ...MEMBERSHIP],
  'operating-cash-flow': RATES,
  'investing-cash-flow': RATES,
  'financing-cash-flow': RATES,
  'net-cash-change': RATES,
  'free-cash-flow': RATES,
  'customer-retention': CUSTOMERS,
  'customer-churn': CUSTOMERS,
  'active-customers': CUSTOMERS,
  'new-customers': CUSTOMERS,
  'customer-acquisition-rate': CUSTOMERS,
  'won-back-customers': CUSTOMERS,
  'acquisition-conversion': CUSTOMERS,
  'acquisition-cost': [...CUSTOMERS, ...RATES],
  'target-segment-revenue-share': [...RATES, ...SEGMENTS],
  'net-revenue-retention': [...RATES, ...MEMBERSHIP],
  'market-share': [...RATES, 'MarketSizeReported'],
  'relative-market-share': [...RATES, 'MarketSizeReported'],
  'value-proposition-score': SEGMENTS,
  'delivery-lead-time': ORDERS,
  'on-time-shipment': ORDERS,
  'in-full-lines': ORDERS,
  'quality-return-rate': ORDERS,
  'return-rate-all-causes': ORDERS,
  'cohort-return-rate': [...ORDERS, 'GoodsReturned'],
  'return-value-rate': RATES,
  'return-on-quality': RATES,
  'scrap-rate': STEPS,
  'first-pass-yield': STEPS,
  'production-lead-time': STEPS,
  'process-cycle-time': STEPS,
  'cycle-efficiency': STEPS,
  'waiting-share': STEPS,
  'handoffs-per-case': STEPS,
  'process-on-time': STEPS,
  'new-product-sales-ratio': [...RATES, 'ProductLaunched'],
  'break-even-time': ['InvoiceIssued', 'CreditNoteIssued', 'ProductLaunched', ...RATES],
  'training-hours-per-employee': PEOPLE,
  'training-coverage': PEOPLE,
  'capability-gap': SKILLS,
  readiness: SKILLS,
  'strategic-job-coverage': SKILLS,
};

/** KPIs of which revenue is a part that the policy may take from the ledger. */
const BY_REVENUE = [
  ...['net-revenue', 'gross-margin', 'revenue-growth', 'revenue-growth-sequential', 'revenue-cagr'],
  ...['revenue-growth-like-for-like', 'revenue-growth-constant-currency'],
];

export function eventsRead(kpi: string, { scope, policy, revenueBasis }: Asked): string[] {
  const { main, also = [] } = SHEETS[kpi] as (typeof SHEETS)[string];
  return [
    ...['UnitDefined', 'CalendarDefined', 'MeasurePolicySet', 'ImportBatchAccepted', 'FactCorrected'],
    ...[...main, ...also].flatMap(eventsOf),
    ...(BESIDES[kpi] ?? []),
    ...(revenueBasis === 'ledger' && BY_REVENUE.includes(kpi) ? LEDGER : []),
    ...(policy.cutOff === 'deliveredOn' && CUT_OFF_KPIS.includes(kpi)
      ? [...ORDERS, 'DeliveryConfirmed']
      : []),
    ...(scope.segment === undefined ? [] : MEMBERSHIP),
  ];
}
