import { type DimensionName, dimensions } from '#scorecard';
import type { Storm, StormFailure } from './lib/storm.ts';
import { type SimulationOptions, simulate } from './simulation.ts';

const DEFECTS: readonly NonNullable<SimulationOptions['defect']>[] = [
  'histories-first',
  'checkpoint-first',
  'split-group',
  'latest-state',
];
/** Within how many seeds a planted defect has to show. */
const DEFECT_SEEDS = 300;
const TOLD_EVERY = 2_000;

/** Each seed is one run of each dimension: projectors over the pure step under a scheduler that follows from the seed. */
export const storm: Storm = {
  name: 'simulation',
  does: 'projectors on a seeded scheduler: redelivery, lost replies, crashes between any two writes, a stale second one; every dimension, each seed',
  points: { full: 10_000, quick: 300 },
  async run({ seed, points, say }) {
    const failures: StormFailure[] = [];
    const counts = { runs: 0, crashes: 0, decisions: 0, 'defects found': 0, 'defects planted': 0 };
    for (const name of Object.keys(dimensions) as DimensionName[]) {
      for (let own = seed; own < seed + points; own++) {
        const { violations, crashes, decisions } = simulate({ dimension: dimensions[name], seed: own });
        counts.runs++;
        counts.crashes += crashes;
        counts.decisions += decisions;
        if (violations.length > 0) failures.push({ seed: own, what: `${name}: ${violations[0]}` });
        if ((own - seed + 1) % TOLD_EVERY === 0) say(`${name}: ${own - seed + 1} of ${points} seeds`);
      }
    }
    // The alarm itself: a storm that finds nothing must be able to find something.
    for (const defect of DEFECTS) {
      counts['defects planted']++;
      if (finds(defect, seed)) counts['defects found']++;
      else
        failures.push({ seed, what: `the planted defect ${defect} was not found in ${DEFECT_SEEDS} seeds` });
    }
    return { points, failures, counts };
  },
};

function finds(defect: NonNullable<SimulationOptions['defect']>, seed: number): boolean {
  for (let own = seed; own < seed + DEFECT_SEEDS; own++) {
    if (simulate({ dimension: dimensions.customer, seed: own, defect }).violations.length > 0) return true;
  }
  return false;
}
