import { addDays, addMonths, type LocalDate, localDate } from '#kernel';

/** The first and the last day on which something happens in the demo company: those of Northwind's orders. */
export const FIRST_DAY = localDate('1996-07-01');
export const LAST_DAY = localDate('1998-05-06');

export interface Span {
  /** `1996-07` or `1996-Q3`. */
  readonly name: string;
  readonly first: LocalDate;
  /** Its last day, or the last day of the demo. */
  readonly last: LocalDate;
}

/** The months of the demo, the last one unfinished. */
export const MONTHS: readonly Span[] = spans(1, (first) => first.slice(0, 7));

/** The quarters of the demo, the last one unfinished. */
export const QUARTERS: readonly Span[] = spans(
  3,
  (first) => `${first.slice(0, 4)}-Q${Math.ceil(Number(first.slice(5, 7)) / 3)}`,
);

export function isPast(day: LocalDate): boolean {
  return day <= LAST_DAY;
}

export function inSpan(day: string, { first, last }: Span): boolean {
  return first <= day && day <= last;
}

/** An instant on a day: minutes after midnight, UTC; past midnight it is the next day. */
export function instantOn(day: LocalDate, minutes: number): string {
  const date = addDays(day, Math.floor(minutes / 1440));
  const rest = minutes % 1440;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date}T${two(Math.floor(rest / 60))}:${two(rest % 60)}:00Z`;
}

function spans(months: number, nameOf: (first: LocalDate) => string): readonly Span[] {
  const found: Span[] = [];
  for (let first = FIRST_DAY; first <= LAST_DAY; first = addMonths(first, months)) {
    const end = addDays(addMonths(first, months), -1);
    found.push({ name: nameOf(first), first, last: end < LAST_DAY ? end : LAST_DAY });
  }
  return found;
}
