import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './disk.storm.ts';
import { whyNoTrouble } from './lib/disk-trouble.ts';

/**
 * Goal: a store that cannot write stops by itself and says why, acknowledges nothing that is not on disk, syncs nothing again, and
 * goes on when it is started with room. Method: the storm, each store under each trouble once; DISK_POINTS makes more.
 */
const POINTS = Number(process.env['DISK_POINTS'] ?? 8);
const why = whyNoTrouble();
const here = why === undefined ? it : it.skip;

here(
  `holds at ${POINTS} points${why ? ` (not run: ${why})` : ''}`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quadrant-disk-'));
    try {
      const { failures, counts } = await run({ seed: 1, points: POINTS, directory, say: () => undefined });
      expect(failures).toEqual([]);
      expect(counts['acknowledged']).toBeGreaterThan(0);
      expect(counts['outcome unknown']).toBeGreaterThan(0);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
  600_000,
);

here.each([
  [118, 'the event store'],
  [335, 'the store of documents'],
])(
  `holds at seed %i: the first write of a new file of %s fails${why ? ` (not run: ${why})` : ''}`,
  async (seed) => {
    const directory = await mkdtemp(join(tmpdir(), 'quadrant-disk-'));
    try {
      const { failures } = await run({ seed, points: 1, directory, say: () => undefined });
      expect(failures).toEqual([]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
  600_000,
);
