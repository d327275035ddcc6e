export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

// Both directions count from 0000-03-01, so that the leap day is the last of its year (H. Hinnant,
// "chrono-compatible low-level date algorithms"). All quotients are of integers far below 2^53: exact.
const DAYS_TO_1970 = 719_468;
const DAYS_IN_400_YEARS = 146_097;

/** The day number (days since 1970-01-01) of a date, whatever the year. */
export function civilDay(year: number, month: number, day: number): number {
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

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
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
