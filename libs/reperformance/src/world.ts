import {
  addDays,
  type Calendar,
  calendarOf,
  DEFAULT_CALENDAR,
  dateOfDay,
  dayNumber,
  epochMs,
  type Instant,
  instantOfMs,
  isLocalDate,
  type LocalDate,
  localDate,
  localDateAtMs,
  type Period,
  parsePeriod,
  startOfDay,
  ValueError,
} from '#kernel';
import { type Fact, type Known, latest, maybe, text } from './log.ts';

/** The company at a position: organisation, customers, segments. Dates are texts; they compare as texts. */
export class Company {
  readonly known: Known;
  readonly facts: readonly Fact[];

  constructor(known: Known) {
    this.known = known;
    this.facts = known.facts;
  }

  of(...types: readonly string[]): Fact[] {
    return this.facts.filter(({ type }) => types.includes(type));
  }

  // --- organisation

  parent(unit: string, date: string): string | undefined {
    if (unit === 'root') return undefined;
    const own = this.of('UnitDefined').filter((fact) => text(fact, 'unitId') === unit);
    if (own.length === 0) return 'root';
    const inForce = own.filter((fact) => text(fact, 'effectiveFrom') <= date);
    const first = own.reduce((least, fact) =>
      text(fact, 'effectiveFrom') < text(least, 'effectiveFrom') ? fact : least,
    );
    return maybe(latest(inForce, (fact) => text(fact, 'effectiveFrom')) ?? first, 'parentId') ?? 'root';
  }

  /** Whether `unit` lies in the subtree of `ancestor` on a date. */
  inside(ancestor: string, unit: string, date: string): boolean {
    if (ancestor === 'root') return true;
    const seen = new Set<string>();
    for (let at: string | undefined = unit; at !== undefined && !seen.has(at); at = this.parent(at, date)) {
      if (at === ancestor) return true;
      seen.add(at);
    }
    return false;
  }

  chain(unit: string, date: string): string[] {
    const chain: string[] = [];
    for (
      let at: string | undefined = unit;
      at !== undefined && !chain.includes(at);
      at = this.parent(at, date)
    )
      chain.push(at);
    return chain.includes('root') ? chain : [...chain, 'root'];
  }

  definition(unit: string): Fact | undefined {
    return latest(
      this.of('UnitDefined').filter((fact) => text(fact, 'unitId') === unit),
      (fact) => text(fact, 'effectiveFrom'),
    );
  }

  calendar(unit: string): Calendar {
    const definition = this.definition(unit);
    const id = maybe(definition, 'calendarId') ?? DEFAULT_CALENDAR.id;
    const described = latest(
      this.of('CalendarDefined').filter((fact) => text(fact, 'calendarId') === id),
      (fact) => text(fact, 'effectiveFrom'),
    );
    const calendar = described ? calendarOf(described.data as never) : DEFAULT_CALENDAR;
    const zone = maybe(definition, 'zone');
    return zone === undefined ? calendar : { ...calendar, zone };
  }

  currency(unit: string): string | undefined {
    for (const own of this.chain(unit, '9998-12-31')) {
      const named = maybe(this.definition(own), 'currency');
      if (named !== undefined) return named;
    }
    return this.known.firstCurrency;
  }

  // --- customers

  mergedInto(file: string): string | undefined {
    let survivor: string | undefined;
    for (const fact of this.of('CustomersMerged', 'CustomersUnmerged')) {
      if (maybe(fact, 'absorbedId') === file) survivor = text(fact, 'survivorId');
      if (maybe(fact, 'restoredId') === file) survivor = undefined;
    }
    return survivor;
  }

  identity(file: string): string {
    const seen = new Set<string>();
    let at = file;
    for (;;) {
      const next = this.mergedInto(at);
      if (next === undefined) return at;
      if (seen.has(at)) return this.#firstOfCircle(at);
      seen.add(at);
      at = next;
    }
  }

  /** Files that are merged in a circle have no survivor: the first in text order stands for them. */
  #firstOfCircle(file: string): string {
    let first = file;
    for (let at = this.mergedInto(file); at !== undefined && at !== file; at = this.mergedInto(at))
      if (at < first) first = at;
    return first;
  }

  readonly #members = new Map<string, string[]>();

  /** All files of the customer of a file. */
  members(file: string): readonly string[] {
    const identity = this.identity(file);
    if (this.#members.size === 0) {
      const files = new Set(
        this.of('CustomersMerged').flatMap((fact) => [text(fact, 'survivorId'), text(fact, 'absorbedId')]),
      );
      for (const own of files)
        this.#members.set(this.identity(own), [...(this.#members.get(this.identity(own)) ?? []), own]);
    }
    return [...new Set([identity, ...(this.#members.get(identity) ?? [])])];
  }

  segment(file: string, date: string): string | undefined {
    const members = this.members(file);
    const own = this.of('CustomerSegmentAssigned').filter(
      (fact) => members.includes(text(fact, 'customerId')) && text(fact, 'effectiveFrom') <= date,
    );
    return maybe(
      latest(own, (fact) => text(fact, 'effectiveFrom')),
      'segmentCode',
    );
  }
}

/** The question's scope and time, and what lies in them. */
export class Scope {
  readonly company: Company;
  readonly unit: string;
  readonly segment: string | undefined;
  readonly period: Period;
  readonly calendar: Calendar;
  /** The day whose segment counts for everything; absent: the day of each fact. */
  readonly segmentDay: string | undefined;

  constructor(
    company: Company,
    unit: string,
    segment: string | undefined,
    period: Period,
    calendar: Calendar,
    segmentDay?: string,
  ) {
    this.company = company;
    this.unit = unit;
    this.segment = segment;
    this.period = period;
    this.calendar = calendar;
    this.segmentDay = segmentDay;
  }

  at(period: Period): Scope {
    return new Scope(this.company, this.unit, this.segment, period, this.calendar, this.segmentDay);
  }

  /** The same question of another unit or segment. */
  of(unit: string, segment: string | undefined): Scope {
    return new Scope(this.company, unit, segment, this.period, this.calendar, this.segmentDay);
  }

  /** The segment of a customer for a fact of a date. */
  segmentOf(file: string, date: string): string | undefined {
    return this.company.segment(file, this.segmentDay ?? dayText(date));
  }

  get closing(): LocalDate {
    return addDays(this.period.end, -1);
  }

  get opening(): LocalDate {
    return addDays(this.period.start, -1);
  }

  /** Local date of the record time of the position. */
  get today(): LocalDate {
    return localDateAtMs(this.company.known.timeMs ?? 0n, this.calendar.zone);
  }

  /** Whether a date or instant lies in the period. */
  when(date: string): boolean {
    return isLocalDate(date)
      ? date >= this.period.start && date < this.period.end
      : this.#ms(date) >= this.#midnight(this.period.start) &&
          this.#ms(date) < this.#midnight(this.period.end);
  }

  /** Whether it lies before the end of the period. */
  before(date: string, end: LocalDate = this.period.end): boolean {
    return isLocalDate(date) ? date < end : this.#ms(date) < this.#midnight(end);
  }

  #ms(at: string): bigint {
    return epochMs(at as Instant);
  }

  #midnight(date: LocalDate): bigint {
    return epochMs(startOfDay(date, this.calendar.zone));
  }

  /** Whether a fact of a unit, a customer and perhaps a segment of its own, on a date, belongs here. */
  has(unit: string, date: string, customer: string | undefined, segment?: string): boolean {
    const day = dayText(date);
    if (!this.company.inside(this.unit, unit, day)) return false;
    if (this.segment === undefined) return true;
    if (segment !== undefined) return segment === this.segment;
    return customer !== undefined && this.segmentOf(customer, day) === this.segment;
  }
}

/** A period of a calendar, or nothing where the calendar has none of that name. */
export function periodNamed(name: string, calendar: Calendar): Period | undefined {
  try {
    return parsePeriod(name, calendar);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

/** The date, or the UTC date of an instant. */
export function dayText(date: string): LocalDate {
  if (isLocalDate(date)) return date;
  return localDate(instantOfMs(epochMs(date as Instant)).slice(0, 10));
}

export function days(from: string, to: string): number {
  return dayNumber(localDate(to)) - dayNumber(localDate(from));
}

export function daysLater(date: string, count: number): LocalDate {
  return dateOfDay(dayNumber(localDate(date)) + count);
}
