import { type Bed, LATE_PERCENT, withBeds } from './lib/bed.ts';
import type { Benchmark, BenchmarkOrder, BenchmarkReport } from './lib/benchmark.ts';
import { dateOf, dayOfEvent } from './lib/generator.ts';
import { inPairs, medianOf, ratioOf, type Sample } from './lib/pairs.ts';
import type { Reads } from './lib/tasks/reading.ts';

/** P6: net revenue of the whole company for twelve months against the same for one of them, each as known at a random T. */
export const benchmark: Benchmark = {
  name: 'series',
  does: 'a figure for twelve months as known at T against the figure for one month',
  async run(order) {
    return withBeds([{ ...order, name: 'log', latePercent: LATE_PERCENT }], async (bed) =>
      measured(order, bed as Bed),
    );
  },
};

async function measured(order: BenchmarkOrder, bed: Bed): Promise<BenchmarkReport> {
  await bed.project();
  const months = monthsUpTo(order.events);
  const series = [`${months[0]}..${months.at(-1)}`];
  const reads = Math.max(10, Math.min(100, Math.round(order.events / 200)));
  let [runs, asked, repeated] = [0, 0, 0];
  const figures = async (periods: readonly string[]): Promise<Sample> => {
    const seed = order.seed * 1_000 + runs++;
    const run = { mongoUri: bed.uris.mongoUri, periods, reads, seed };
    const { result, cpuSeconds } = await bed.program.run<Reads>('readFigures', run);
    asked += reads;
    repeated += result.repeated;
    return { value: result.p50Ms, cpuSeconds };
  };
  const samples = await inPairs({
    pairs: order.pairs,
    contender: () => figures(series),
    baseline: () => figures(months),
    onPair: (done) => order.say(`P6: pair ${done} of ${order.pairs}`),
  });
  const of = (side: readonly Sample[]) => Number(medianOf(side.map(({ value }) => value)).toFixed(2));
  return {
    measurements: [
      {
        goal: 'P6',
        what: 'net revenue of twelve months as of T ÷ of one month, p50',
        unit: '×',
        result: ratioOf(samples, order.seed),
        gate: { must: 3, moonshot: 2, better: 'lower' },
        beside: {
          ...(await bed.beside()),
          series: String(series[0]),
          'reads a run': reads,
          'series ms': of(samples.contender),
          'one month ms': of(samples.baseline),
        },
      },
    ],
    checks: [
      { what: 'no T is asked for twice', ok: repeated === 0, detail: `${repeated} of ${asked} questions` },
      await bed.reperformed(),
    ],
  };
}

/** The twelve months that end with the last event's; late facts reach back into those before a short log. */
function monthsUpTo(events: number): readonly string[] {
  const [year = 0, month = 0] = dateOf(dayOfEvent(events)).split('-').map(Number);
  return Array.from({ length: 12 }, (_, i) => {
    const at = year * 12 + month - 1 - (11 - i);
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
  });
}
