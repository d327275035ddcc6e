import type { Policy } from './policy.ts';
import type { Dimension, UnitOfMeasure } from './types.ts';

/** What the tables of docs/figures.md say of each KPI apart from its formula. */
export interface Sheet {
  readonly dimension: Dimension;
  readonly unit: UnitOfMeasure;
  /** Main source; several: the first that the scope has. */
  readonly main: readonly string[];
  /** The same where the policy decides. */
  readonly mainOf?: (policy: Policy) => readonly string[];
  readonly also?: readonly string[];
  /** Years back, or the previous period, that the KPI compares with. */
  readonly compares?: number | 'previous';
  readonly up: boolean;
}

type Rest = Partial<Pick<Sheet, 'also' | 'compares' | 'mainOf'>>;

function sheets(
  dimension: Dimension,
  rows: readonly (readonly [
    code: string,
    unit: UnitOfMeasure,
    up: boolean,
    main: readonly string[],
    rest?: Rest,
  ])[],
): Record<string, Sheet> {
  return Object.fromEntries(
    rows.map(([code, unit, up, main, rest = {}]) => [code, { dimension, unit, up, main, ...rest }]),
  );
}

const profit: Rest = { also: ['ledger'] };
const otif = ({ periodBasis }: Policy) =>
  periodBasis === 'delivered' ? ['deliveries', 'orders'] : ['orders', 'deliveries'];
const buyers = ['orders', 'activations'];

export const SHEETS: Readonly<Record<string, Sheet>> = {
  ...sheets('financial', [
    ['net-revenue', 'money', true, ['invoices']],
    ['gross-margin', 'fraction', true, ['invoices']],
    ['revenue-growth', 'fraction', true, ['invoices'], { compares: 1 }],
    ['revenue-growth-like-for-like', 'fraction', true, ['invoices'], { compares: 1 }],
    ['revenue-growth-constant-currency', 'fraction', true, ['invoices'], { compares: 1 }],
    ['revenue-growth-sequential', 'fraction', true, ['invoices'], { compares: 'previous' }],
    ['revenue-cagr', 'fraction', true, ['invoices'], { compares: 3 }],
    ['operating-margin', 'fraction', true, ['invoices'], profit],
    ['net-margin', 'fraction', true, ['invoices'], profit],
    ['roce', 'fraction', true, ['invoices'], profit],
    ['earnings-growth', 'fraction', true, ['invoices'], { ...profit, compares: 1 }],
    ['eva', 'money', true, ['invoices'], profit],
    ['roic', 'fraction', true, ['invoices'], profit],
    ['eva-sasac', 'money', true, ['invoices'], profit],
    ['days-sales-outstanding', 'days', false, ['invoices'], { also: ['payments'] }],
    ['customer-profitability', 'money', true, ['invoices']],
    ['operating-cash-flow', 'money', true, ['cash']],
    ['investing-cash-flow', 'money', true, ['cash']],
    ['financing-cash-flow', 'money', true, ['cash']],
    ['net-cash-change', 'money', true, ['cash']],
    ['free-cash-flow', 'money', true, ['cash']],
  ]),
  ...sheets('customer', [
    ['customer-retention', 'fraction', true, buyers],
    ['customer-churn', 'fraction', false, buyers],
    ['active-customers', 'count', true, buyers],
    ['new-customers', 'count', true, buyers],
    ['customer-acquisition-rate', 'fraction', true, buyers],
    ['won-back-customers', 'count', true, buyers],
    ['orders-placed', 'count', true, ['orders']],
    ['acquisition-conversion', 'fraction', true, ['contacts']],
    ['acquisition-cost', 'money', false, ['contacts']],
    ['target-segment-revenue-share', 'fraction', true, ['invoices']],
    ['net-revenue-retention', 'fraction', true, ['invoices'], { compares: 1 }],
    ['market-share', 'fraction', true, ['invoices']],
    ['relative-market-share', 'fraction', true, ['invoices']],
    ['csat', 'fraction', true, ['survey:CSAT']],
    ['csat-mean', 'score', true, ['survey:CSAT']],
    ['nps', 'points', true, ['survey:NPS']],
    ['acsi', 'points', true, ['survey:ACSI']],
    ['value-proposition-score', 'score', true, ['survey:ATTRIBUTE']],
  ]),
  ...sheets('process', [
    ['order-to-ship-time', 'days', false, ['shipments', 'orders']],
    ['delivery-lead-time', 'days', false, ['deliveries']],
    ['on-time-shipment', 'fraction', true, ['shipments']],
    ['otif', 'fraction', true, ['orders', 'deliveries'], { mainOf: otif }],
    ['in-full-lines', 'fraction', true, ['deliveries']],
    ['quality-return-rate', 'fraction', false, ['shipments', 'returns']],
    ['return-rate-all-causes', 'fraction', false, ['shipments', 'returns']],
    ['cohort-return-rate', 'fraction', false, ['shipments']],
    ['return-value-rate', 'fraction', false, ['invoices']],
    ['return-on-quality', 'fraction', true, ['initiatives']],
    ['scrap-rate', 'fraction', false, ['cases']],
    ['first-pass-yield', 'fraction', true, ['cases']],
    ['production-lead-time', 'days', false, ['cases']],
    ['process-cycle-time', 'days', false, ['cases']],
    ['cycle-efficiency', 'fraction', true, ['cases']],
    ['waiting-share', 'fraction', false, ['cases']],
    ['handoffs-per-case', 'handoffs', false, ['cases']],
    ['process-on-time', 'fraction', true, ['cases']],
    ['service-first-response', 'minutes', false, ['service']],
    ['service-resolution-time', 'minutes', false, ['service']],
  ]),
  ...sheets('learning', [
    ['new-product-sales-ratio', 'fraction', true, ['invoices']],
    ['npd-cycle', 'days', false, ['gates']],
    ['break-even-time', 'days', false, ['gates']],
    ['npd-stopped-share', 'fraction', false, ['gates']],
    ['improvement-rate', 'fraction', true, ['initiatives']],
    ['improvement-per-100h', 'fraction', true, ['initiatives']],
    ['improvement-half-life', 'days', false, ['initiatives']],
    ['training-hours-per-employee', 'hours', true, ['trainings']],
    ['training-coverage', 'fraction', true, ['trainings']],
    ['capability-gap', 'fraction', false, ['requirements']],
    ['readiness', 'fraction', true, ['requirements']],
    ['strategic-job-coverage', 'fraction', true, ['requirements']],
    ['asset-newness', 'fraction', true, ['assets']],
    ['technology-renewal-rate', 'fraction', true, ['assets']],
    ['obsolete-asset-share', 'fraction', false, ['assets']],
  ]),
};
