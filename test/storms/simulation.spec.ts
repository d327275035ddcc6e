import { type DimensionName, dimensions } from '#scorecard';
import { type SimulationOptions, simulate } from './simulation.ts';

/**
 * Goal: a kill, a redelivery or a second projector at any moment changes no figure.
 * Method: seeded simulation of the pure step (`npm run storm -- simulation` runs more seeds); then defects are planted, which it has to find.
 */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 1500);

describe.each<DimensionName>(['customer', 'financial', 'process', 'learning'])(
  'projecting the %s dimension under a random scheduler',
  (name) => {
    it(`ends with the pages of a plain run, in the order chunks, histories, checkpoint (${SEEDS} seeds)`, () => {
      const failed: string[] = [];
      let crashes = 0;
      for (let seed = 1; seed <= SEEDS && failed.length === 0; seed++) {
        const result = simulate({ dimension: dimensions[name], seed });
        crashes += result.crashes;
        if (result.violations.length > 0) failed.push(`seed ${seed}: ${result.violations[0]}`);
      }
      expect(failed).toEqual([]);
      expect(crashes).toBeGreaterThan(0);
    });
  },
);

describe('a planted defect is found', () => {
  it.each<NonNullable<SimulationOptions['defect']>>([
    'histories-first',
    'checkpoint-first',
    'split-group',
    'latest-state',
  ])('%s', (defect) => {
    const found = Array.from({ length: 300 }, (_, i) =>
      simulate({ dimension: dimensions.customer, seed: i + 1, defect }),
    ).some(({ violations }) => violations.length > 0);
    expect(found).toBe(true);
  });
});
