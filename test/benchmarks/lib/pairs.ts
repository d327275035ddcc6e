import { Random } from '../../storms/lib/random.ts';

/** One run of the contender or of the baseline: what is compared, and what it cost. */
export interface Sample {
  /** What the ratio is made of: seconds, milliseconds, events a second. */
  readonly value: number;
  readonly cpuSeconds: number;
}

export interface PairedSamples {
  readonly contender: readonly Sample[];
  readonly baseline: readonly Sample[];
}

/** A median with its 90 % bootstrap interval. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2_000;

/**
 * Runs contender (A) and baseline (B) as A B, B A, A B, …: what drifts on the machine meets both. The first pair warms up
 * and does not count.
 */
export async function inPairs(options: {
  readonly pairs: number;
  readonly contender: () => Promise<Sample>;
  readonly baseline: () => Promise<Sample>;
  readonly onPair?: (done: number) => void;
}): Promise<PairedSamples> {
  const [contender, baseline]: [Sample[], Sample[]] = [[], []];
  for (let pair = 0; pair <= options.pairs; pair++) {
    const sides = [
      async () => contender.push(await options.contender()),
      async () => baseline.push(await options.baseline()),
    ];
    for (const run of pair % 2 === 0 ? sides : sides.reverse()) await run();
    if (pair > 0) options.onPair?.(pair);
  }
  return { contender: contender.slice(1), baseline: baseline.slice(1) };
}

/** The median of the pairs' ratios contender ÷ baseline; the seed makes the interval repeatable. */
export function ratioOf({ contender, baseline }: PairedSamples, seed: number): Interval {
  return intervalOf(
    contender.map(({ value }, i) => value / (baseline[i] as Sample).value),
    seed,
  );
}

export function intervalOf(values: readonly number[], seed: number): Interval {
  if (values.length === 0) throw new Error('There is no interval of no values.');
  const random = new Random(seed);
  const medians = Array.from({ length: RESAMPLES }, () =>
    medianOf(values.map(() => values[random.below(values.length)] as number)),
  ).sort((a, b) => a - b);
  return {
    median: medianOf(values),
    low: medians[Math.floor(RESAMPLES * 0.05)] as number,
    high: medians[Math.ceil(RESAMPLES * 0.95) - 1] as number,
  };
}

export function medianOf(values: readonly number[]): number {
  return percentileOf(values, 50);
}

/** The value below which `percent` of the values lie, linear between neighbours. */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = ((sorted.length - 1) * percent) / 100;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (low === undefined || high === undefined) throw new Error('There is no percentile of no values.');
  return low + (high - low) * (at - Math.floor(at));
}
