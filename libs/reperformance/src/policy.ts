import { latest, text } from './log.ts';
import type { Company } from './world.ts';

/** What may be set for a KPI, with what holds where nobody has. Source: docs/figures.md §4. */
export interface Policy {
  readonly revision?: string;
  readonly retentionWindowDays: number;
  readonly retentionWindow?: string;
  readonly newProductWindowMonths: number;
  readonly newProductWindowDays?: number;
  readonly periodBasis: string;
  readonly satisfactionTopBoxes: number;
  readonly minimumResponses: number;
  readonly segmentBasis: 'businessDate' | 'periodEnd';
  readonly headcountBasis: string;
  readonly weights?: Readonly<Record<string, string>>;
  readonly cohortDays: number;
  readonly acquisitionBase: string;
  readonly revenueBasis: 'invoice' | 'ledger';
  readonly cutOff: 'issuedOn' | 'deliveredOn';
}

const DEFAULTS: Policy = {
  retentionWindowDays: 90,
  newProductWindowMonths: 36,
  periodBasis: 'due',
  satisfactionTopBoxes: 2,
  minimumResponses: 30,
  segmentBasis: 'businessDate',
  headcountBasis: 'average',
  cohortDays: 30,
  acquisitionBase: 'active',
  revenueBasis: 'invoice',
  cutOff: 'issuedOn',
};

const SERVED_BY: Readonly<Record<string, string>> = {
  'customer-churn': 'customer-retention',
  'active-customers': 'customer-retention',
  'won-back-customers': 'customer-retention',
  'new-customers': 'customer-retention',
  'customer-acquisition-rate': 'customer-retention',
  'csat-mean': 'csat',
};
const REVENUE = [
  'gross-margin',
  'operating-margin',
  'net-margin',
  'roce',
  'revenue-growth',
  'revenue-growth-sequential',
  'revenue-cagr',
  'revenue-growth-like-for-like',
  'revenue-growth-constant-currency',
  'earnings-growth',
  'eva',
  'eva-sasac',
  'roic',
];

/** The policy of a KPI for a period that begins on `start`; undefined when the asked revision is not known. */
export function policyOf(
  company: Company,
  kpi: string,
  start: string,
  revision?: string,
): Policy | undefined {
  const served = SERVED_BY[kpi] ?? (REVENUE.includes(kpi) ? 'net-revenue' : undefined);
  for (const code of served === undefined ? [kpi] : [kpi, served]) {
    const own = company.of('MeasurePolicySet').filter((fact) => text(fact, 'kpiCode') === code);
    const chosen =
      revision === undefined
        ? latest(
            own.filter((fact) => text(fact, 'effectiveFrom') <= start),
            (fact) => text(fact, 'effectiveFrom'),
          )
        : own.find((fact) => String(fact.revision) === revision);
    if (chosen)
      return {
        ...DEFAULTS,
        ...(chosen.data['parameters'] as Partial<Policy>),
        revision: String(chosen.revision),
      };
  }
  return revision === undefined ? DEFAULTS : undefined;
}
