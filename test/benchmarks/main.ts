import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, BenchmarkReport } from './lib/benchmark.ts';
import { machineNow, markdownOf, type Result } from './lib/results.ts';

/** `npm run bench [-- NAME…]`, `npm run bench:quick`. */
const USAGE =
  'npm run bench -- [NAME…] [--events N] [--pairs N] [--seconds N] [--seed N] [--quick] [--out DIR] [--list]';
const SIZES = {
  full: { events: 20_000, pairs: 7, seconds: 30 },
  quick: { events: 1_000, pairs: 3, seconds: 5 },
} as const;
const SEED = 1;

class UsageError extends Error {}

/** Every benchmark of this directory, in order of name. */
async function allBenchmarks(): Promise<readonly Benchmark[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => /\.bench\.(js|ts)$/.test(file));
  const modules = await Promise.all(
    files.sort().map((file) => import(join(import.meta.dirname, file)) as Promise<{ benchmark: Benchmark }>),
  );
  return modules.map(({ benchmark }) => benchmark);
}

/** `20000`, `2e4`. */
function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`--${name} must be a whole number from 1.`);
  return value;
}

async function measured(
  benchmark: Benchmark,
  order: { seed: number; events: number; pairs: number; loadSeconds: number; gates: boolean },
): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), `quadrant-bench-${benchmark.name}-`));
  const say = (sentence: string): void => {
    process.stderr.write(`  ${benchmark.name}: ${sentence}\n`);
  };
  say(benchmark.does);
  const began = Date.now();
  const before = machineNow();
  try {
    const report = await finished(benchmark.run({ ...order, directory, say }), say);
    return {
      benchmark: benchmark.name,
      seconds: (Date.now() - began) / 1000,
      loadBefore: before.load,
      loadAfter: machineNow().load,
      ...report,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A benchmark that breaks off shows no number and does not take those of the others away. */
async function finished(
  run: Promise<BenchmarkReport>,
  say: (sentence: string) => void,
): Promise<BenchmarkReport> {
  try {
    return await run;
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`broke off: ${detail}`);
    const what = 'it ran to its end';
    return { measurements: [], checks: [{ what, ok: false, detail: detail.split('\n')[0] ?? detail }] };
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      events: { type: 'string' },
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const benchmarks = await allBenchmarks();
  if (values.list) {
    for (const { name, does } of benchmarks) process.stdout.write(`${name.padEnd(10)} ${does}\n`);
    return 0;
  }
  const unknown = positionals.find((name) => !benchmarks.some((each) => each.name === name));
  if (unknown !== undefined)
    throw new UsageError(
      `There is no benchmark "${unknown}"; there are ${benchmarks.map(({ name }) => name).join(', ')}.`,
    );
  const size = values.quick ? SIZES.quick : SIZES.full;
  const order = {
    seed: wholeNumber('seed', values.seed) ?? SEED,
    events: wholeNumber('events', values.events) ?? size.events,
    pairs: wholeNumber('pairs', values.pairs) ?? size.pairs,
    loadSeconds: wholeNumber('seconds', values.seconds) ?? size.seconds,
    gates: !values.quick,
  };
  const machine = machineNow();
  const results: Result[] = [];
  for (const benchmark of benchmarks) {
    if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
    results.push(await measured(benchmark, order));
  }
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ').replace(/ --$/, '');
  const run = { command, began: machine, order, results };
  const markdown = markdownOf(run);
  const out = values.out ?? join(process.cwd(), 'test', 'benchmarks', 'results');
  mkdirSync(out, { recursive: true });
  const name = machine.at.replaceAll(':', '').slice(0, 17);
  writeFileSync(join(out, `${name}.json`), `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(join(out, `${name}.md`), markdown);
  process.stdout.write(markdown);
  process.stderr.write(`\nWritten to ${join(out, name)}.json and .md\n`);
  return results.every(({ checks }) => checks.every(({ ok }) => ok)) ? 0 : 1;
}

/** What `parseArgs` throws says what is wrong with the arguments. */
function isUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  if (!isUsage(error)) throw error;
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exitCode = 2;
}
