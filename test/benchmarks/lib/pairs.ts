import { Random } from '../../storms/lib/random.ts';

/** One measured pair: contender and baseline, run next to each other. */
export interface Pair {
  readonly contender: number;
  readonly baseline: number;
}

/** A ratio with its 90 % bootstrap interval, and the pairs it comes from. */
export interface RatioResult {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly pairs: readonly Pair[];
}

export interface PairOptions {
  /** Counted pairs, after one warm-up pair. */
  readonly pairs: number;
  readonly seed: number;
  readonly contender: () => Promise<number>;
  readonly baseline: () => Promise<number>;
}

/**
 * Measures contender and baseline alternately, A B B A …, so that a machine whose speed drifts touches both alike.
 * Each function gives a cost (seconds, bytes): the result is contender ÷ baseline.
 */
export async function measurePairs({ pairs, seed, contender, baseline }: PairOptions): Promise<RatioResult> {
  await contender();
  await baseline();
  const measured: Pair[] = [];
  for (let i = 0; i < pairs; i++) {
    if (i % 2 === 0) {
      const first = await contender();
      measured.push({ contender: first, baseline: await baseline() });
    } else {
      const first = await baseline();
      measured.push({ contender: await contender(), baseline: first });
    }
  }
  const ratios = measured.map((pair) => pair.contender / pair.baseline);
  return { median: median(ratios), ...bootstrap(ratios, seed), pairs: measured };
}

const RESAMPLES = 2_000;

/** Percentile bootstrap of the median, 90 %. Source: Efron and Tibshirani 1993, ch. 13. */
export function bootstrap(values: readonly number[], seed: number): { low: number; high: number } {
  const random = new Random(seed);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(Array.from({ length: values.length }, () => values[random.below(values.length)] as number)),
  ).sort((a, b) => a - b);
  return { low: quantile(medians, 0.05), high: quantile(medians, 0.95) };
}

export function median(values: readonly number[]): number {
  return quantile([...values].sort((a, b) => a - b), 0.5);
}

/** Linear between neighbours; `sorted` ascending. */
export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) throw new Error('a quantile needs at least one value');
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}
