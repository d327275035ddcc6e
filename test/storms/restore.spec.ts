import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storm } from './restore.storm.ts';

/** Goal: the storm itself works; `npm run storm -- restore` is where all cases are. */
const SEED = Number(process.env['RESTORE_SEED'] ?? 2);
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quadrant-restore-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it(`a backup made while others write is refused where there are data, and restored elsewhere it is all there`, async () => {
  const { failures, counts } = await storm.run({
    seed: SEED,
    points: 1,
    directory,
    say: () => undefined,
  });
  expect(failures).toEqual([]);
  expect(counts).toMatchObject({ restored: 1, refused: 1 });
  expect(counts['events in restored logs']).toBeGreaterThan(0);
}, 600_000);
