import { join } from 'node:path';
import { issueToken, localSecret } from '#access';
import { type Bed, withBeds } from './lib/bed.ts';
import type { Benchmark, BenchmarkOrder, BenchmarkReport, Measurement } from './lib/benchmark.ts';
import { inPairs, medianOf, type PairedSamples, ratioOf, type Sample } from './lib/pairs.ts';
import { startApp, type Worker } from './lib/processes.ts';
import type { Throughput } from './lib/tasks/commands.ts';
import type { Drained } from './lib/tasks/log.ts';

/** The log that is there before: the first units, so that what commands refer to exists. */
const EVENTS_BEFORE = 50;

/**
 * P8 and P9, and facts in bulk. No state is kept between commands in this version: every command reads its stream, so
 * that P8 has its uncached half only.
 */
export const benchmark: Benchmark = {
  name: 'command',
  does: 'commands, facts in bulk and commands over HTTP against bare appends of the same events, 64 in flight',
  async run(order) {
    return withBeds([{ ...order, name: 'log', events: EVENTS_BEFORE, latePercent: 0 }], async (bed) =>
      measured(order, bed as Bed),
    );
  },
};

async function measured(order: BenchmarkOrder, bed: Bed): Promise<BenchmarkReport> {
  const facts = Math.max(100, Math.min(5_000, Math.round(order.events / 10)));
  const { eventStoreUri } = bed.uris;
  const data = join(order.directory, 'api');
  const secret = localSecret(data);
  const token = await issueToken(secret, { subject: 'benchmark', roles: ['steward'] });
  const env = { ESDB_URL: eventStoreUri, MONGODB_URI: bed.uris.mongoUri, QUADRANT_DATA: data, PORT: '0' };
  const api = await startApp({ app: 'api', env });
  try {
    const url = String(api.ready['url']);
    let [runs, recorded] = [0, 0];
    const throughput = (worker: Worker, task: string, more: object) => async (): Promise<Sample> => {
      const run = { eventStoreUri, facts, prefix: `run${runs++}`, ...more };
      const { result, cpuSeconds } = await worker.run<Throughput>(task, run);
      recorded += result.facts;
      return { value: result.perSecond, cpuSeconds };
    };
    const bare = (worker: Worker) => throughput(worker, 'appendBare', { call: 'Append' });
    const pairs = async (name: string, contender: () => Promise<Sample>, baseline: () => Promise<Sample>) => {
      const samples = await inPairs({ pairs: order.pairs, contender, baseline });
      order.say(`${name} done`);
      return samples;
    };
    const commands = throughput(bed.program, 'recordCommands', {});
    const uncached = await pairs('P8', commands, bare(bed.program));
    const batch = throughput(bed.program, 'appendBare', { call: 'BatchAppend' });
    const againstBatch = await pairs('P8 against BatchAppend', commands, batch);
    const intake = await pairs('intake', throughput(bed.program, 'recordIntake', {}), bare(bed.program));
    const before = api.child.cpuSeconds();
    const http = await pairs(
      'P9',
      throughput(bed.generator, 'recordHttp', { url, token }),
      bare(bed.generator),
    );
    const apiCpu = api.child.cpuSeconds() - before;
    const { result } = await bed.generator.run<Drained>('drainLog', { eventStoreUri });
    const measurements: Measurement[] = [
      {
        goal: 'P8 not cached',
        what: 'command (read, decide, append) ÷ bare append by the same call, commands a second',
        unit: '×',
        result: ratioOf(uncached, order.seed),
        gate: { must: 0.45, moonshot: 0.6, better: 'higher' },
        beside: { 'facts a run': facts, ...perSecond(uncached) },
      },
      {
        goal: 'P8 not cached (BatchAppend)',
        what: 'command ÷ bare append by the client’s default call, which sends many appends over one stream',
        unit: '×',
        result: ratioOf(againstBatch, order.seed),
        beside: { 'facts a run': facts, ...perSecond(againstBatch) },
      },
      {
        goal: 'intake (no goal of its own)',
        what: 'facts in calls of 500, each in a stream of its own ÷ bare append, facts a second',
        unit: '×',
        result: ratioOf(intake, order.seed),
        beside: { 'facts a run': facts, ...perSecond(intake) },
      },
      {
        goal: 'P9',
        what: 'command over HTTP (token, validation, idempotency key) ÷ bare append',
        unit: '×',
        result: ratioOf(http, order.seed),
        gate: { must: 0.6, moonshot: 0.7, better: 'higher' },
        beside: {
          'facts a run': facts,
          ...perSecond(http),
          'API CPU s, all runs': Number(apiCpu.toFixed(1)),
        },
      },
    ];
    return {
      measurements,
      checks: [
        {
          what: 'every fact of every run is in the log, once',
          ok: result.events === recorded + bed.log.events,
          detail: `${result.events} events: ${recorded} facts and ${bed.log.events} before`,
        },
      ],
    };
  } finally {
    await api.child.stop();
  }
}

function perSecond({ contender, baseline }: PairedSamples): Record<string, number> {
  const of = (samples: readonly Sample[]) => Math.round(medianOf(samples.map(({ value }) => value)));
  const cpu = (samples: readonly Sample[]) =>
    Number(medianOf(samples.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2));
  return {
    'facts/s': of(contender),
    'facts/s of the baseline': of(baseline),
    'CPU s': cpu(contender),
    'CPU s of the baseline': cpu(baseline),
  };
}
