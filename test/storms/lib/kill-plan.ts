import { setTimeout as passing } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Of so many seeds in a row two are named points, the others are random instants. */
const CYCLE = 12;
const ACKNOWLEDGED_MAX = 150;
const TURNS_MAX = 40;
const MS_MAX = 4;

/** The named point of a seed, each in its turn; undefined: a random instant. */
export function planOf<Name extends string>(seed: number, names: readonly Name[]): Name | undefined {
  const half = CYCLE / 2;
  return seed % half === 0 ? names[(seed / half) % names.length] : undefined;
}

interface Killed {
  /** Writes that their writers were told of. */
  readonly acknowledged: number;
  /** Writes under way, about which nobody was told. */
  readonly unknown: number;
  /** Those of them that were found afterwards. */
  readonly kept: number;
}

/** Random instants of a kill: how they are chosen, and what was under way at them. */
export class Instants {
  readonly #kills: Killed[] = [];

  /**
   * Resolves after a random number of acknowledgements and then a little: some turns of the event loop, or milliseconds. A clock
   * alone would kill a slow machine's store before its first write, and always at the same stage of a fast one's.
   */
  static async come(random: Random, acknowledged: () => number, ended: Promise<unknown>): Promise<void> {
    const wanted = random.below(ACKNOWLEDGED_MAX);
    let over = false;
    const end = () => {
      over = true;
    };
    void ended.then(end, end);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    while (acknowledged() < wanted && !over) await turn();
    if (random.chance(50)) await passing(random.below(MS_MAX + 1));
    else for (let turns = random.below(TURNS_MAX); turns > 0; turns--) await turn();
  }

  killed(kill: Killed): void {
    this.#kills.push(kill);
  }

  counts(): Readonly<Record<string, number>> {
    const sum = (of: (kill: Killed) => number) => this.#kills.reduce((all, kill) => all + of(kill), 0);
    const by = this.#kills.map(({ acknowledged }) => acknowledged).sort((a, b) => a - b);
    const times = (is: (kill: Killed) => boolean) => this.#kills.filter(is).length;
    return {
      'at random instants': this.#kills.length,
      'before the first acknowledgement': times(({ acknowledged }) => acknowledged === 0),
      'with writes under way': times(({ unknown }) => unknown > 0),
      acknowledged: sum(({ acknowledged }) => acknowledged),
      'median at a kill': by[Math.floor(by.length / 2)] ?? 0,
      'most at a kill': by.at(-1) ?? 0,
      unknown: sum(({ unknown }) => unknown),
      'unknown and there': sum(({ kept }) => kept),
      'all under way there': times(({ unknown, kept }) => unknown > 0 && kept === unknown),
      'none there': times(({ unknown, kept }) => unknown > 0 && kept === 0),
      'some there': times(({ unknown, kept }) => kept > 0 && kept < unknown),
    };
  }
}
