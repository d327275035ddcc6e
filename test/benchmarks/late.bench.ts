import { type Bed, withBeds } from './lib/bed.ts';
import type { Benchmark, BenchmarkOrder, BenchmarkReport } from './lib/benchmark.ts';
import { inPairs, medianOf, ratioOf, type Sample } from './lib/pairs.ts';
import type { Rebuilt } from './lib/tasks/projection.ts';

const HALF = 50;

/** P12: what it costs that half of the facts come 1 to 36 months late. */
export const benchmark: Benchmark = {
  name: 'late',
  does: 'projecting a log of which half is 1 to 36 months late against one in order, throughput',
  async run(order) {
    return withBeds(
      [
        { ...order, name: 'late', latePercent: HALF },
        { ...order, name: 'in order', latePercent: 0 },
      ],
      async (late, inOrder) => measured(order, late as Bed, inOrder as Bed),
    );
  },
};

async function measured(order: BenchmarkOrder, late: Bed, inOrder: Bed): Promise<BenchmarkReport> {
  for (const bed of [late, inOrder]) await bed.project();
  let [rebuilt, equal] = [0, 0];
  const throughput = async (bed: Bed): Promise<Sample> => {
    const { result, cpuSeconds } = await bed.program.run<Rebuilt>('rebuildAll', bed.uris);
    rebuilt += result.dimensions.length;
    equal += result.dimensions.filter((each) => each.equal).length;
    return { value: bed.log.events / result.seconds, cpuSeconds };
  };
  const samples = await inPairs({
    pairs: order.pairs,
    contender: () => throughput(late),
    baseline: () => throughput(inOrder),
    onPair: (done) => order.say(`P12: pair ${done} of ${order.pairs}`),
  });
  const of = (side: readonly Sample[]) => Math.round(medianOf(side.map(({ value }) => value)));
  const [lateLog, orderedLog] = [await late.beside(), await inOrder.beside()];
  return {
    measurements: [
      {
        goal: 'P12',
        what: 'throughput of a rebuild of the four dimensions, half of the facts late ÷ in order',
        unit: '×',
        result: ratioOf(samples, order.seed),
        gate: { must: 0.6, moonshot: 0.8, better: 'higher' },
        beside: {
          ...lateLog,
          'deltas per event in order': orderedLog['deltas per event'] ?? '',
          'late share in order': orderedLog['late share'] ?? '',
          'events/s late': of(samples.contender),
          'events/s in order': of(samples.baseline),
        },
      },
    ],
    checks: [
      {
        what: 'each rebuilt dimension has the content hash of the live one',
        ok: rebuilt > 0 && equal === rebuilt,
        detail: `${equal} of ${rebuilt}`,
      },
      await late.reperformed(),
      await inOrder.reperformed(),
    ],
  };
}
