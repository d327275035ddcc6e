import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storm as kill } from './kill.storm.ts';
import { storm as killPoints } from './kill-points.storm.ts';
import { VICTIMS } from './lib/crash-points.ts';
import type { Storm } from './lib/storm.ts';

/**
 * Durability and Once, with real processes: acknowledged ⊆ recovered ⊆ attempted, one effect per command, streams without
 * gaps, read models as if nothing had happened. `npm run storm` runs hundreds of these; here each victim dies a few times.
 */
const LONG_MS = 600_000;
const POINTS = Object.keys(VICTIMS);

describe('Durability', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-kill-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const weather = (storm: Storm, seed: number, points: number) =>
    storm.run({ seed, points, directory, say: () => undefined });

  it(
    'api, projector, stores and a rebuild killed at a random instant each',
    async () => {
      const { points, failures, counts } = await weather(kill, 1, 4);
      expect(failures).toEqual([]);
      expect({ points, ...counts }).toMatchObject({ points: 4, api: 1, projector: 1, stores: 1, rebuild: 1 });
    },
    LONG_MS,
  );

  it.each(['journal.after-append', 'projector.after-chunks'])(
    'a process killed at %s',
    async (name) => {
      const { points, failures } = await weather(killPoints, POINTS.indexOf(name) + 1, 1);
      expect(failures).toEqual([]);
      expect(points).toBe(1);
    },
    LONG_MS,
  );
});
