import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  addDays,
  addMonths,
  compareText,
  dateOfDay,
  dayNumber,
  daysBetween,
  isLocalDate,
  isoWeekday,
  localDate,
  monthsBetween,
  ValueError,
} from '#kernel';

const FIRST = dayNumber(localDate('1583-01-01'));
const LAST = dayNumber(localDate('9999-12-31'));
const dates = fc.integer({ min: FIRST, max: LAST }).map(dateOfDay);
const datesOfToday = fc
  .integer({ min: dayNumber(localDate('1990-01-01')), max: dayNumber(localDate('2040-12-31')) })
  .map(dateOfDay);

describe('local dates', () => {
  it.each([
    ['2024-02-30', '2024-02-30 does not exist; 2024-02 has the days 01 to 29.'],
    ['2023-02-29', '2023-02 has the days 01 to 28'],
    ['1900-02-29', '1900-02 has the days 01 to 28'],
    ['2024-13-01', 'months go from 01 to 12'],
    ['2024-00-10', 'months go from 01 to 12'],
    ['2024-04-00', '2024-04 has the days 01 to 30'],
    ['1582-12-31', 'outside the years 1583 to 9999'],
    ['2024-1-5', 'is not a local date; write YYYY-MM-DD'],
    ['20240105', 'is not a local date'],
    ['2024-01-05T00:00:00Z', 'is not a local date'],
    [' 2024-01-05', 'is not a local date'],
    ['2024-01-05\n', 'is not a local date'],
    ['', 'is not a local date'],
  ])('refuses %j', (text, sentence) => {
    expect(() => localDate(text)).toThrow(ValueError);
    expect(() => localDate(text)).toThrow(sentence);
    expect(isLocalDate(text)).toBe(false);
  });

  it.each([
    ['1970-01-01', 0, 4],
    ['1969-12-31', -1, 3],
    ['2000-02-29', 11_016, 2],
    ['2024-03-01', 19_783, 5],
    ['1583-01-01', -141_349, 6],
    ['9999-12-31', 2_932_896, 5],
  ])('%s is day %i and ISO weekday %i', (text, day, weekday) => {
    expect(dayNumber(localDate(text))).toBe(day);
    expect(dateOfDay(day)).toBe(text);
    expect(isoWeekday(day)).toBe(weekday);
  });

  it('counts through a whole cycle of 400 years without a gap, and text order is date order', () => {
    let before = '';
    for (let day = FIRST; day < FIRST + 146_097; day += 1) {
      const date = dateOfDay(day);
      if (dayNumber(date) !== day || compareText(before, date) !== -1) {
        throw new Error(`Day ${day} came back as ${date}, after ${before}.`);
      }
      before = date;
    }
    expect(before).toBe('1982-12-31');
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (day) => {
        expect(dayNumber(dateOfDay(day))).toBe(day);
      }),
    );
  });

  it('agrees with Temporal on day numbers, weekdays and months', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -60, max: 60 }), (date, n) => {
        const plain = Temporal.PlainDate.from(date);
        expect(dayNumber(date)).toBe(Temporal.PlainDate.from('1970-01-01').until(plain).days);
        expect(isoWeekday(dayNumber(date))).toBe(plain.dayOfWeek);
        const moved = plain.add({ months: n });
        if (moved.year >= 1583 && moved.year <= 9999) expect(addMonths(date, n)).toBe(moved.toString());
      }),
    );
  });

  it('refuses days and months beyond its years, and parts of days', () => {
    expect(() => dateOfDay(LAST + 1)).toThrow('outside the years 1583 to 9999');
    expect(() => dateOfDay(FIRST - 1)).toThrow('outside the years');
    expect(() => dateOfDay(0.5)).toThrow('must be a whole number');
    expect(() => addDays(localDate('9999-12-31'), 1)).toThrow(ValueError);
    expect(() => addMonths(localDate('9999-12-01'), 1)).toThrow(ValueError);
    expect(() => addMonths(localDate('2024-01-01'), 0.5)).toThrow('must be whole');
  });

  it.each([
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', -12, '2023-02-28'],
    ['2024-01-15', -1, '2023-12-15'],
    ['2024-12-31', 2, '2025-02-28'],
  ])('%s and %i months is %s', (from, n, to) => {
    expect(addMonths(localDate(from), n)).toBe(to);
  });

  it.each([
    ['2024-01-31', '2024-02-29', 1],
    ['2024-01-31', '2024-02-28', 0],
    ['2024-01-15', '2024-02-14', 0],
    ['2024-01-15', '2025-01-15', 12],
    ['2024-03-31', '2024-02-29', -1],
    ['2024-03-31', '2024-03-01', 0],
    ['2024-03-15', '2024-02-16', 0],
  ])('from %s to %s are %i whole months', (a, b, n) => {
    expect(monthsBetween(localDate(a), localDate(b))).toBe(n);
  });

  it('counts months as the largest step that does not pass the other date', () => {
    fc.assert(
      fc.property(datesOfToday, datesOfToday, (a, b) => {
        const n = monthsBetween(a, b);
        const forward = a <= b;
        expect(forward ? n >= 0 : n <= 0).toBe(true);
        expect(forward ? addMonths(a, n) <= b : addMonths(a, n) >= b).toBe(true);
        expect(forward ? addMonths(a, n + 1) > b : addMonths(a, n - 1) < b).toBe(true);
      }),
    );
    fc.assert(
      fc.property(datesOfToday, fc.integer({ min: -400, max: 400 }), (a, n) => {
        expect(monthsBetween(a, addMonths(a, n))).toBe(n);
      }),
    );
  });

  it('adds days and counts them back', () => {
    fc.assert(
      fc.property(datesOfToday, datesOfToday, (a, b) => {
        expect(addDays(a, daysBetween(a, b))).toBe(b);
      }),
    );
  });
});
