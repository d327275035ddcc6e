import fc from 'fast-check';
import {
  compareInstants,
  dateOfDay,
  epochMs,
  epochNanos,
  instant,
  instantOfMs,
  isZone,
  localDate,
  localDateAt,
  localDateAtMs,
  startOfDay,
  ValueError,
  zoneOf,
} from '#kernel';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns', // fell back at 00:01 until 2011: the date went back for an hour
  'America/Sao_Paulo', // sprang forward at midnight: days that begin at 01:00
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'Australia/Lord_Howe', // half an hour of daylight saving
  'Africa/Casablanca',
  'Pacific/Apia', // has no 30 December 2011
  'Pacific/Kiritimati',
];

const MS_1985 = Date.UTC(1985, 0, 1);
const MS_2037 = Date.UTC(2037, 0, 1);

/** The runtime's own calendar, formatted: another way to the same date. */
function dateByIntl(ms: number, zone: string): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return format.format(ms);
}

describe('instants', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['2024-03-31T02:30:00+02:00', 1_711_845_000_000_000_000n],
    ['2024-03-31T00:30:00.5Z', 1_711_845_000_500_000_000n],
    ['2024-03-30T19:00:00-05:30', 1_711_845_000_000_000_000n],
    ['2024-03-31T03:30:00+02:00[Europe/Berlin]', 1_711_848_600_000_000_000n],
    ['2024-03-31T01:30:00Z[Europe/Berlin]', 1_711_848_600_000_000_000n],
  ])('%s is %s nanoseconds', (text, nanos) => {
    expect(epochNanos(instant(text))).toBe(nanos);
  });

  it.each([
    ['2024-03-31T02:30:00', 'has no offset, so its moment is unknown'],
    ['2024-03-31', 'is not an instant; write RFC 3339 with an offset'],
    ['2024-03-31 02:30:00Z', 'is not an instant'],
    ['2024-03-31T02:30Z', 'is not an instant'],
    ['2024-03-31T24:00:00Z', 'is not an instant'],
    ['2024-03-31T02:60:00Z', 'is not an instant'],
    ['2016-12-31T23:59:60Z', 'is a leap second'],
    ['2024-02-30T00:00:00Z', '2024-02-30 does not exist'],
    ['2024-03-31T02:30:00.1234567890Z', 'is not an instant'],
    ['2024-03-31T02:30:00+0200', 'is not an instant'],
    [
      '2024-03-31T02:30:00+01:00[Europe/Berlin]',
      'names an offset that Europe/Berlin does not have at that moment',
    ],
    ['2024-03-31T02:30:00+01:00[Europe/Bonn]', '"Europe/Bonn" is not a time zone'],
    ['', 'is not an instant'],
  ])('refuses %j', (text, sentence) => {
    expect(() => instant(text)).toThrow(ValueError);
    expect(() => instant(text)).toThrow(sentence);
  });

  it('cut nanoseconds to milliseconds towards the past, before 1970 too', () => {
    expect(epochMs(instant('1970-01-01T00:00:00.0019Z'))).toBe(1n);
    expect(epochMs(instant('1969-12-31T23:59:59.9999Z'))).toBe(-1n);
  });

  it('order by the moment, whatever the offset', () => {
    const [berlin, utc] = [instant('2024-03-31T03:00:00+02:00'), instant('2024-03-31T01:00:00Z')];
    expect(compareInstants(berlin, utc)).toBe(0);
    expect(compareInstants(berlin, instant('2024-03-31T02:00:00Z'))).toBe(-1);
    expect(compareInstants(instant('2024-03-31T02:00:00Z'), berlin)).toBe(1);
  });

  it('come from a millisecond clock and go back', () => {
    expect(instantOfMs(1_713_173_400_250n)).toBe('2024-04-15T09:30:00.250Z');
    expect(instantOfMs(-1n)).toBe('1969-12-31T23:59:59.999Z');
    const clock = fc.bigInt({ min: BigInt(Date.UTC(1600, 0, 1)), max: BigInt(Date.UTC(9999, 0, 1)) });
    fc.assert(
      fc.property(clock, (ms) => {
        expect(instantOfMs(ms)).toBe(new Date(Number(ms)).toISOString());
        expect(epochMs(instant(instantOfMs(ms)))).toBe(ms);
      }),
    );
  });
});

describe('local dates of instants', () => {
  it.each([
    ['2024-03-30T23:30:00Z', 'Europe/Berlin', '2024-03-31'],
    ['2024-03-31T21:59:59.999Z', 'Europe/Berlin', '2024-03-31'],
    ['2024-03-31T22:00:00Z', 'Europe/Berlin', '2024-04-01'],
    ['2024-12-31T22:59:59Z', 'Europe/Berlin', '2024-12-31'],
    ['2024-12-31T23:00:00Z', 'Europe/Berlin', '2025-01-01'],
    ['2024-06-30T16:00:00Z', 'Asia/Shanghai', '2024-07-01'],
    ['1988-06-30T15:30:00Z', 'Asia/Shanghai', '1988-07-01'], // China had daylight saving then
    ['2024-01-01T04:59:59Z', 'America/New_York', '2023-12-31'],
    ['2011-12-30T09:59:59Z', 'Pacific/Apia', '2011-12-29'],
    ['2011-12-30T10:00:00Z', 'Pacific/Apia', '2011-12-31'],
    ['2006-10-29T02:30:30Z', 'America/St_Johns', '2006-10-29'],
    ['2006-10-29T02:31:30Z', 'America/St_Johns', '2006-10-28'],
    ['2024-01-01T23:59:59.999999999Z', 'UTC', '2024-01-01'],
  ])('%s in %s is %s', (text, zone, date) => {
    expect(localDateAt(instant(text), zone)).toBe(date);
  });

  it('are those of the runtime, at any moment in any zone', () => {
    const moments = fc.integer({ min: MS_1985, max: MS_2037 });
    fc.assert(
      fc.property(moments, fc.constantFrom(...ZONES), (ms, zone) => {
        expect(localDateAtMs(BigInt(ms), zone)).toBe(dateByIntl(ms, zone));
      }),
      { numRuns: 300 },
    );
  });

  it('are right in every quarter of an hour around a change of the clock', () => {
    const changes: readonly (readonly [string, number])[] = [
      ['Europe/Berlin', Date.UTC(2024, 2, 31, 1)],
      ['Europe/Berlin', Date.UTC(2024, 9, 27, 1)],
      ['America/St_Johns', Date.UTC(2006, 9, 29, 2, 31)],
      ['America/Sao_Paulo', Date.UTC(2018, 10, 4, 3)],
      ['Pacific/Apia', Date.UTC(2011, 11, 30, 10)],
    ];
    for (const [zone, change] of changes) {
      for (let quarter = -120; quarter <= 120; quarter += 1) {
        const ms = change + quarter * 900_000;
        expect(`${ms} ${localDateAtMs(BigInt(ms), zone)}`).toBe(`${ms} ${dateByIntl(ms, zone)}`);
      }
    }
  });

  it('do not depend on what was asked before', () => {
    // The whole day of a change, asked from both ends: a kept offset must not leak over the change.
    const change = Date.UTC(2024, 9, 26, 22);
    const days = (from: number, step: number) => {
      const answers: string[] = [];
      for (let n = 0; n < 48; n += 1) answers.push(localDateAtMs(BigInt(from + n * step), 'Europe/Paris'));
      return answers;
    };
    const forward = days(change, 1_800_000);
    const back = days(change + 47 * 1_800_000, -1_800_000);
    expect(back.reverse()).toEqual(forward);
    expect(forward.filter((date) => date === '2024-10-27')).toHaveLength(48);
  });

  it.each([
    ['2024-03-31', 'Europe/Berlin', '2024-03-30T23:00:00Z'],
    ['2024-04-01', 'Europe/Berlin', '2024-03-31T22:00:00Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'], // midnight was skipped: the day began at 01:00
    ['2024-04-15', 'UTC', '2024-04-15T00:00:00Z'],
  ])('the day %s in %s begins at %s', (date, zone, start) => {
    expect(startOfDay(localDate(date), zone)).toBe(start);
  });

  it('begin where the day before ends', () => {
    const days = fc.integer({ min: MS_1985 / 86_400_000, max: MS_2037 / 86_400_000 });
    fc.assert(
      fc.property(days, fc.constantFrom(...ZONES), (day, zone) => {
        const date = dateOfDay(day);
        const start = epochMs(startOfDay(date, zone));
        // Samoa skipped a day: it has no moment of its own.
        if (zone === 'Pacific/Apia' && date === '2011-12-30') return;
        expect(localDateAtMs(start, zone)).toBe(date);
        expect(localDateAtMs(start - 1n, zone) < date).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('zones', () => {
  it.each(['UTC', 'Europe/Berlin', 'Asia/Shanghai', 'America/Argentina/Buenos_Aires'])('knows %s', (zone) => {
    expect(isZone(zone)).toBe(true);
    expect(zoneOf(zone)).toBe(zone);
  });

  it.each(['', 'europe/berlin', 'utc', 'Europe/Bonn', '+02:00', 'Z', 'local', ' UTC'])(
    'refuses %j',
    (zone) => {
      expect(isZone(zone)).toBe(false);
      expect(() => zoneOf(zone)).toThrow(
        'is not a time zone; write an IANA name such as Europe/Berlin or UTC',
      );
      expect(() => localDateAtMs(0n, zone)).toThrow(ValueError);
    },
  );
});
