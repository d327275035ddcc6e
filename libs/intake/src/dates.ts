import { Temporal } from 'temporal-polyfill';
import { isLocalDate } from '#kernel';
import { CellError } from './refused.ts';

/** What a text in a date format says: a local date, and the time of day if the format has one. */
interface Moment {
  readonly date: string;
  readonly time: string | undefined;
}

const TOKENS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<fraction>\\d{1,9})',
};
const TOKEN = /YYYY|SSS|MM?|DD?|HH?|mm|ss/g;

/** What is wrong with a date format; undefined when it can be used. */
export function formatProblem(format: string): string | undefined {
  const found = (format.match(TOKEN) ?? []).map((token) => token[0]);
  for (const [part, sign] of [
    ['year (YYYY)', 'Y'],
    ['month (MM or M)', 'M'],
    ['day (DD or D)', 'D'],
  ] as const) {
    if (!found.includes(sign)) return `has no ${part}; write a format such as DD.MM.YYYY`;
  }
  const repeated = found.find((sign, i) => found.indexOf(sign) < i);
  return repeated === undefined ? undefined : `names the same part twice ("${repeated}")`;
}

/** A reader of dates in one format, such as `DD.MM.YYYY` or `YYYY-MM-DD HH:mm:ss.SSS`. */
export function dateReader(format: string): (text: string) => Moment {
  const shape = new RegExp(`^${patternOf(format)}$`);
  return (text) => {
    const parts = shape.exec(text)?.groups;
    if (parts === undefined) throw new CellError(`is not a date in the format ${format}`);
    const date = `${parts['year']}-${parts['month']?.padStart(2, '0')}-${parts['day']?.padStart(2, '0')}`;
    if (!isLocalDate(date)) throw new CellError(`is not a day of the calendar (${date})`);
    if (parts['hour'] === undefined) return { date, time: undefined };
    const [hour, minute, second] = [parts['hour'], parts['minute'] ?? '00', parts['second'] ?? '00'];
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
      throw new CellError('is not a time of day (00:00:00 to 23:59:59)');
    }
    const fraction = (parts['fraction'] ?? '').replace(/0+$/, '');
    const clock = `${hour.padStart(2, '0')}:${minute}:${second}`;
    return { date, time: fraction === '' ? clock : `${clock}.${fraction}` };
  };
}

/** The instant of a local time in a zone, with its offset; times that the zone skips or has twice are refused. */
export function instantIn(zone: string, date: string, time: string): string {
  if (zone === 'UTC') return `${date}T${time}Z`;
  try {
    const local = Temporal.PlainDateTime.from(`${date}T${time}`);
    return local.toZonedDateTime(zone, { disambiguation: 'reject' }).toString({ timeZoneName: 'never' });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CellError(`is no single instant in ${zone}: the clocks were changed at ${date}T${time}`);
  }
}

function patternOf(format: string): string {
  let pattern = '';
  let last = 0;
  for (const match of format.matchAll(TOKEN)) {
    pattern += literal(format.slice(last, match.index)) + (TOKENS[match[0]] ?? '');
    last = match.index + match[0].length;
  }
  return pattern + literal(format.slice(last));
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
