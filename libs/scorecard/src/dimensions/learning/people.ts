import { parseMicros, ratio } from '#kernel';
import { type Ask, type Evaluation, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import { countRatio, quotient, shown, shownQuantity } from '../../figures/shown.ts';
import type { Fact } from '../../projection/change.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { unitOf } from './places.ts';
import { Workforce } from './workforce.ts';

/** Training 员工培训 and the capability gap 能力差距. Source: GRI 404-1; Kaplan and Norton 2004; kpis.md L4, L6; docs/figures.md §8. */

interface Training {
  readonly employee: string;
  readonly hours: bigint;
}

async function trainingsIn(ask: Ask, workforce: Workforce): Promise<Training[]> {
  const { start, end } = ask.span;
  return (await ask.register('trainings')).flatMap((fact) => {
    const day = dayOfText(fact.data['completedOn'] as string);
    if (day < start || day >= end) return [];
    if (!ask.organisation.contains(ask.scope.unit, workforce.unitOf(fact, day), day)) return [];
    return [
      { employee: fact.data['employeeId'] as string, hours: parseMicros(fact.data['hours'] as string) },
    ];
  });
}

const sheet = { dimension: 'learning', direction: 'up', leading: true } as const;

const trainingHours: KpiSheet = {
  ...sheet,
  code: 'training-hours-per-employee',
  name: { en: 'Training hours per employee', zh: '人均培训学时' },
  unit: 'hours',
  formula: 'hours completed / mean of opening and closing headcount (or closing, by policy)',
  main: ['trainings'],
  reads: ['employments'],
  async evaluate(ask) {
    const workforce = new Workforce(await ask.register('employments'));
    const trainings = await trainingsIn(ask, workforce);
    const hours = trainings.reduce((sum, training) => sum + training.hours, 0n);
    const headsOn = (day: number) => BigInt(workforce.heads(ask.scope, day, ask.organisation).length);
    const closing = headsOn(ask.span.end - 1);
    const opening = headsOn(ask.span.start - 1);
    const headcount = ask.policy.headcountBasis === 'yearEnd' ? ratio(closing) : ratio(opening + closing, 2n);
    const parts: Parts = { numerator: shownQuantity(hours), denominator: shown(headcount) };
    const n = new Set(trainings.map(({ employee }) => employee)).size;
    const value = quotient(ratio(hours, 1_000_000n), headcount);
    return value ? { value: shown(value), parts, n } : undefinedValue('not_measurable', parts, n);
  },
};

const trainingCoverage: KpiSheet = {
  ...sheet,
  code: 'training-coverage',
  name: { en: 'Training coverage', zh: '培训覆盖率' },
  unit: 'fraction',
  formula: 'employees trained / employees of the period',
  main: ['trainings'],
  reads: ['employments'],
  async evaluate(ask) {
    const workforce = new Workforce(await ask.register('employments'));
    const employees = workforce.during(ask.scope, ask.span, ask.organisation);
    const trained = new Set(
      (await trainingsIn(ask, workforce))
        .map(({ employee }) => employee)
        .filter((employee) => employees.has(employee)),
    );
    return countRatio(BigInt(trained.size), BigInt(employees.size), BigInt(employees.size));
  },
};

interface Requirement {
  readonly job: string;
  /** Unit that needs the positions: heads in its subtree fill them. */
  readonly unit: string;
  readonly skill: string;
  readonly level: number;
  readonly weight: bigint;
  readonly strategic: boolean;
  readonly needed: number;
}

/** What positions need and how far they are filled at closing. */
interface Positions {
  readonly required: bigint;
  readonly gap: bigint;
  readonly count: number;
  readonly vacant: number;
  readonly unassessed: number;
  /** Of jobs with a strategic requirement: positions, and those filled by somebody who reaches every level. */
  readonly strategic: number;
  readonly qualified: number;
}

async function positionsOf(ask: Ask): Promise<Positions> {
  const day = ask.span.end - 1;
  const workforce = new Workforce(await ask.register('employments'));
  const heads = workforce.heads(ask.scope, day, ask.organisation);
  const levels = levelsOn(await ask.register('assessments'), day);
  const tally = { required: 0n, gap: 0n, count: 0, vacant: 0, unassessed: 0, strategic: 0, qualified: 0 };
  for (const requirements of await requirementsByJob(ask, day)) {
    const of = requirements[0] as Requirement;
    const needed = Math.max(...requirements.map((requirement) => requirement.needed));
    const skills = [...new Set(requirements.map(({ skill }) => skill))];
    const total = (employee: string) =>
      skills.reduce((sum, skill) => sum + (levels(employee, skill) ?? 0), 0);
    const holders = heads
      .filter(({ job, unit }) => job === of.job && ask.organisation.contains(of.unit, unit, day))
      .map(({ employee }) => employee)
      .sort((a, b) => total(b) - total(a) || (a < b ? -1 : 1))
      .slice(0, needed);
    tally.vacant += needed - holders.length;
    const strategic = requirements.some((requirement) => requirement.strategic);
    if (strategic) tally.strategic += needed;
    if (strategic)
      tally.qualified += holders.filter((employee) =>
        requirements.every(({ skill, level }) => (levels(employee, skill) ?? 0) >= level),
      ).length;
    for (const { skill, level, weight } of requirements) {
      tally.count += needed;
      tally.required += weight * BigInt(level * needed);
      tally.gap += weight * BigInt(level * (needed - holders.length));
      for (const employee of holders) {
        const actual = levels(employee, skill);
        if (actual === undefined) tally.unassessed++;
        tally.gap += weight * BigInt(Math.max(0, level - (actual ?? 0)));
      }
    }
  }
  return tally;
}

/** Requirements in force in the scope on a day: for each job, those of one unit together. */
async function requirementsByJob(ask: Ask, day: number): Promise<Iterable<readonly Requirement[]>> {
  const latest = new Map<string, { from: number; requirement: Requirement }>();
  for (const fact of await ask.register('requirements')) {
    const { data } = fact;
    const from = dayOfText(data['effectiveFrom'] as string);
    const unit = unitOf(fact);
    if (from > day || !ask.organisation.contains(ask.scope.unit, unit, day)) continue;
    const key = JSON.stringify([data['jobCode'], unit, data['skillCode']]);
    if ((latest.get(key)?.from ?? Number.NEGATIVE_INFINITY) > from) continue;
    const requirement = {
      job: data['jobCode'] as string,
      unit,
      skill: data['skillCode'] as string,
      level: data['requiredLevel'] as number,
      weight: parseMicros(data['weight'] as string),
      strategic: data['strategic'] === true,
      needed: data['neededHeadcount'] as number,
    };
    latest.set(key, { from, requirement });
  }
  const byJob = new Map<string, Requirement[]>();
  for (const { requirement } of latest.values()) {
    if (requirement.needed === 0) continue;
    const key = JSON.stringify([requirement.job, requirement.unit]);
    byJob.set(key, [...(byJob.get(key) ?? []), requirement]);
  }
  return byJob.values();
}

/** The level of an employee in a skill on a day: the latest assessment that still holds; undefined without one. */
function levelsOn(
  assessments: readonly Fact[],
  day: number,
): (employee: string, skill: string) => number | undefined {
  const latest = new Map<string, { on: number; level: number }>();
  const keyOf = (employee: unknown, skill: unknown) => JSON.stringify([employee, skill]);
  for (const { data } of assessments) {
    const on = dayOfText(data['assessedOn'] as string);
    const until = data['validUntil'] as string | undefined;
    if (on > day || (until !== undefined && dayOfText(until) < day)) continue;
    const key = keyOf(data['employeeId'], data['skillCode']);
    if ((latest.get(key)?.on ?? Number.NEGATIVE_INFINITY) > on) continue;
    latest.set(key, { on, level: data['level'] as number });
  }
  return (employee, skill) => latest.get(keyOf(employee, skill))?.level;
}

function capability(
  code: string,
  name: KpiSheet['name'],
  direction: 'up' | 'down',
  formula: string,
  part: (positions: Positions) => bigint,
): KpiSheet {
  return {
    ...sheet,
    code,
    name,
    direction,
    unit: 'fraction',
    formula,
    main: ['requirements'],
    reads: ['employments', 'assessments'],
    async evaluate(ask): Promise<Evaluation> {
      const positions = await positionsOf(ask);
      const numerator = part(positions);
      const parts: Parts = {
        numerator: shown(ratio(numerator, 1_000_000n)),
        denominator: shown(ratio(positions.required, 1_000_000n)),
        vacant: String(positions.vacant),
        unassessed: String(positions.unassessed),
      };
      if (positions.required === 0n) return undefinedValue('not_measurable', parts, positions.count);
      return { value: shown(ratio(numerator, positions.required)), parts, n: positions.count };
    },
  };
}

const strategicCoverage: KpiSheet = {
  ...sheet,
  code: 'strategic-job-coverage',
  name: { en: 'Strategic job coverage', zh: '战略岗位覆盖率' },
  unit: 'fraction',
  formula: 'positions of strategic jobs filled by qualified people / positions needed',
  main: ['requirements'],
  reads: ['employments', 'assessments'],
  async evaluate(ask) {
    const { qualified, strategic } = await positionsOf(ask);
    return countRatio(BigInt(qualified), BigInt(strategic), BigInt(strategic));
  },
};

export const peopleKpis: readonly KpiSheet[] = [
  trainingHours,
  trainingCoverage,
  capability(
    'capability-gap',
    { en: 'Capability gap', zh: '能力差距' },
    'down',
    'Σ weight · max(0, required − actual) / Σ weight · required',
    ({ gap }) => gap,
  ),
  capability(
    'readiness',
    { en: 'Readiness', zh: '能力准备度' },
    'up',
    '1 − capability gap',
    ({ required, gap }) => required - gap,
  ),
  strategicCoverage,
];
