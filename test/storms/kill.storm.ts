import { killAtInstant, killRebuildAtInstant } from './lib/kills.ts';
import { besiege } from './lib/siege.ts';
import type { Storm } from './lib/storm.ts';

const VICTIMS = ['api', 'projector', 'stores', 'rebuild'] as const;

/** A seed says who is killed and when; four seeds in a row kill each once. */
export const storm: Storm = {
  name: 'kill',
  does: 'kill -9 of api, projector, stores and a rebuild in turn, at a random instant of work over HTTP',
  points: { full: 400, quick: 12 },
  run(order) {
    const killed = { api: 0, projector: 0, stores: 0, rebuild: 0 };
    return besiege({
      ...order,
      trouble: (round) => {
        const victim = VICTIMS[round.seed % VICTIMS.length] as (typeof VICTIMS)[number];
        killed[victim]++;
        return victim === 'rebuild' ? killRebuildAtInstant(round) : killAtInstant(victim, round);
      },
      counts: () => killed,
    });
  },
};
