import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passing } from 'node:timers/promises';
import { copyDocuments } from '#embedded-mongodb';
import { Instants, planOf } from './lib/kill-plan.ts';
import { audit, createCollections } from './lib/mongodb-audit.ts';
import { MongoDbProcess } from './lib/mongodb-process.ts';
import { MongoDbWriters } from './lib/mongodb-writers.ts';
import { Random } from './lib/random.ts';
import type { Storm, StormFailure, StormOrder, StormReport } from './lib/storm.ts';

const WRITERS = 16;
/** Points on one directory, so that documents are recovered that had been recovered before. */
const POINTS_PER_DIRECTORY = 10;
/** The named points, with passages that the writers are sure to reach. */
const PASSAGES = {
  'mongodb.before-commit': 80,
  'mongodb.between-statements': 600,
  'mongodb.written-not-committed': 80,
  'mongodb.after-commit-before-reply': 80,
} as const;
const NAMES = Object.keys(PASSAGES) as (keyof typeof PASSAGES)[];
const DYING_MS = 20_000;

/**
 * Of twelve points in a row two are named crash points, at a passage that follows from the seed, and ten are instants at which
 * it is killed from outside. The writers update many documents at once, move between two collections in a transaction, and raise
 * a counter together.
 */
export const storm: Storm = {
  name: 'mongodb-kill',
  does: `kill -9 of the embedded store of documents under ${WRITERS} writers, at its named crash points and at random instants`,
  points: { full: 1_200, quick: 12 },
  run,
};

export async function run(order: StormOrder): Promise<StormReport> {
  const failures: StormFailure[] = [];
  const counts = { 'at named points': 0, 'documents compared by index': 0 };
  const instants = new Instants();
  let site: Site | undefined;
  const end = async (seed: number) => {
    for (const what of (await site?.end()) ?? []) failures.push({ seed, what });
  };
  for (let seed = order.seed; seed < order.seed + order.points; seed++) {
    const point = seed - order.seed;
    if (point % POINTS_PER_DIRECTORY === 0) {
      await end(seed - 1);
      site = await Site.open(join(order.directory, `from-${seed}`));
    }
    for (const what of await (site as Site).point(seed, counts, instants)) failures.push({ seed, what });
    if ((point + 1) % 50 === 0) order.say(`${point + 1} of ${order.points} points`);
  }
  await end(order.seed + order.points - 1);
  return { points: order.points, failures, counts: { ...counts, ...instants.counts() } };
}

/** One directory, with all that was ever asked of it. */
class Site {
  readonly #directory: string;
  readonly #log: string;
  readonly #rounds: MongoDbWriters[] = [];
  #store: MongoDbProcess;

  private constructor(directory: string, log: string, store: MongoDbProcess) {
    this.#directory = directory;
    this.#log = log;
    this.#store = store;
  }

  static async open(directory: string): Promise<Site> {
    mkdirSync(directory, { recursive: true });
    const log = join(directory, 'stores.log');
    const store = await MongoDbProcess.start({ directory, log });
    await createCollections(store.uri);
    return new Site(directory, log, store);
  }

  async point(
    seed: number,
    counts: { 'at named points': number; 'documents compared by index': number },
    instants: Instants,
  ): Promise<string[]> {
    const random = new Random(seed);
    const crashPoint = planOf(seed, NAMES);
    const round = new MongoDbWriters(random, `round-${seed}`, WRITERS);
    this.#rounds.push(round);
    const wrong = crashPoint
      ? await this.#killedAt(crashPoint, random, round)
      : await this.#killedAtInstant(random, round);
    if (crashPoint) counts['at named points']++;
    await this.#start();
    const recovered = await audit(this.#store.uri, this.#rounds, random);
    wrong.push(...recovered.wrong);
    const [acknowledged, unknown] = [round.acknowledgedCount, round.open.size];
    if (!crashPoint) instants.killed({ acknowledged, unknown, kept: recovered.keptUnanswered });
    await round.repeat(this.#store.uri);
    const after = await audit(this.#store.uri, this.#rounds, random);
    wrong.push(...after.wrong.map((what) => `after repeating: ${what}`));
    counts['documents compared by index'] += recovered.compared + after.compared;
    return wrong;
  }

  /** Ends it in order, and reads every record and every entry of an index. */
  async end(): Promise<string[]> {
    const wrong = await this.#stop();
    try {
      await copyDocuments(join(this.#directory, 'mongodb'), join(this.#directory, 'copy'));
    } catch (error) {
      wrong.push(`the documents are damaged: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (wrong.length === 0) rmSync(this.#directory, { recursive: true });
    return wrong;
  }

  async #start(crashAt?: string): Promise<void> {
    this.#store = await MongoDbProcess.start({
      directory: this.#directory,
      log: this.#log,
      ...(crashAt ? { crashAt } : {}),
    });
  }

  async #stop(): Promise<string[]> {
    const { code, signal } = await this.#store.end('SIGTERM');
    return code === 0 ? [] : [`the recovered store ended with ${signal ?? `code ${code}`}`];
  }

  async #killedAt(name: keyof typeof PASSAGES, random: Random, round: MongoDbWriters): Promise<string[]> {
    const wrong = await this.#stop();
    await this.#start(`${name}:${2 + random.below(PASSAGES[name])}`);
    await round.run(this.#store.uri, this.#store.ended);
    const outcome = await Promise.race([this.#store.ended, passing(DYING_MS, undefined, { ref: false })]);
    if (outcome?.signal === 'SIGKILL') return wrong;
    await this.#store.end('SIGKILL');
    return [...wrong, `the writers lost their connections, and ${name} had not killed the store`];
  }

  async #killedAtInstant(random: Random, round: MongoDbWriters): Promise<string[]> {
    const writing = round.run(this.#store.uri, this.#store.ended);
    await Instants.come(random, () => round.acknowledgedCount, Promise.race([this.#store.ended, writing]));
    const { signal } = await this.#store.end('SIGKILL');
    await writing;
    return signal === 'SIGKILL' ? [] : ['it had ended before it was killed'];
  }
}
