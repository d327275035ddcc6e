import { type Bed, LATE_PERCENT, withBeds } from './lib/bed.ts';
import type { Benchmark, BenchmarkOrder, BenchmarkReport } from './lib/benchmark.ts';
import { startCountingProxy } from './lib/counting-proxy.ts';
import { RunningLoad } from './lib/load.ts';
import { intervalOf } from './lib/pairs.ts';

/** P15: what the projector sends to MongoDB, counted on the wire, for each delta that it writes. */
export const benchmark: Benchmark = {
  name: 'storage',
  does: 'bytes that the projector sends to MongoDB for each delta, at half of the highest load and catching up',
  async run(order) {
    const events = Math.max(50, Math.round(order.events / 10));
    return withBeds([{ ...order, name: 'log', events, latePercent: LATE_PERCENT }], async (bed) =>
      measured(order, bed as Bed),
    );
  },
};

/** Bytes and deltas of a stretch of time. */
interface Stretch {
  readonly bytes: number;
  readonly deltas: number;
  readonly events: number;
}

async function measured(order: BenchmarkOrder, bed: Bed): Promise<BenchmarkReport> {
  const target = new URL(bed.uris.mongoUri);
  const proxy = await startCountingProxy({ host: target.hostname, port: Number(target.port) });
  target.port = String(proxy.port);
  const stretch = async (work: () => Promise<{ readonly events: number }>): Promise<Stretch> => {
    const [sent, deltas] = [proxy.sent(), await deltasOf(bed)];
    const { events } = await work();
    return { bytes: proxy.sent() - sent, deltas: (await deltasOf(bed)) - deltas, events };
  };
  try {
    let load: RunningLoad | undefined;
    const catchingUp = await stretch(async () => {
      load = await RunningLoad.start(order, bed, target.href);
      return { events: bed.log.events };
    });
    if (load === undefined) throw new Error('The projector was not started.');
    const running: RunningLoad = load;
    try {
      const highest = await running.highest();
      const runs: Stretch[] = [];
      for (let run = 0; run < Math.min(3, order.pairs); run++)
        runs.push(await stretch(() => running.at(highest.perSecond / 2)));
      const total = (of: (one: Stretch) => number) => runs.reduce((sum, one) => sum + of(one), 0);
      const perEvent = (deltas: number, events: number) => Number((deltas / events).toFixed(1));
      return {
        measurements: [
          {
            goal: 'P15',
            what: 'bytes sent to MongoDB for each delta, at half of the highest load',
            unit: 'bytes',
            result: intervalOf(
              runs.map(({ bytes, deltas }) => bytes / deltas),
              order.seed,
            ),
            gate: { must: 200, moonshot: 120, better: 'lower' },
            beside: {
              events: total(({ events }) => events),
              deltas: total(({ deltas }) => deltas),
              bytes: total(({ bytes }) => bytes),
              'deltas per event': perEvent(
                total(({ deltas }) => deltas),
                total(({ events }) => events),
              ),
              'load, events/s': Math.round(highest.perSecond / 2),
            },
          },
          {
            goal: 'P15 (catching up)',
            what: 'bytes sent to MongoDB for each delta, projecting a log that is there',
            unit: 'bytes',
            result: intervalOf([catchingUp.bytes / catchingUp.deltas], order.seed),
            beside: {
              events: catchingUp.events,
              deltas: catchingUp.deltas,
              bytes: catchingUp.bytes,
              'deltas per event': perEvent(catchingUp.deltas, catchingUp.events),
            },
          },
        ],
        checks: [
          {
            what: 'deltas were written in every stretch, and counted bytes with them',
            ok: [catchingUp, ...runs].every(({ bytes, deltas }) => deltas > 0 && bytes > 0),
            detail: `${runs.length + 1} stretches`,
          },
          await bed.reperformed(),
        ],
      };
    } finally {
      await running.stop();
    }
  } finally {
    await proxy.close();
  }
}

/** Deltas of the four dimensions. */
async function deltasOf(bed: Bed): Promise<number> {
  return (await bed.status()).reduce((sum, { deltas }) => sum + Number(deltas), 0);
}
