import { type Journal, openPersonal } from '#journal';
import {
  addDays,
  epochMs,
  instant,
  isLocalDate,
  localDate,
  type Position,
  position,
  startOfDay,
  ValueError,
} from '#kernel';
import type { AskedFigures, CustomerFileReader, KnownAt, ReadModels } from '#read-models';
import type { CustomerFileView, FiguresAnswer } from '#scorecard';
import { ProblemError, problem } from './problems.ts';

/** Query parameters of a question for figures, as they come. */
export interface FigureParameters {
  readonly unit?: string;
  readonly segment?: string;
  readonly period?: string;
  readonly view?: string;
  readonly knownAt?: string;
  readonly policy?: string;
  readonly total?: string;
  readonly after?: string;
  readonly waitMs?: string;
}

const PARAMETERS: ReadonlySet<string> = new Set([
  'unit',
  'segment',
  'period',
  'view',
  'knownAt',
  'policy',
  'total',
  'after',
  'waitMs',
]);
const WAIT_MS_DEFAULT = 5_000;
const WAIT_MS_MAX = 30_000;

/** Turns what a client asks into questions to the read models. */
export class Questions {
  constructor(
    readonly readModels: ReadModels,
    readonly journal: Journal,
  ) {}

  async figures(kpi: string, parameters: FigureParameters): Promise<FiguresAnswer> {
    const unknown = Object.keys(parameters).find((name) => !PARAMETERS.has(name));
    if (unknown !== undefined)
      throw wrong(unknown, `is not a parameter here; there are ${[...PARAMETERS].join(', ')}`);
    if (parameters.period === undefined)
      throw wrong('period', 'must be given, like 1997, 1997-Q2, 1997-04, 1997-W15 or 1996-07..1998-05');
    if (parameters.period.length > 60) throw wrong('period', 'is too long for a period');
    if (parameters.view !== undefined && parameters.view !== 'known') {
      throw wrong('view', 'must be known: nothing has been published that could be shown or restated');
    }
    await this.#wait(parameters);
    const asked: AskedFigures = {
      kpi,
      unit: parameters.unit ?? 'root',
      period: parameters.period,
      ...(parameters.segment === undefined ? {} : { segment: parameters.segment }),
      ...(parameters.policy === undefined ? {} : { policy: parameters.policy }),
      ...(parameters.total === 'true' ? { total: true } : {}),
      knownAt: await this.#knownAt(parameters.knownAt),
    };
    return this.readModels.figures(asked);
  }

  async customerFiles(
    knownAt: string | undefined,
  ): Promise<{ readonly files: CustomerFileReader; readonly knownAt: Position }> {
    return this.readModels.customerFiles(await this.#knownAt(knownAt));
  }

  /** The file with its personal fields opened, or without them for those who have no purpose for them. */
  opened(file: CustomerFileView, personal: boolean): CustomerFileView {
    const sealed = (value: unknown) => typeof value === 'object' && value !== null && 'sealed' in value;
    const plain = (content: Readonly<Record<string, unknown>>) =>
      personal
        ? openPersonal(this.journal.keys, { customerId: file.customerId, ...content }, '')
        : Object.fromEntries(Object.entries(content).filter(([, value]) => !sealed(value)));
    const { customerId: _, ...profile } = plain(file.profile);
    return { ...file, profile, documents: file.documents.map(plain) };
  }

  /** A position, an instant, or a local date: then the end of that day in UTC. */
  async #knownAt(text: string | undefined): Promise<KnownAt> {
    if (text === undefined) return undefined;
    try {
      if (/^\d+$/.test(text)) return { position: position(text) };
      if (isLocalDate(text)) return { timeMs: epochMs(startOfDay(addDays(localDate(text), 1), 'UTC')) - 1n };
      return { timeMs: epochMs(instant(text)) };
    } catch (error) {
      if (error instanceof ValueError)
        throw wrong(
          'knownAt',
          'must be a position, an instant like 2024-04-15T09:00:00Z, or a date like 2024-04-15',
        );
      throw error;
    }
  }

  async #wait({ after, waitMs }: FigureParameters): Promise<void> {
    if (after === undefined) return;
    if (!/^\d{1,19}$/.test(after)) throw wrong('after', 'must be a position');
    const limit = waitMs === undefined ? WAIT_MS_DEFAULT : Number(waitMs);
    if (!Number.isInteger(limit) || limit < 0 || limit > WAIT_MS_MAX)
      throw wrong('waitMs', `must be a whole number from 0 to ${WAIT_MS_MAX}`);
    if (!(await this.readModels.waitFor(position(after), limit))) {
      throw new ProblemError(
        problem('not-yet-known', `Position ${after} was not projected within ${limit} ms; ask again.`),
      );
    }
  }
}

function wrong(field: string, message: string): ProblemError {
  return new ProblemError(problem('invalid-input', `${field} ${message}.`, { errors: [{ field, message }] }));
}
