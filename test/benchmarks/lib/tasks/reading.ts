import { type Position, position } from '#kernel';
import { EpochReader, openReadModels, type ReadModels } from '#read-models';
import { Random } from '../../../storms/lib/random.ts';
import { percentileOf } from '../pairs.ts';
import { CODE } from './projection.ts';

/** The dimension whose pages are read: every invoice writes to one. */
const DIMENSION = 'financial';
const TOTALS = 'benchmark.totals';

const opened = new Map<string, Promise<ReadModels>>();

/** One connection for all reads of a process, so that contender and baseline share it. */
function readModelsOf(uri: string): Promise<ReadModels> {
  const known = opened.get(uri) ?? openReadModels({ uri, code: CODE });
  opened.set(uri, known);
  return known;
}

export interface PageSize {
  readonly page: string;
  readonly deltas: number;
}

/** The pages of the dimension by the number of their deltas, largest first. */
export async function busyPages({ mongoUri }: { readonly mongoUri: string }): Promise<readonly PageSize[]> {
  const { db, status } = await bound(mongoUri);
  const epoch = (await status()).find(({ dimension }) => dimension === DIMENSION)?.epoch ?? 0;
  const chunks = db.collection<{ _id: string; c: unknown }>(`${DIMENSION}.${epoch}.pages`);
  const sizes = new Map<string, number>();
  for await (const { _id, c } of chunks.find({}, { projection: { c: 1 } })) {
    const page = _id.slice(0, _id.lastIndexOf('|'));
    sizes.set(page, (sizes.get(page) ?? 0) + Number(c));
  }
  return [...sizes]
    .map(([page, deltas]) => ({ page, deltas }))
    .sort((a, b) => b.deltas - a.deltas || (a.page < b.page ? -1 : 1));
}

/** Writes what each page holds at the head as a plain document: the baseline of P5. */
export async function preparePages({
  mongoUri,
  pages,
}: {
  readonly mongoUri: string;
  readonly pages: readonly string[];
}): Promise<{ readonly measures: number }> {
  const { db, status, known } = await bound(mongoUri);
  const epoch = (await status()).find(({ dimension }) => dimension === DIMENSION)?.epoch ?? 0;
  const totals = db.collection<{ _id: string; t: Record<string, bigint> }>(TOTALS);
  await totals.deleteMany({});
  const found = await new EpochReader(db, DIMENSION, epoch, await known()).pages(pages);
  let measures = 0;
  for (const [page, sums] of found) {
    const t: Record<string, bigint> = {};
    for (const [slot, measure, amount] of sums.entries()) {
      t[`${slot} ${measure.replaceAll('.', '·')}`] = amount;
      measures += 1;
    }
    await totals.insertOne({ _id: page, t });
  }
  return { measures };
}

export interface ReadsOrder {
  readonly mongoUri: string;
  readonly kind: 'as-of' | 'plain';
  /** Half of the reads go to these. */
  readonly hot: readonly string[];
  readonly others: readonly string[];
  readonly reads: number;
  readonly seed: number;
}

export interface Reads {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Reads that asked for a T that was asked before: none may. */
  readonly repeated: number;
  /** Reads that found a page. */
  readonly found: number;
}

/** Reads pages one after the other, each at a random T of its own. */
export async function readPages(order: ReadsOrder): Promise<Reads> {
  const { db, status, known } = await bound(order.mongoUri);
  const epoch = (await status()).find(({ dimension }) => dimension === DIMENSION)?.epoch ?? 0;
  const head = await known();
  const totals = db.collection<{ _id: string; t: Record<string, bigint> }>(TOTALS);
  const random = new Random(order.seed);
  const moments = new Moments(order.mongoUri, random, head);
  const took: number[] = [];
  let found = 0;
  for (let i = 0; i < order.reads; i++) {
    const page = random.pick(i % 2 === 0 ? order.hot : order.others);
    const at = order.kind === 'plain' ? head : moments.next();
    const began = performance.now();
    if (order.kind === 'plain') {
      if ((await totals.findOne({ _id: page })) !== null) found += 1;
    } else {
      const sums = await new EpochReader(db, DIMENSION, epoch, at).page(page);
      if (sums !== undefined) found += 1;
    }
    took.push(performance.now() - began);
  }
  return { p50Ms: percentileOf(took, 50), p99Ms: percentileOf(took, 99), repeated: moments.repeated, found };
}

export interface FiguresOrder {
  readonly mongoUri: string;
  /** A month, or a range of twelve. */
  readonly periods: readonly string[];
  readonly reads: number;
  readonly seed: number;
}

/** Asks for a figure one time after the other, each as known at a random T of its own. */
export async function readFigures(order: FiguresOrder): Promise<Reads> {
  const readModels = await readModelsOf(order.mongoUri);
  const random = new Random(order.seed);
  const moments = new Moments(order.mongoUri, random, await readModels.known());
  const took: number[] = [];
  let found = 0;
  for (let i = 0; i < order.reads; i++) {
    const asked = { kpi: 'net-revenue', unit: 'root', period: random.pick(order.periods) };
    const knownAt = { position: moments.next() };
    const began = performance.now();
    const { figures } = await readModels.figures({ ...asked, knownAt });
    took.push(performance.now() - began);
    found += figures.length;
  }
  return { p50Ms: percentileOf(took, 50), p99Ms: percentileOf(took, 99), repeated: moments.repeated, found };
}

/** Positions that have been asked for, by store: no run of a process asks for one again. */
const asked = new Map<string, Set<bigint>>();
const DRAWS_MAX = 100;

/** Random positions of the second half of the log, each once; where there are too few left, one comes again and is counted. */
class Moments {
  readonly #random: Random;
  readonly #head: Position;
  readonly #seen: Set<bigint>;
  repeated = 0;

  constructor(uri: string, random: Random, head: Position) {
    this.#random = random;
    this.#head = head;
    this.#seen = asked.get(uri) ?? new Set();
    asked.set(uri, this.#seen);
  }

  next(): Position {
    let at = this.#draw();
    for (let draws = 1; this.#seen.has(at) && draws < DRAWS_MAX; draws++) at = this.#draw();
    if (this.#seen.has(at)) this.repeated += 1;
    this.#seen.add(at);
    return at;
  }

  #draw(): Position {
    const half = Number(this.#head) / 2;
    return position(BigInt(Math.floor(half + (this.#random.below(2 ** 31) / 2 ** 31) * half)));
  }
}

/** Methods of read models that can be called apart from them. */
async function bound(uri: string): Promise<Pick<ReadModels, 'db' | 'status' | 'known'>> {
  const readModels = await readModelsOf(uri);
  return {
    db: readModels.db,
    status: () => readModels.status(),
    known: () => readModels.known(),
  };
}
