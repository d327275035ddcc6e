import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { issueToken, localSecret } from '#access';
import type { Benchmark, BenchmarkOrder, BenchmarkReport, HonestyCheck } from './lib/benchmark.ts';
import { intervalOf } from './lib/pairs.ts';
import { Child } from './lib/processes.ts';

const CLI = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'main.js');
/** Below this many events the demo company is left out: the run only shows that the measurement works. */
const DEMO_EVENTS_MIN = 1_000;

/** P16: `npm start` in an empty directory, after install and build, until a figure of the demo company is answered. */
export const benchmark: Benchmark = {
  name: 'start',
  does: 'the first start, after install and build, until the scorecard answers with figures',
  async run(order): Promise<BenchmarkReport> {
    const demo = order.events >= DEMO_EVENTS_MIN;
    const runs: FirstStart[] = [];
    for (let run = 0; run < (order.gates ? 3 : 1); run++) {
      runs.push(await firstStart(order, join(order.directory, `run-${run}`), demo));
      order.say(`start ${run + 1}: ${runs.at(-1)?.seconds.toFixed(1)} s`);
    }
    const check: HonestyCheck = {
      what: demo
        ? 'the scorecard shows figures of the demo company'
        : 'the scorecard answers (no demo company)',
      ok: runs.every(({ status }) => (demo ? status === 'ok' : status !== undefined)),
      detail: `net revenue of 1997: ${runs.map(({ status, value }) => `${status} ${value}`).join(', ')}`,
    };
    return {
      measurements: [
        {
          goal: demo ? 'P16' : 'P16 (without the demo company)',
          what: 'first start to a usable scorecard, after install and build',
          unit: 's',
          result: intervalOf(
            runs.map(({ seconds }) => seconds),
            order.seed,
          ),
          ...(demo && { gate: { must: 20, moonshot: 8, better: 'lower' as const } }),
          beside: { starts: runs.length },
        },
      ],
      checks: [check],
    };
  },
};

interface FirstStart {
  readonly seconds: number;
  readonly status: string | undefined;
  readonly value: string | null | undefined;
}

async function firstStart(order: BenchmarkOrder, data: string, demo: boolean): Promise<FirstStart> {
  const began = performance.now();
  const args = ['start', '--data', data, '--port', '0', ...(demo ? [] : ['--no-demo'])];
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], {
    env: { ...process.env, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const child = new Child(started);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: started.stderr as NodeJS.ReadableStream }).on('line', (line) => {
        const ready = /Quadrant is ready after .* at (\S+)/.exec(line)?.[1];
        if (ready !== undefined) resolve(ready);
      });
      started.once('exit', (code) => reject(new Error(`the start ended with ${code}`)));
    });
    const token = await issueToken(localSecret(data), { subject: 'benchmark', roles: ['viewer'] });
    const answer = await fetch(`${url}/v1/kpis/net-revenue/figures?period=1997`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!answer.ok) throw new Error(`the figure was answered with ${answer.status}: ${await answer.text()}`);
    const { figures } = (await answer.json()) as { figures: { status: string; value: string | null }[] };
    return {
      seconds: (performance.now() - began) / 1000,
      status: figures[0]?.status,
      value: figures[0]?.value,
    };
  } catch (error) {
    order.say(`the start failed: ${String(error)}`);
    throw error;
  } finally {
    await child.stop();
  }
}
