import type { Calendar, Currency, Period, Position } from '#kernel';
import type { Fact } from '../projection/change.ts';
import type { DimensionName } from '../projection/dimension.ts';
import type { Organisation } from '../projection/organisation.ts';
import type { Scope, ScopeReader, Span } from './scope.ts';
import type { Translation } from './translation.ts';

export type MeasureUnit =
  | 'money'
  | 'fraction'
  | 'count'
  | 'days'
  | 'minutes'
  | 'hours'
  | 'points'
  | 'score'
  | 'handoffs';

/** Kinds of facts that figures rest on; each dimension counts them as the stock `$src:<source>`. */
export type Source = string;

/** Parts of a figure: texts by name, and the counts of what was left out by reason. */
export type Parts = Record<string, string | Record<string, string>>;

/** A KPI's value before status, coverage and coordinates are put to it. */
export interface Evaluation {
  /** The value as shown; null with a status that says why. */
  readonly value: string | null;
  readonly status?: 'no_data' | 'not_measurable' | 'not_meaningful' | 'insufficient';
  readonly parts: Parts;
  readonly n: number;
  readonly flags?: readonly string[];
  /** The KPI's own reason to call the period incomplete. */
  readonly incomplete?: boolean;
}

/** What a KPI may ask while it is evaluated. Everything it gives is as known at one position. */
export interface Ask {
  readonly scope: Scope;
  readonly period: Period;
  readonly span: Span;
  readonly knownAt: Position;
  /** Whether a day (its number) has begun in the scope's zone by the record time of `knownAt`. */
  hasBegun(day: number): boolean;
  readonly read: ScopeReader;
  /** The day whose segments count, where it is not the day of each fact (policy `segmentBasis: periodEnd`). */
  readonly segmentDay: number | undefined;
  readonly organisation: Organisation;
  /** The policy in force for the period, defaults filled in. */
  readonly policy: Policy;
  /** The policy that another KPI goes by, for the same period. */
  policyOf(kpi: string): Policy;
  readonly translation: Translation;
  readonly currency: Currency | undefined;
  /** The same question for another period. */
  at(period: Period): Ask;
  /** Reads the name of a period in the scope's calendar. */
  periodOf(text: string): Period;
  readonly calendar: Calendar;
  register(name: string): Promise<readonly Fact[]>;
  /** The value of another KPI for a period given as text, and which way is better: what improvement initiatives measure themselves by. */
  figure(
    kpi: string,
    period: string,
  ): Promise<{
    readonly value: string | null;
    readonly direction: KpiSheet['direction'];
    readonly incomplete: boolean;
  }>;
}

/** Parameters of a `MeasurePolicySet`, defaults filled in. Source: kpis.md §4. */
export interface Policy {
  /** Revision of the policy; undefined when the defaults hold. */
  readonly revision?: string;
  readonly retentionWindowDays: number;
  readonly retentionWindow?: 'previous-period';
  readonly newProductWindowMonths: number;
  readonly newProductWindowDays?: number;
  readonly periodBasis: 'due' | 'delivered';
  readonly satisfactionTopBoxes: number;
  readonly minimumResponses: number;
  readonly segmentBasis: 'businessDate' | 'periodEnd';
  readonly headcountBasis: 'average' | 'yearEnd';
  readonly weights?: Readonly<Record<string, string>>;
  readonly cohortDays: number;
  readonly acquisitionBase: 'active' | 'known';
  readonly revenueBasis: 'invoice' | 'ledger';
  readonly cutOff: 'issuedOn' | 'deliveredOn';
}

/**
 * The sheet of a KPI: what it is called, what it rests on, how it is computed. One object per KPI, in its dimension's
 * folder; the dictionary of the API is made of these.
 */
export interface KpiSheet {
  readonly code: string;
  readonly dimension: DimensionName;
  readonly name: { readonly en: string; readonly zh: string };
  readonly unit: MeasureUnit;
  readonly formula: string;
  readonly direction: 'up' | 'down' | 'neutral';
  readonly leading: boolean;
  /** Main source: decides coverage. Several: the first that the scope has. */
  readonly main: readonly Source[];
  /** The main source where the policy decides it; otherwise `main`. */
  readonly mainUnder?: (policy: Policy) => readonly Source[];
  /** What it reads besides: it decides a value, a unit or a customer. One of these that cannot be read leaves the figure incomplete. */
  readonly reads?: readonly Source[];
  /** What it reads besides where the policy says so. */
  readonly readsUnder?: (policy: Policy) => readonly Source[];
  /** Sources without which there is no data either. */
  readonly also?: readonly Source[];
  /** KPIs whose policy serves this one when it has none of its own, in order. */
  readonly policyFrom?: readonly string[];
  /** The period with which the KPI compares, if it does. */
  readonly comparesWith?: (period: Period, calendar: Calendar) => Period;
  readonly evaluate: (ask: Ask) => Promise<Evaluation>;
}

export function undefinedValue(
  status: 'no_data' | 'not_measurable' | 'not_meaningful',
  parts: Parts,
  n: number,
): Evaluation {
  return { value: null, status, parts, n };
}
