import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { type BenchmarkReport, type Measurement, verdictOf } from './benchmark.ts';
import type { Interval } from './pairs.ts';

export interface Machine {
  readonly at: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Result extends BenchmarkReport {
  readonly benchmark: string;
  readonly seconds: number;
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export interface BenchmarkRun {
  readonly command: string;
  readonly began: Machine;
  readonly order: {
    readonly seed: number;
    readonly events: number;
    readonly pairs: number;
    readonly loadSeconds: number;
    readonly gates: boolean;
  };
  readonly results: readonly Result[];
}

const PACKAGES = ['@eventstore/db-client', '@grpc/grpc-js', 'mongodb', 'lmdb'] as const;

export function machineNow(): Machine {
  const packages = PACKAGES.map((name) => {
    const file = join(process.cwd(), 'node_modules', ...name.split('/'), 'package.json');
    return [name, String(JSON.parse(readFileSync(file, 'utf8')).version)] as const;
  });
  return {
    at: new Date().toISOString(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    versions: { node: process.versions.node, ...Object.fromEntries(packages) },
  };
}

/** The run as docs/benchmarks.md records it. A benchmark with a check that failed shows no number. */
export function markdownOf({ command, began, order, results }: BenchmarkRun): string {
  const versions = Object.entries(began.versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `\`${command}\``,
    '',
    `${began.at}, seed ${order.seed}, ${order.events} events, ${order.pairs} pairs after one that warms up, ${order.loadSeconds} s under load.`,
    `${began.processor}, ${began.cores} cores, ${began.memoryGb} GB, Linux ${began.kernel}; load average ${began.load} at the start; ${versions.join(', ')}.`,
    '',
    '| goal | what | result | 90 % interval | G | M | verdict | beside |',
    '|---|---|---|---|---|---|---|---|',
    ...results.flatMap((result) => rowsOf(result, order.gates)),
    '',
    '| benchmark | honesty check | holds | detail |',
    '|---|---|---|---|',
    ...results.flatMap(({ benchmark, checks }) =>
      checks.map(
        ({ what, ok, detail }) => `| ${benchmark} | ${what} | ${ok ? 'yes' : '**NO**'} | ${plain(detail)} |`,
      ),
    ),
    '',
    '| benchmark | seconds | load average before | after |',
    '|---|---|---|---|',
    ...results.map(
      ({ benchmark, seconds, loadBefore, loadAfter }) =>
        `| ${benchmark} | ${seconds.toFixed(0)} | ${loadBefore} | ${loadAfter} |`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function rowsOf({ benchmark, measurements, checks }: Result, gates: boolean): readonly string[] {
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0)
    return [
      `| – | ${benchmark}: no number, an honesty check failed (${failed.map(({ what }) => what).join('; ')}) | | | | | | |`,
    ];
  return measurements.map((measurement) => {
    const { goal, what, unit, result, gate, beside } = measurement;
    const sign = gate?.better === 'higher' ? '≥' : '≤';
    const limits = gate === undefined ? [' ', ' '] : [`${sign} ${gate.must}`, `${sign} ${gate.moonshot}`];
    const cells = [
      goal,
      what,
      shown(result.median, unit),
      intervalText(result),
      ...limits,
      verdictOf(measurement as Measurement, gates),
      Object.entries(beside)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ];
    return `| ${cells.map(plain).join(' | ')} |`;
  });
}

function intervalText({ low, high }: Interval): string {
  return low === high ? 'one value' : `${number(low)} to ${number(high)}`;
}

function shown(value: number, unit: string): string {
  return `${number(value)} ${unit}`;
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return value.toFixed(digits);
}

function plain(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
