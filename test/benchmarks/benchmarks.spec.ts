import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRecorded } from '#contracts';
import { verdictOf } from './lib/benchmark.ts';
import { generateLog } from './lib/generator.ts';
import { inPairs, intervalOf, percentileOf, ratioOf, type Sample } from './lib/pairs.ts';
import type { BenchmarkRun } from './lib/results.ts';

const root = join(import.meta.dirname, '..', '..');
const EVENTS = 150;

/** Runs the built benchmarks as `npm run bench` does; gives the exit code, what was said, and the JSON of the run. */
async function bench(
  ...args: readonly string[]
): Promise<{ code: number | null; said: string; run: BenchmarkRun }> {
  const out = mkdtempSync(join(tmpdir(), 'quadrant-bench-spec-'));
  try {
    const main = join(root, 'dist', 'test', 'benchmarks', 'main.js');
    const child = spawn(process.execPath, [main, ...args, '--out', out], { cwd: root });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const file = readdirSync(out).find((name) => name.endsWith('.json'));
    const run = file === undefined ? undefined : JSON.parse(readFileSync(join(out, file), 'utf8'));
    return { code, said, run };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

describe('the benchmarks', () => {
  it('all run, on a tiny log, and their honesty checks hold', async () => {
    const tiny = ['--quick', '--events', String(EVENTS), '--pairs', '1', '--seconds', '1'];
    const { code, said, run } = await bench(...tiny);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    expect(run.results.map(({ benchmark }) => benchmark)).toEqual([
      'asof',
      'command',
      'lag',
      'late',
      'rebuild',
      'series',
      'start',
      'storage',
      'stores',
    ]);
    for (const { measurements, checks } of run.results) {
      expect(measurements.length).toBeGreaterThan(0);
      expect(checks.length).toBeGreaterThan(0);
      for (const { result } of measurements) expect(result.median).toBeGreaterThan(0);
    }
  }, 600_000);

  it('name what is wrong with their arguments', async () => {
    const { code, said } = await bench('rebiuld');
    expect(code).toBe(2);
    expect(said).toContain('There is no benchmark "rebiuld"');
  });
});

describe('a generated log', () => {
  const log = (change: Partial<Parameters<typeof generateLog>[0]> = {}) => [
    ...generateLog({ seed: 7, events: 5_000, latePercent: 15, ...change }),
  ];

  it('follows from its seed, and a longer one begins with it', () => {
    expect(log()).toEqual(log());
    expect(log({ events: 6_000 }).slice(0, 5_000)).toEqual(log());
    expect(log({ seed: 8 })).not.toEqual(log());
  });

  it('holds what the contracts take, with ids of its own', () => {
    const events = log();
    for (const { event } of events)
      expect(parseRecorded(event.type, event.data, event.metadata)).toMatchObject({ ok: true });
    expect(new Set(events.map(({ event }) => event.id)).size).toBe(events.length);
  });

  it('is late as often as it is asked to be', () => {
    const share = (events: ReturnType<typeof log>) =>
      events.filter(({ late }) => late).length / events.length;
    expect(share(log({ latePercent: 0 }))).toBe(0);
    expect(share(log())).toBeGreaterThan(0.1);
    expect(share(log({ latePercent: 50 }))).toBeGreaterThan(0.4);
  });

  it('has more customers, units and months the longer it is', () => {
    const counts = (events: number) => {
      const told = log({ events });
      const different = (field: string) => new Set(told.map(({ event }) => event.data[field])).size;
      return [different('customerId'), different('unitId')];
    };
    const [small, large] = [counts(2_000), counts(20_000)];
    for (const [i, count] of small.entries()) expect(large[i]).toBeGreaterThan(count);
  });
});

describe('pairs', () => {
  const sample = (value: number): Sample => ({ value, cpuSeconds: 0 });

  it('alternate, and the first one does not count', async () => {
    const order: string[] = [];
    const run = (name: string) => async () => {
      order.push(name);
      return sample(order.length);
    };
    const samples = await inPairs({ pairs: 3, contender: run('A'), baseline: run('B') });
    expect(order.join(' ')).toBe('A B B A A B B A');
    expect(samples.contender.map(({ value }) => value)).toEqual([4, 5, 8]);
    expect(samples.baseline.map(({ value }) => value)).toEqual([3, 6, 7]);
  });

  it('give the median of their ratios, with an interval that holds it', () => {
    const contender = [2, 4, 6, 8, 10].map(sample);
    const { median, low, high } = ratioOf({ contender, baseline: [1, 1, 1, 1, 1].map(sample) }, 3);
    expect(median).toBe(6);
    expect(low).toBeGreaterThanOrEqual(2);
    expect(low).toBeLessThanOrEqual(6);
    expect(high).toBeGreaterThanOrEqual(6);
    expect(high).toBeLessThanOrEqual(10);
    expect(intervalOf([5], 1)).toEqual({ median: 5, low: 5, high: 5 });
    expect(percentileOf([1, 2, 3, 4], 50)).toBe(2.5);
  });

  it('stand to a gate: an interval across it is uncertain', () => {
    const verdict = (low: number, median: number, high: number) =>
      verdictOf(
        {
          goal: 'P5',
          what: '',
          unit: '×',
          result: { low, median, high },
          gate: { must: 1.1, moonshot: 1, better: 'lower' },
          beside: {},
        },
        true,
      );
    expect(verdict(0.8, 0.9, 0.95)).toBe('moonshot');
    expect(verdict(1.02, 1.05, 1.08)).toBe('passed');
    expect(verdict(1.05, 1.09, 1.2)).toBe('uncertain');
    expect(verdict(1.2, 1.3, 1.4)).toBe('missed');
  });
});
