import type { Position } from '#kernel';
import type { FigureRequest, FiguresAnswer, LogEvent } from './types.ts';

/** Recomputes any figure from the raw log, in memory and without any read model. */
export declare class Reperformance {
  constructor(events: readonly LogEvent[], options: { readonly code: string });
  /** All KPI codes that are offered. */
  readonly kpis: readonly string[];
  /** Position of the last event. */
  readonly head: Position;
  figures(request: FigureRequest): FiguresAnswer;
}
