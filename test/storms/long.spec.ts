import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seen } from '../benchmarks/lib/seen.ts';

/** Its workers are started from built files, as it is. */
const BUILT = join(import.meta.dirname, '..', '..', 'dist', 'test', 'storms', 'long.storm.js');

/** Goal: the long run itself works, and would see what it looks for; `npm run storm -- long` is the long one. */
const seen = (...positions: readonly number[]) => {
  const own = new Seen();
  for (const position of positions) own.event(position);
  return own.events;
};

it('a consumer that misses an event, has one twice or two in the wrong order has not seen the same', () => {
  const right = seen(10, 20, 35);
  expect(right).toMatchObject({ count: 3, rising: true });
  expect(seen(10, 20, 35)).toEqual(right);
  for (const wrong of [seen(10, 35), seen(10, 20, 20, 35), seen(20, 10, 35), seen(10, 21, 35)])
    expect(wrong).not.toEqual(right);
  expect(seen(10, 20, 20)).toMatchObject({ rising: false });
});

describe('a long run that is short', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quadrant-long-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each([
    ['whole', 1],
    ['in its last thousand events', 2],
  ])(
    'is seen %s by everybody who reads',
    async (_, points) => {
      const { run } = (await import(BUILT)) as typeof import('./long.storm.ts');
      const { failures, counts } = await run({ seed: 1, points, directory, say: () => undefined }, 1_000);
      expect(failures).toEqual([]);
      expect(counts['events delivered a second beside a stuck consumer']).toBeGreaterThan(0);
    },
    300_000,
  );
});
