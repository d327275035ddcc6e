import type { Brand } from './brand.ts';
import { shown, ValueError } from './value-error.ts';

/** A day of the Gregorian calendar as `YYYY-MM-DD`, years 1583 to 9999; its text order is its date order. */
export type LocalDate = Brand<string, 'LocalDate'>;

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})$/;
const FIRST_YEAR = 1583;
const LAST_YEAR = 9999;
const FIRST_DAY = civilDay(FIRST_YEAR, 1, 1);
const LAST_DAY = civilDay(LAST_YEAR, 12, 31);

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

/** Months since the year 0, January; twelve to a year. */
export function monthOrdinal(year: number, month: number): number {
  return year * 12 + month - 1;
}

export function monthOfOrdinal(ordinal: number): { readonly year: number; readonly month: number } {
  const year = Math.floor(ordinal / 12);
  return { year, month: ordinal - year * 12 + 1 };
}

/** The day number of the first day of a month given by its ordinal. */
export function firstDayOfMonth(ordinal: number): number {
  const { year, month } = monthOfOrdinal(ordinal);
  return civilDay(year, month, 1);
}

/** 1 = Monday … 7 = Sunday, as ISO 8601 counts. */
export type IsoWeekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export function isoWeekday(day: number): IsoWeekday {
  // Day 0, 1970-01-01, was a Thursday.
  return (((((day + 3) % 7) + 7) % 7) + 1) as IsoWeekday;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function partsOf(date: LocalDate): DateParts {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

function textOf(year: number, month: number, day: number): LocalDate {
  const pad = (n: number) => (n < 10 ? `0${n}` : `${n}`);
  return `${year}-${pad(month)}-${pad(day)}` as LocalDate;
}

// Both directions count from 0000-03-01, so that the leap day is the last of its year (H. Hinnant,
// "chrono-compatible low-level date algorithms"). All quotients are of integers far below 2^53: exact.
const DAYS_TO_1970 = 719_468;
const DAYS_IN_400_YEARS = 146_097;

function civilDay(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_IN_400_YEARS + dayOfEra - DAYS_TO_1970;
}

/** Year, month and day of a day number, whatever the year. */
export function civilParts(n: number): DateParts {
  const shifted = n + DAYS_TO_1970;
  const era = Math.floor(shifted / DAYS_IN_400_YEARS);
  const dayOfEra = shifted - era * DAYS_IN_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
