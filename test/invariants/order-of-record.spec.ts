import fc from 'fast-check';
import type { EventType } from '#contracts';
import type { Position } from '#kernel';
import { answer, type Change, type DimensionName, dimensions, kpiSheets } from '#scorecard';
import { InMemoryReadModel } from '../../libs/scorecard/src/projection/in-memory.testkit.ts';
import { randomChanges, TYPES } from '../storms/lib/changes.ts';
import { Random } from '../storms/lib/random.ts';
import { afterRoot, ROOT } from './documents.ts';

/**
 * Goal: how the facts came to say what they say does not count. A log with corrections, voids and revivals is projected and answered as
 * one in which every standing fact said so from the start, at the place where it was first recorded.
 * Method: random logs through the pure step; all pages, and figures of all KPIs, at several positions.
 */
const RUNS = 10 * Number(process.env['INVARIANT_RUNS'] ?? 2);
const EVENTS = 50;
const LONG_MS = 300_000;
const NAMES = Object.keys(dimensions) as DimensionName[];
const PERIODS = ['2024', '2024-02', '2024-03-10..2024-04-05'];
const MORE: readonly EventType[] = ['MeasurePolicySet', 'DeliveryConfirmed', 'SurveyResponseRecorded'];

/** Of a company that has named its currency, which otherwise is that of the first sum on record, whatever became of it. */
function randomLog(seed: number, dimension: DimensionName): Change[] {
  const changes = randomChanges(new Random(seed), EVENTS, [...TYPES[dimension], ...MORE]);
  return [ROOT, ...changes.map(afterRoot)];
}

/** The standing facts at a position, each told once and right. */
function toldOnce(log: readonly Change[], knownAt: Position): Change[] {
  const facts = new Map<string, Change>();
  for (const change of log) {
    if (change.position > knownAt) break;
    const told = facts.get(change.factId) ?? change;
    facts.set(change.factId, { ...told, before: null, after: change.after });
  }
  return [...facts.values()].filter(({ after }) => after !== null);
}

type Models = ReadonlyMap<string, InMemoryReadModel>;

function projected(log: readonly Change[]): Models {
  return new Map(NAMES.map((name) => [name, new InMemoryReadModel(dimensions[name], log)]));
}

/** Pages of all dimensions, and what every KPI says of one period. */
async function said(models: Models, knownAt: Position, kpis: readonly string[]): Promise<object> {
  const pages = NAMES.map((name) => (models.get(name) as InMemoryReadModel).content(knownAt));
  const figures = kpis.map(async (kpi, n) => {
    const reader = (name: DimensionName) => (models.get(name) as InMemoryReadModel).reader(knownAt);
    const period = PERIODS[n % PERIODS.length] as string;
    const question = { kpi, unit: 'root', period, knownAt, knownAtMs: 4_000_000_000_000n };
    return (await answer({ sheets: kpiSheets, code: 'test', reader }, question)).figures;
  });
  return { pages, figures: await Promise.all(figures) };
}

describe('the order of record', () => {
  const logs = fc.record({
    seed: fc.nat(1_000_000),
    dimension: fc.constantFrom(...NAMES),
    at: fc.array(fc.nat(EVENTS - 1), { minLength: 1, maxLength: 3 }),
  });

  it(
    `is that of the originals, whatever was corrected, voided and given back (${RUNS} logs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(logs, async ({ seed, dimension, at }) => {
          const log = randomLog(seed, dimension);
          const models = projected(log);
          const kpis = [...kpiSheets.keys()].filter((_, n) => n % 4 === seed % 4);
          for (const index of at) {
            const { position } = log[index] as Change;
            const once = projected(toldOnce(log, position));
            expect(await said(models, position, kpis)).toEqual(await said(once, position, kpis));
          }
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    LONG_MS,
  );
});
