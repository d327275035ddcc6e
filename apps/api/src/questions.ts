import type { Identity } from '#access';
import { isSealed, type Journal, openPersonal } from '#journal';
import {
  addDays,
  epochMs,
  instant,
  isLocalDate,
  localDate,
  type Position,
  position,
  ROOT_UNIT,
  startOfDay,
  ValueError,
} from '#kernel';
import type { CustomerFileReader, KnownAt, ReadModels } from '#read-models';
import type { CustomerFileView, FiguresAnswer, TimelineItem, VintagesAnswer } from '#scorecard';
import { LIMITS } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { ProblemError, problem } from './problems.ts';
import type { FigureQuery, FiguresQuery, VintagesQuery } from './queries.ts';

const WAIT_MS_DEFAULT = 5_000;
const VINTAGES_DEFAULT = 50;

/** Turns what a client asks into questions to the read models. */
export class Questions {
  /** Waiting questions of each caller. */
  readonly #waiting = new Map<string, number>();

  constructor(
    readonly readModels: ReadModels,
    readonly journal: Journal,
    private readonly metrics: Metrics,
  ) {}

  async figures(kpi: string, given: FiguresQuery): Promise<FiguresAnswer> {
    return this.readModels.figures({
      ...this.#asked(kpi, given),
      ...(given.total === 'true' ? { total: true } : {}),
    });
  }

  async vintages(kpi: string, given: VintagesQuery): Promise<VintagesAnswer> {
    const { cursor, limit = VINTAGES_DEFAULT } = given;
    const before = cursor === undefined ? {} : { before: positionIn('cursor', cursor) };
    return this.readModels.vintages({ ...this.#asked(kpi, given), limit, ...before });
  }

  #asked(kpi: string, given: FigureQuery) {
    const { unit = ROOT_UNIT, period, segment, policy, knownAt } = given;
    return {
      kpi,
      unit,
      period,
      ...(segment === undefined ? {} : { segment }),
      ...(policy === undefined ? {} : { policy }),
      knownAt: this.#knownAt(knownAt),
    };
  }

  async customerFiles(
    knownAt: string | undefined,
  ): Promise<{ readonly files: CustomerFileReader; readonly knownAt: Position }> {
    return this.readModels.customerFiles(this.#knownAt(knownAt));
  }

  /** The file with its personal fields opened, or without them for those who have no purpose for them. */
  opened(file: CustomerFileView, personal: boolean): CustomerFileView {
    const plain = (content: Content) =>
      personal
        ? openPersonal(this.journal.keys, { customerId: file.customerId, ...content }, '')
        : withoutSealed(content);
    const { customerId: _, ...profile } = plain(file.profile);
    return { ...file, profile, documents: file.documents.map(plain) };
  }

  /** What happened, with the personal fields of each fact opened, or without them. */
  openedItems(items: readonly TimelineItem[], personal: boolean): readonly TimelineItem[] {
    return items.map((item) => ({
      ...item,
      data: personal ? openPersonal(this.journal.keys, item.data, item.factId) : withoutSealed(item.data),
    }));
  }

  /** A position, an instant, or a local date: then the end of that day in UTC. */
  #knownAt(text: string | undefined): KnownAt {
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

  /** Waits until `after` is projected, so that a caller reads what it wrote. */
  async wait(
    { after, waitMs = WAIT_MS_DEFAULT }: Pick<FiguresQuery, 'after' | 'waitMs'>,
    { subject }: Pick<Identity, 'subject'>,
  ): Promise<void> {
    if (after === undefined) return;
    const position = positionIn('after', after);
    const waiting = this.#waiting.get(subject) ?? 0;
    if (waiting >= LIMITS.waitingQuestions) {
      throw new ProblemError(
        problem(
          'too-many-waiting',
          `${waiting} questions of ${subject} wait already; ask again when they are answered.`,
        ),
      );
    }
    this.#waiting.set(subject, waiting + 1);
    this.metrics.waiting(1);
    try {
      if (await this.readModels.waitFor(position, waitMs)) return;
    } finally {
      const left = (this.#waiting.get(subject) ?? 1) - 1;
      if (left > 0) this.#waiting.set(subject, left);
      else this.#waiting.delete(subject);
      this.metrics.waiting(-1);
    }
    throw new ProblemError(
      problem('not-yet-known', `Position ${after} was not projected within ${waitMs} ms; ask again.`),
    );
  }
}

type Content = Readonly<Record<string, unknown>>;

function withoutSealed(content: Content): Content {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => !isSealed(value)));
}

function positionIn(field: string, text: string): Position {
  try {
    return position(text);
  } catch (error) {
    if (error instanceof ValueError) throw wrong(field, 'must be a position');
    throw error;
  }
}

export function wrong(field: string, message: string): ProblemError {
  return new ProblemError(problem('invalid-input', `${field} ${message}.`, { errors: [{ field, message }] }));
}
