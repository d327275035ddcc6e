import { type Bed, LATE_PERCENT, withBeds } from './lib/bed.ts';
import type { Benchmark, BenchmarkOrder, BenchmarkReport, Measurement } from './lib/benchmark.ts';
import { inPairs, medianOf, type PairedSamples, ratioOf, type Sample } from './lib/pairs.ts';
import type { PageSize, Reads } from './lib/tasks/reading.ts';

const HOT_PAGES = 8;
const OTHER_PAGES = 400;
const FEW_DELTAS = 10;
const GOAL_EVENTS = 10_000_000;
const GOAL_DELTAS = 100_000;

/** P5 and P7: one page as known at a random T, against a plain document, against a small log, against a small page. */
export const benchmark: Benchmark = {
  name: 'asof',
  does: 'an as-of read of a page against findOne of a plain totals document on the same connection, and how flat it is',
  async run(order) {
    const common = { ...order, latePercent: LATE_PERCENT };
    return withBeds(
      [
        { ...common, name: 'whole', events: order.events },
        { ...common, name: 'tenth', events: Math.max(50, Math.round(order.events / 10)) },
      ],
      async (whole, tenth) => measured(order, whole as Bed, tenth as Bed),
    );
  },
};

interface Pages {
  readonly bed: Bed;
  readonly hot: readonly string[];
  readonly others: readonly string[];
  readonly largest: PageSize;
  readonly few: PageSize;
  readonly all: number;
  readonly measures: number;
}

async function measured(order: BenchmarkOrder, whole: Bed, tenth: Bed): Promise<BenchmarkReport> {
  for (const bed of [whole, tenth]) await bed.project();
  const [large, small] = [await pagesOf(whole), await pagesOf(tenth)];
  const reads = Math.max(50, Math.min(2_000, Math.round(order.events / 10)));
  let runs = 0;
  const read = async (pages: Pages, kind: 'as-of' | 'plain', only?: PageSize): Promise<Reads> => {
    const chosen = only === undefined ? pages : { hot: [only.page], others: [only.page] };
    const { hot, others } = chosen;
    // Every run has its own seed: no T of one comes again in another.
    const seed = order.seed * 1_000 + runs++;
    const { mongoUri } = pages.bed.uris;
    const { result } = await whole.program.run<Reads>('readPages', {
      mongoUri,
      kind,
      hot,
      others,
      reads,
      seed,
    });
    totals.reads += reads;
    totals.repeated += result.repeated;
    totals.found += result.found;
    return result;
  };
  const totals = { reads: 0, repeated: 0, found: 0 };
  const pairs = async (contender: () => Promise<Reads>, baseline: () => Promise<Reads>) => {
    const [a, b]: [Reads[], Reads[]] = [[], []];
    const kept = (into: Reads[], run: () => Promise<Reads>) => async (): Promise<Sample> => {
      const result = await run();
      into.push(result);
      return { value: result.p50Ms, cpuSeconds: 0 };
    };
    const p50 = await inPairs({
      pairs: order.pairs,
      contender: kept(a, contender),
      baseline: kept(b, baseline),
    });
    const p99Of = (from: readonly Reads[]) =>
      from.slice(1).map(({ p99Ms }) => ({ value: p99Ms, cpuSeconds: 0 }));
    return { p50, p99: { contender: p99Of(a), baseline: p99Of(b) } };
  };
  const plain = await pairs(
    () => read(large, 'as-of'),
    () => read(large, 'plain'),
  );
  order.say('P5 done');
  const logs = await pairs(
    () => read(large, 'as-of'),
    () => read(small, 'as-of'),
  );
  const sizes = await pairs(
    () => read(large, 'as-of', large.largest),
    () => read(large, 'as-of', large.few),
  );
  order.say('P7 done');
  const beside = {
    ...(await whole.beside()),
    pages: large.all,
    'reads a run': reads,
    'measures a page': Number((large.measures / (HOT_PAGES + OTHER_PAGES)).toFixed(1)),
  };
  const measurements: Measurement[] = [
    {
      goal: 'P5 p50',
      what: 'as-of read of a page ÷ findOne of a plain totals document',
      unit: '×',
      result: ratioOf(plain.p50, order.seed),
      gate: { must: 1.1, moonshot: 1, better: 'lower' },
      beside: { ...beside, ...milliseconds('p50', plain.p50) },
    },
    {
      goal: 'P5 p99',
      what: 'as-of read of a page ÷ findOne of a plain totals document',
      unit: '×',
      result: ratioOf(plain.p99, order.seed),
      gate: { must: 1.3, moonshot: 1, better: 'lower' },
      beside: { ...beside, ...milliseconds('p99', plain.p99) },
    },
    {
      goal: order.events >= GOAL_EVENTS ? 'P7 log' : 'P7 log (smaller logs)',
      what: 'as-of read in the log ÷ in a log of a tenth, p50',
      unit: '×',
      result: ratioOf(logs.p50, order.seed),
      ...(order.events >= GOAL_EVENTS && { gate: { must: 1.1, moonshot: 1.05, better: 'lower' as const } }),
      beside: { ...beside, 'events of the tenth': tenth.log.events, ...milliseconds('p50', logs.p50) },
    },
    {
      goal: large.largest.deltas >= GOAL_DELTAS ? 'P7 page' : 'P7 page (smaller page)',
      what: 'as-of read of the largest page ÷ of a page with few deltas, p50',
      unit: '×',
      result: ratioOf(sizes.p50, order.seed),
      ...(large.largest.deltas >= GOAL_DELTAS && {
        gate: { must: 1.1, moonshot: 1.05, better: 'lower' as const },
      }),
      beside: {
        ...beside,
        'deltas of the largest': large.largest.deltas,
        'deltas of the other': large.few.deltas,
        ...milliseconds('p50', sizes.p50),
      },
    },
  ];
  return {
    measurements,
    checks: [
      {
        what: 'no T is asked for twice',
        ok: totals.repeated === 0,
        detail: `${totals.repeated} of ${totals.reads} reads`,
      },
      {
        what: 'reads find pages',
        ok: totals.found * 2 > totals.reads,
        detail: `${totals.found} of ${totals.reads} reads found the page written by then`,
      },
      await whole.reperformed(),
    ],
  };
}

async function pagesOf(bed: Bed): Promise<Pages> {
  const { mongoUri } = bed.uris;
  const { result: sizes } = await bed.program.run<readonly PageSize[]>('busyPages', { mongoUri });
  const [largest] = sizes;
  if (largest === undefined) throw new Error('No page was written.');
  const few = sizes.reduce((best, each) =>
    Math.abs(each.deltas - FEW_DELTAS) < Math.abs(best.deltas - FEW_DELTAS) ? each : best,
  );
  const hot = sizes.slice(0, HOT_PAGES).map(({ page }) => page);
  // Evenly over all sizes, the smallest too.
  const every = Math.max(1, Math.floor(sizes.length / OTHER_PAGES));
  const others = sizes.filter((_, i) => i % every === 0).map(({ page }) => page);
  const pages = [...new Set([...hot, ...others])];
  const { result } = await bed.program.run<{ measures: number }>('preparePages', { mongoUri, pages });
  return { bed, hot, others, largest, few, all: sizes.length, measures: result.measures };
}

function milliseconds(name: string, { contender, baseline }: PairedSamples): Record<string, number> {
  const of = (samples: readonly Sample[]) => Number(medianOf(samples.map(({ value }) => value)).toFixed(3));
  return { [`${name} ms`]: of(contender), [`${name} ms of the baseline`]: of(baseline) };
}
