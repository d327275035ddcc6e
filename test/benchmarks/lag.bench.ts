import { type Bed, LATE_PERCENT, withBeds } from './lib/bed.ts';
import type { Benchmark, BenchmarkOrder, BenchmarkReport } from './lib/benchmark.ts';
import { RunningLoad } from './lib/load.ts';
import { intervalOf, medianOf } from './lib/pairs.ts';
import { highestResident } from './lib/processes.ts';
import type { Load } from './lib/tasks/lag.ts';

const MEGABYTE = 1_000_000;
/** Above this the generator itself was late: then the lag is partly its own. */
const BEHIND_MS_MAX = 50;

/** P10, and P4 under load: from acknowledged to visible in a query, with arrivals on a schedule at half of the highest load. */
export const benchmark: Benchmark = {
  name: 'lag',
  does: 'how long after its acknowledgement an event is visible in a query, at half of the highest steady load',
  async run(order) {
    const events = Math.max(50, Math.round(order.events / 10));
    return withBeds([{ ...order, name: 'log', events, latePercent: LATE_PERCENT }], async (bed) =>
      measured(order, bed as Bed),
    );
  },
};

async function measured(order: BenchmarkOrder, bed: Bed): Promise<BenchmarkReport> {
  const load = await RunningLoad.start(order, bed);
  try {
    const highest = await load.highest();
    order.say(`highest steady load: ${highest.perSecond.toFixed(0)} events a second`);
    const perSecond = highest.perSecond / 2;
    const loads: Load[] = [];
    const { bytes } = await highestResident(load.projector, async () => {
      for (let run = 0; run < Math.min(3, order.pairs); run++) loads.push(await load.at(perSecond));
    });
    const of = (value: (one: Load) => number) => loads.map(value);
    const beside = {
      'events before': bed.log.events,
      'events a run': Math.round(medianOf(of(({ events }) => events))),
      'highest load, events/s': Math.round(highest.perSecond),
      'load, events/s': Math.round(perSecond),
      'lag p50 ms': Math.round(medianOf(of(({ lagMs }) => lagMs.p50))),
      'lag max ms': Math.round(Math.max(...of(({ lagMs }) => lagMs.max))),
      'durable write p99 ms': Number(medianOf(of(({ storeWriteMs }) => storeWriteMs.p99)).toFixed(1)),
      'generator behind p99 ms': Number(Math.max(...of(({ behindMs }) => behindMs.p99)).toFixed(1)),
    };
    return {
      measurements: [
        {
          goal: 'P10',
          what: 'acknowledged → visible in a query, p99',
          unit: 'ms',
          result: intervalOf(
            of(({ lagMs }) => lagMs.p99),
            order.seed,
          ),
          gate: { must: 150, moonshot: 60, better: 'lower' },
          beside,
        },
        {
          goal: 'P10 (÷ a durable write)',
          what: 'that p99 ÷ p99 of one durable store write in the same run',
          unit: '×',
          result: intervalOf(
            of(({ lagMs, storeWriteMs }) => lagMs.p99 / storeWriteMs.p99),
            order.seed,
          ),
          gate: { must: 8, moonshot: 8, better: 'lower' },
          beside,
        },
        {
          goal: 'P4 (live)',
          what: 'highest resident memory of the projector under this load',
          unit: 'MB',
          result: intervalOf([bytes / MEGABYTE], order.seed),
          gate: { must: 300, moonshot: 220, better: 'lower' },
          beside,
        },
      ],
      checks: [
        {
          what: 'arrivals came on schedule',
          ok: !order.gates || loads.every(({ behindMs }) => behindMs.p99 <= BEHIND_MS_MAX),
          detail: `p99 ${beside['generator behind p99 ms']} ms behind, at most ${BEHIND_MS_MAX} with gates`,
        },
        await bed.reperformed(),
      ],
    };
  } finally {
    await load.stop();
  }
}
