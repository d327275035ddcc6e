import type { IsoWeekday } from './civil-days.ts';
import { zoneOf } from './instant.ts';
import { inField, shown, ValueError } from './value-error.ts';

/**
 * How a unit names its periods, and the zone in which its days begin.
 *
 * - `gregorian`: years, quarters and months of the civil calendar, ISO 8601 weeks.
 * - `fiscal`: years of twelve civil months that begin with `startMonth`.
 * - `4-4-5`: years of 52 or 53 whole weeks; each quarter has three months of `pattern` weeks. The year ends on the
 *   `lastWeekday` (default Saturday, 6) that is the `last` of the month before `startMonth` (default) or `nearest`
 *   to the end of that month. In a year of 53 weeks the last month (P12) is a week longer.
 *
 * FY1997 is the fiscal year that ends in 1997 (for `nearest`: whose last month is of 1997). With `startMonth` 1 it is
 * the year 1997.
 */
export type Calendar =
  | { readonly kind: 'gregorian'; readonly id: string; readonly zone: string }
  | { readonly kind: 'fiscal'; readonly id: string; readonly zone: string; readonly startMonth: number }
  | WeekCalendar;

export interface WeekCalendar {
  readonly kind: '4-4-5';
  readonly id: string;
  readonly zone: string;
  readonly startMonth: number;
  readonly lastWeekday?: IsoWeekday;
  readonly yearEnd?: 'last' | 'nearest';
  readonly pattern?: '4-4-5' | '4-5-4' | '5-4-4';
}

/** Gregorian, UTC: the calendar of every unit that names no other. Source: kpis.md §4. */
export const DEFAULT_CALENDAR: Calendar = Object.freeze({ kind: 'gregorian', id: 'default', zone: 'UTC' });

/** What `CalendarDefined` says about a calendar. */
export interface CalendarDescription {
  readonly calendarId: string;
  readonly kind: string;
  readonly zone: string;
  readonly startMonth?: number | undefined;
  readonly lastWeekday?: number | undefined;
  readonly yearEnd?: string | undefined;
  readonly pattern?: string | undefined;
}

/** Reads a calendar from its description; the ValueError names the field. */
export function calendarOf(description: CalendarDescription): Calendar {
  const { kind, calendarId: id, startMonth = 1 } = description;
  const zone = inField('zone', () => zoneOf(description.zone));
  if (!Number.isInteger(startMonth) || startMonth < 1 || startMonth > 12) {
    throw wrong('startMonth', startMonth, 'a month from 1 to 12');
  }
  switch (kind) {
    case 'gregorian':
      if (startMonth !== 1) throw wrong('startMonth', startMonth, '1 or absent in a Gregorian calendar');
      return Object.freeze({ kind, id, zone });
    case 'fiscal':
      return Object.freeze({ kind, id, zone, startMonth });
    case '4-4-5':
      return Object.freeze({ kind, id, zone, startMonth, ...weekRules(description) });
    default:
      throw wrong('kind', kind, 'gregorian, fiscal or 4-4-5');
  }
}

function weekRules({ lastWeekday, yearEnd, pattern }: CalendarDescription): Partial<WeekCalendar> {
  const weekday = ([1, 2, 3, 4, 5, 6, 7] as const).find((n) => n === (lastWeekday ?? 6));
  if (weekday === undefined) throw wrong('lastWeekday', lastWeekday, 'from 1 (Monday) to 7 (Sunday)');
  const end = (['last', 'nearest'] as const).find((word) => word === (yearEnd ?? 'last'));
  if (end === undefined) throw wrong('yearEnd', yearEnd, '"last" or "nearest"');
  const weeks = (['4-4-5', '4-5-4', '5-4-4'] as const).find((word) => word === (pattern ?? '4-4-5'));
  if (weeks === undefined) throw wrong('pattern', pattern, '"4-4-5", "4-5-4" or "5-4-4"');
  return { lastWeekday: weekday, yearEnd: end, pattern: weeks };
}

function wrong(field: string, value: unknown, right: string): ValueError {
  return new ValueError(`${shown(value)} is not possible; it must be ${right}.`, field);
}
