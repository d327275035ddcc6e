import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Storm, StormReport } from './lib/storm.ts';

/** `npm run storm [-- NAME… [--seed N] [--points N]]`, `npm run storm:quick`. */
const USAGE = 'npm run storm -- [NAME…] [--seed N] [--points N] [--quick] [--list]';
const SEED = 1;

/** Every storm of this directory, in order of name. */
async function allStorms(): Promise<readonly Storm[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => /\.storm\.(js|ts)$/.test(file));
  const modules = await Promise.all(
    files.sort().map((file) => import(join(import.meta.dirname, file)) as Promise<{ storm: Storm }>),
  );
  return modules.map(({ storm }) => storm);
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`--${name} must be a whole number from 1.`);
  return value;
}

class UsageError extends Error {}

async function weather(storm: Storm, seed: number, points: number): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), `quadrant-storm-${storm.name}-`));
  const say = (sentence: string) => process.stderr.write(`  ${storm.name}: ${sentence}\n`);
  process.stdout.write(`${storm.name}: ${storm.does} (seed ${seed}, ${points} points)\n`);
  const began = Date.now();
  const report = await finished(storm.run({ seed, points, directory, say }), seed);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const counts = Object.entries(report.counts).map(([name, count]) => `${name} ${count}`);
  const good = report.failures.length === 0;
  process.stdout.write(
    `${storm.name}: ${good ? 'held' : 'FAILED'}: ${report.points} points, ${report.failures.length} failures in ${seconds} s${counts.length > 0 ? `; ${counts.join(', ')}` : ''}\n`,
  );
  for (const failure of report.failures) {
    process.stdout.write(
      `  seed ${failure.seed}: ${failure.what}\n  replay: npm run storm -- ${storm.name} --seed ${failure.seed} --points 1\n`,
    );
  }
  if (good) rmSync(directory, { recursive: true, force: true });
  else process.stdout.write(`  data kept in ${directory}\n`);
  return good;
}

/** A storm that breaks off has failed as well: what it threw is the failure. */
async function finished(run: Promise<StormReport>, seed: number): Promise<StormReport> {
  try {
    return await run;
  } catch (error) {
    const what = `the storm broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    return { points: 0, failures: [{ seed, what }], counts: {} };
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      points: { type: 'string' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const storms = await allStorms();
  if (values.list) {
    for (const { name, does, points } of storms)
      process.stdout.write(`${name.padEnd(20)} ${points.full} / ${points.quick} points: ${does}\n`);
    return 0;
  }
  const unknown = positionals.find((name) => !storms.some((storm) => storm.name === name));
  if (unknown !== undefined)
    throw new UsageError(
      `There is no storm "${unknown}"; there are ${storms.map(({ name }) => name).join(', ')}.`,
    );
  const seed = wholeNumber('seed', values.seed) ?? SEED;
  const points = wholeNumber('points', values.points);
  const chosen = storms.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  let good = true;
  for (const storm of chosen) {
    const own = points ?? (values.quick ? storm.points.quick : storm.points.full);
    good = (await weather(storm, seed, own)) && good;
  }
  return good ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof TypeError)) throw error;
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exitCode = 2;
}
