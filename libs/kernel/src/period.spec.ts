import {
  type Calendar,
  calendarOf,
  contains,
  DEFAULT_CALENDAR,
  lengthInDays,
  localDate,
  monthsIn,
  parsePeriod,
  periodAt,
  periodsOf,
  periodsWithin,
  previousPeriod,
  ratio,
  samePeriodOfPriorYear,
  ValueError,
} from '#kernel';

const april: Calendar = { kind: 'fiscal', id: 'uk', zone: 'Europe/London', startMonth: 4 };
const january: Calendar = { kind: 'fiscal', id: 'civil-fy', zone: 'UTC', startMonth: 1 };
/** The last Saturday of September ends the year. */
const september: Calendar = { kind: '4-4-5', id: 'september', zone: 'UTC', startMonth: 10 };
/** The retail calendar 4-5-4: the Saturday nearest to the end of January ends the year. */
const retail: Calendar = {
  kind: '4-4-5',
  id: 'retail',
  zone: 'UTC',
  startMonth: 2,
  yearEnd: 'nearest',
  pattern: '4-5-4',
};

const calendars: Record<string, Calendar> = {
  gregorian: DEFAULT_CALENDAR,
  april,
  january,
  september,
  retail,
};
const named = (name: string): Calendar => {
  const calendar = calendars[name];
  if (calendar === undefined) throw new Error(`The test has no calendar ${name}.`);
  return calendar;
};

describe('period names', () => {
  it.each([
    // calendar, text, canonical text, grain, start, end (exclusive)
    ['gregorian', '1997', '1997', 'year', '1997-01-01', '1998-01-01'],
    ['gregorian', '1997-Q2', '1997-Q2', 'quarter', '1997-04-01', '1997-07-01'],
    ['gregorian', '1997-Q4', '1997-Q4', 'quarter', '1997-10-01', '1998-01-01'],
    ['gregorian', '1997-04', '1997-04', 'month', '1997-04-01', '1997-05-01'],
    ['gregorian', '2024-02', '2024-02', 'month', '2024-02-01', '2024-03-01'],
    ['gregorian', '1997-04-15', '1997-04-15', 'day', '1997-04-15', '1997-04-16'],
    ['gregorian', '1997-W15', '1997-W15', 'week', '1997-04-07', '1997-04-14'],
    ['gregorian', '2020-W53', '2020-W53', 'week', '2020-12-28', '2021-01-04'],
    ['gregorian', '2021-W01', '2021-W01', 'week', '2021-01-04', '2021-01-11'],
    ['gregorian', '2025-W01', '2025-W01', 'week', '2024-12-30', '2025-01-06'],
    ['gregorian', 'FY1997', '1997', 'year', '1997-01-01', '1998-01-01'],
    ['gregorian', 'FY1997-Q1', '1997-Q1', 'quarter', '1997-01-01', '1997-04-01'],
    ['gregorian', 'FY1997-P03', '1997-03', 'month', '1997-03-01', '1997-04-01'],
    ['gregorian', '1996-07..1998-05', '1996-07..1998-05', 'range', '1996-07-01', '1998-06-01'],
    ['gregorian', '1996-07..1996-07', '1996-07..1996-07', 'range', '1996-07-01', '1996-08-01'],
    ['gregorian', '1996-Q3..1998-05', '1996-Q3..1998-05', 'range', '1996-07-01', '1998-06-01'],
    ['gregorian', '1997-W15..1998-W02', '1997-W15..1998-W02', 'range', '1997-04-07', '1998-01-12'],
    ['gregorian', '1997-04-15..1997-05', '1997-04-15..1997-05', 'range', '1997-04-15', '1997-06-01'],
    ['april', 'FY1997', 'FY1997', 'year', '1996-04-01', '1997-04-01'],
    ['april', 'FY1997-Q1', 'FY1997-Q1', 'quarter', '1996-04-01', '1996-07-01'],
    ['april', 'FY1997-Q4', 'FY1997-Q4', 'quarter', '1997-01-01', '1997-04-01'],
    ['april', 'FY1997-P03', '1996-06', 'month', '1996-06-01', '1996-07-01'],
    ['april', 'FY1997-P12', '1997-03', 'month', '1997-03-01', '1997-04-01'],
    ['april', '1997', '1997', 'year', '1997-01-01', '1998-01-01'],
    ['april', '1997-Q2', '1997-Q2', 'quarter', '1997-04-01', '1997-07-01'],
    ['april', 'FY1997-P01..FY1997-P06', '1996-04..1996-09', 'range', '1996-04-01', '1996-10-01'],
    ['april', '1997-01..FY1998', '1997-01..FY1998', 'range', '1997-01-01', '1998-04-01'],
    ['january', 'FY1997', 'FY1997', 'year', '1997-01-01', '1998-01-01'],
    ['january', 'FY1997-Q3', 'FY1997-Q3', 'quarter', '1997-07-01', '1997-10-01'],
    // Years that are known to end on these days (a company with this rule; FY2023 and FY2017 had 53 weeks).
    ['september', 'FY2022', 'FY2022', 'year', '2021-09-26', '2022-09-25'],
    ['september', 'FY2023', 'FY2023', 'year', '2022-09-25', '2023-10-01'],
    ['september', 'FY2023-Q4', 'FY2023-Q4', 'quarter', '2023-06-25', '2023-10-01'],
    ['september', 'FY2023-P01', 'FY2023-P01', 'month', '2022-09-25', '2022-10-23'],
    ['september', 'FY2023-P03', 'FY2023-P03', 'month', '2022-11-20', '2022-12-25'],
    ['september', 'FY2023-P12', 'FY2023-P12', 'month', '2023-08-20', '2023-10-01'],
    ['september', 'FY2022-P12', 'FY2022-P12', 'month', '2022-08-21', '2022-09-25'],
    ['september', 'FY2023-W53', 'FY2023-W53', 'week', '2023-09-24', '2023-10-01'],
    ['september', '2023-04', '2023-04', 'month', '2023-04-01', '2023-05-01'],
    // The retail 4-5-4 year that ended on 3 February 2024 had 53 weeks.
    ['retail', 'FY2024', 'FY2024', 'year', '2023-01-29', '2024-02-04'],
    ['retail', 'FY2024-P02', 'FY2024-P02', 'month', '2023-02-26', '2023-04-02'],
    ['retail', 'FY2025', 'FY2025', 'year', '2024-02-04', '2025-02-02'],
  ])('%s calendar: %s is %s, a %s from %s to %s', (calendar, text, canonical, grain, start, end) => {
    const period = parsePeriod(text, named(calendar));
    expect(period).toEqual({ text: canonical, grain, start, end, calendar: named(calendar).id });
    expect(parsePeriod(period.text, named(calendar))).toEqual(period);
  });

  it('has 53 weeks in the retail years that are known for it, and in no other', () => {
    const long: number[] = [];
    for (let year = 2000; year <= 2024; year += 1) {
      const days = lengthInDays(parsePeriod(`FY${year}`, retail));
      if (days === 53 * 7) long.push(year);
      else expect(days).toBe(52 * 7);
    }
    // Ended 3 February 2001, 2007, 2018 and 2024, and 2 February 2013.
    expect(long).toEqual([2001, 2007, 2013, 2018, 2024]);
  });

  it.each([
    ['gregorian', '', 'is not a period; write 1997, 1997-Q2'],
    ['gregorian', '97', 'is not a period'],
    ['gregorian', '1997-Q5', 'is not a period'],
    ['gregorian', '1997-Q0', 'is not a period'],
    ['gregorian', '1997-13', 'is not a period'],
    ['gregorian', '1997-00', 'is not a period'],
    ['gregorian', '1997-W00', 'is not a period'],
    ['gregorian', '1997-W54', 'is not a period'],
    ['gregorian', '1997-W53', '1997-W53 does not exist; that year has 52 weeks'],
    ['gregorian', '1997-02-29', 'is not a period'],
    ['gregorian', 'fy1997', 'is not a period'],
    ['gregorian', 'FY1997-03', 'is not a period'],
    ['gregorian', '1997-P03', 'is not a period'],
    ['gregorian', '1997..', 'is not a period'],
    ['gregorian', '..1997', 'is not a period'],
    ['gregorian', '1997..1998..1999', 'is not a period'],
    ['gregorian', '1997-04...1997-05', 'is not a period'],
    ['gregorian', '1998-05..1996-07', 'ends before it begins'],
    ['gregorian', '1996-12..1996', 'ends before it begins'],
    ['gregorian', '1996-W10..1997-05', 'mixes weeks and months that do not meet'],
    ['gregorian', 'FY1997-W15', 'write 1997-W15 for the ISO week'],
    ['gregorian', '9999', '9999 reaches beyond the days'],
    ['gregorian', '1500', '1500 reaches beyond the days'],
    ['april', 'FY1997-W15', 'the calendar uk is fiscal'],
    ['april', 'FY1583', 'FY1583 reaches beyond the days'],
    ['september', 'FY2022-W53', 'FY2022-W53 does not exist; that year has 52 weeks'],
    ['september', '2022-09..FY2023-P03', 'do not meet'],
  ])('%s calendar refuses %j', (calendar, text, sentence) => {
    expect(() => parsePeriod(text, named(calendar))).toThrow(ValueError);
    expect(() => parsePeriod(text, named(calendar))).toThrow(sentence);
  });
});

describe('steps from period to period', () => {
  it.each([
    // calendar, period, the one before, the same of the prior year
    ['gregorian', '1997', '1996', '1996'],
    ['gregorian', '1997-Q1', '1996-Q4', '1996-Q1'],
    ['gregorian', '1997-01', '1996-12', '1996-01'],
    ['gregorian', '2021-W01', '2020-W53', '2020-W01'],
    ['gregorian', '2020-W53', '2020-W52', '2019-W52'],
    ['gregorian', '2024-02-29', '2024-02-28', '2023-02-28'],
    ['gregorian', '1997-01..1997-06', '1996-07..1996-12', '1996-01..1996-06'],
    ['gregorian', '1996-Q3..1998-05', '1994-08..1996-06', '1995-Q3..1997-05'],
    ['april', 'FY1997-Q1', 'FY1996-Q4', 'FY1996-Q1'],
    ['april', '1997-Q1', '1996-Q4', '1996-Q1'],
    ['april', '1996-04', '1996-03', '1995-04'],
    ['september', 'FY2024-P01', 'FY2023-P12', 'FY2023-P01'],
    ['september', 'FY2024-W01', 'FY2023-W53', 'FY2023-W01'],
    ['september', 'FY2023-W53', 'FY2023-W52', 'FY2022-W52'],
    ['september', 'FY2023', 'FY2022', 'FY2022'],
  ])('%s calendar: before %s comes %s, a year before %s', (calendar, text, before, yearBefore) => {
    const period = parsePeriod(text, named(calendar));
    expect(previousPeriod(period, named(calendar)).text).toBe(before);
    expect(previousPeriod(period, named(calendar)).end).toBe(period.start);
    expect(samePeriodOfPriorYear(period, named(calendar)).text).toBe(yearBefore);
  });

  it('lists the series of a range in the finer grain of its ends', () => {
    const texts = (range: string, calendar: Calendar) =>
      periodsOf(parsePeriod(range, calendar), calendar).map(({ text }) => text);
    expect(texts('1996-11..1997-02', DEFAULT_CALENDAR)).toEqual(['1996-11', '1996-12', '1997-01', '1997-02']);
    expect(texts('1996-Q4..1997-01', DEFAULT_CALENDAR)).toEqual(['1996-10', '1996-11', '1996-12', '1997-01']);
    expect(texts('2020-W52..2021-W01', DEFAULT_CALENDAR)).toEqual(['2020-W52', '2020-W53', '2021-W01']);
    expect(texts('FY2023-P11..FY2024-P01', september)).toEqual(['FY2023-P11', 'FY2023-P12', 'FY2024-P01']);
    expect(texts('FY1997-Q3..FY1998-Q1', april)).toEqual(['FY1997-Q3', 'FY1997-Q4', 'FY1998-Q1']);
    expect(texts('1997-04-29..1997-05', DEFAULT_CALENDAR)).toHaveLength(33);
    expect(texts('1996-07..1998-05', DEFAULT_CALENDAR)).toHaveLength(23);
    expect(texts('1997', DEFAULT_CALENDAR)).toEqual(['1997']);
  });

  it('takes a period apart where whole parts fill it', () => {
    const within = (text: string, grain: 'day' | 'week' | 'month' | 'quarter', calendar: Calendar) =>
      periodsWithin(parsePeriod(text, calendar), grain, calendar).map((part) => part.text);
    expect(within('1997-Q1', 'month', DEFAULT_CALENDAR)).toEqual(['1997-01', '1997-02', '1997-03']);
    expect(within('FY1997', 'quarter', april)).toEqual(['FY1997-Q1', 'FY1997-Q2', 'FY1997-Q3', 'FY1997-Q4']);
    expect(within('FY1997-Q1', 'month', april)).toEqual(['1996-04', '1996-05', '1996-06']);
    expect(within('FY2023', 'week', september)).toHaveLength(53);
    expect(within('1997-W15', 'day', DEFAULT_CALENDAR)).toHaveLength(7);
    expect(() => within('1997-04', 'week', DEFAULT_CALENDAR)).toThrow(
      '1997-04 does not consist of whole weeks',
    );
    expect(() => within('1997-04', 'quarter', DEFAULT_CALENDAR)).toThrow(
      'does not consist of whole quarters',
    );
  });

  it('finds the period of a date, in the own names of the calendar', () => {
    const at = (date: string, grain: 'week' | 'month' | 'quarter' | 'year', calendar: Calendar) =>
      periodAt(localDate(date), grain, calendar).text;
    expect(at('2005-01-01', 'week', DEFAULT_CALENDAR)).toBe('2004-W53');
    expect(at('1997-03-31', 'year', april)).toBe('FY1997');
    expect(at('1997-04-01', 'year', april)).toBe('FY1998');
    expect(at('1997-04-01', 'month', april)).toBe('1997-04');
    expect(at('1997-04-01', 'quarter', april)).toBe('FY1998-Q1');
    expect(at('1997-01-01', 'week', april)).toBe('1997-W01');
    expect(at('2023-09-30', 'year', september)).toBe('FY2023');
    expect(at('2023-10-01', 'month', september)).toBe('FY2024-P01');
    expect(at('2023-09-30', 'week', september)).toBe('FY2023-W53');
    expect(at('2024-02-03', 'year', retail)).toBe('FY2024');
  });

  it('includes its first day and not its end', () => {
    const period = parsePeriod('1997-04');
    const within = ['1997-03-31', '1997-04-01', '1997-04-30', '1997-05-01'].map((d) =>
      contains(period, localDate(d)),
    );
    expect(within).toEqual([false, true, true, false]);
  });
});

describe('months in a period', () => {
  it.each([
    ['gregorian', '1997', 12n, 1n],
    ['gregorian', '1997-Q2', 3n, 1n],
    ['gregorian', '2024-02', 1n, 1n],
    ['gregorian', '1996-07..1998-05', 23n, 1n],
    ['gregorian', '2024-02-15', 1n, 29n],
    ['gregorian', '2024-01-31..2024-02-29', 32n, 31n],
    ['gregorian', '2024-W05', 211n, 899n],
    ['april', 'FY1997', 12n, 1n],
    ['april', '1997-01..FY1998', 15n, 1n],
    ['september', 'FY2023', 12n, 1n],
    ['september', 'FY2023-P12', 1n, 1n],
    ['september', 'FY2023-P11..FY2024-Q1', 5n, 1n],
  ])('%s calendar: %s has %s/%s', (calendar, text, n, d) => {
    expect(monthsIn(parsePeriod(text, named(calendar)))).toEqual(ratio(n, d));
  });
});

describe('calendars from their description', () => {
  const zone = 'Asia/Shanghai';

  it('are read with their defaults', () => {
    expect(calendarOf({ calendarId: 'cn', kind: 'gregorian', zone })).toEqual({
      kind: 'gregorian',
      id: 'cn',
      zone,
    });
    expect(calendarOf({ calendarId: 'fy', kind: 'fiscal', zone, startMonth: 7 })).toEqual({
      kind: 'fiscal',
      id: 'fy',
      zone,
      startMonth: 7,
    });
    const weeks = calendarOf({ calendarId: 'w', kind: '4-4-5', zone, startMonth: 10 });
    expect(weeks).toEqual({
      ...{ kind: '4-4-5', id: 'w', zone, startMonth: 10 },
      ...{ lastWeekday: 6, yearEnd: 'last', pattern: '4-4-5' },
    });
    expect(parsePeriod('FY2023', weeks)).toEqual({ ...parsePeriod('FY2023', september), calendar: 'w' });
  });

  it.each([
    [{ kind: 'lunar' }, 'kind: "lunar" is not possible; it must be gregorian, fiscal or 4-4-5.'],
    [{ kind: 'fiscal', startMonth: 13 }, 'startMonth: 13 is not possible; it must be a month from 1 to 12.'],
    [{ kind: 'fiscal', startMonth: 1.5 }, 'startMonth: 1.5'],
    [{ kind: 'gregorian', startMonth: 4 }, 'startMonth: 4 is not possible; it must be 1 or absent'],
    [{ kind: '4-4-5', lastWeekday: 0 }, 'lastWeekday: 0 is not possible'],
    [{ kind: '4-4-5', yearEnd: 'first' }, 'yearEnd: "first" is not possible'],
    [{ kind: '4-4-5', pattern: '4-4-4' }, 'pattern: "4-4-4" is not possible'],
    [{ kind: 'gregorian', zone: 'Mars' }, 'zone: "Mars" is not a time zone'],
  ])('are refused when %j', (wrong, sentence) => {
    expect(() => calendarOf({ calendarId: 'x', zone, ...wrong })).toThrow(sentence);
  });
});
