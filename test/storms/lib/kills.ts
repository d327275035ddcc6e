import { projected } from './final-check.ts';
import type { Random } from './random.ts';
import type { Round } from './siege.ts';
import type { Role, Site } from './site.ts';

const DIMENSIONS = ['financial', 'customer', 'process', 'learning', 'files'];

/** Kills a role at an instant of the round and starts it again at once. */
export async function killAtInstant(role: Role, { site, random, typicalMs }: Round): Promise<string[]> {
  await passing(random.below(Math.ceil(typicalMs * 1.2)));
  const { signal } = await site.child(role).end('SIGKILL');
  if (signal !== 'SIGKILL')
    return [`${role} had ended by itself (${signal ?? 'with a code'}) before it was killed`];
  await site.start(role);
  return [];
}

/** Starts a rebuild in the round, kills it at an instant, and lets another one do it: it has to be equal. */
export async function killRebuildAtInstant({ site, random, typicalMs }: Round): Promise<string[]> {
  const dimension = random.pick(DIMENSIONS);
  const rebuild = site.verb(['rebuild', dimension]);
  await passing(random.below(Math.ceil(typicalMs * 1.5)));
  rebuild.signal('SIGKILL');
  const { code } = await rebuild.ended;
  if (code !== null && code !== 0)
    return [`rebuild ${dimension} ended with code ${code}: it differs from the live one`];
  return rebuildAgain(site, dimension);
}

/** Kills a rebuild at a named point. */
export async function killRebuildAtPoint(crashAt: string, { site, random, work }: Round): Promise<string[]> {
  const dimension = random.pick(DIMENSIONS);
  const { signal, code } = await site.verb(['rebuild', dimension], crashAt).ended;
  if (signal !== 'SIGKILL')
    return [`${crashAt} was not reached: rebuild ${dimension} ended with code ${code}`];
  const wrong = await rebuildAgain(site, dimension);
  await work;
  return wrong;
}

async function rebuildAgain(site: Site, dimension: string): Promise<string[]> {
  const { code } = await site.verb(['rebuild', dimension]).ended;
  return code === 0 ? [] : [`rebuild ${dimension} after a killed one ended with code ${code}`];
}

/** Starts a role anew so that it will kill itself at a named point. */
export async function armed(site: Site, role: Role, crashAt: string): Promise<void> {
  await site.child(role).end('SIGTERM');
  await site.start(role, crashAt);
}

/** Waits for an armed role to die, and starts it again without the weapon. */
export async function diedAtPoint(role: Role, crashAt: string, { site, work }: Round): Promise<string[]> {
  const child = site.child(role);
  const survived = Symbol('survived');
  const outcome = await Promise.race([child.ended, work.then(() => projected(site)).then(() => survived)]);
  if (outcome === survived) {
    await child.end('SIGTERM');
    await site.start(role);
    return [`${crashAt} was not reached by ${role} in a whole round`];
  }
  const { signal, code } = await child.ended;
  if (signal !== 'SIGKILL') return [`${role} ended with code ${code} instead of at ${crashAt}`];
  await site.start(role);
  return [];
}

function passing(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The number of a passage: the first one, or another one that a round is sure to reach. */
export function passage(random: Random, first: boolean, most: number): number {
  return first || most < 2 ? 1 : 2 + random.below(most - 1);
}
