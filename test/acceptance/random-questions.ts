import { type Position, position } from '#kernel';
import type { FigureRequest, Reperformance } from '#reperformance';
import type { Random } from '../storms/lib/random.ts';
import { INTRICATE, SEGMENTS, UNITS } from './random-company.ts';
import type { World } from './world.ts';

/** Questions of random coordinates to the company of random-company.ts, and both answers to them. */
const PERIODS = [
  '2024',
  '2023',
  '2024-Q1',
  '2024-Q2',
  '2023-Q4',
  '2024-01',
  '2024-02',
  '2024-03',
  '2024-04',
  '2024-W05',
  '2024-W09',
  '2024-01-10..2024-02-20',
  '2024-01..2024-03',
  '2023-W50..2024-W06',
  '2023-Q4..2024-Q1',
];
/** Names of a fiscal year, which each calendar reads in its own way. */
const FISCAL_PERIODS = [
  'FY2024',
  'FY2024-Q1',
  'FY2024-Q4',
  'FY2024-P02',
  'FY2024-P10',
  'FY2024-P10..FY2024-P12',
];
/** A question of random coordinates, as known at a position of `[first, head]`. */
export function randomQuestion(
  random: Random,
  kpis: readonly string[],
  first: Position,
  head: Position,
): Omit<FigureRequest, 'policy'> {
  const kpi = random.pick(random.chance(35) ? INTRICATE : kpis);
  const segment = random.chance(25) ? random.pick(SEGMENTS) : undefined;
  const knownAt = position(random.chance(30) ? head : first + BigInt(random.below(Number(head - first))));
  return {
    kpi,
    unit: random.pick(UNITS),
    period: random.pick(random.chance(25) ? FISCAL_PERIODS : PERIODS),
    ...(segment ? { segment } : {}),
    ...(random.chance(20) ? { total: true } : {}),
    knownAt,
  };
}

/** What both ways say where they do not say the same. */
export async function difference(
  world: World,
  second: Reperformance,
  { knownAt, ...asked }: Omit<FigureRequest, 'policy'>,
): Promise<string | undefined> {
  const projected = await world.readModels.figures({ ...asked, knownAt: { position: knownAt } });
  const reperformed = second.figures({ ...asked, knownAt });
  if (projected.digest === reperformed.digest) return undefined;
  return `${JSON.stringify(asked)} at ${knownAt}\n  projected   ${JSON.stringify(projected)}\n  reperformed ${JSON.stringify(reperformed)}`;
}
