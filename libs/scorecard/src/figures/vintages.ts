import { canonicalJson, digestOf, instantOfMs, type Position, positionText } from '#kernel';
import type { DimensionName } from '../projection/dimension.ts';
import {
  answer,
  type Coordinates,
  type Figure,
  type FigureQuestion,
  type FigureSources,
  type FiguresAnswer,
  QuestionError,
} from './answer.ts';
import { Looked } from './looked.ts';
import type { Reader } from './reader.ts';

/** How one figure came to be what it is: every position of the log at which it changed. Source: api.md; docs/figures.md §9. */
export interface Vintage {
  /** The event with which the figure became this. */
  readonly knownAt: Coordinates['knownAt'];
  readonly policyRevisions: Coordinates['policyRevisions'];
  readonly figure: Figure;
  /** Digest of the answer to the same question as known at that position. */
  readonly digest: string;
}

export interface VintagesAnswer {
  readonly coordinates: Coordinates;
  /** The latest first. */
  readonly vintages: readonly Vintage[];
  /** Where the next page begins; absent when nothing earlier is left. */
  readonly next?: string;
  readonly digest: string;
}

/** One dimension's read model at all positions. Implemented by the room that knows the store. */
export interface DimensionLog {
  at(position: Position): Reader;
  /** The last position ≤ `upTo` with which something that was looked at changed; 0 when nothing did. */
  lastChange(looked: Looked, upTo: Position): Promise<Position>;
}

export interface VintageSources extends Omit<FigureSources, 'reader' | 'comparesTime'> {
  log(dimension: DimensionName): DimensionLog;
  /** Running maximum of record times at a position, milliseconds. */
  timeAt(position: Position): Promise<bigint | undefined>;
  /** The first position whose record time (running maximum) is not before an instant; 0 when there is none. */
  firstAt(timeMs: bigint): Promise<Position>;
}

export type VintageQuestion = Omit<FigureQuestion, 'knownAtMs' | 'total'>;

/** Positions at which one call asks for the figure. Beyond them the page ends, with a cursor. */
const ASKED_MAX = 500;

/**
 * The vintages of a figure, from `knownAt` back. `before`: the cursor of a page.
 *
 * From a position back to the last change of anything that the answer there looked at, the answer is the same: nothing in between is
 * asked. There the figure before is computed, and compared. So the cost follows the changes of what the figure rests on, not the log.
 */
export async function vintages(
  sources: VintageSources,
  question: VintageQuestion,
  { limit, before }: { readonly limit: number; readonly before?: Position },
): Promise<VintagesAnswer> {
  const asked = await stateAt(sources, question, question.knownAt);
  if (asked.refused) throw asked.refused;
  const { coordinates, figures } = asked.answer as FiguresAnswer;
  if (figures.length !== 1)
    throw new QuestionError('bad-period', 'period', 'Vintages are those of one period, not of a series.');
  const found: Vintage[] = [];
  let at = before ?? question.knownAt;
  let state = before === undefined ? asked : await stateAt(sources, question, at);
  for (let steps = 0; at > 0n && found.length < limit && steps < ASKED_MAX; steps++) {
    const since = await state.since();
    if (since === 0n) {
      at = since;
      break;
    }
    at = (since - 1n) as Position;
    const earlier = await stateAt(sources, question, at);
    if (state.answer && state.text !== earlier.text)
      found.push(await vintageOf(sources, state.answer, since));
    state = earlier;
  }
  const page = { coordinates, vintages: found, ...(at > 0n ? { next: positionText(at) } : {}) };
  return { ...page, digest: digestOf(page) };
}

interface State {
  readonly answer?: FiguresAnswer;
  /** Why the question could not be asked then: its unit was not known yet. */
  readonly refused?: QuestionError;
  /** Equal for states between which the figure did not change. */
  readonly text: string;
  /** The position from which it has been so, as far as can be told by what was looked at. */
  since(): Promise<Position>;
}

async function stateAt(
  sources: VintageSources,
  question: VintageQuestion,
  position: Position,
): Promise<State> {
  const knownAtMs = await sources.timeAt(position);
  const looked = new Map<DimensionName, Looked>();
  let turned = -1n;
  const reader = (dimension: DimensionName) => {
    const own = looked.get(dimension) ?? new Looked();
    looked.set(dimension, own);
    return own.through(sources.log(dimension).at(position));
  };
  const comparesTime = (ms: bigint) => {
    if (ms <= (knownAtMs ?? 0n) && ms > turned) turned = ms;
  };
  const since = async () => {
    const changes = await Promise.all([
      ...[...looked].map(([dimension, own]) => sources.log(dimension).lastChange(own, position)),
      ...(turned >= 0n ? [sources.firstAt(turned)] : []),
    ]);
    return changes.reduce((last, own) => (own > last ? own : last), 0n as Position);
  };
  const { sheets, code } = sources;
  try {
    const answered = await answer(
      { sheets, code, reader, comparesTime },
      { ...question, knownAt: position, knownAtMs },
    );
    const { figures, coordinates } = answered;
    const text = canonicalJson({ figures, policyRevisions: coordinates.policyRevisions });
    return { answer: answered, text, since };
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error;
    return { refused: error, text: '', since };
  }
}

async function vintageOf(
  sources: VintageSources,
  { coordinates, figures }: FiguresAnswer,
  since: Position,
): Promise<Vintage> {
  const timeMs = await sources.timeAt(since);
  const knownAt = {
    position: positionText(since),
    time: timeMs === undefined ? null : instantOfMs(timeMs),
  };
  const { policyRevisions } = coordinates;
  const digest = digestOf({ coordinates: { ...coordinates, knownAt }, figures });
  return { knownAt, policyRevisions, figure: figures[0] as Figure, digest };
}
