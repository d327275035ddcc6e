import { VICTIMS } from './lib/crash-points.ts';
import { armed, diedAtPoint, killRebuildAtPoint, passage } from './lib/kills.ts';
import { Random } from './lib/random.ts';
import { besiege } from './lib/siege.ts';
import type { Storm } from './lib/storm.ts';

const POINTS = Object.keys(VICTIMS) as (keyof typeof VICTIMS)[];

/** Passages that every round reaches, where they are more than one. */
const PASSAGES: Partial<Record<keyof typeof VICTIMS, number>> = {
  'api.before-command': 8,
  'api.before-answer': 8,
  'journal.before-append': 40,
  'journal.after-append': 40,
  'keys.after-create': 4,
  'import.between-calls': 2,
  'import.before-accept': 2,
  'import.after-accept': 2,
  'projector.before-chunks': 10,
  'projector.between-chunks': 10,
  'projector.after-chunks': 10,
  'projector.after-histories': 10,
  'projector.after-checkpoint': 10,
  'eventstore.before-commit': 10,
  'eventstore.after-commit-before-ack': 10,
  'mongodb.before-commit': 30,
  'mongodb.after-commit-before-reply': 30,
};

/** The first round over all points kills at the first passage, later ones at another. */
function crashAtOf(seed: number): { readonly name: keyof typeof VICTIMS; readonly crashAt: string } {
  const name = POINTS[(seed - 1) % POINTS.length] as keyof typeof VICTIMS;
  const n = passage(new Random(seed), seed <= POINTS.length, PASSAGES[name] ?? 1);
  return { name, crashAt: `${name}:${n}` };
}

export const storm: Storm = {
  name: 'kill-points',
  does: `a process kills itself at each of the ${POINTS.length} named crash points in turn, first passage and later ones`,
  points: { full: 4 * POINTS.length, quick: POINTS.length },
  run(order) {
    const reached = new Set<string>();
    return besiege({
      ...order,
      prepare: async ({ site, seed }) => {
        const { name, crashAt } = crashAtOf(seed);
        const victim = VICTIMS[name];
        if (victim !== 'rebuild') await armed(site, victim, crashAt);
      },
      trouble: async (round) => {
        const { name, crashAt } = crashAtOf(round.seed);
        const victim = VICTIMS[name];
        const wrong =
          victim === 'rebuild'
            ? await killRebuildAtPoint(crashAt, round)
            : await diedAtPoint(victim, crashAt, round);
        if (wrong.length === 0) reached.add(name);
        return wrong;
      },
      counts: () => ({ 'points reached': reached.size }),
    });
  },
};
