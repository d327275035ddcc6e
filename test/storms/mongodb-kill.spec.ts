import { run } from './mongodb-kill.ts';

/**
 * Goal: a kill of the store of documents loses nothing acknowledged and counts nothing twice.
 * Method: the built store, killed at each named point and at random instants (MONGODB_KILLS runs more).
 */
const POINTS = Number(process.env['MONGODB_KILLS'] ?? 3);

it(`recovers from a kill at every named point and at ${POINTS} random instants`, async () => {
  const report = await run({ seed: 7, points: POINTS });
  expect(report.violations).toEqual([]);
  expect(report.kills).toBe(4 + POINTS);
  expect(report.acknowledged).toBeGreaterThan(0);
  expect(report.repeated).toBeGreaterThan(0);
}, 300_000);
