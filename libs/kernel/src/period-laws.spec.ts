/*
 * What must hold in every calendar, for any day: periods of a grain follow each other without gap or overlap, the
 * longer ones are made of the shorter ones, and the names say the same as the days. Method: random days and
 * calendars (all start months, weekdays, year ends and patterns), and whole runs of years with 53 weeks.
 */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  addRatio,
  type Calendar,
  compareRatio,
  contains,
  dateOfDay,
  dayNumber,
  type IsoWeekday,
  isoWeekday,
  lengthInDays,
  localDate,
  monthsIn,
  type Period,
  parsePeriod,
  periodAt,
  periodsContaining,
  periodsOf,
  periodsWithin,
  previousPeriod,
  ratio,
  samePeriodOfPriorYear,
} from '#kernel';

const days = fc.integer({ min: dayNumber(localDate('1900-01-01')), max: dayNumber(localDate('2150-12-31')) });
const months = fc.integer({ min: 1, max: 12 });
const grains = fc.constantFrom('day', 'week', 'month', 'quarter', 'year');
const gregorian = fc.constant<Calendar>({ kind: 'gregorian', id: 'g', zone: 'UTC' });
const fiscal = months.map<Calendar>((startMonth) => ({ kind: 'fiscal', id: 'f', zone: 'UTC', startMonth }));
const weekly = fc
  .record({
    startMonth: months,
    lastWeekday: fc.constantFrom<IsoWeekday>(1, 2, 3, 4, 5, 6, 7),
    yearEnd: fc.constantFrom('last', 'nearest'),
    pattern: fc.constantFrom('4-4-5', '4-5-4', '5-4-4'),
  })
  .map((rules) => ({ kind: '4-4-5', id: 'w', zone: 'UTC', ...rules }) as const);
const calendars = fc.oneof<fc.Arbitrary<Calendar>[]>(gregorian, fiscal, weekly);

const next = (period: Period, calendar: Calendar) => {
  if (period.grain === 'range') throw new Error('A range has no grain to step by.');
  return periodAt(period.end, period.grain, calendar);
};

describe('in every calendar', () => {
  it('a period contains its day, meets its neighbours, and its name means it', () => {
    fc.assert(
      fc.property(days, grains, calendars, (day, grain, calendar) => {
        const period = periodAt(dateOfDay(day), grain, calendar);
        expect(contains(period, dateOfDay(day))).toBe(true);
        expect(parsePeriod(period.text, calendar)).toEqual(period);
        // The opening of t is the end of t - 1.
        expect(previousPeriod(period, calendar).end).toBe(period.start);
        const after = next(period, calendar);
        expect(after.start).toBe(period.end);
        expect(previousPeriod(after, calendar)).toEqual(period);
        // Every day of it, first and last too, has the same period.
        expect(periodAt(period.start, grain, calendar)).toEqual(period);
        expect(periodAt(dateOfDay(dayNumber(period.end) - 1), grain, calendar)).toEqual(period);
      }),
      { numRuns: 500 },
    );
  });

  it('years are made of quarters, quarters of months, and all of days', () => {
    fc.assert(
      fc.property(days, calendars, (day, calendar) => {
        const year = periodAt(dateOfDay(day), 'year', calendar);
        const parts = (of: Period, grain: 'day' | 'month' | 'quarter') => periodsWithin(of, grain, calendar);
        const quarters = parts(year, 'quarter');
        const ofYear = parts(year, 'month');
        expect([quarters.length, ofYear.length]).toEqual([4, 12]);
        expect(quarters.flatMap((quarter) => parts(quarter, 'month'))).toEqual(ofYear);
        expect(ofYear.flatMap((month) => parts(month, 'day')).map(({ start }) => start)).toEqual(
          Array.from({ length: lengthInDays(year) }, (_, n) => dateOfDay(dayNumber(year.start) + n)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('the periods of a day are its week, month, quarter and year', () => {
    fc.assert(
      fc.property(days, calendars, (day, calendar) => {
        const names = ['week', 'month', 'quarter', 'year'] as const;
        const expected = names.map((grain) => periodAt(dateOfDay(day), grain, calendar));
        expect(periodsContaining(day, calendar)).toEqual(expected);
        // A second time from the memo.
        expect(periodsContaining(day, calendar)).toEqual(expected);
      }),
    );
  });

  it('a range is its series, and the range before it has as many periods', () => {
    const lengths = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(days, grains, lengths, calendars, (day, grain, length, calendar) => {
        const series = [periodAt(dateOfDay(day), grain, calendar)];
        for (let last = series[0]; last !== undefined && series.length <= length; ) {
          last = next(last, calendar);
          series.push(last);
        }
        const range = parsePeriod(`${series[0]?.text}..${series.at(-1)?.text}`, calendar);
        expect(periodsOf(range, calendar)).toEqual(series);
        const before = previousPeriod(range, calendar);
        expect(before.end).toBe(range.start);
        expect(periodsOf(before, calendar)).toHaveLength(series.length);
      }),
      { numRuns: 100 },
    );
  });

  it('a year earlier is a year earlier', () => {
    fc.assert(
      fc.property(days, grains, calendars, (day, grain, calendar) => {
        const period = periodAt(dateOfDay(day), grain, calendar);
        const earlier = samePeriodOfPriorYear(period, calendar);
        expect(earlier.grain).toBe(period.grain);
        const distance = dayNumber(period.start) - dayNumber(earlier.start);
        expect(distance >= 363 && distance <= 372).toBe(true);
        if (grain === 'year') expect(earlier).toEqual(previousPeriod(period, calendar));
      }),
      { numRuns: 300 },
    );
  });

  it('months add up: of the days of a month to 1, of the parts of a year to 12', () => {
    fc.assert(
      fc.property(days, calendars, (day, calendar) => {
        const sum = (parts: readonly Period[]) =>
          parts.reduce((total, part) => addRatio(total, monthsIn(part)), ratio(0n));
        const year = periodAt(dateOfDay(day), 'year', calendar);
        expect(sum(periodsWithin(year, 'quarter', calendar))).toEqual(ratio(12n));
        expect(sum(periodsWithin(year, 'month', calendar))).toEqual(monthsIn(year));
        const month = parsePeriod(year.start.slice(0, 7));
        expect(sum(periodsWithin(month, 'day'))).toEqual(ratio(1n));
        const span = parsePeriod(`${dateOfDay(day)}..${dateOfDay(day + 45)}`);
        expect(sum(periodsOf(span))).toEqual(monthsIn(span));
        expect(compareRatio(monthsIn(span), ratio(1n))).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});

describe('ISO weeks', () => {
  it('are those of Temporal, and 400 years of them leave no gap', () => {
    fc.assert(
      fc.property(days, gregorian, (day, calendar) => {
        const plain = Temporal.PlainDate.from(dateOfDay(day));
        const text = `${plain.yearOfWeek}-W${String(plain.weekOfYear).padStart(2, '0')}`;
        expect(periodAt(dateOfDay(day), 'week', calendar).text).toBe(text);
      }),
    );
    let weeks = 0;
    for (let year = 1900; year < 2300; year += 1) {
      const last = periodAt(localDate(`${year}-12-28`), 'week');
      const first = parsePeriod(`${year + 1}-W01`);
      if (last.end !== first.start)
        throw new Error(`After ${last.text} comes ${first.start}, not ${last.end}.`);
      weeks += Number(last.text.slice(-2));
    }
    // The Gregorian cycle is 146,097 days, which are whole weeks.
    expect(weeks).toBe(146_097 / 7);
  });
});

describe('4-4-5 calendars', () => {
  it('have 52 or 53 whole weeks, quarters of 13, and the 53rd in the last month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2150 }), weekly, (year, calendar) => {
        const whole = parsePeriod(`FY${year}`, calendar);
        const weeks = lengthInDays(whole) / 7;
        expect([52, 53]).toContain(weeks);
        const pattern = calendar.pattern.split('-').map(Number);
        const expected = [...pattern, ...pattern, ...pattern, ...pattern];
        expected[11] = (expected[11] ?? 0) + weeks - 52;
        expect(periodsWithin(whole, 'month', calendar).map((month) => lengthInDays(month) / 7)).toEqual(
          expected,
        );
        expect(periodsWithin(whole, 'week', calendar)).toHaveLength(weeks);
      }),
      { numRuns: 100 },
    );
  });

  it('end on their weekday: the last of the month, or the nearest to its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2150 }), weekly, (year, calendar) => {
        const { startMonth, lastWeekday, yearEnd } = calendar;
        const last = dayNumber(parsePeriod(`FY${year}`, calendar).end) - 1;
        expect(isoWeekday(last)).toBe(lastWeekday);
        const month = startMonth === 1 ? 12 : startMonth - 1;
        const nominal = dayNumber(parsePeriod(`${year}-${String(month).padStart(2, '0')}`).end) - 1;
        const off = nominal - last;
        expect(yearEnd === 'last' ? off >= 0 && off < 7 : Math.abs(off) <= 3).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
