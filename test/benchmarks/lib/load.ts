import type { Bed } from './bed.ts';
import { LATE_PERCENT } from './bed.ts';
import type { BenchmarkOrder } from './benchmark.ts';
import { startApp } from './processes.ts';
import type { Load } from './tasks/lag.ts';

/** A log under load: the projector of the product follows it, and the generator goes on with it. */
export class RunningLoad {
  readonly #order: BenchmarkOrder;
  readonly #bed: Bed;
  readonly projector: Awaited<ReturnType<typeof startApp>>['child'];
  #recorded: number;

  private constructor(order: BenchmarkOrder, bed: Bed, projector: RunningLoad['projector']) {
    this.#order = order;
    this.#bed = bed;
    this.projector = projector;
    this.#recorded = bed.log.events;
  }

  static async start(
    order: BenchmarkOrder,
    bed: Bed,
    mongoUri: string = bed.uris.mongoUri,
  ): Promise<RunningLoad> {
    const env = { ESDB_URL: bed.uris.eventStoreUri, MONGODB_URI: mongoUri };
    const { child } = await startApp({ app: 'projector', env });
    return new RunningLoad(order, bed, child);
  }

  /** The highest steady load: events a second from the first append to the last one's visibility, appending as fast as it goes. */
  async highest(): Promise<Load> {
    return this.#run({ seconds: Math.max(2, this.#order.loadSeconds / 3) });
  }

  /** Arrivals on a schedule, whatever becomes of those before. */
  async at(perSecond: number): Promise<Load> {
    return this.#run({ seconds: this.#order.loadSeconds, perSecond });
  }

  async #run(load: { readonly seconds: number; readonly perSecond?: number }): Promise<Load> {
    const { seed } = this.#order;
    const order = { ...this.#bed.uris, seed, latePercent: LATE_PERCENT, skip: this.#recorded, ...load };
    const { result } = await this.#bed.generator.run<Load>('steadyLoad', order);
    this.#recorded += result.events;
    return result;
  }

  stop(): Promise<void> {
    return this.projector.stop();
  }
}
