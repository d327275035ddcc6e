import { type Position, ValueError } from '#kernel';
import { Reperformance } from '#reperformance';
import {
  answer,
  type DimensionName,
  dimensions,
  type FiguresAnswer,
  kpiSheets,
  QuestionError,
} from '#scorecard';
import { InMemoryReadModel } from '../../libs/scorecard/src/projection/in-memory.testkit.ts';
import { Random } from '../storms/lib/random.ts';
import { type Disorder, SEGMENTS } from './lib/draw.ts';
import { type RandomLog, randomLog } from './lib/random-log.ts';

/**
 * Goal: the two independent ways to a figure, projected read models and reperformance from the raw log, say the same of every log.
 * Method: random logs, written as raw events and as the changes that they are to a projection; random questions at random positions,
 * asked both ways, compared by digest. A question that both refuse is answered alike.
 */
const LOGS = 5 * Number(process.env['INVARIANT_RUNS'] ?? 2);
/** The logs follow from consecutive seeds; another first one gives other logs. */
const FIRST_SEED = Number(process.env['BOTH_WAYS_SEED'] ?? 1);
const EVENTS = 60;
/** Facts at the beginning of a log that define its company. */
const COMPANY = 5;
const QUESTIONS = 60;
const SHOWN = 6;
const LONG_MS = 300_000;
const CODE = 'test';
const NAMES = Object.keys(dimensions) as DimensionName[];
const PERIODS = [
  '2024',
  '2024-Q1',
  '2024-01',
  '2024-02',
  '2024-03',
  '2024-W09',
  '2024-02-05..2024-03-10',
  '2023-Q4',
  '2024-01..2024-03',
];

interface Question {
  readonly kpi: string;
  readonly unit: string;
  readonly segment?: string;
  readonly period: string;
  readonly total?: boolean;
  readonly policy?: string;
  readonly knownAt: Position;
}

/**
 * Half of the questions are asked at the head of a log, the others before, rather late than early. Some name a policy: one of the
 * log's, which may be later, of another KPI, or voided.
 */
function randomQuestion(random: Random, { changes }: RandomLog, kpis: readonly string[]): Question {
  const policies = changes.flatMap(({ type, revision, before, after }) =>
    type === 'MeasurePolicySet' && before === null ? [{ kpi: after?.['kpiCode'], revision }] : [],
  );
  const head = changes.length;
  const anywhere = () => COMPANY + random.below(head - COMPANY);
  const policy = random.chance(8) && policies.length > 0 ? random.pick(policies) : undefined;
  return {
    kpi: policy && random.chance(90) ? String(policy.kpi) : random.pick(kpis),
    unit: random.pick(['root', 'root', 'north', 'south']),
    ...(random.chance(35) ? { segment: random.pick(SEGMENTS) } : {}),
    period: random.pick(PERIODS),
    ...(random.chance(15) ? { total: true } : {}),
    ...(policy ? { policy: String(policy.revision) } : {}),
    knownAt: BigInt(random.chance(50) ? head : Math.max(anywhere(), anywhere())) as Position,
  };
}

/** What one of the ways says: an answer, or why there is none. */
type Said = FiguresAnswer | { readonly refusal: string } | { readonly failure: string };
type Way = (question: Question) => Promise<Said>;

/** From projected read models. */
function projection({ events, changes }: RandomLog): Way {
  const models = new Map(NAMES.map((name) => [name, new InMemoryReadModel(dimensions[name], changes)]));
  return (question) =>
    said(() => {
      const { knownAt } = question;
      const reader = (name: DimensionName) => (models.get(name) as InMemoryReadModel).reader(knownAt);
      const knownAtMs = events[Number(knownAt) - 1]?.created;
      return answer({ sheets: kpiSheets, code: CODE, reader }, { ...question, knownAtMs });
    });
}

/** From the raw log. */
function reperformance({ events }: RandomLog): Way {
  const second = new Reperformance(events, { code: CODE });
  return (question) => said(async () => second.figures(question) as FiguresAnswer);
}

/** Both ways refuse by an error that says why; any other error is a defect. */
async function said(ask: () => Promise<FiguresAnswer>): Promise<Said> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const refuses =
      error instanceof QuestionError || error instanceof ValueError || error.constructor === Error;
    return refuses ? { refusal: error.message } : { failure: String(error) };
  }
}

function agree(one: Said, other: Said): boolean {
  if ('digest' in one && 'digest' in other) return one.digest === other.digest;
  return 'refusal' in one && 'refusal' in other;
}

function hasData(one: Said): boolean {
  return 'figures' in one && one.figures.some(({ status }) => status !== 'no_data');
}

/** What the ways say where they first differ. */
function difference(one: Said, other: Said): readonly [projected: string, reperformed: string] {
  if (!('figures' in one) || !('figures' in other)) return [inShort(one), inShort(other)];
  const at = one.figures.findIndex(
    (figure, n) => JSON.stringify(figure) !== JSON.stringify(other.figures[n]),
  );
  if (at < 0) return [inShort(one.coordinates), inShort(other.coordinates)];
  return [inShort(one.figures[at]), inShort(other.figures[at])];
}

function inShort(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

interface Compared {
  readonly differences: readonly string[];
  readonly withData: number;
}

/** Asks random questions of one log both ways. */
async function compared(seed: number, disorder: Disorder): Promise<Compared> {
  const log = randomLog(seed, EVENTS, disorder);
  const random = new Random(seed);
  const kpis = [...kpiSheets.values()].flatMap(({ code, dimension }) =>
    log.dimensions.includes(dimension) ? [code] : [],
  );
  const [projected, reperformed] = [projection(log), reperformance(log)];
  const differences: string[] = [];
  let withData = 0;
  for (let n = 0; n < QUESTIONS; n++) {
    const question = randomQuestion(random, log, kpis);
    const [first, second] = [await projected(question), await reperformed(question)];
    if (hasData(first) || hasData(second)) withData++;
    if (agree(first, second)) continue;
    const { knownAt, ...rest } = question;
    const [one, other] = difference(first, second);
    const asked = `seed ${seed}: ${JSON.stringify(rest)} at ${knownAt} of ${log.events.length}`;
    differences.push(`${asked}\n  projected   ${one}\n  reperformed ${other}`);
  }
  return { differences, withData };
}

describe('both ways to a figure', () => {
  const sameOf = async (disorder: Disorder) => {
    const logs: Compared[] = [];
    for (let n = 0; n < LOGS; n++) logs.push(await compared(FIRST_SEED + n, disorder));
    const differences = logs.flatMap((log) => log.differences);
    const shown = logs.flatMap((log) => log.differences.slice(0, 1)).slice(0, SHOWN);
    expect([`${differences.length} differences`, ...shown].join('\n')).toBe('0 differences');
    // Figures without data are the same without any effort.
    const withData = logs.reduce((sum, log) => sum + log.withData, 0);
    expect(withData / (LOGS * QUESTIONS)).toBeGreaterThan(0.2);
  };

  it(`say the same of an ordinary log (${LOGS} logs)`, () => sameOf({}), LONG_MS);

  it(
    `say the same of a log of documents told twice (${LOGS} logs)`,
    () => sameOf({ toldTwice: true }),
    LONG_MS,
  );

  it(
    `say the same of a log with circles of merges and of units (${LOGS} logs)`,
    () => sameOf({ circles: true }),
    LONG_MS,
  );
});
