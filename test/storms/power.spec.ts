import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoRecording } from './lib/power/strace.ts';
import { run } from './power.storm.ts';

/**
 * Goal: a power cut takes nothing that was acknowledged, and the storm would notice if it did.
 * Method: the storm with few images, its planted defects among them; POWER_IMAGES makes more.
 */
const IMAGES = Number(process.env['POWER_IMAGES'] ?? 12);
const why = whyNoRecording();
const here = why === undefined ? it : it.skip;

here(
  `holds in ${IMAGES} images, and finds what is planted${why ? ` (not run: ${why})` : ''}`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quadrant-power-'));
    try {
      const { failures, counts } = await run({ seed: 1, points: IMAGES, directory, say: () => undefined });
      expect(failures).toEqual([]);
      expect(counts.acknowledgements).toBeGreaterThan(100);
      expect(counts['acknowledged before the cuts']).toBeGreaterThan(0);
      expect(counts['planted defects found']).toBe(3);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
  600_000,
);
