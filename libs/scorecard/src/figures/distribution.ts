import { type Ratio, ratio } from '#kernel';
import type { Evaluation, Parts } from './kpi.ts';
import { shown } from './shown.ts';

/** An exact histogram: how often each value occurred. Values are integers in a unit of `1 / scale`. */
export interface Histogram {
  readonly values: readonly (readonly [value: bigint, count: bigint])[];
  /** How many of the histogram's units make one of the figure's: 86 400 000 for milliseconds shown as days. */
  readonly scale: bigint;
}

/** Reads `<value>` → count pairs, as `Measures.under` gives them. */
export function histogram(
  counts: readonly (readonly [value: string, count: bigint])[],
  scale = 1n,
): Histogram {
  return {
    values: counts
      .map(([value, count]) => [BigInt(value), count] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    scale,
  };
}

/** Mean with sum, median, 90th percentile (nearest rank), least and greatest. `open`: cases without an end yet. */
export function distribution({ values, scale }: Histogram, more: Parts = {}): Evaluation {
  const n = values.reduce((sum, [, count]) => sum + count, 0n);
  if (n === 0n)
    return { value: null, status: 'not_measurable', parts: { sum: shown(ratio(0n)), ...more }, n: 0 };
  const sum = values.reduce((total, [value, count]) => total + value * count, 0n);
  const at = (rank: bigint): bigint => {
    let seen = 0n;
    for (const [value, count] of values) {
      seen += count;
      if (seen >= rank) return value;
    }
    throw new Error(`a histogram of ${n} values has no rank ${rank}`);
  };
  const exact = (value: Ratio) => shown(ratio(value.numerator, value.denominator * scale));
  const median = n % 2n === 1n ? ratio(at((n + 1n) / 2n)) : ratio(at(n / 2n) + at(n / 2n + 1n), 2n);
  return {
    value: exact(ratio(sum, n)),
    parts: {
      sum: exact(ratio(sum)),
      median: exact(median),
      p90: exact(ratio(at((n * 9n + 9n) / 10n))),
      min: exact(ratio(at(1n))),
      max: exact(ratio(at(n))),
      ...more,
    },
    n: Number(n),
  };
}

/**
 * Cases open at closing and their mean age in days, from the stocks `count` and `daySum` (sum of the days on which they
 * were opened).
 */
export function openCases(count: bigint, daySum: bigint, closingDay: number): Parts {
  if (count === 0n) return { open: '0' };
  return { open: String(count), openAgeDays: shown(ratio(BigInt(closingDay) * count - daySum, count)) };
}
