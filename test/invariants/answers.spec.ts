import fc from 'fast-check';
import type { Position } from '#kernel';
import type { Input, ReadModels } from '#read-models';
import type { Change } from '#scorecard';
import { Documents, inputOf, project, randomLog } from './documents.ts';

/**
 * Stability and Correction: an answer for T is the same bytes whenever it is asked, and correcting back restores head.
 * Method: random logs with corrections, merges, moving units and policies on a real store; all KPIs, asked before and after more of the log.
 */
const RUNS = Number(process.env['INVARIANT_RUNS'] ?? 2);
const EVENTS = 40;
const LONG_MS = 300_000;
const PERIODS = ['2024', '2024-02', '2024-03-10..2024-04-05'];

/** Two facts place one order; the first is voided and given back: it has to take its place before the second again. */
const PLACED_TWICE: [
  seed: number,
  corrections: { fact: number; other: number; voids: boolean }[],
  earlier: number,
] = [48_226, [{ fact: 1_676_180_662, other: 0, voids: true }], 35];

/**
 * A quarter of the KPIs for the company (which one follows from the seed), one period each in turn; those that a policy was set for by
 * then always, and by the first revision of it besides, whichever is in force.
 */
async function answers(readModels: ReadModels, seed: number, log: readonly Input[], position: Position) {
  const revisions = policiesUpTo(log, position);
  const kpis = [...readModels.sheets.keys()].filter((kpi, n) => n % 4 === seed % 4 || revisions.has(kpi));
  const asked = kpis.flatMap((kpi, n) => {
    const question = {
      kpi,
      unit: 'root',
      period: PERIODS[n % PERIODS.length] as string,
      knownAt: { position },
    };
    const policy = revisions.get(kpi);
    return policy === undefined ? [question] : [question, { ...question, policy }];
  });
  return Promise.all(asked.map((question) => readModels.figures(question)));
}

/** The first revision of each KPI's policy, of those that stand unchanged from when they were set. */
function policiesUpTo(log: readonly Input[], upTo: Position): ReadonlyMap<string, string> {
  const changed = new Set(
    log.flatMap((input) =>
      input.kind === 'change' && input.change.before !== null ? [input.change.factId] : [],
    ),
  );
  const revisions = new Map<string, string>();
  for (const input of log) {
    if (input.kind !== 'change' || input.position > upTo) continue;
    const { type, factId, after, revision } = input.change;
    const kpi = after?.['kpiCode'] as string;
    if (type === 'MeasurePolicySet' && !changed.has(factId) && !revisions.has(kpi))
      revisions.set(kpi, String(revision));
  }
  return revisions;
}

/** Facts that stand at the end of a log, with what they say. */
function standing(log: readonly Input[]): Change[] {
  const facts = new Map<string, Change>();
  for (const input of log) if (input.kind === 'change') facts.set(input.change.factId, input.change);
  return [...facts.values()].filter(({ after, factId }) => after !== null && factId !== 'root');
}

describe('answers from a real store', () => {
  let documents: Documents;
  beforeAll(async () => {
    documents = await Documents.open();
  });
  afterAll(() => documents.close());

  it(
    `Stability: what was answered for T is answered for T ever after, byte for byte (${RUNS} logs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(100_000),
          fc.integer({ min: 5, max: EVENTS - 5 }),
          fc.integer({ min: 5, max: 20 }),
          async (seed, cut, size) => {
            const log = randomLog(seed, EVENTS);
            const at = (log[cut] as Input).position;
            await documents.with(async (readModels) => {
              await project(readModels.db, log.slice(0, cut + 1));
              const first = JSON.stringify(await answers(readModels, seed, log, at));
              for (let more = cut + 1; more < log.length; more += size) {
                await project(readModels.db, log.slice(0, more + size));
                expect(JSON.stringify(await answers(readModels, seed, log, at))).toBe(first);
              }
            });
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );

  it(
    `Correction: correcting back restores head and leaves every earlier T as it was (${RUNS} logs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(100_000),
          fc.array(fc.record({ fact: fc.nat(), other: fc.nat(), voids: fc.boolean() }), {
            minLength: 1,
            maxLength: 5,
          }),
          fc.nat(EVENTS),
          async (seed, corrections, earlier) => {
            const log = randomLog(seed, EVENTS);
            const facts = standing(log);
            const head = (log.at(-1) as Input).position;
            const before = (log[earlier] as Input).position;
            await documents.with(async (readModels) => {
              await project(readModels.db, log);
              const [atHead, atEarlier] = [
                await answers(readModels, seed, log, head),
                await answers(readModels, seed, log, before),
              ];
              const more = correctedAndBack(facts, corrections, head);
              await project(readModels.db, [...log, ...more]);
              const restored = await answers(readModels, seed, log, (more.at(-1) as Input).position);
              // Coordinates name the position that was asked for; everything else has to be what it was.
              expect(restored.map(({ figures }) => figures)).toEqual(atHead.map(({ figures }) => figures));
              expect(JSON.stringify(await answers(readModels, seed, log, before))).toBe(
                JSON.stringify(atEarlier),
              );
              expect(JSON.stringify(await answers(readModels, seed, log, head))).toBe(JSON.stringify(atHead));
            });
          },
        ),
        { numRuns: RUNS + 1, endOnFailure: true, examples: [PLACED_TWICE] },
      );
    },
    LONG_MS,
  );
});

/** Corrections of some facts, then of the same facts back to what they said, after `head`. */
function correctedAndBack(
  facts: readonly Change[],
  corrections: readonly { readonly fact: number; readonly other: number; readonly voids: boolean }[],
  head: bigint,
): Input[] {
  const out: Input[] = [];
  const said = new Map<string, Change['after']>();
  const correct = (fact: Change, after: Change['after']) => {
    const position = (head + BigInt(out.length) + 1n) as Position;
    const before = said.has(fact.factId) ? (said.get(fact.factId) as Change['after']) : fact.after;
    out.push(inputOf({ ...fact, position, recordedAt: 1_700_001_000_000, before, after }));
    said.set(fact.factId, after);
  };
  const chosen = corrections.map(({ fact }) => facts[fact % facts.length] as Change);
  for (const [n, { other, voids }] of corrections.entries()) {
    const fact = chosen[n] as Change;
    const alike = facts.filter(({ type }) => type === fact.type);
    correct(fact, voids ? null : (alike[other % alike.length] as Change).after);
  }
  for (const fact of new Set(chosen)) correct(fact, fact.after);
  return out;
}
