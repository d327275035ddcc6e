import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './flips.storm.ts';

/** Goal: a bit that flips in a file at rest is told with its place, or changes nothing. Method: the storm; FLIPS makes more of them. */
const FLIPS = Number(process.env['FLIPS'] ?? 40);

it(`tells ${FLIPS} flipped bits, or answers as before`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quadrant-flips-'));
  try {
    const { failures, counts } = await run({ seed: 1, points: FLIPS, directory, say: () => undefined });
    expect(failures).toEqual([]);
    const told = Object.entries(counts).filter(([what]) => what.endsWith(': told'));
    expect(told.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(FLIPS / 3);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 600_000);
