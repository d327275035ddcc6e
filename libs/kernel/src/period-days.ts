import type { Calendar } from './calendar.ts';
import { civilParts, firstDayOfMonth, isoWeekday, monthOfOrdinal, monthOrdinal } from './civil-days.ts';
import { addMonths, dateOfDay, dayNumber } from './local-date.ts';
import { nameText, type PeriodGrain, type PeriodName } from './period-name.ts';
import { unreachable, ValueError } from './value-error.ts';
import { type DaySpan, weekMonth, weekYear, weekYearOf } from './week-year.ts';

/** A name with its days, under the one spelling that its calendar keeps. */
interface ResolvedName extends DaySpan {
  readonly name: PeriodName;
}

const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/** Whether a name belongs to the calendar's own year rather than to the civil one. */
export function isFiscalFamily(name: PeriodName): boolean {
  return name.grain !== 'day' && name.fiscal;
}

/** Finds the days of a name, or says why the calendar does not have it. */
export function resolveName(name: PeriodName, calendar: Calendar): ResolvedName {
  if (name.grain === 'day') {
    const day = dayNumber(name.date);
    return { name, start: day, end: day + 1 };
  }
  const canonical = canonicalName(name, calendar);
  if (canonical.grain === 'day') return resolveName(canonical, calendar);
  const { start, end } = canonical.fiscal ? fiscalDays(canonical, calendar) : civilDays(canonical);
  return { name: canonical, start, end };
}

/** The name of the period of that grain in which a day lies, of the calendar's own family or of the civil one. */
export function nameOfDay(day: number, grain: PeriodGrain, fiscal: boolean, calendar: Calendar): PeriodName {
  if (grain === 'day') return { grain, date: dateOfDay(day) };
  if (fiscal && calendar.kind === '4-4-5') return weekNameOfDay(day, grain, calendar);
  if (grain === 'week') return isoWeekOfDay(day);
  const { year, month } = civilParts(day);
  const shift =
    fiscal && calendar.kind === 'fiscal' && grain !== 'month' ? fiscalShift(calendar.startMonth) : 0;
  const shifted = monthOfOrdinal(monthOrdinal(year, month) + shift);
  const ownName = fiscal && calendar.kind === 'fiscal' && grain !== 'month';
  if (grain === 'year') return { grain, fiscal: ownName, year: shifted.year };
  const index = grain === 'month' ? shifted.month : Math.ceil(shifted.month / 3);
  return { grain, fiscal: ownName, year: shifted.year, index };
}

/** The same name a year earlier, moved where that year has no such day or week. */
export function sameNameOfPriorYear(name: PeriodName, calendar: Calendar): PeriodName {
  if (name.grain === 'day') return { grain: 'day', date: addMonths(name.date, -12) };
  const earlier = { ...name, year: name.year - 1 };
  if (earlier.grain !== 'week') return earlier;
  return { ...earlier, index: Math.min(earlier.index, weeksInYear(earlier, calendar)) };
}

/** Months to add to a civil month so that fiscal years and quarters fall on civil ones. */
function fiscalShift(startMonth: number): number {
  return startMonth === 1 ? 0 : 13 - startMonth;
}

function canonicalName(name: PeriodName, calendar: Calendar): PeriodName {
  if (name.grain === 'day' || !name.fiscal || calendar.kind === '4-4-5') return name;
  if (name.grain === 'week') {
    throw new ValueError(
      `${nameText(name)} is a week of a 4-4-5 calendar, and the calendar ${calendar.id} is ${calendar.kind}; write ${nameText({ ...name, fiscal: false })} for the ISO week.`,
    );
  }
  if (calendar.kind === 'gregorian') return { ...name, fiscal: false };
  if (name.grain !== 'month') return name;
  const civil = monthOfOrdinal(monthOrdinal(name.year, name.index) - fiscalShift(calendar.startMonth));
  return { grain: 'month', fiscal: false, year: civil.year, index: civil.month };
}

type NamedInYear = Exclude<PeriodName, { grain: 'day' }>;

function civilDays(name: NamedInYear): DaySpan {
  return name.grain === 'week' ? isoWeek(name) : monthSpan(name, 0);
}

function fiscalDays(name: NamedInYear, calendar: Calendar): DaySpan {
  switch (calendar.kind) {
    case 'gregorian':
      return civilDays(name);
    case 'fiscal':
      return monthSpan(name, -fiscalShift(calendar.startMonth));
    case '4-4-5':
      return weekSpan(name, calendar);
    default:
      return unreachable(calendar);
  }
}

/** Days of a month, quarter or year of whole civil months, `shift` months from the civil one of that name. */
function monthSpan(name: NamedInYear, shift: number): DaySpan {
  if (name.grain === 'week') throw new Error(`${nameText(name)} does not consist of months.`);
  const months = MONTHS[name.grain];
  const index = name.grain === 'year' ? 1 : name.index;
  const first = monthOrdinal(name.year, 1) + (index - 1) * months + shift;
  return { start: firstDayOfMonth(first), end: firstDayOfMonth(first + months) };
}

function weekSpan(name: NamedInYear, calendar: Calendar & { kind: '4-4-5' }): DaySpan {
  const year = weekYear(name.year, calendar);
  switch (name.grain) {
    case 'year':
      return year;
    case 'quarter': {
      const first = weekMonth(name.year, name.index * 3 - 2, calendar);
      return { start: first.start, end: weekMonth(name.year, name.index * 3, calendar).end };
    }
    case 'month':
      return weekMonth(name.year, name.index, calendar);
    case 'week':
      return weekOfYear(name, year);
    default:
      return unreachable(name);
  }
}

function weekNameOfDay(
  day: number,
  grain: Exclude<PeriodGrain, 'day'>,
  calendar: Calendar & { kind: '4-4-5' },
): PeriodName {
  const year = weekYearOf(day, calendar);
  if (grain === 'year') return { grain, fiscal: true, year };
  if (grain === 'week') {
    const index = Math.floor((day - weekYear(year, calendar).start) / 7) + 1;
    return { grain, fiscal: true, year, index };
  }
  let month = 1;
  while (day >= weekMonth(year, month, calendar).end) month += 1;
  return { grain, fiscal: true, year, index: grain === 'month' ? month : Math.ceil(month / 3) };
}

function isoWeekOfDay(day: number): PeriodName {
  // An ISO week belongs to the year of its Thursday.
  const thursday = day - isoWeekday(day) + 4;
  const { year } = civilParts(thursday);
  const index = Math.floor((thursday - firstDayOfMonth(monthOrdinal(year, 1))) / 7) + 1;
  return { grain: 'week', fiscal: false, year, index };
}

function isoWeek(name: NamedInYear & { grain: 'week' | 'month' | 'quarter' }): DaySpan {
  return weekOfYear(name, isoYear(name.year));
}

function weekOfYear(name: NamedInYear & { index: number }, year: DaySpan): DaySpan {
  const start = year.start + (name.index - 1) * 7;
  if (start >= year.end) {
    throw new ValueError(
      `${nameText(name)} does not exist; that year has ${(year.end - year.start) / 7} weeks.`,
    );
  }
  return { start, end: start + 7 };
}

function weeksInYear(name: NamedInYear, calendar: Calendar): number {
  const own = name.fiscal && calendar.kind === '4-4-5';
  const { start, end } = own ? weekYear(name.year, calendar) : isoYear(name.year);
  return (end - start) / 7;
}

/** The days of an ISO week-year: from the Monday of the week with 4 January. */
function isoYear(year: number): DaySpan {
  const monday = (y: number) => {
    const fourth = firstDayOfMonth(monthOrdinal(y, 1)) + 3;
    return fourth - isoWeekday(fourth) + 1;
  };
  return { start: monday(year), end: monday(year + 1) };
}
