import type { Ask, KpiSheet, Source } from './kpi.ts';

/** Event types of each source, and of what figures look up besides. Source: docs/figures.md §3, §5–§8. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  invoices: ['InvoiceIssued', 'CreditNoteIssued'],
  cash: ['CashMoved'],
  payments: ['CashMoved'],
  ledger: ['LedgerAmountPosted'],
  orders: ['OrderPlaced', 'OrderLineCancelled'],
  activations: ['CustomerActivated', 'CustomerLapsed'],
  survey: ['SurveyResponseRecorded'],
  contacts: ['ProspectContacted'],
  market: ['MarketSizeReported'],
  shipments: ['GoodsShipped'],
  deliveries: ['DeliveryConfirmed'],
  returns: ['GoodsReturned'],
  cases: ['ProcessCaseOpened', 'ProcessCaseClosed'],
  steps: ['ProcessStepPerformed'],
  service: [
    'ServiceCaseOpened',
    'ServiceCaseAnswered',
    'ServiceCaseHandedOver',
    'ServiceCaseResolved',
    'ServiceCaseReopened',
  ],
  gates: ['DevelopmentGatePassed'],
  launches: ['ProductLaunched'],
  trainings: ['TrainingCompleted'],
  employments: ['EmploymentChanged'],
  assets: ['AssetChanged'],
  requirements: ['JobRequirementSet'],
  assessments: ['SkillAssessed'],
  initiatives: ['ImprovementMeasured'],
  rates: ['ExchangeRateSet'],
  accounts: ['AccountDefined'],
  closings: ['PeriodClosed'],
  'capital-rates': ['CapitalCostRateSet'],
  segments: ['SegmentDefined'],
  membership: ['CustomerSegmentAssigned', 'CustomersMerged', 'CustomersUnmerged'],
  files: ['CustomerRegistered', 'CustomerSegmentAssigned', 'CustomersMerged', 'CustomersUnmerged'],
};

/** What every figure rests on. */
const ALWAYS = ['UnitDefined', 'CalendarDefined', 'MeasurePolicySet', 'ImportBatchAccepted', 'FactCorrected'];

/** The event types of a source; `survey:NPS` is one of answers. */
export function typesOf(source: Source): readonly string[] {
  const types = TYPES[source.split(':')[0] as string];
  if (!types) throw new Error(`no source is called "${source}"`);
  return types;
}

/** The sources of which the first that the scope has is the main one; the policy may decide. */
export function mainOf(sheet: KpiSheet, ask: Ask): readonly Source[] {
  return sheet.mainUnder?.(ask.policy) ?? sheet.main;
}

/** Types of all events that a KPI reads: one of these that cannot be read leaves the figure incomplete. */
export function typesRead(sheet: KpiSheet, ask: Ask): ReadonlySet<string> {
  const sources = [...sheet.main, ...(sheet.also ?? []), ...(sheet.reads ?? [])];
  sources.push(...(sheet.readsUnder?.(ask.policy) ?? []));
  if (sheet.policyFrom?.includes('net-revenue')) {
    if (ask.policyOf('net-revenue').revenueBasis === 'ledger') sources.push('ledger', 'accounts');
    if (sheet.also?.includes('ledger')) sources.push('accounts');
  }
  if (ask.scope.segment !== undefined) sources.push('membership');
  return new Set([...ALWAYS, ...sources.flatMap(typesOf)]);
}
