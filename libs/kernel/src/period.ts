import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts';
import { dateOfDay, dayNumber, FIRST_DAY, LAST_DAY, type LocalDate } from './local-date.ts';
import { isFiscalFamily, nameOfDay, resolveName, sameNameOfPriorYear } from './period-days.ts';
import { NAME_FORMS, nameText, type PeriodGrain, type PeriodName, parseName } from './period-name.ts';
import { shown, ValueError } from './value-error.ts';

/** A half-open run of days [start, end) with its name in a calendar. Source: kpis.md §1.2. */
export interface Period {
  /** The canonical name: `1997-Q2`, `FY1997`, `1996-07..1998-05`. */
  readonly text: string;
  readonly grain: PeriodGrain | 'range';
  /** The first day. */
  readonly start: LocalDate;
  /** The first day after it. */
  readonly end: LocalDate;
  /** The id of the calendar that the name was read in. */
  readonly calendar: string;
}

/**
 * Reads a period or a range of periods, both ends included.
 *
 * `1997`, `1997-Q2`, `1997-04` and `1997-W15` (ISO 8601) are civil in every calendar; names with FY belong to the
 * calendar's own year. In a Gregorian calendar FY1997 is another spelling of 1997, in a fiscal one FY1997-P03 of the
 * civil month it is; the period then has the civil name. FY1997-W15 exists in 4-4-5 calendars only.
 */
export function parsePeriod(text: string, calendar: Calendar = DEFAULT_CALENDAR): Period {
  const ends = typeof text === 'string' ? text.split('..') : [];
  const [first, last] = ends;
  if (first !== undefined && last === undefined) return single(first, calendar);
  if (first === undefined || last === undefined || ends.length > 2) throw notAPeriod(text);
  return rangeOf(single(first, calendar), single(last, calendar), calendar);
}

/** The period of that length in which a day lies; in fiscal and 4-4-5 calendars the calendar's own. */
export function periodAt(date: LocalDate, grain: PeriodGrain, calendar: Calendar = DEFAULT_CALENDAR): Period {
  return periodOfDay(dayNumber(date), grain, true, calendar);
}

/** Week, month, quarter and year of a day (days since 1970-01-01), in the calendar's own names. */
export function periodsContaining(day: number, calendar: Calendar = DEFAULT_CALENDAR): readonly Period[] {
  let memo = containing.get(calendar);
  if (memo === undefined) {
    memo = new Map();
    containing.set(calendar, memo);
  }
  const kept = memo.get(day);
  if (kept !== undefined) return kept;
  const grains = ['week', 'month', 'quarter', 'year'] as const;
  const periods = Object.freeze(grains.map((grain) => periodOfDay(day, grain, true, calendar)));
  if (memo.size >= 20_000) memo.clear();
  memo.set(day, periods);
  return periods;
}

// A memo of a pure function by calendar and day; a projector asks for the same few thousand days again and again.
const containing = new WeakMap<Calendar, Map<number, readonly Period[]>>();

/** The series of a range: its periods of the finer grain of both ends, in order; any other period alone. */
export function periodsOf(period: Period, calendar: Calendar = DEFAULT_CALENDAR): readonly Period[] {
  if (period.grain !== 'range') return [period];
  const [first, last] = endsOf(period, calendar);
  const step = finer(first, last);
  return walk(period, step.grain, isFiscal(step), calendar);
}

/**
 * The periods of a grain that make up a period, without gap or overlap: the months of a year, the days of a week.
 * Refused where they do not meet its ends (ISO weeks of a month).
 */
export function periodsWithin(
  period: Period,
  grain: PeriodGrain,
  calendar: Calendar = DEFAULT_CALENDAR,
): readonly Period[] {
  const fiscal = period.text.startsWith('FY');
  if (!tiles(period.start, period.end, grain, fiscal, calendar)) {
    throw new ValueError(`${period.text} does not consist of whole ${grain}s; ask for days.`);
  }
  return walk(period, grain, fiscal, calendar);
}

/** The period of the same length before this one; for a range as many periods of its series. */
export function previousPeriod(period: Period, calendar: Calendar = DEFAULT_CALENDAR): Period {
  if (period.grain !== 'range') return before(period, calendar);
  const series = periodsOf(period, calendar);
  const first = series[0];
  if (first === undefined) throw new Error(`The range ${period.text} has no periods.`);
  const last = before(first, calendar);
  let start = last;
  for (let n = 1; n < series.length; n += 1) start = before(start, calendar);
  return rangeOf(start, last, calendar);
}

/**
 * The period of the same name a year earlier; a range by its ends. 29 February goes to 28 February, and week 53 to
 * week 52 of a year that has no week 53.
 */
export function samePeriodOfPriorYear(period: Period, calendar: Calendar = DEFAULT_CALENDAR): Period {
  const yearBefore = (p: Period) => resolve(sameNameOfPriorYear(nameOf(p), calendar), calendar);
  if (period.grain !== 'range') return yearBefore(period);
  const [first, last] = endsOf(period, calendar);
  return rangeOf(yearBefore(first), yearBefore(last), calendar);
}

/** The number of days. */
export function lengthInDays(period: Period): number {
  return dayNumber(period.end) - dayNumber(period.start);
}

/** Whether a date lies in the period. */
export function contains(period: Period, date: LocalDate): boolean {
  return period.start <= date && date < period.end;
}

/** The first and the last period of a range; a period that is no range is both. */
export function endsOf(period: Period, calendar: Calendar = DEFAULT_CALENDAR): readonly [Period, Period] {
  const [first, last = first] = period.text.split('..');
  if (first === undefined || last === undefined) throw notAPeriod(period.text);
  return [single(first, calendar), single(last, calendar)];
}

function single(text: string, calendar: Calendar): Period {
  const name = parseName(text);
  if (name === undefined) throw notAPeriod(text);
  return resolve(name, calendar);
}

function resolve(name: PeriodName, calendar: Calendar): Period {
  const { name: canonical, start, end } = resolveName(name, calendar);
  if (start < FIRST_DAY || end > LAST_DAY) {
    throw new ValueError(
      `${nameText(name)} reaches beyond the days 1583-01-01 to 9999-12-30 that can be counted.`,
    );
  }
  return Object.freeze({
    text: nameText(canonical),
    grain: canonical.grain,
    start: dateOfDay(start),
    end: dateOfDay(end),
    calendar: calendar.id,
  });
}

function rangeOf(first: Period, last: Period, calendar: Calendar): Period {
  const text = `${first.text}..${last.text}`;
  if (last.start < first.start || last.end < first.end) {
    throw new ValueError(`${shown(text)} ends before it begins; write the earlier period first.`);
  }
  const step = finer(first, last);
  if (!tiles(first.start, last.end, step.grain, isFiscal(step), calendar)) {
    throw new ValueError(
      `${shown(text)} mixes ${first.grain}s and ${last.grain}s that do not meet; name both ends in the same way or as days.`,
    );
  }
  return Object.freeze({ text, grain: 'range', start: first.start, end: last.end, calendar: calendar.id });
}

const FINENESS: readonly Period['grain'][] = ['day', 'week', 'month', 'quarter', 'year'];

/** The end with the shorter grain, which sets the step of the series; the first one where they are alike. */
function finer(first: Period, last: Period): Period & { readonly grain: PeriodGrain } {
  const step = FINENESS.indexOf(last.grain) < FINENESS.indexOf(first.grain) ? last : first;
  if (step.grain === 'range') throw notAPeriod(step.text);
  return { ...step, grain: step.grain };
}

function tiles(
  start: LocalDate,
  end: LocalDate,
  grain: PeriodGrain,
  fiscal: boolean,
  calendar: Calendar,
): boolean {
  const first = periodOfDay(dayNumber(start), grain, fiscal, calendar);
  const last = periodOfDay(dayNumber(end) - 1, grain, fiscal, calendar);
  return first.start === start && last.end === end;
}

function walk(span: Period, grain: PeriodGrain, fiscal: boolean, calendar: Calendar): readonly Period[] {
  const periods: Period[] = [];
  for (let at = span.start; at < span.end; ) {
    const next = periodOfDay(dayNumber(at), grain, fiscal, calendar);
    periods.push(next);
    at = next.end;
  }
  return periods;
}

function before(period: Period, calendar: Calendar): Period {
  if (period.grain === 'range') throw notAPeriod(period.text);
  return periodOfDay(dayNumber(period.start) - 1, period.grain, isFiscal(period), calendar);
}

function periodOfDay(day: number, grain: PeriodGrain, fiscal: boolean, calendar: Calendar): Period {
  return resolve(nameOfDay(day, grain, fiscal, calendar), calendar);
}

function isFiscal(period: Period): boolean {
  return isFiscalFamily(nameOf(period));
}

function nameOf(period: Period): PeriodName {
  const name = parseName(period.text);
  if (name === undefined) throw notAPeriod(period.text);
  return name;
}

function notAPeriod(text: unknown): ValueError {
  return new ValueError(`${shown(text)} is not a period; write ${NAME_FORMS}.`);
}
