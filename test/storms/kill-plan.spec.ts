import { Instants, planOf } from './lib/kill-plan.ts';
import { Random } from './lib/random.ts';

describe('the plan of a kill storm', () => {
  it.each([2, 4])(
    'of 1,200 points are 1,000 random instants, and %i named points in equal numbers',
    (names) => {
      const all = Array.from({ length: names }, (_, n) => `point-${n}`);
      const plan = Array.from({ length: 1_200 }, (_, n) => planOf(n + 1, all));
      expect(plan.filter((name) => name === undefined)).toHaveLength(1_000);
      for (const name of all) expect(plan.filter((own) => own === name)).toHaveLength(200 / names);
    },
  );

  it('twelve points in a row have two named points, wherever they begin', () => {
    for (let seed = 1; seed < 40; seed++) {
      const plan = Array.from({ length: 12 }, (_, n) => planOf(seed + n, ['a', 'b']));
      expect(plan.filter((name) => name !== undefined).sort()).toEqual(['a', 'b']);
    }
  });

  it('an instant comes when a store has ended, whatever it was waiting for', async () => {
    await Instants.come(new Random(1), () => 0, Promise.resolve());
  });

  it('instants are counted by what was under way', () => {
    const instants = new Instants();
    instants.killed({ acknowledged: 0, unknown: 16, kept: 0 });
    instants.killed({ acknowledged: 70, unknown: 16, kept: 16 });
    instants.killed({ acknowledged: 100, unknown: 14, kept: 3 });
    instants.killed({ acknowledged: 20, unknown: 0, kept: 0 });
    expect(instants.counts()).toEqual({
      'at random instants': 4,
      'before the first acknowledgement': 1,
      'with writes under way': 3,
      acknowledged: 190,
      'median at a kill': 70,
      'most at a kill': 100,
      unknown: 46,
      'unknown and there': 19,
      'all under way there': 1,
      'none there': 1,
      'some there': 1,
    });
  });
});
