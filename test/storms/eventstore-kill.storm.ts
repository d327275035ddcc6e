import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyLog } from '#embedded-eventstore';
import { audit } from './lib/eventstore-audit.ts';
import { EventStoreProcess } from './lib/eventstore-process.ts';
import { type Attempt, Writers } from './lib/eventstore-writers.ts';
import { Instants, planOf } from './lib/kill-plan.ts';
import { Random } from './lib/random.ts';
import type { Storm, StormFailure, StormOrder, StormReport } from './lib/storm.ts';

const WRITERS = 16;
/** Points on one directory, so that a log is recovered that had been recovered before. */
const POINTS_PER_LOG = 10;
const CRASH_POINTS = ['eventstore.before-commit', 'eventstore.after-commit-before-ack'] as const;
/** Of so many kills one is followed by another, of the store that is opening what the first one left. */
const TWICE = 10;
const OPENING_MS = 600;

/**
 * Of twelve points in a row two are the named crash points, at a passage that follows from the seed, and ten are instants at
 * which it is killed from outside. Kill −9 keeps the page cache: what a power cut takes is not found here.
 */
export const storm: Storm = {
  name: 'eventstore-kill',
  does: `kill -9 of the embedded event store under ${WRITERS} writers, at its named crash points and at random instants`,
  points: { full: 1_200, quick: 12 },
  run,
};

export async function run(order: StormOrder): Promise<StormReport> {
  const failures: StormFailure[] = [];
  const counts = { 'at named points': 0, 'killed again while opening': 0, events: 0 };
  const instants = new Instants();
  let site: Site | undefined;
  for (let seed = order.seed; seed < order.seed + order.points; seed++) {
    const point = seed - order.seed;
    if (point % POINTS_PER_LOG === 0) {
      failures.push(...((await site?.end()) ?? []).map((what) => ({ seed: seed - 1, what })));
      site = new Site(join(order.directory, `log-${seed}`));
    }
    const wrong = await (site as Site).point(seed, counts, instants);
    failures.push(...wrong.map((what) => ({ seed, what })));
    if ((point + 1) % 50 === 0) order.say(`${point + 1} of ${order.points} points`);
  }
  const last = order.seed + order.points - 1;
  failures.push(...((await site?.end()) ?? []).map((what) => ({ seed: last, what })));
  return { points: order.points, failures, counts: { ...counts, ...instants.counts() } };
}

/** One log, with all that was ever sent to it. */
class Site {
  readonly #directory: string;
  readonly #log: string;
  readonly #attempts: Attempt[] = [];
  #store: EventStoreProcess | undefined;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
    this.#log = join(directory, 'stores.log');
  }

  async point(
    seed: number,
    counts: { 'at named points': number; 'killed again while opening': number; events: number },
    instants: Instants,
  ): Promise<string[]> {
    const random = new Random(seed);
    const crashPoint = planOf(seed, CRASH_POINTS);
    const writers = new Writers(random, `round-${seed}`, WRITERS);
    const wrong = crashPoint
      ? await this.#killedAt(crashPoint, random, writers)
      : await this.#killedAtInstant(random, writers);
    if (crashPoint) counts['at named points']++;
    const order = { directory: this.#directory, log: this.#log };
    if (
      random.below(TWICE) === 0 &&
      (await EventStoreProcess.killedWhileOpening(order, random.below(OPENING_MS)))
    )
      counts['killed again while opening']++;
    const store = await EventStoreProcess.start(order);
    this.#store = store;
    this.#attempts.push(...writers.attempts);
    // Rows that lead to streams of earlier rounds are read at the end.
    const recovered = await audit(store.uri, this.#attempts, writers.attempts);
    wrong.push(...recovered.wrong);
    const acknowledged = writers.acknowledged.length;
    const unknown = writers.attempts.length - acknowledged;
    if (!crashPoint) instants.killed({ acknowledged, unknown, kept: recovered.keptUnanswered });
    await writers.repeat(store.uri);
    const after = await audit(store.uri, this.#attempts, writers.attempts);
    wrong.push(...after.wrong.map((what) => `after repeating: ${what}`));
    const all = this.#attempts.reduce((sum, { ids }) => sum + ids.length, 0);
    if (after.events !== all) wrong.push(`after repeating the log has ${after.events} events of ${all}`);
    counts.events += writers.attempts.reduce((sum, { ids }) => sum + ids.length, 0);
    return wrong;
  }

  /** Looks at all of it, ends it in order, and reads every record and every row that leads to one. */
  async end(): Promise<string[]> {
    const wrong = this.#store ? [...(await audit(this.#store.uri, this.#attempts)).wrong] : [];
    wrong.push(...(await this.#stop()));
    const copy = join(this.#directory, 'copy');
    try {
      const { events } = await copyLog(join(this.#directory, 'eventstore'), copy);
      const sent = this.#attempts.reduce((sum, { ids }) => sum + ids.length, 0);
      if (events < sent) wrong.push(`the copy of the log has ${events} events, ${sent} were acknowledged`);
    } catch (error) {
      wrong.push(`the log is damaged: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (wrong.length === 0) rmSync(this.#directory, { recursive: true });
    return wrong;
  }

  async #stop(): Promise<string[]> {
    const ended = await this.#store?.end('SIGTERM');
    this.#store = undefined;
    return ended === undefined || ended.code === 0
      ? []
      : [`the recovered store ended with code ${ended.code ?? ended.signal}`];
  }

  async #killedAt(crashPoint: string, random: Random, writers: Writers): Promise<string[]> {
    const wrong = await this.#stop();
    // The first events of a new log pass the crash points as well, before anybody can write.
    const store = await EventStoreProcess.start({
      directory: this.#directory,
      log: this.#log,
      crashAt: `${crashPoint}:${2 + random.below(40)}`,
    });
    const writing = writers.run(store.uri);
    const { signal } = await store.ended;
    await writing;
    if (signal !== 'SIGKILL') wrong.push(`${crashPoint} did not kill it: ${signal ?? 'it ended by itself'}`);
    return wrong;
  }

  /** After so many acknowledgements and a little, whatever is going on then. */
  async #killedAtInstant(random: Random, writers: Writers): Promise<string[]> {
    const store =
      this.#store ?? (await EventStoreProcess.start({ directory: this.#directory, log: this.#log }));
    const writing = writers.run(store.uri);
    await Instants.come(random, () => writers.acknowledgedCount, store.ended);
    const { signal } = await store.end('SIGKILL');
    await writing;
    return signal === 'SIGKILL' ? [] : ['it had ended before it was killed'];
  }
}
