import type { Position } from '#kernel';

/**
 * A page: the deltas of one scope and one month (or one reported period, or all time), ordered by position.
 *
 * Inside a page every delta names a slot: the day of the month on a month page, the month on an all-time page, 0 on
 * the page of a reported period. So a period of any calendar (ISO week, 4-4-5 month, range of days) is an exact sum.
 *
 * Page keys, parts escaped: `<book>/<unit>/<segment or empty>/<sheet>`; book `U` = additive measures of a leaf scope,
 * `D` = counts of distinct customers, written for every scope of the dated chain. Sheet: `M/1997-04`, `A`, `P/1997-Q2`.
 */
export interface Delta {
  readonly slot: number;
  readonly measure: string;
  readonly amount: bigint;
}

/** All deltas of one position for one page: written together or not at all. */
export interface Group {
  readonly position: Position;
  readonly deltas: readonly Delta[];
}

export const ALL_TIME = 'A';

export function pageKey(book: 'U' | 'D', unit: string, segment: string, sheet: string): string {
  return `${book}/${escaped(unit)}/${escaped(segment)}/${sheet}`;
}

const escapes = new Map<string, string>();
const ESCAPES_KEPT = 10_000;

function escaped(part: string): string {
  const known = escapes.get(part);
  if (known !== undefined) return known;
  const text = encodeURIComponent(part);
  if (escapes.size >= ESCAPES_KEPT) escapes.clear();
  escapes.set(part, text);
  return text;
}

const monthSheets = new Map<number, string>();

export function monthSheet(year: number, month: number): string {
  const slot = monthSlot(year, month);
  let sheet = monthSheets.get(slot);
  if (sheet === undefined) {
    sheet = `M/${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
    if (monthSheets.size >= ESCAPES_KEPT) monthSheets.clear();
    monthSheets.set(slot, sheet);
  }
  return sheet;
}

export function periodSheet(text: string): string {
  return `P/${text}`;
}

/** Slot of a month on an all-time page. */
export function monthSlot(year: number, month: number): number {
  return year * 12 + month - 1;
}

/** The few deltas of one page that one position makes; those that come to zero are left out. */
export class DeltaSum {
  readonly #deltas: { readonly slot: number; readonly measure: string; amount: bigint }[] = [];

  add(slot: number, measure: string, amount: bigint): void {
    for (const delta of this.#deltas) {
      if (delta.slot === slot && delta.measure === measure) {
        delta.amount += amount;
        return;
      }
    }
    this.#deltas.push({ slot, measure, amount });
  }

  /** By slot and measure. */
  deltas(): Delta[] {
    return this.#deltas.filter(({ amount }) => amount !== 0n).sort(inOrder);
  }
}

function inOrder(a: Delta, b: Delta): number {
  return a.slot - b.slot || (a.measure < b.measure ? -1 : 1);
}

/** Sums by slot and measure; zero sums are not kept. */
export class Totals {
  readonly #bySlot = new Map<number, Map<string, bigint>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(slot: number, measure: string, amount: bigint): void {
    let measures = this.#bySlot.get(slot);
    if (!measures) {
      measures = new Map();
      this.#bySlot.set(slot, measures);
    }
    const was = measures.get(measure);
    const sum = (was ?? 0n) + amount;
    if (sum === 0n) {
      if (was !== undefined && measures.delete(measure)) this.#size--;
    } else {
      if (was === undefined) this.#size++;
      measures.set(measure, sum);
    }
  }

  /** Deltas that make these totals, by slot and measure. */
  deltas(): Delta[] {
    const out: Delta[] = [];
    for (const [slot, measures] of this.#bySlot)
      for (const [measure, amount] of measures) out.push({ slot, measure, amount });
    return out.sort(inOrder);
  }

  *entries(): Generator<readonly [slot: number, measure: string, amount: bigint]> {
    for (const [slot, measures] of this.#bySlot)
      for (const [measure, amount] of measures) yield [slot, measure, amount];
  }
}
