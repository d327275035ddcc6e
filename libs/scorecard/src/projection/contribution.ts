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

/**
 * What has to be added to `was` to come to `is`; amounts that differ in nothing else are summed, zero ones are left out.
 *
 * Most of a document stays as it was: what both lists begin and end with is passed over.
 */
export function changedContributions(
  was: readonly Contribution[],
  is: readonly Contribution[],
): Contribution[] {
  const shorter = Math.min(was.length, is.length);
  let head = 0;
  while (head < shorter && same(was[head] as Contribution, is[head] as Contribution)) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    same(was[was.length - 1 - tail] as Contribution, is[is.length - 1 - tail] as Contribution)
  )
    tail++;
  if (was.length === head + tail && is.length === head + tail) return [];
  const few = was.length + is.length - 2 * (head + tail) <= SEARCHED;
  const sums = few ? new FewSums() : new ManySums();
  for (let i = head; i < was.length - tail; i++) sums.add(was[i] as Contribution, -1n);
  for (let i = head; i < is.length - tail; i++) sums.add(is[i] as Contribution, 1n);
  const out: Contribution[] = [];
  for (const { contribution, amount } of sums.all())
    if (amount !== 0n) out.push(amount === contribution.amount ? contribution : { ...contribution, amount });
  return out;
}

/** Up to this many contributions are compared with each other: cheaper than to make a key of each. */
const SEARCHED = 24;

function same(a: Contribution, b: Contribution): boolean {
  return a.amount === b.amount && sameButAmount(a, b);
}

function sameButAmount(a: Contribution, b: Contribution): boolean {
  return (
    a.measure === b.measure &&
    a.day === b.day &&
    a.unit === b.unit &&
    a.customer === b.customer &&
    a.segment === b.segment &&
    a.segmentDay === b.segmentDay &&
    a.orderDay === b.orderDay
  );
}

interface Summed {
  readonly contribution: Contribution;
  amount: bigint;
}

class FewSums {
  readonly #sums: Summed[] = [];

  add(contribution: Contribution, sign: 1n | -1n): void {
    const amount = sign === 1n ? contribution.amount : -contribution.amount;
    for (const known of this.#sums) {
      if (sameButAmount(known.contribution, contribution)) {
        known.amount += amount;
        return;
      }
    }
    this.#sums.push({ contribution, amount });
  }

  all(): Iterable<Summed> {
    return this.#sums;
  }
}

class ManySums {
  readonly #sums = new Map<string, Summed>();

  add(contribution: Contribution, sign: 1n | -1n): void {
    const amount = sign === 1n ? contribution.amount : -contribution.amount;
    const key = keyOf(contribution);
    const known = this.#sums.get(key);
    if (known) known.amount += amount;
    else this.#sums.set(key, { contribution, amount });
  }

  all(): Iterable<Summed> {
    return this.#sums.values();
  }
}

function keyOf(contribution: Contribution): string {
  const { unit, day, measure, customer = '', segment = '', segmentDay = '', orderDay = false } = contribution;
  return `${unit}\n${customer}\n${segment}\n${orderDay}\n${segmentDay}\n${day}\n${measure}`;
}
