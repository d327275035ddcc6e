import { type Currency, formatMicros, formatMoney, type Ratio, ratio, roundRatio } from '#kernel';
import type { Evaluation, Parts } from './kpi.ts';

/** How exact values become texts: rounded once, half away from zero. Source: docs/figures.md §3. */

/** Money given in millionths (exact fraction after translation) as a decimal text. */
export function shownMoney(micros: Ratio, currency: Currency | undefined): string {
  const rounded = BigInt(roundRatio(micros, 0));
  return currency === undefined ? formatMicros(rounded) : formatMoney(rounded, currency);
}

/** A quantity in millionths, without trailing zeros. */
export function shownQuantity(micros: bigint): string {
  return formatMicros(micros);
}

/** A number with six decimals. */
export function shown(value: Ratio): string {
  return roundRatio(value, 6);
}

/** A ratio of two quantities of the same kind: `not_measurable` on a zero denominator. */
export function quotient(numerator: Ratio, denominator: Ratio): Ratio | undefined {
  if (denominator.numerator === 0n) return undefined;
  return ratio(numerator.numerator * denominator.denominator, numerator.denominator * denominator.numerator);
}

/** The figure of a ratio of counts. */
export function countRatio(numerator: bigint, denominator: bigint, n: bigint, more: Parts = {}): Evaluation {
  const parts = { numerator: String(numerator), denominator: String(denominator), ...more };
  if (denominator === 0n) return { value: null, status: 'not_measurable', parts, n: Number(n) };
  return { value: shown(ratio(numerator, denominator)), parts, n: Number(n) };
}

/** The figure of a ratio of quantities in millionths. */
export function quantityRatio(
  numerator: bigint,
  denominator: bigint,
  n: bigint,
  more: Parts = {},
): Evaluation {
  const parts = { numerator: shownQuantity(numerator), denominator: shownQuantity(denominator), ...more };
  if (denominator === 0n) return { value: null, status: 'not_measurable', parts, n: Number(n) };
  return { value: shown(ratio(numerator, denominator)), parts, n: Number(n) };
}

/** Counts by reason as a part; nothing when nothing was left out. */
export function excludedPart(counts: Iterable<readonly [reason: string, count: bigint]>): Parts {
  const excluded: Record<string, string> = {};
  for (const [reason, count] of counts) if (count !== 0n) excluded[reason] = String(count);
  return Object.keys(excluded).length > 0 ? { excluded } : {};
}
