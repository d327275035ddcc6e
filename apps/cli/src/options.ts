/** What `figures` and `scorecard` take. */
export interface FiguresOptions {
  readonly data?: string;
  readonly period: string;
  readonly unit: string;
  readonly segment?: string;
  readonly knownAt?: string;
  readonly policy?: string;
  readonly total?: boolean;
  readonly json?: boolean;
}

/** What `reperform` takes. */
export interface ReperformOptions {
  readonly data?: string;
  readonly at: string;
  readonly period: string;
  readonly unit: string;
  readonly segment?: string;
  readonly kpi?: string[];
  readonly json?: boolean;
}
