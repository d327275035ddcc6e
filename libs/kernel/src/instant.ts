import { Temporal } from 'temporal-polyfill';
import type { Brand } from './brand.ts';
import { dateOfDay, dayNumber, type LocalDate, localDate } from './local-date.ts';
import { shown, ValueError } from './value-error.ts';

/**
 * A moment as its source wrote it: RFC 3339 with an offset (`2024-03-31T02:30:00+02:00`, `…Z`), up to nine
 * decimals of a second, and optionally the zone in brackets (RFC 9557: `…+02:00[Europe/Berlin]`).
 * Two texts may mean one moment; compare with `compareInstants`.
 */
export type Instant = Brand<string, 'Instant'>;

const SHAPE =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))(?:\[([^\]]+)\])?$/;

const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MS = 1_000_000n;
const NANOS_PER_DAY = 86_400n * NANOS_PER_SECOND;

/** Reads a moment; refused without an offset, with a day that does not exist, or when zone and offset disagree. */
export function instant(text: string): Instant {
  const match = typeof text === 'string' ? SHAPE.exec(text) : null;
  if (match === null) throw new ValueError(complaint(text));
  localDate(match[1] ?? '');
  const zone = match[9];
  if (zone !== undefined) {
    const nanos = epochNanos(text as Instant);
    const stated = text.includes('Z[') ? undefined : offsetNanosOf(match);
    const actual = BigInt(zoned(nanos, zoneOf(zone)).offsetNanoseconds);
    if (stated !== undefined && stated !== actual) {
      throw new ValueError(`${shown(text)} names an offset that ${zone} does not have at that moment.`);
    }
  }
  return text as Instant;
}

/** Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted. */
export function epochNanos(at: Instant): bigint {
  const match = SHAPE.exec(at);
  if (match === null) throw new ValueError(complaint(at));
  const [, date = '', hours = '', minutes = '', seconds = '', fraction = ''] = match;
  const secondOfDay = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const local = BigInt(dayNumber(date as LocalDate)) * NANOS_PER_DAY + BigInt(secondOfDay) * NANOS_PER_SECOND;
  return local + BigInt(fraction.padEnd(9, '0')) - offsetNanosOf(match);
}

/** Milliseconds since 1970-01-01T00:00:00Z; a part of a millisecond is cut towards the past. */
export function epochMs(at: Instant): bigint {
  return floorDivide(epochNanos(at), NANOS_PER_MS);
}

/** The moment of a store's millisecond clock, in UTC: `2024-04-15T09:30:00.250Z`. */
export function instantOfMs(ms: bigint): Instant {
  const day = floorDivide(ms, 86_400_000n);
  const rest = Number(ms - day * 86_400_000n);
  const pad = (n: number, width: number) => `${n}`.padStart(width, '0');
  const time = [Math.floor(rest / 3_600_000), Math.floor(rest / 60_000) % 60, Math.floor(rest / 1000) % 60];
  const clock = time.map((n) => pad(n, 2)).join(':');
  return `${dateOfDay(Number(day))}T${clock}.${pad(rest % 1000, 3)}Z` as Instant;
}

/** Orders by the moment, whatever the offsets. */
export function compareInstants(a: Instant, b: Instant): -1 | 0 | 1 {
  const left = epochNanos(a);
  const right = epochNanos(b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The date on the wall in `zone` at that moment; the zone's daylight saving is the one of that day. */
export function localDateAt(at: Instant, zone: string): LocalDate {
  return localDateOfNanos(epochNanos(at), zone);
}

/** As `localDateAt`, for a moment of a millisecond clock. */
export function localDateAtMs(ms: bigint, zone: string): LocalDate {
  return localDateOfNanos(ms * NANOS_PER_MS, zone);
}

/** The first moment of a local day in `zone`, in UTC; where midnight is skipped, the first that exists. */
export function startOfDay(date: LocalDate, zone: string): Instant {
  const start = Temporal.PlainDate.from(date).toZonedDateTime(zoneOf(zone));
  return start.toInstant().toString() as Instant;
}

/** True for a name of the IANA time zone database in its usual spelling: `Europe/Berlin`, `UTC`. */
export function isZone(text: unknown): text is string {
  if (typeof text !== 'string' || !/^[A-Za-z]/.test(text)) return false;
  const known = knownZones.get(text);
  if (known !== undefined) return known;
  let valid: boolean;
  try {
    valid = new Temporal.ZonedDateTime(0n, text).timeZoneId === text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    valid = false;
  }
  if (knownZones.size < 2000) knownZones.set(text, valid);
  return valid;
}

/** Reads a zone name. */
export function zoneOf(text: string): string {
  if (!isZone(text)) {
    throw new ValueError(
      `${shown(text)} is not a time zone; write an IANA name such as Europe/Berlin or UTC.`,
    );
  }
  return text;
}

// Memos of pure functions: they change how long an answer takes, never the answer.
const knownZones = new Map<string, boolean>([['UTC', true]]);
const offsets = new Map<string, bigint>();

/** Offsets are kept by zone and this stretch of time, because asking the zone database costs some 14 µs. */
const STRETCH = 6n * 3600n * NANOS_PER_SECOND;

function localDateOfNanos(nanos: bigint, zone: string): LocalDate {
  return dateOfDay(Number(floorDivide(nanos + zoneOffset(nanos, zone), NANOS_PER_DAY)));
}

function zoneOffset(nanos: bigint, zone: string): bigint {
  if (zone === 'UTC') return 0n;
  const stretch = floorDivide(nanos, STRETCH);
  const key = `${zone} ${stretch}`;
  const kept = offsets.get(key);
  if (kept !== undefined) return kept;
  const offset = offsetAt(nanos, zoneOf(zone));
  const first = offsetAt(stretch * STRETCH, zone);
  const last = offsetAt((stretch + 1n) * STRETCH - 1n, zone);
  if (first === offset && last === offset) {
    if (offsets.size >= 50_000) offsets.clear();
    offsets.set(key, offset);
  }
  return offset;
}

function offsetAt(nanos: bigint, zone: string): bigint {
  return BigInt(zoned(nanos, zone).offsetNanoseconds);
}

function zoned(nanos: bigint, zone: string): Temporal.ZonedDateTime {
  return new Temporal.ZonedDateTime(nanos, zone);
}

function offsetNanosOf(match: RegExpExecArray): bigint {
  const [sign, hours, minutes] = [match[6], match[7], match[8]];
  if (sign === undefined) return 0n;
  const nanos = BigInt(Number(hours) * 3600 + Number(minutes) * 60) * NANOS_PER_SECOND;
  return sign === '-' ? -nanos : nanos;
}

function floorDivide(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  return n % d < 0n ? quotient - 1n : quotient;
}

function complaint(text: unknown): string {
  const right = 'write RFC 3339 with an offset, such as 2024-03-31T09:30:00+02:00 or …Z';
  if (typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:60/.test(text)) {
    return `${shown(text)} is a leap second, which the log cannot order; write second 59.`;
  }
  if (typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)) {
    return `${shown(text)} has no offset, so its moment is unknown; ${right}.`;
  }
  return `${shown(text)} is not an instant; ${right}.`;
}
