/**
 * What a document says about one measure: the unit of projection.
 *
 * Shape: one amount for (unit, business day, measure), with the customer where there is one. Unit: of the measure
 * (money in millionths, counts, quantities in millionths, days). Amounts add up exactly; a correction is the difference of two lists.
 */
export interface Contribution {
  readonly unit: string;
  /** Business day, days since 1970-01-01. */
  readonly day: number;
  readonly measure: string;
  readonly amount: bigint;
  /** Customer file whose dated segment the amount belongs to. */
  readonly customer?: string;
  /** A segment that the fact itself names; then the customer's does not matter. */
  readonly segment?: string;
  /** The day whose segment counts, where it is not `day`: a stock leaves the segment that it came into. */
  readonly segmentDay?: number;
  /** Not a measure but a day on which the customer counts as buying; customers are counted from these. */
  readonly orderDay?: true;
}

/**
 * A stock (a balance, cases open, facts seen) is asked as the sum of everything up to a day; its measure starts with
 * `$` and is kept on the all-time page as well. Every other measure is a flow, asked for a period.
 */
export function isStock(measure: string): boolean {
  return (timeOfMeasure(measure)?.name ?? measure).startsWith('$');
}

/** Measure of something that happened at an instant: named by the UTC quarter of an hour, so that every zone's midnight can be found. */
export function timedMeasure(name: string, epochMs: bigint): { day: number; measure: string } {
  const quarter = floorDivide(epochMs, 900_000n);
  const day = floorDivide(quarter, 96n);
  return { day: Number(day), measure: `@${quarter - day * 96n}|${name}` };
}

/** The quarter of an hour (0..95) and the name of a timed measure; undefined for a measure of a plain date. */
export function timeOfMeasure(measure: string): { quarter: number; name: string } | undefined {
  if (!measure.startsWith('@')) return undefined;
  const bar = measure.indexOf('|');
  return { quarter: Number(measure.slice(1, bar)), name: measure.slice(bar + 1) };
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Signed sum of contributions that differ in nothing but the amount. */
export class ContributionSum {
  readonly #sums = new Map<string, Contribution>();

  add(contribution: Contribution, sign: 1n | -1n): void {
    const {
      unit,
      day,
      measure,
      customer = '',
      segment = '',
      segmentDay = '',
      orderDay = false,
    } = contribution;
    const key = `${unit}\n${customer}\n${segment}\n${orderDay}\n${segmentDay}\n${day}\n${measure}`;
    const amount = (this.#sums.get(key)?.amount ?? 0n) + sign * contribution.amount;
    this.#sums.set(key, { ...contribution, amount });
  }

  addAll(contributions: Iterable<Contribution>, sign: 1n | -1n): void {
    for (const contribution of contributions) this.add(contribution, sign);
  }

  /** Those that are not zero, in the order in which they first appeared. */
  *nonZero(): Generator<Contribution> {
    for (const contribution of this.#sums.values()) if (contribution.amount !== 0n) yield contribution;
  }
}
