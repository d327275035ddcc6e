import { context, openWorkbench, type Workbench } from '../../../commands/test/workbench.ts';
import { allRules } from '../../test/bench.ts';
import { type LoadedBatch, loadDemo } from '../index.ts';

describe('loading the demo company', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench({ rules: allRules });
  });
  afterAll(async () => {
    await bench.close();
  });

  it('goes through the ordinary command path in order, and nothing is appended twice', async () => {
    const seen: string[] = [];
    const heads: bigint[] = [];
    const loaded = await loadDemo({
      recorder: bench.recorder,
      context: context(),
      onBatch: async ({ label, position }) => {
        seen.push(label);
        heads.push(position);
        expect(await bench.journal.head()).toBe(position);
      },
    });
    const sum = (key: 'facts' | 'appended' | 'duplicates', of: readonly LoadedBatch[]): number =>
      of.reduce((total, batch) => total + batch[key], 0);
    expect(seen).toEqual(loaded.map(({ label }) => label));
    expect(heads).toEqual([...heads].sort((a, b) => (a < b ? -1 : 1)));
    expect(sum('appended', loaded)).toBe(sum('facts', loaded));
    const head = await bench.journal.head();
    const again = await loadDemo({ recorder: bench.recorder, context: context(), part: 'late' });
    expect([sum('appended', again), sum('duplicates', again)]).toEqual([0, 15]);
    expect(await bench.journal.head()).toBe(head);
  }, 120_000);
});
