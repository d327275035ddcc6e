import { join } from 'node:path';
import { Client } from './client.ts';
import { finalCheck, roundCheck } from './final-check.ts';
import { LogCheck } from './log-check.ts';
import { Random } from './random.ts';
import { Site, type Uris } from './site.ts';
import type { StormFailure, StormOrder, StormReport } from './storm.ts';
import { roundOfCalls } from './workload.ts';

/** What a round of trouble is given. */
export interface Round {
  readonly site: Site;
  readonly seed: number;
  readonly random: Random;
  /** How long a round of this machine takes when nothing happens to it. */
  readonly typicalMs: number;
  /** Resolves when every call of the round is answered and projected; rejects when one cannot be. */
  readonly work: Promise<void>;
}

export interface SiegeOrder<Setting> extends StormOrder {
  /** Brings the weather in: what stands between the application and its stores. */
  readonly through?: (uris: Uris) => Promise<Uris>;
  /** Before the round's work is begun. */
  readonly prepare?: (round: Omit<Round, 'work'>) => Promise<Setting>;
  /** Makes the trouble while the work runs, and mends it; what it returns is wrong. */
  readonly trouble: (round: Round, setting: Setting) => Promise<readonly string[]>;
  /** Counts of its own. */
  readonly counts?: () => Readonly<Record<string, number>>;
}

/** Rounds on one site: what its log grows to, and how often everything is checked from the beginning. */
const ROUNDS_OF_A_SITE = 25;
const CORRECTIONS = 3;
const FAILURES_MAX = 5;

/**
 * Rounds of work over HTTP with trouble in between. After every round the log and the stored read models are checked,
 * after every group of rounds everything is projected afresh and reperformed; then a new site begins.
 */
export async function besiege<Setting>(order: SiegeOrder<Setting>): Promise<StormReport> {
  const failures: StormFailure[] = [];
  const sums = { repeats: 0, events: 0, acknowledged: 0, sites: 0 };
  let points = 0;
  let siege: Siege | undefined;
  for (let seed = order.seed; seed < order.seed + order.points && failures.length < FAILURES_MAX; seed++) {
    const rounds = seed - order.seed;
    try {
      siege ??= await Siege.open(join(order.directory, `from-${seed}`), order.through);
      const wrong = [...(await siege.round(seed, order))];
      points++;
      const ends = siege.rounds >= ROUNDS_OF_A_SITE || seed === order.seed + order.points - 1;
      if (ends && wrong.length === 0) wrong.push(...(await siege.finish(seed)));
      if (wrong.length > 0) {
        failures.push({ seed, what: wrong.slice(0, 6).join('\n    ') });
        order.say(`seed ${seed}: ${failures.at(-1)?.what}`);
      }
      if (ends || wrong.length > 0) {
        add(sums, siege);
        await siege.close();
        siege = undefined;
      }
    } catch (error) {
      failures.push({ seed, what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      order.say(`seed ${seed}: ${failures.at(-1)?.what}`);
      if (siege) add(sums, siege);
      await siege?.close();
      siege = undefined;
    }
    if ((rounds + 1) % ROUNDS_OF_A_SITE === 0)
      order.say(`${rounds + 1} of ${order.points} points, ${failures.length} failures`);
  }
  return { points, failures, counts: { ...sums, ...order.counts?.() } };
}

function add(
  sums: { repeats: number; events: number; acknowledged: number; sites: number },
  siege: Siege,
): void {
  sums.sites++;
  sums.repeats += siege.client.repeats;
  sums.events += siege.log.events;
  sums.acknowledged += siege.client.attempted.size;
}

class Siege {
  readonly site: Site;
  readonly client: Client;
  readonly log = new LogCheck();
  rounds = 0;
  #typicalMs = 0;

  private constructor(site: Site) {
    this.site = site;
    this.client = new Client(site);
  }

  static async open(directory: string, through?: (uris: Uris) => Promise<Uris>): Promise<Siege> {
    const siege = new Siege(await Site.open(directory, through));
    try {
      await siege.#calmRound();
      return siege;
    } catch (error) {
      await siege.close();
      throw error;
    }
  }

  async #calmRound(): Promise<void> {
    // A calm round first: what is checked below has to hold without any trouble, and it tells how long a round is.
    const began = Date.now();
    await this.client.send(roundOfCalls(new Random(0), 'calm', []));
    this.#typicalMs = Date.now() - began;
    const wrong = await this.#check();
    if (wrong.length > 0) throw new Error(`wrong before any trouble: ${wrong.join('; ')}`);
  }

  async round<Setting>(seed: number, order: SiegeOrder<Setting>): Promise<readonly string[]> {
    this.rounds++;
    const random = new Random(seed);
    const base = { site: this.site, seed, random, typicalMs: this.#typicalMs };
    const setting = (await order.prepare?.(base)) as Setting;
    const work = this.#work(random, seed);
    // The work is waited for below; until then a failure of it must not end the storm's own process.
    work.catch(() => undefined);
    const wrong = [...(await order.trouble({ ...base, work }, setting))];
    await work;
    return [...wrong, ...(await this.#check())];
  }

  async #work(random: Random, seed: number): Promise<void> {
    const { correctable } = this.client;
    const targets = Array.from({ length: Math.min(CORRECTIONS, correctable.length) }, () =>
      correctable.splice(random.below(correctable.length), 1),
    ).flat();
    const lanes = roundOfCalls(random, `r${seed}`, targets);
    await this.client.send(lanes);
    // The same requests once more: the answers of the first time, and nothing new in the log.
    const repeated = random.pick(lanes.flat());
    const before = this.client.acknowledged.filter(({ name }) => repeated.facts.includes(name));
    for (const told of await this.client.call(repeated)) {
      const first = before.find(({ name }) => name === told.name);
      if (!first || first.position !== told.position || first.eventId !== told.eventId)
        throw new Error(
          `Once: ${told.name} repeated is at ${told.position}, first it was at ${first?.position}`,
        );
    }
  }

  async #check(): Promise<string[]> {
    return [...(await this.log.look(this.site, this.client)), ...(await roundCheck(this.site))];
  }

  finish(seed: number): Promise<string[]> {
    return finalCheck(this.site, new Random(seed));
  }

  close(): Promise<void> {
    return this.site.close();
  }
}
