import type { Brand } from './brand.ts';
import {
  civilDay,
  civilParts,
  type DateParts,
  daysInMonth,
  monthOfOrdinal,
  monthOrdinal,
} from './civil-days.ts';
import { shown, ValueError } from './value-error.ts';

/** A day of the Gregorian calendar as `YYYY-MM-DD`, years 1583 to 9999; its text order is its date order. */
export type LocalDate = Brand<string, 'LocalDate'>;

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})$/;
const FIRST_YEAR = 1583;
const LAST_YEAR = 9999;
/** The day numbers that have a LocalDate. */
export const FIRST_DAY = civilDay(FIRST_YEAR, 1, 1);
export const LAST_DAY = civilDay(LAST_YEAR, 12, 31);

/** Reads a date; `2024-02-30`, `2024-1-5` and years outside 1583–9999 are refused with a sentence. */
export function localDate(text: string): LocalDate {
  const match = typeof text === 'string' ? SHAPE.exec(text) : null;
  if (match === null) {
    throw new ValueError(`${shown(text)} is not a local date; write YYYY-MM-DD, such as 2024-02-29.`);
  }
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < FIRST_YEAR) {
    throw new ValueError(
      `${text} lies outside the years ${FIRST_YEAR} to ${LAST_YEAR} of the Gregorian calendar.`,
    );
  }
  if (month < 1 || month > 12) throw new ValueError(`${text} has no such month; months go from 01 to 12.`);
  const last = daysInMonth(year, month);
  if (day < 1 || day > last) {
    throw new ValueError(`${text} does not exist; ${text.slice(0, 7)} has the days 01 to ${last}.`);
  }
  return text as LocalDate;
}

export function isLocalDate(text: unknown): text is LocalDate {
  const match = typeof text === 'string' ? SHAPE.exec(text) : null;
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= FIRST_YEAR && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Days since 1970-01-01, an integer; earlier dates are negative. */
export function dayNumber(date: LocalDate): number {
  const { year, month, day } = partsOf(date);
  return civilDay(year, month, day);
}

/** The date of a day number. */
export function dateOfDay(n: number): LocalDate {
  if (!Number.isInteger(n))
    throw new ValueError(`${shown(n)} is not a day number; it must be a whole number.`);
  if (n < FIRST_DAY || n > LAST_DAY) {
    throw new ValueError(`Day ${n} lies outside the years ${FIRST_YEAR} to ${LAST_YEAR}.`);
  }
  const { year, month, day } = civilParts(n);
  return textOf(year, month, day);
}

export function addDays(date: LocalDate, n: number): LocalDate {
  return dateOfDay(dayNumber(date) + n);
}

/** The same day `n` months later, or the last day of that month: 2024-01-31 + 1 = 2024-02-29. */
export function addMonths(date: LocalDate, n: number): LocalDate {
  if (!Number.isInteger(n)) throw new ValueError(`${shown(n)} is not a number of months; it must be whole.`);
  const { year, month, day } = partsOf(date);
  const target = monthOfOrdinal(monthOrdinal(year, month) + n);
  if (target.year < FIRST_YEAR || target.year > LAST_YEAR) {
    throw new ValueError(`${date} and ${n} months lies outside the years ${FIRST_YEAR} to ${LAST_YEAR}.`);
  }
  return textOf(target.year, target.month, Math.min(day, daysInMonth(target.year, target.month)));
}

/** Days from `a` to `b`, negative when `b` is earlier. */
export function daysBetween(a: LocalDate, b: LocalDate): number {
  return dayNumber(b) - dayNumber(a);
}

/** Whole months from `a` to `b`: the number furthest from 0 whose `addMonths(a, n)` does not pass `b`. */
export function monthsBetween(a: LocalDate, b: LocalDate): number {
  const from = partsOf(a);
  const to = partsOf(b);
  const months = monthOrdinal(to.year, to.month) - monthOrdinal(from.year, from.month);
  if (months === 0) return 0;
  // The anchor in b's own month, cut to that month's end as `addMonths` cuts it.
  const anchor = Math.min(from.day, daysInMonth(to.year, to.month));
  if (months > 0) return anchor > to.day ? months - 1 : months;
  return anchor < to.day ? months + 1 : months;
}

function partsOf(date: LocalDate): DateParts {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

function textOf(year: number, month: number, day: number): LocalDate {
  const pad = (n: number) => (n < 10 ? `0${n}` : `${n}`);
  return `${year}-${pad(month)}-${pad(day)}` as LocalDate;
}
