import {
  type Calendar,
  type Currency,
  calendarOf,
  currencyOf,
  DEFAULT_CALENDAR,
  dateOfDay,
  dayNumber,
  digestOf,
  epochMs,
  instantOfMs,
  type LocalDate,
  localDateAtMs,
  type Period,
  type Position,
  parsePeriod,
  periodsOf,
  positionText,
  startOfDay,
} from '#kernel';
import type { Fact } from '../projection/change.ts';
import type { DimensionName } from '../projection/dimension.ts';
import type { Organisation } from '../projection/organisation.ts';
import { dayOfText } from '../projection/organisation.ts';
import { atPeriodEnd } from './at-period-end.ts';
import { Coverage } from './coverage.ts';
import type { Ask, Evaluation, KpiSheet, MeasureUnit, Parts, Policy } from './kpi.ts';
import { policyFor } from './policy.ts';
import type { Reader } from './reader.ts';
import { type Scope, ScopeReader, type Span } from './scope.ts';
import { mainOf, typesOf, typesRead } from './sources.ts';
import { Translation } from './translation.ts';

/** What is asked: one KPI, a scope, a period or range, a position. */
export interface FigureQuestion {
  readonly kpi: string;
  readonly unit: string;
  readonly segment?: string;
  /** `1997`, `1997-Q2`, …, or a range: the series of its periods. */
  readonly period: string;
  readonly knownAt: Position;
  /** Record time of `knownAt` (running maximum), milliseconds; undefined while nothing is recorded. */
  readonly knownAtMs: bigint | undefined;
  /** Revision of the KPI's policy; absent: the one in force. */
  readonly policy?: string;
  /** With a range: one more figure, for the whole span. */
  readonly total?: boolean;
}

export type FigureStatus =
  | 'ok'
  | 'not_measurable'
  | 'not_meaningful'
  | 'no_data'
  | 'incomplete'
  | 'insufficient';

/** A figure as it leaves the house. Source: api.md, docs/figures.md §3. */
export interface Figure {
  readonly kpi: string;
  readonly dimension: DimensionName;
  readonly unit: MeasureUnit;
  readonly period: string;
  readonly status: FigureStatus;
  readonly value: string | null;
  readonly parts: Parts;
  readonly n: number;
  readonly flags: readonly string[];
}

export interface Coordinates {
  readonly unit: string;
  readonly segment: string | null;
  readonly period: string;
  readonly view: 'known';
  readonly knownAt: { readonly position: string; readonly time: string | null };
  readonly scorecardRevision: null;
  readonly policyRevisions: Readonly<Record<string, string>>;
  readonly code: string;
}

export interface FiguresAnswer {
  readonly coordinates: Coordinates;
  readonly figures: readonly Figure[];
  readonly digest: string;
}

/** A question that cannot be asked: what is wrong with which parameter. */
export class QuestionError extends Error {
  readonly field: string;
  readonly code: 'unknown-kpi' | 'unknown-unit' | 'unknown-segment' | 'bad-period' | 'unknown-policy';
  constructor(code: QuestionError['code'], field: string, message: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** Everything that answers need: a reader for each dimension at the asked position, the sheets, the code version. */
export interface FigureSources {
  readonly sheets: ReadonlyMap<string, KpiSheet>;
  readonly code: string;
  reader(dimension: DimensionName): Reader;
  /** Told of every instant (milliseconds) that an answer compares the record time of `knownAt` with. */
  readonly comparesTime?: (ms: bigint) => void;
}

/** Answers a question from the read models. The same question gives the same bytes, forever. */
export async function answer(sources: FigureSources, question: FigureQuestion): Promise<FiguresAnswer> {
  const sheet = sources.sheets.get(question.kpi);
  if (!sheet)
    throw new QuestionError(
      'unknown-kpi',
      'kpi',
      `There is no KPI "${question.kpi}"; GET /v1/kpis lists them.`,
    );
  const asker = await Asker.open(sources, question);
  const { asked, periods } = asker.periods(question);
  const figures: Figure[] = [];
  const policyRevisions: Record<string, string> = {};
  const asks = periods.map((period) => asker.ask(sheet, period, question.policy));
  for (const { policy } of asks)
    if (policy.revision !== undefined) policyRevisions[sheet.code] = policy.revision;
  // Side by side, so that the reader can ask the store for the pages of several periods at once.
  for (let at = 0; at < asks.length; at += PERIODS_AT_ONCE)
    figures.push(
      ...(await Promise.all(asks.slice(at, at + PERIODS_AT_ONCE).map((ask) => asker.figure(sheet, ask)))),
    );
  const coordinates: Coordinates = {
    unit: question.unit,
    segment: question.segment ?? null,
    period: asked.text,
    view: 'known',
    knownAt: {
      position: positionText(question.knownAt),
      time: question.knownAtMs === undefined ? null : instantOfMs(question.knownAtMs),
    },
    scorecardRevision: null,
    policyRevisions,
    code: sources.code,
  };
  return { coordinates, figures, digest: digestOf({ coordinates, figures }) };
}

/** Periods of one question: forty years of months. */
const PERIODS_MAX = 500;
/** A year of months, with what each of them reads in memory. */
const PERIODS_AT_ONCE = 12;

const REGISTERS = [
  'organisation',
  'calendars',
  'policies',
  'rates',
  'segments',
  'batches',
  'closings',
  'currency',
  'unreadable',
];

class Asker {
  readonly #sources: FigureSources;
  readonly #question: FigureQuestion;
  readonly #scope: Scope;
  readonly #reads = new Map<DimensionName, ScopeReader>();
  readonly #calendar: Calendar;
  readonly #organisation: Organisation;

  private constructor(
    sources: FigureSources,
    question: FigureQuestion,
    read: ScopeReader,
    dimension: DimensionName,
    organisation: Organisation,
    calendar: Calendar,
  ) {
    this.#sources = sources;
    this.#question = question;
    this.#scope = {
      unit: question.unit,
      ...(question.segment === undefined ? {} : { segment: question.segment }),
    };
    this.#reads.set(dimension, read);
    this.#organisation = organisation;
    this.#calendar = calendar;
  }

  static async open(sources: FigureSources, question: FigureQuestion): Promise<Asker> {
    const dimension = (sources.sheets.get(question.kpi) as KpiSheet).dimension;
    const read = new ScopeReader(sources.reader(dimension));
    const registers = await read.registers(REGISTERS);
    const organisation = await read.organisation();
    if (question.unit !== 'root' && !organisation.isDefined(question.unit)) {
      throw new QuestionError(
        'unknown-unit',
        'unit',
        `No unit "${question.unit}" is known at position ${positionText(question.knownAt)}.`,
      );
    }
    if (
      question.segment !== undefined &&
      !(registers.get('segments') ?? []).some(({ data }) => data['segmentCode'] === question.segment)
    ) {
      throw new QuestionError(
        'unknown-segment',
        'segment',
        `No segment "${question.segment}" is known at position ${positionText(question.knownAt)}.`,
      );
    }
    return new Asker(
      sources,
      question,
      read,
      dimension,
      organisation,
      calendarOfUnit(question.unit, organisation, registers.get('calendars') ?? []),
    );
  }

  periods({ period, total }: FigureQuestion): { asked: Period; periods: readonly Period[] } {
    try {
      const asked = parsePeriod(period, this.#calendar);
      const series = periodsOf(asked, this.#calendar);
      if (series.length > PERIODS_MAX)
        throw new Error(`"${period}" has ${series.length} periods; a series has at most ${PERIODS_MAX}.`);
      return { asked, periods: total === true && asked.grain === 'range' ? [...series, asked] : series };
    } catch (error) {
      throw new QuestionError('bad-period', 'period', (error as Error).message);
    }
  }

  /** `like`: another period of the same question, whose segments count. */
  ask(sheet: KpiSheet, period: Period, revision?: string, like?: Pick<Ask, 'segmentDay'>): Ask {
    const read = this.#read(sheet.dimension);
    const policies = this.#facts(read, 'policies');
    const start = dayOfText(period.start);
    const policy = policyFor(policies, [sheet.code, ...(sheet.policyFrom ?? [])], start, revision);
    if (!policy) {
      throw new QuestionError(
        'unknown-policy',
        'policy',
        `"${sheet.code}" has no measure-policy revision "${revision}" that is known at the asked position.`,
      );
    }
    const currency = this.#currency(read);
    const closing = dayNumber(period.end) - 1;
    const segmentDay = like ? like.segmentDay : policy.segmentBasis === 'periodEnd' ? closing : undefined;
    return {
      scope: this.#scope,
      period,
      span: this.#span(period),
      knownAt: this.#question.knownAt,
      hasBegun: (day) => this.#hasBegun(day),
      read: segmentDay === undefined ? read : this.#readAt(sheet.dimension, segmentDay),
      segmentDay,
      organisation: this.#organisation,
      policy,
      policyOf: (kpi) => policyFor(policies, [kpi], start) as Policy,
      translation: new Translation(this.#facts(read, 'rates'), currency),
      currency,
      at: (other) => this.ask(sheet, other, revision, { segmentDay }),
      periodOf: (text) => parsePeriod(text, this.#calendar),
      calendar: this.#calendar,
      register: (name) => read.register(name),
      figure: (kpi, text) => this.#other(kpi, text),
    };
  }

  async figure(sheet: KpiSheet, ask: Ask): Promise<Figure> {
    const head = { kpi: sheet.code, dimension: sheet.dimension, unit: sheet.unit, period: ask.period.text };
    const main = await this.#mainCoverage(sheet, ask);
    const missing = !main || (await this.#someMissing(sheet.also ?? [], ask));
    if (missing) return { ...head, status: 'no_data', value: null, parts: {}, n: 0, flags: [] };
    const evaluation = await sheet.evaluate(ask);
    if (evaluation.status === 'no_data')
      return { ...head, status: 'no_data', value: null, parts: {}, n: 0, flags: [] };
    const flags = new Set(evaluation.flags);
    if (evaluation.incomplete || (await this.#incomplete(sheet, ask, main))) flags.add('incomplete');
    if (sheet.comparesWith) {
      const compared = ask.at(sheet.comparesWith(ask.period, this.#calendar));
      if (flags.has('incomplete') || (await this.#incomplete(sheet, compared, main)))
        flags.add('not-comparable');
    }
    return {
      ...head,
      status: statusOf(evaluation, flags.has('incomplete')),
      value: evaluation.value,
      parts: evaluation.parts,
      n: evaluation.n,
      flags: [...flags].sort(),
    };
  }

  #read(dimension: DimensionName): ScopeReader {
    let read = this.#reads.get(dimension);
    if (!read) {
      read = new ScopeReader(this.#sources.reader(dimension));
      this.#reads.set(dimension, read);
    }
    return read;
  }

  readonly #midnights = new Map<LocalDate, bigint>();
  readonly #atDays = new Map<string, ScopeReader>();

  #readAt(dimension: DimensionName, segmentDay: number): ScopeReader {
    const key = `${dimension} ${segmentDay}`;
    const base = this.#read(dimension);
    const read = this.#atDays.get(key) ?? base.over(atPeriodEnd(base.reader, segmentDay));
    this.#atDays.set(key, read);
    return read;
  }

  #facts(read: ScopeReader, name: string): readonly Fact[] {
    return read.loaded(name);
  }

  async #other(kpi: string, text: string): ReturnType<Ask['figure']> {
    const sheet = this.#sources.sheets.get(kpi);
    // An initiative that measures itself by initiatives would never come to an end.
    if (!sheet || sheet.main.includes('initiatives'))
      return { value: null, direction: 'neutral', incomplete: false };
    await this.#read(sheet.dimension).registers(REGISTERS);
    const { value, flags } = await this.figure(sheet, this.ask(sheet, parsePeriod(text, this.#calendar)));
    return { value, direction: sheet.direction, incomplete: flags.includes('incomplete') };
  }

  #hasBegun(day: number): boolean {
    const { zone } = this.#calendar;
    this.#sources.comparesTime?.(epochMs(startOfDay(dateOfDay(day), zone)));
    return day <= dayNumber(localDateAtMs(this.#question.knownAtMs ?? 0n, zone));
  }

  #span(period: Period): Span {
    return {
      start: dayNumber(period.start),
      end: dayNumber(period.end),
      startMs: this.#midnight(period.start),
      endMs: this.#midnight(period.end),
    };
  }

  /** The end of one period of a series is the start of the next. */
  #midnight(date: LocalDate): bigint {
    let ms = this.#midnights.get(date);
    if (ms === undefined) {
      ms = epochMs(startOfDay(date, this.#calendar.zone));
      this.#midnights.set(date, ms);
    }
    return ms;
  }

  /** Currency of the unit, else of its parent on the latest day, else the first recorded. */
  #currency(read: ScopeReader): Currency | undefined {
    for (const unit of this.#organisation.chain(this.#scope.unit, Number.POSITIVE_INFINITY)) {
      const own = this.#organisation.latest(unit)?.currency;
      if (own !== undefined) return currencyOf(own);
    }
    const first = this.#facts(read, 'currency')[0]?.data['currency'];
    return first === undefined ? undefined : currencyOf(first as string);
  }

  /** Coverage of the first main source that the scope has. */
  async #mainCoverage(
    sheet: KpiSheet,
    ask: Ask,
  ): Promise<{ coverage: Coverage; source: string; firstDay: number } | undefined> {
    for (const source of mainOf(sheet, ask)) {
      const coverage = Coverage.of(ask.read, ask.scope, source);
      const firstDay = await coverage.firstDay();
      if (firstDay !== undefined) return { coverage, source, firstDay };
    }
    return undefined;
  }

  async #someMissing(sources: readonly string[], ask: Ask): Promise<boolean> {
    for (const source of sources) if (!(await Coverage.of(ask.read, ask.scope, source).any())) return true;
    return false;
  }

  /** Rules (a) to (d) of docs/figures.md §3. */
  async #incomplete(
    sheet: KpiSheet,
    ask: Ask,
    main: { coverage: Coverage; source: string; firstDay: number },
  ): Promise<boolean> {
    const { start, end } = ask.span;
    if (!ask.hasBegun(end)) return true;
    if (start < main.firstDay) return true;
    const types = typesRead(sheet, ask);
    if (this.#facts(ask.read, 'unreadable').some(({ data }) => types.has(data['type'] as string)))
      return true;
    const mainTypes = typesOf(main.source);
    const covered = this.#facts(ask.read, 'batches')
      .map(({ data }) => data['coverage'] as { to: string; types: readonly string[] } | undefined)
      .filter((coverage) => coverage?.types.some((type) => mainTypes.includes(type)))
      .map((coverage) => dayOfText((coverage as { to: string }).to));
    if (covered.length === 0) return false;
    const lastCovered = Math.max(...covered);
    return end > lastCovered + 1 && !(await main.coverage.anyAfter(lastCovered));
  }
}

function statusOf(evaluation: Evaluation, incomplete: boolean): FigureStatus {
  if (evaluation.status) return evaluation.status;
  return incomplete ? 'incomplete' : 'ok';
}

/** The calendar that a unit names, with the unit's own zone where it has one; the default one otherwise. */
export function calendarOfUnit(
  unit: string,
  organisation: Organisation,
  calendars: readonly { data: Readonly<Record<string, unknown>> }[],
): Calendar {
  const definition = organisation.latest(unit);
  const id = definition?.calendarId ?? DEFAULT_CALENDAR.id;
  let chosen: Readonly<Record<string, unknown>> | undefined;
  for (const { data } of calendars) {
    if (data['calendarId'] !== id) continue;
    if (!chosen || (data['effectiveFrom'] as string) >= (chosen['effectiveFrom'] as string)) chosen = data;
  }
  const calendar = chosen
    ? calendarOf(chosen as unknown as Parameters<typeof calendarOf>[0])
    : DEFAULT_CALENDAR;
  return definition?.zone === undefined ? calendar : { ...calendar, zone: definition.zone };
}
