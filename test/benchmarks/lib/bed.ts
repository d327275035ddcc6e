import { join } from 'node:path';
import type { DimensionStatus } from '#read-models';
import type { BenchmarkOrder, HonestyCheck } from './benchmark.ts';
import { type Stores, startStores, Worker } from './processes.ts';
import type { LoadedLog } from './tasks/log.ts';
import type { Compared, Projected } from './tasks/projection.ts';

const SAMPLE_FIGURES = 24;
/** In runs without gates. */
const SAMPLE_FIGURES_FEW = 8;
const SAMPLE_EVENTS_MAX = 20_000;

/** The share of late stories in a log of the goals: at least a tenth of the facts come out late. */
export const LATE_PERCENT = 15;

export interface BedOrder extends Pick<BenchmarkOrder, 'seed' | 'directory' | 'gates' | 'say'> {
  readonly name: string;
  readonly events: number;
  readonly latePercent: number;
}

/** The topology: both stores in a process, the program under test in another, the load generator in a third. */
export class Bed {
  readonly stores: Stores;
  readonly program: Worker;
  readonly generator: Worker;
  readonly log: LoadedLog;
  readonly #order: BedOrder;

  private constructor(order: BedOrder, parts: Pick<Bed, 'stores' | 'program' | 'generator' | 'log'>) {
    this.#order = order;
    this.stores = parts.stores;
    this.program = parts.program;
    this.generator = parts.generator;
    this.log = parts.log;
  }

  /** Starts the processes and writes a log. */
  static async open(order: BedOrder): Promise<Bed> {
    const { seed, events, latePercent, say } = order;
    const stores = await startStores(join(order.directory, order.name));
    const [program, generator] = [new Worker(), new Worker()];
    const { eventStoreUri } = stores;
    const { result: log } = await generator.run<LoadedLog>('loadLog', {
      eventStoreUri,
      seed,
      events,
      latePercent,
    });
    say(`${order.name}: ${log.events} events written in ${log.seconds.toFixed(1)} s`);
    return new Bed(order, { stores, program, generator, log });
  }

  get uris(): { readonly eventStoreUri: string; readonly mongoUri: string } {
    return { eventStoreUri: this.stores.eventStoreUri, mongoUri: this.stores.mongoUri };
  }

  /** Projects the log for the first time; these read models are the live ones. */
  async project(): Promise<Projected> {
    const { result } = await this.program.run<Projected>('projectLog', this.uris);
    const { say, name } = this.#order;
    say(`${name}: ${result.events} events projected in ${result.seconds.toFixed(1)} s`);
    return result;
  }

  async status(): Promise<readonly DimensionStatus[]> {
    return (await this.program.run<readonly DimensionStatus[]>('statusOf', this.uris)).result;
  }

  /** What is printed beside each number of this log. */
  async beside(): Promise<Readonly<Record<string, string | number>>> {
    const four = (await this.status()).filter(({ dimension }) => dimension !== 'files');
    const deltas = four.reduce((sum, own) => sum + Number(own.deltas), 0);
    return {
      events: this.log.events,
      'deltas per event': Number((deltas / this.log.events).toFixed(2)),
      'late share': Number((this.log.late / this.log.events).toFixed(3)),
    };
  }

  /** Figures at random coordinates have the same digest when they are computed a second time from the raw log. */
  async reperformed(): Promise<HonestyCheck> {
    const order = {
      seed: this.#order.seed,
      figures: this.#order.gates ? SAMPLE_FIGURES : SAMPLE_FIGURES_FEW,
      eventsMax: SAMPLE_EVENTS_MAX,
    };
    const { result } = await this.generator.run<Compared>('compareSample', { ...this.uris, ...order });
    return {
      what: `${this.#order.name}: figures reperformed from the raw log have the same digest`,
      ok: result.different.length === 0 && result.figures > 0,
      detail:
        result.different[0] ??
        `${result.figures} figures at random coordinates, from ${result.events} events`,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.program.stop(), this.generator.stop()]);
    await this.stores.child.stop();
  }
}

/** Opens beds, and closes all of them whatever happens. */
export async function withBeds<T>(
  orders: readonly BedOrder[],
  work: (...beds: readonly Bed[]) => Promise<T>,
): Promise<T> {
  const beds: Bed[] = [];
  try {
    for (const order of orders) beds.push(await Bed.open(order));
    return await work(...beds);
  } finally {
    for (const bed of beds) await bed.close();
  }
}
