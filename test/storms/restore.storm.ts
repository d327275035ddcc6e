import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passing } from 'node:timers/promises';
import { Client } from './lib/client.ts';
import { EventStoreProcess } from './lib/eventstore-process.ts';
import { projected } from './lib/final-check.ts';
import { Random } from './lib/random.ts';
import {
  BackupVerbs,
  disaster,
  LOSSES,
  type Loss,
  restoreIntoEmpty,
  restoreIntoOccupied,
  succeeded,
} from './lib/restore-drill.ts';
import { restoredCheck } from './lib/restored-check.ts';
import { Site } from './lib/site.ts';
import type { Storm, StormFailure, StormOrder, StormReport } from './lib/storm.ts';
import { type Call, roundOfCalls } from './lib/workload.ts';

const MOMENTS = ['idle', 'writing', 'projecting', 'rebuilding', 'mid-backup'] as const;
type Moment = (typeof MOMENTS)[number];
const TARGETS = ['empty', 'occupied'] as const;
const CASES = MOMENTS.length * LOSSES.length * TARGETS.length;
const DIMENSIONS = ['financial', 'customer', 'process', 'learning', 'files'];
/** A drill begins where the one before it ended: a restored directory is backed up and lost in its turn. */
const DRILLS_OF_A_SITE = 10;
const CORRECTIONS = 3;
const BACKUP_MS = 1_500;

/** Fifty seeds in a row are every moment with every loss and both targets. */
export const storm: Storm = {
  name: 'restore',
  does: `backup at ${MOMENTS.length} moments, ${LOSSES.length} losses, restore into ${TARGETS.length} targets, and everything checked`,
  points: { full: CASES, quick: 5 },
  run,
};

function caseOf(seed: number) {
  const n = (seed - 1) % CASES;
  const [moment, row] = [n % MOMENTS.length, Math.floor(n / MOMENTS.length)];
  return {
    moment: MOMENTS[moment] as Moment,
    loss: LOSSES[(moment + row) % LOSSES.length] as Loss,
    target: TARGETS[(moment + Math.floor(row / LOSSES.length)) % TARGETS.length] as (typeof TARGETS)[number],
  };
}

export async function run(order: StormOrder): Promise<StormReport> {
  const failures: StormFailure[] = [];
  const counts = { restored: 0, refused: 0, 'events in restored logs': 0, 'facts after the backup, gone': 0 };
  let drill: Drill | undefined;
  for (let seed = order.seed; seed < order.seed + order.points; seed++) {
    const { moment, loss, target } = caseOf(seed);
    try {
      drill ??= await Drill.begin(join(order.directory, `from-${seed}`));
      const wrong = await drill.drill(seed, counts);
      for (const what of wrong) failures.push({ seed, what: `${moment}, ${loss}, ${target}: ${what}` });
      if (wrong.length > 0 || (seed - order.seed + 1) % DRILLS_OF_A_SITE === 0) {
        await drill.end(wrong.length === 0);
        drill = undefined;
      }
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failures.push({ seed, what: `${moment}, ${loss}, ${target}: ${what}` });
      await drill?.end(false);
      drill = undefined;
    }
    for (const failure of failures) if (failure.seed === seed) order.say(`seed ${seed}: ${failure.what}`);
    order.say(`${seed - order.seed + 1} of ${order.points} points`);
  }
  await drill?.end(true);
  return { points: order.points, failures, counts };
}

class Drill {
  readonly #directory: string;
  readonly #verbs: BackupVerbs;
  #site: Site;
  #client: Client;
  /** Facts by name that somebody was told are recorded. */
  #told = new Set<string>();

  private constructor(directory: string, site: Site) {
    this.#directory = directory;
    this.#verbs = new BackupVerbs(join(directory, 'backup.log'));
    this.#site = site;
    this.#client = new Client(site);
  }

  static async begin(directory: string): Promise<Drill> {
    mkdirSync(directory, { recursive: true });
    return new Drill(directory, await Site.open(join(directory, 'data')));
  }

  async end(clean: boolean): Promise<void> {
    await this.#site.close();
    if (clean) rmSync(this.#directory, { recursive: true });
  }

  async drill(
    seed: number,
    counts: {
      restored: number;
      refused: number;
      'events in restored logs': number;
      'facts after the backup, gone': number;
    },
  ): Promise<string[]> {
    const random = new Random(seed);
    const { moment, loss, target } = caseOf(seed);
    const { copy, told, wrong } = await this.#backedUp(moment, seed, random);
    // What is recorded after the backup is what a loss takes.
    if (random.chance(50)) {
      // Corrections of what has just been recorded are taken when it is projected.
      if (moment === 'projecting') await this.#site.start('projector');
      await this.#send(this.#lanes(random, `t${seed}`));
    }
    await disaster(this.#site, loss);
    let data = this.#site.directory;
    if (target === 'empty') {
      data = join(this.#directory, `restored-${seed}`);
      wrong.push(...(await restoreIntoEmpty(this.#verbs, copy, data, random)));
    } else {
      const aside = join(this.#directory, `damaged-${seed}`);
      const again = () => startedAnew(data);
      wrong.push(...(await restoreIntoOccupied(this.#verbs, copy, data, { aside, again })));
      counts.refused++;
    }
    if (wrong.length > 0) return wrong;
    this.#site = await Site.open(data);
    const found = await restoredCheck(this.#site, { client: this.#client, told }, random);
    wrong.push(...found.wrong);
    // What a rebuild had begun when it was copied must not disturb the next one.
    const dimension = random.pick(DIMENSIONS);
    if (moment === 'rebuilding')
      wrong.push(...succeeded('rebuild', await this.#site.verb(['rebuild', dimension]).ended));
    counts.restored++;
    counts['events in restored logs'] += found.events;
    const kept = [...this.#told].filter((name) => found.client.attempted.has(name));
    counts['facts after the backup, gone'] += this.#told.size - kept.length;
    this.#client = found.client;
    this.#told = new Set(kept);
    return wrong;
  }

  /** A round of work, and a backup at a moment of it: the copy, and what had been acknowledged when it was begun. */
  async #backedUp(moment: Moment, seed: number, random: Random) {
    const copy = join(this.#directory, `copy-${seed}`);
    const data = this.#site.directory;
    const lanes = () => this.#lanes(random, `r${seed}`);
    const wrong: string[] = [];
    const backedUp = async () => {
      const told = new Set(this.#told);
      wrong.push(...succeeded('backup', await this.#verbs.backup(data, copy).ended));
      return { copy, told, wrong };
    };
    switch (moment) {
      case 'idle':
        await this.#send(lanes());
        wrong.push(...(await projected(this.#site)));
        return backedUp();
      case 'writing': {
        const before = this.#told.size;
        const facts = random.below(120);
        const work = this.#send([...lanes(), ...this.#lanes(random, `v${seed}`)]);
        await this.#until(() => this.#told.size - before >= facts, work);
        const done = await backedUp();
        await work;
        return done;
      }
      case 'projecting':
        // The read models stay behind the log: nobody projects what is recorded now.
        await this.#site.child('projector').end('SIGKILL');
        await this.#send(lanes());
        return backedUp();
      case 'rebuilding': {
        await this.#send(lanes());
        wrong.push(...(await projected(this.#site)));
        const rebuild = this.#site.verb(['rebuild', 'all']);
        await passing(random.below(BACKUP_MS));
        const done = await backedUp();
        wrong.push(...succeeded('rebuild', await rebuild.ended));
        return done;
      }
      case 'mid-backup': {
        await this.#send(lanes());
        const done = await backedUp();
        return { ...done, ...(await this.#brokenOff(seed, random, done)) };
      }
    }
  }

  /** Another backup, killed while it is made and others write: it is whole under its name, or not there. */
  async #brokenOff<Copy extends { readonly copy: string; readonly told: ReadonlySet<string> }>(
    seed: number,
    random: Random,
    earlier: Copy,
  ): Promise<{ readonly copy: string; readonly told: ReadonlySet<string> }> {
    const work = this.#send(this.#lanes(random, `s${seed}`));
    const copy = join(this.#directory, `copy-${seed}-broken-off`);
    const told = new Set(this.#told);
    const backup = this.#verbs.backup(this.#site.directory, copy);
    await Promise.race([backup.ended, passing(random.below(BACKUP_MS))]);
    await backup.end('SIGKILL');
    await work;
    return existsSync(copy) ? { copy, told } : { copy: earlier.copy, told: earlier.told };
  }

  #lanes(random: Random, round: string): readonly (readonly Call[])[] {
    const { correctable } = this.#client;
    const targets = Array.from({ length: Math.min(CORRECTIONS, correctable.length) }, () =>
      correctable.splice(random.below(correctable.length), 1),
    ).flat();
    return roundOfCalls(random, round, targets);
  }

  async #send(lanes: readonly (readonly Call[])[]): Promise<void> {
    await Promise.all(
      lanes.map(async (calls) => {
        for (const call of calls) {
          await this.#client.call(call);
          for (const name of call.facts) this.#told.add(name);
        }
      }),
    );
  }

  async #until(condition: () => boolean, work: Promise<void>): Promise<void> {
    let over = false;
    const end = () => {
      over = true;
    };
    void work.then(end, end);
    while (!condition() && !over) await passing(1);
  }
}

/** Stores that somebody starts in a directory from which everything is gone, and stops again. */
async function startedAnew(data: string): Promise<void> {
  const store = await EventStoreProcess.start({ directory: data, log: join(data, 'stores.log') });
  await store.end('SIGTERM');
}
