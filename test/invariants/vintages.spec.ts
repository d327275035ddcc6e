import fc from 'fast-check';
import { canonicalJson, type Position } from '#kernel';
import type { Input, ReadModels } from '#read-models';
import { type FiguresAnswer, QuestionError } from '#scorecard';
import { Random } from '../storms/lib/random.ts';
import { Documents, inputOf, project, randomLog } from './documents.ts';

/**
 * Vintages: the positions at which a figure changed, its values there and their digests are those that asking for every position gives.
 * Method: random logs on a real store, over months of record time so that periods end in their midst; all pages of the list.
 */
const RUNS = Number(process.env['INVARIANT_RUNS'] ?? 2);
const EVENTS = 40;
const LONG_MS = 300_000;
const DAY_MS = 86_400_000;

interface Question {
  readonly kpi: string;
  readonly unit: string;
  readonly segment?: string;
  readonly period: string;
}

/** The log as if it had been recorded from February 2024 on, a few days from event to event; the clock steps back at times. */
function overMonths(log: readonly Input[], seed: number): Input[] {
  const random = new Random(seed);
  let clock = Date.UTC(2024, 1, 1);
  const segment: Input = inputOf({
    position: 3n as Position,
    recordedAt: 0,
    factId: 'gold',
    factPosition: 3n as Position,
    type: 'SegmentDefined',
    revision: 0n,
    before: null,
    after: { segmentCode: 'gold', name: 'Gold', isTarget: true, effectiveFrom: '2024-01-01' },
  });
  return [segment, ...log].map((input) => {
    if (input.kind !== 'change') throw new Error('a random log holds changes alone');
    clock += random.pick([0, 1, 2, 5, -1]) * DAY_MS;
    return inputOf({ ...input.change, recordedAt: clock });
  });
}

async function answerAt(
  readModels: ReadModels,
  question: Question,
  position: Position,
): Promise<FiguresAnswer | undefined> {
  try {
    return await readModels.figures({ ...question, knownAt: { position } });
  } catch (error) {
    // The unit or the segment is not known yet.
    if (error instanceof QuestionError) return undefined;
    throw error;
  }
}

/** Asks for every position of the log. */
async function byAskingForEach(readModels: ReadModels, question: Question, log: readonly Input[]) {
  const textOf = (answer: FiguresAnswer | undefined) =>
    answer && canonicalJson({ figures: answer.figures, policyRevisions: answer.coordinates.policyRevisions });
  const found: { position: string; digest: string; figure: unknown }[] = [];
  let before = textOf(await answerAt(readModels, question, 0n as Position));
  for (const { position } of log) {
    const answer = await answerAt(readModels, question, position);
    if (answer && textOf(answer) !== before)
      found.push({ position: String(position), digest: answer.digest, figure: answer.figures[0] });
    before = textOf(answer);
  }
  return found;
}

async function byVintages(readModels: ReadModels, question: Question, limit: number) {
  const found: { position: string; digest: string; figure: unknown }[] = [];
  let before: Position | undefined;
  for (;;) {
    const page = await readModels.vintages({
      ...question,
      limit,
      ...(before === undefined ? {} : { before }),
    });
    expect(page.vintages.length).toBeLessThanOrEqual(limit);
    for (const { knownAt, figure, digest } of page.vintages)
      found.push({ position: knownAt.position, digest, figure });
    if (page.next === undefined) return found.reverse();
    before = BigInt(page.next) as Position;
  }
}

describe('vintages from a real store', () => {
  let documents: Documents;
  beforeAll(async () => {
    documents = await Documents.open();
  });
  afterAll(() => documents.close());

  it(
    `are what asking for every position gives (${RUNS} logs, an eighth of the KPIs each)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(100_000),
          fc.constantFrom('2024-02', '2024-Q1', '2024-03', '2024-W10'),
          fc.constantFrom(undefined, 'gold'),
          fc.constantFrom('root', 'north'),
          fc.integer({ min: 1, max: 7 }),
          async (seed, period, segment, unit, limit) => {
            let changes = 0;
            const log = overMonths(randomLog(seed, EVENTS), seed);
            await documents.with(async (readModels) => {
              await project(readModels.db, log);
              const kpis = [...readModels.sheets.keys()].filter((_, n) => n % 8 === seed % 8);
              for (const kpi of kpis) {
                const question = { kpi, unit, period, ...(segment === undefined ? {} : { segment }) };
                const head = await answerAt(readModels, question, (log.at(-1) as Input).position);
                if (!head) continue;
                const expected = await byAskingForEach(readModels, question, log);
                changes += expected.length;
                expect(await byVintages(readModels, question, limit)).toEqual(expected);
              }
            });
            fc.pre(changes > 0);
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );
});
