import { type Bed, LATE_PERCENT, withBeds } from './lib/bed.ts';
import type { Benchmark, BenchmarkOrder, HonestyCheck, Measurement } from './lib/benchmark.ts';
import { inPairs, intervalOf, medianOf, ratioOf, type Sample } from './lib/pairs.ts';
import { highestResident, Worker } from './lib/processes.ts';
import type { Drained } from './lib/tasks/log.ts';
import type { Rebuilt } from './lib/tasks/projection.ts';

/** A pre-encoded log is kept in memory: the server's check drains at most as many events. */
const FEEDER_EVENTS_MAX = 200_000;
const FAST_ENOUGH = 0.85;
/** One drain is over in less than a second: by itself it tells more of the machine's other work than of the store. */
const DRAINS_A_SAMPLE = 3;
const MEGABYTE = 1_000_000;

/**
 * P1, P3, P4. There are no archive segments in this version: a rebuild is fed by the client, so that P1 is a ratio below
 * one by its nature and has no gate, and P2 (segments ÷ client) does not exist.
 */
export const benchmark: Benchmark = {
  name: 'rebuild',
  does: 'a rebuild of the four dimensions against a drain of the same log, against a tenth of the log, and its memory',
  async run(order) {
    const small = Math.max(50, Math.round(order.events / 10));
    const common = { ...order, latePercent: LATE_PERCENT };
    return withBeds(
      [
        { ...common, name: 'whole', events: order.events },
        { ...common, name: 'tenth', events: small },
      ],
      async (whole, tenth) => measured(order, whole as Bed, tenth as Bed),
    );
  },
};

async function measured(order: BenchmarkOrder, whole: Bed, tenth: Bed) {
  for (const bed of [whole, tenth]) await bed.project();
  const live = await whole.status();
  const beside = await whole.beside();
  const rebuilds: Rebuilt[] = [];
  const rebuild = async (bed: Bed): Promise<Sample> => {
    const { result, cpuSeconds } = await bed.program.run<Rebuilt>('rebuildAll', bed.uris);
    if (bed === whole) rebuilds.push(result);
    return { value: result.seconds, cpuSeconds };
  };
  let drained = 0;
  const drain = async (): Promise<Sample> => {
    const { result, cpuSeconds } = await whole.generator.run<Drained>('drainLog', whole.uris);
    drained = result.events;
    return { value: result.seconds, cpuSeconds };
  };
  const stores = whole.stores.child.cpuSeconds();
  // One rebuild of the whole log stands against both: the drain, and the rebuild of a tenth right beside it.
  const tenths: Sample[] = [];
  const againstDrain = await inPairs({
    pairs: order.pairs,
    contender: () => rebuild(whole),
    baseline: async () => {
      const sample = await drain();
      tenths.push(await rebuild(tenth));
      return sample;
    },
    onPair: (done) => order.say(`P1, P3: pair ${done} of ${order.pairs}`),
  });
  const storesCpu = whole.stores.child.cpuSeconds() - stores;
  const againstTenth = { contender: againstDrain.contender, baseline: tenths.slice(1) };
  const memory = { whole: await memoryOf(order, whole), tenth: await memoryOf(order, tenth) };
  // Throughput, as the goal has it: drain seconds ÷ rebuild seconds.
  const throughput = { contender: againstDrain.baseline, baseline: againstDrain.contender };
  const seconds = (samples: readonly Sample[]) =>
    Number(medianOf(samples.map(({ value }) => value)).toFixed(3));
  const cpu = (samples: readonly Sample[]) =>
    Number(medianOf(samples.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2));
  const measurements: Measurement[] = [
    {
      goal: 'P1 (fed by the client)',
      what: 'throughput of a rebuild of the four dimensions ÷ drain with the official client',
      unit: '×',
      result: ratioOf(throughput, order.seed),
      beside: {
        ...beside,
        'rebuild s': seconds(againstDrain.contender),
        'drain s': seconds(againstDrain.baseline),
        'rebuild CPU s': cpu(againstDrain.contender),
        'drain CPU s': cpu(againstDrain.baseline),
        'stores CPU s, all pairs': Number(storesCpu.toFixed(1)),
      },
    },
    {
      goal: order.events >= 10_000_000 ? 'P3' : 'P3 (smaller logs)',
      what: 'rebuild of the log ÷ rebuild of a tenth of it, time',
      unit: '×',
      result: ratioOf(againstTenth, order.seed),
      ...(order.events >= 10_000_000 && { gate: { must: 10.5, moonshot: 10.2, better: 'lower' as const } }),
      beside: {
        ...beside,
        'events of the tenth': tenth.log.events,
        'tenth s': seconds(againstTenth.baseline),
      },
    },
    {
      goal: 'P4',
      what: 'highest resident memory of a process that rebuilds the four dimensions',
      unit: 'MB',
      result: intervalOf(memory.whole, order.seed),
      gate: { must: 300, moonshot: 220, better: 'lower' },
      beside: { ...beside, 'sampled every': '100 ms' },
    },
    {
      goal: order.events >= 10_000_000 ? 'P4' : 'P4 (smaller logs)',
      what: 'that memory ÷ the memory for a tenth of the log',
      unit: '×',
      result: intervalOf(
        memory.whole.map((bytes, i) => bytes / (memory.tenth[i] as number)),
        order.seed,
      ),
      ...(order.events >= 10_000_000 && { gate: { must: 1.1, moonshot: 1.1, better: 'lower' as const } }),
      beside,
    },
  ];
  const checks: HonestyCheck[] = [
    sameAsLive(live, rebuilds),
    {
      what: 'the drain read every event',
      ok: drained === whole.log.events,
      detail: `${drained} of ${whole.log.events} events`,
    },
    await fastEnough(order, whole),
    await whole.reperformed(),
  ];
  return { measurements, checks };
}

/** A process of its own for each: what earlier runs left behind would be counted. */
async function memoryOf(order: BenchmarkOrder, bed: Bed): Promise<readonly number[]> {
  const highest: number[] = [];
  for (let run = 0; run < Math.min(3, order.pairs); run++) {
    const program = new Worker();
    try {
      const { bytes } = await highestResident(program.child, () => program.run('rebuildAll', bed.uris));
      highest.push(bytes / MEGABYTE);
    } finally {
      await program.stop();
    }
  }
  return highest;
}

function sameAsLive(live: Awaited<ReturnType<Bed['status']>>, rebuilds: readonly Rebuilt[]): HonestyCheck {
  const content = new Map<string, string>(live.map((own) => [own.dimension, own.content]));
  const all = rebuilds.flatMap(({ dimensions }) => dimensions);
  const wrong = all.filter(
    ({ dimension, equal, rebuilt }) => !equal || rebuilt !== content.get(dimension) || rebuilt === '',
  );
  return {
    what: 'each rebuilt dimension has the content hash of the live one',
    ok: all.length > 0 && wrong.length === 0,
    detail: `${all.length - wrong.length} of ${all.length}; ${[...content].map(([name, hash]) => `${name} ${hash.slice(0, 8)}`).join(', ')}`,
  };
}

/** The store's drain has to be nearly as fast as one from a server that only copies bytes. */
async function fastEnough(order: BenchmarkOrder, bed: Bed): Promise<HonestyCheck> {
  const feeder = new Worker('feeder');
  try {
    const { result } = await feeder.run<{ uri: string }>('start', bed.uris);
    const maxCount = Math.min(bed.log.events, FEEDER_EVENTS_MAX);
    const drain = async (eventStoreUri: string): Promise<Sample> => {
      let [events, seconds, cpuSeconds] = [0, 0, 0];
      for (let n = 0; n < DRAINS_A_SAMPLE; n++) {
        const done = await bed.generator.run<Drained>('drainLog', { eventStoreUri, maxCount });
        events += done.result.events;
        seconds += done.result.seconds;
        cpuSeconds += done.cpuSeconds;
      }
      return { value: events / seconds, cpuSeconds };
    };
    const samples = await inPairs({
      pairs: order.pairs,
      contender: () => drain(bed.uris.eventStoreUri),
      baseline: () => drain(result.uri),
    });
    const { median, low, high } = ratioOf(samples, order.seed);
    const asFast = `the store drains at least ${FAST_ENOUGH} as fast as a pre-encoded feeder`;
    return {
      // A small log is over before the connection is warm: there the ratio is shown, and no gate rests on it.
      what: order.gates ? asFast : `${asFast} (shown only: no gates in this run)`,
      ok: median >= FAST_ENOUGH || !order.gates,
      detail: `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) with ${maxCount} events`,
    };
  } finally {
    await feeder.stop();
  }
}
