import type { WeekCalendar } from './calendar.ts';
import { civilParts, firstDayOfMonth, isoWeekday, monthOrdinal } from './civil-days.ts';

/** The days of a run of whole weeks: first day, and the first day after it. */
export interface DaySpan {
  readonly start: number;
  readonly end: number;
}

/** The days of a 4-4-5 fiscal year. */
export function weekYear(year: number, calendar: WeekCalendar): DaySpan {
  return { start: lastDayOfYear(year - 1, calendar) + 1, end: lastDayOfYear(year, calendar) + 1 };
}

/** The fiscal year in which a day lies. */
export function weekYearOf(day: number, calendar: WeekCalendar): number {
  // The year ends at most a week before or four days after its nominal end, so the civil year is off by one at most.
  let year = civilParts(day).year;
  while (day > lastDayOfYear(year, calendar)) year += 1;
  while (day <= lastDayOfYear(year - 1, calendar)) year -= 1;
  return year;
}

/** The days of month 1 to 12 of a fiscal year; the 53rd week belongs to month 12. */
export function weekMonth(year: number, month: number, calendar: WeekCalendar): DaySpan {
  const { start, end } = weekYear(year, calendar);
  const first = start + 7 * weeksBeforeMonth(month, calendar);
  return { start: first, end: month === 12 ? end : start + 7 * weeksBeforeMonth(month + 1, calendar) };
}

function weeksBeforeMonth(month: number, calendar: WeekCalendar): number {
  const inQuarter = (calendar.pattern ?? '4-4-5').split('-').map(Number);
  const quarters = Math.floor((month - 1) / 3);
  return inQuarter.slice(0, (month - 1) % 3).reduce((sum, weeks) => sum + weeks, quarters * 13);
}

function lastDayOfYear(year: number, calendar: WeekCalendar): number {
  const { startMonth, lastWeekday = 6, yearEnd = 'last' } = calendar;
  const nominal = firstDayOfMonth(monthOrdinal(startMonth === 1 ? year + 1 : year, startMonth)) - 1;
  const back = (isoWeekday(nominal) - lastWeekday + 7) % 7;
  return yearEnd === 'nearest' && back > 3 ? nominal - back + 7 : nominal - back;
}
