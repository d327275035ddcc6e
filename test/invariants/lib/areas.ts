import type { DimensionName } from '#scorecard';
import { caseContents } from './case-contents.ts';
import { companyContents } from './company-contents.ts';
import { customerContents } from './customer-contents.ts';
import { learningContents } from './learning-contents.ts';
import { salesContents } from './sales-contents.ts';

/** How the content of each type is drawn. */
export const CONTENTS = {
  ...salesContents,
  ...customerContents,
  ...caseContents,
  ...learningContents,
  ...companyContents,
};
export type DrawnType = keyof typeof CONTENTS;

export const SALES: readonly DrawnType[] = [
  'OrderPlaced',
  'OrderPlaced',
  'OrderLineCancelled',
  'GoodsShipped',
  'GoodsShipped',
  'DeliveryConfirmed',
  'DeliveryConfirmed',
  'GoodsReturned',
  'InvoiceIssued',
  'InvoiceIssued',
  'InvoiceIssued',
  'CreditNoteIssued',
  'CreditNoteIssued',
  'CashMoved',
  'CashMoved',
];
const LEDGER: readonly DrawnType[] = [
  'LedgerAmountPosted',
  'LedgerAmountPosted',
  'LedgerAmountPosted',
  'AccountDefined',
  'InvoiceIssued',
  'PeriodClosed',
  'CapitalCostRateSet',
];
const CUSTOMERS: readonly DrawnType[] = [
  'CustomerRegistered',
  'CustomerSegmentAssigned',
  'CustomerSegmentAssigned',
  'CustomerActivated',
  'CustomerLapsed',
  'CustomersMerged',
  'CustomersUnmerged',
  'SurveyResponseRecorded',
  'SurveyResponseRecorded',
  'ProspectContacted',
  'MarketSizeReported',
  'OrderPlaced',
];
const CASES: readonly DrawnType[] = [
  'ProcessCaseOpened',
  'ProcessStepPerformed',
  'ProcessStepPerformed',
  'ProcessCaseClosed',
  'ServiceCaseOpened',
  'ServiceCaseAnswered',
  'ServiceCaseHandedOver',
  'ServiceCaseResolved',
  'ServiceCaseReopened',
];
const LEARNING: readonly DrawnType[] = [
  'EmploymentChanged',
  'EmploymentChanged',
  'TrainingCompleted',
  'SkillAssessed',
  'JobRequirementSet',
  'AssetChanged',
  'AssetChanged',
  'DevelopmentGatePassed',
  'DevelopmentGatePassed',
  'ImprovementMeasured',
  'ProductLaunched',
  'InvoiceIssued',
];
/** What moves the figures of every area. */
export const EVERYWHERE: readonly DrawnType[] = [
  'UnitDefined',
  'CustomerSegmentAssigned',
  'CustomersMerged',
  'MeasurePolicySet',
  'ExchangeRateSet',
  'ImportBatchAccepted',
  'CalendarDefined',
];

/** What closes circles, where a log has them. */
export const CIRCLING: readonly DrawnType[] = [
  'UnitDefined',
  'UnitDefined',
  'CustomersMerged',
  'CustomersMerged',
  'CustomersUnmerged',
];

interface Area {
  readonly types: readonly DrawnType[];
  /** Dimensions whose KPIs have facts in it. */
  readonly dimensions: readonly DimensionName[];
}
/** What a random log can be about. */
export const AREAS: readonly Area[] = [
  { types: SALES, dimensions: ['financial', 'process', 'learning', 'customer'] },
  { types: LEDGER, dimensions: ['financial'] },
  { types: CUSTOMERS, dimensions: ['customer'] },
  { types: CASES, dimensions: ['process'] },
  { types: LEARNING, dimensions: ['learning', 'financial'] },
];
