import type { Interval } from './pairs.ts';

/** What a benchmark is asked for. */
export interface BenchmarkOrder {
  readonly seed: number;
  /** Events of its log. */
  readonly events: number;
  /** Pairs of runs, after one that warms up. */
  readonly pairs: number;
  /** Seconds under steady load. */
  readonly loadSeconds: number;
  /** An empty directory of its own, removed afterwards. */
  readonly directory: string;
  /** Quick and tiny runs show that it works; their numbers meet no gate. */
  readonly gates: boolean;
  say(sentence: string): void;
}

/** Where a goal lies. Source: the goals P1 to P16 in docs/benchmarks.md. */
export interface Gate {
  readonly must: number;
  readonly moonshot: number;
  readonly better: 'higher' | 'lower';
}

/** Something that has to hold for a number to be shown. */
export interface HonestyCheck {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** One measured number. */
export interface Measurement {
  /** The goal, such as `P1`; with a word where it is not quite the goal's own measurement. */
  readonly goal: string;
  /** `rebuild fed by the client ÷ drain`. */
  readonly what: string;
  readonly unit: string;
  readonly result: Interval;
  /** Absent where this version cannot be held to the goal, or the size is not the goal's. */
  readonly gate?: Gate;
  readonly beside: Readonly<Record<string, string | number>>;
}

export interface BenchmarkReport {
  readonly measurements: readonly Measurement[];
  readonly checks: readonly HonestyCheck[];
}

/** A file `test/benchmarks/<name>.bench.ts` exports one as `benchmark`; the runner finds it there. */
export interface Benchmark {
  readonly name: string;
  /** One sentence: what is measured against what. */
  readonly does: string;
  run(order: BenchmarkOrder): Promise<BenchmarkReport>;
}

/** How a measurement stands to its gate. */
export function verdictOf({ result, gate }: Measurement, gates: boolean): string {
  if (gate === undefined || !gates) return 'no gate';
  const reaches = (value: number, limit: number) =>
    gate.better === 'higher' ? value >= limit : value <= limit;
  if (reaches(result.low, gate.must) !== reaches(result.high, gate.must)) return 'uncertain';
  if (!reaches(result.median, gate.must)) return 'missed';
  return reaches(result.median, gate.moonshot) ? 'moonshot' : 'passed';
}
