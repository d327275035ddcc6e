import {
  digestOf,
  instantOfMs,
  type Period,
  type Position,
  parsePeriod,
  periodsOf,
  positionText,
  previousPeriod,
} from '#kernel';
import { customer } from './customer.ts';
import { type Customer, customersOf, Documents } from './documents.ts';
import type { Asked, Result } from './figure.ts';
import { financial, yearsBefore } from './financial.ts';
import { learning } from './learning.ts';
import { knownAt } from './log.ts';
import { policyOf } from './policy.ts';
import { process } from './process.ts';
import { eventsOf, eventsRead } from './reads.ts';
import { SHEETS } from './sheets.ts';
import { datesOf } from './sources.ts';
import type { Figure, FigureRequest, FigureStatus, FiguresAnswer, LogEvent } from './types.ts';
import { Company, daysLater, periodNamed, Scope } from './world.ts';

/**
 * Figures from the raw log: facts as they stand at a position, put into lists, filtered, counted and summed. Shares nothing
 * with the projected way but vocabulary and contracts; both follow docs/figures.md.
 */
export class Reperformance {
  readonly kpis: readonly string[] = Object.keys(SHEETS);
  readonly head: Position;
  readonly #events: readonly LogEvent[];
  readonly #code: string;
  #kept:
    | { position: Position; company: Company; documents: Documents; customers?: readonly Customer[] }
    | undefined;

  constructor(events: readonly LogEvent[], options: { readonly code: string }) {
    this.#events = withRevisions([...events].sort((a, b) => (a.position < b.position ? -1 : 1)));
    this.#code = options.code;
    this.head = this.#events.at(-1)?.position ?? (0n as Position);
  }

  /** What is known at a position; the last one asked for is kept. */
  #at(position: Position) {
    if (this.#kept?.position !== position) {
      const company = new Company(knownAt(this.#events, position));
      this.#kept = { position, company, documents: new Documents(company) };
    }
    return this.#kept;
  }

  figures(request: FigureRequest): FiguresAnswer {
    const { company } = this.#at(request.knownAt);
    const calendar = company.calendar(request.unit);
    const whole = parsePeriod(request.period, calendar);
    const series = periodsOf(whole, calendar);
    const periods = request.total && whole.grain === 'range' ? [...series, whole] : series;
    const policyRevisions: Record<string, string> = {};
    const figures = periods.map((period) => {
      const asked = this.#asked(request, period);
      if (asked.policy.revision !== undefined) policyRevisions[request.kpi] = asked.policy.revision;
      return this.#figure(request.kpi, asked);
    });
    const { timeMs } = company.known;
    const coordinates = {
      unit: request.unit,
      segment: request.segment ?? null,
      period: whole.text,
      view: 'known' as const,
      knownAt: {
        position: positionText(request.knownAt),
        time: timeMs === undefined ? null : instantOfMs(timeMs),
      },
      scorecardRevision: null,
      policyRevisions,
      code: this.#code,
    };
    return { coordinates, figures, digest: digestOf({ coordinates, figures }) };
  }

  /** `like`: another period of the same question, whose segments count. */
  #asked(request: FigureRequest, period: Period, like?: Asked): Asked {
    const kept = this.#at(request.knownAt);
    const { company, documents } = kept;
    const calendar = company.calendar(request.unit);
    const policy = policyOf(company, request.kpi, period.start, request.policy);
    if (!policy) throw new Error(`${request.kpi} has no policy revision ${request.policy} that is known.`);
    const closing = policy.segmentBasis === 'periodEnd' ? daysLater(period.end, -1) : undefined;
    const segmentDay = like ? like.scope.segmentDay : closing;
    const scope = new Scope(company, request.unit, request.segment, period, calendar, segmentDay);
    const asked: Asked = {
      scope,
      policy,
      revenueBasis: policyOf(company, 'net-revenue', period.start)?.revenueBasis ?? 'invoice',
      documents,
      customers: () => {
        kept.customers ??= customersOf(company, documents);
        return kept.customers;
      },
      currency: company.currency(request.unit),
      value: (kpi, text) => {
        const sheet = SHEETS[kpi];
        if (!sheet || sheet.main.includes('initiatives'))
          return { value: null, up: false, incomplete: false };
        const period = periodNamed(text, calendar);
        if (!period) return { value: null, up: false, incomplete: false };
        const { policy: _, ...rest } = request;
        const other = this.#asked({ ...rest, kpi, period: text }, period);
        const { value, flags } = this.#figure(kpi, other);
        return { value, up: sheet.up, incomplete: flags.includes('incomplete') };
      },
      firstDate: (source) => datesOf(scope, documents, source).sort()[0],
      at: (other) => this.#asked(request, other, asked),
    };
    return asked;
  }

  #figure(kpi: string, asked: Asked): Figure {
    const sheet = SHEETS[kpi];
    const compute = COMPUTE[kpi];
    if (!sheet || !compute) throw new Error(`There is no KPI ${kpi}.`);
    const { scope, documents } = asked;
    const head = { kpi, dimension: sheet.dimension, unit: sheet.unit, period: scope.period.text };
    const nothing: Figure = { ...head, status: 'no_data', value: null, parts: {}, n: 0, flags: [] };
    const sources = sheet.mainOf?.(asked.policy) ?? sheet.main;
    const main = sources.find((source) => datesOf(scope, documents, source).length > 0);
    if (
      main === undefined ||
      (sheet.also ?? []).some((source) => datesOf(scope, documents, source).length === 0)
    )
      return nothing;
    const result = compute(asked);
    if (result.status === 'no_data') return nothing;
    const flags = new Set(result.flags);
    if (result.incomplete || this.#incomplete(kpi, asked, main)) flags.add('incomplete');
    const compared =
      sheet.compares === undefined
        ? undefined
        : sheet.compares === 'previous'
          ? previousPeriod(scope.period, scope.calendar)
          : yearsBefore(scope, sheet.compares);
    if (compared && (flags.has('incomplete') || this.#incomplete(kpi, asked.at(compared), main)))
      flags.add('not-comparable');
    return {
      ...head,
      status: statusOf(result, flags),
      value: result.value,
      parts: result.parts,
      n: result.n,
      flags: [...flags].sort(),
    };
  }

  #incomplete(kpi: string, asked: Asked, main: string): boolean {
    const { scope, documents } = asked;
    const { start, end } = scope.period;
    const dates = datesOf(scope, documents, main).sort();
    if (end > scope.today || start < (dates[0] as string)) return true;
    const { unreadable } = scope.company.known;
    if (eventsRead(kpi, asked).some((type) => unreadable.has(type))) return true;
    const covered = scope.company
      .of('ImportBatchAccepted')
      .map((fact) => fact.data['coverage'] as { to: string; types: readonly string[] } | undefined)
      .flatMap((coverage) =>
        coverage?.types.some((type) => eventsOf(main).includes(type)) ? [coverage.to] : [],
      )
      .sort()
      .at(-1);
    return covered !== undefined && end > daysLater(covered, 1) && !dates.some((date) => date > covered);
  }
}

function statusOf(result: Result, flags: ReadonlySet<string>): FigureStatus {
  return result.status ?? (flags.has('incomplete') ? 'incomplete' : 'ok');
}

/** Revisions are counted where the log does not carry them. */
function withRevisions(events: readonly LogEvent[]): LogEvent[] {
  const next = new Map<string, bigint>();
  return events.map((event) => {
    const revision = event.revision ?? next.get(event.stream) ?? 0n;
    next.set(event.stream, revision + 1n);
    return { ...event, revision };
  });
}

const COMPUTE: Readonly<Record<string, (asked: Asked) => Result>> = {
  ...financial,
  ...customer,
  ...process,
  ...learning,
};
