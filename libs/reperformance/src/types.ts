import type { Digest, Position } from '#kernel';

/** One event as the log holds it, whatever its source: the store, an archive or an audit pack. */
export interface LogEvent {
  /** Commit position in `$all`. */
  readonly position: Position;
  readonly stream: string;
  /** Revision in its stream; counted from the events given where it is absent. */
  readonly revision?: bigint;
  readonly eventId: string;
  readonly type: string;
  /** Record time in milliseconds since 1970-01-01T00:00:00Z. */
  readonly created: bigint;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** What is asked. */
export interface FigureRequest {
  readonly kpi: string;
  readonly unit: string;
  readonly segment?: string;
  /** A period, or a range (`1996-07..1998-05`), which gives the series of its periods. */
  readonly period: string;
  /** Facts recorded at this position or before are known. */
  readonly knownAt: Position;
  /** Stream revision of the measure policy to apply instead of the one in force. */
  readonly policy?: string;
  /** With a range: one figure more, for the whole span. */
  readonly total?: boolean;
}

export type Dimension = 'financial' | 'customer' | 'process' | 'learning';

export type UnitOfMeasure =
  | 'money'
  | 'fraction'
  | 'count'
  | 'days'
  | 'minutes'
  | 'hours'
  | 'points'
  | 'score'
  | 'handoffs';

export type FigureStatus =
  | 'ok'
  | 'not_measurable'
  | 'not_meaningful'
  | 'no_data'
  | 'incomplete'
  | 'insufficient';

export type Parts = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** One KPI for one period. Source: docs/figures.md §3. */
export interface Figure {
  readonly kpi: string;
  readonly dimension: Dimension;
  readonly unit: UnitOfMeasure;
  readonly period: string;
  readonly status: FigureStatus;
  readonly value: string | null;
  readonly parts: Parts;
  readonly n: number | null;
  readonly flags: readonly string[];
}

export interface Coordinates {
  readonly unit: string;
  readonly segment: string | null;
  readonly period: string;
  readonly view: 'known';
  /** `time` is null while nothing is recorded. */
  readonly knownAt: { readonly position: string; readonly time: string | null };
  readonly scorecardRevision: null;
  readonly policyRevisions: Readonly<Record<string, string>>;
  readonly code: string;
}

export interface FiguresAnswer {
  readonly coordinates: Coordinates;
  readonly figures: readonly Figure[];
  /** Digest of coordinates and figures. */
  readonly digest: Digest;
}
