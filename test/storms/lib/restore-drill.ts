import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passing } from 'node:timers/promises';
import { Child, type Ended } from './child.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

/** Built files lie beside the built storms; the specs run from the sources. */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const CLI = join(ROOT.endsWith('dist') ? ROOT : join(ROOT, 'dist'), 'apps', 'cli', 'src', 'main.js');

export const LOSSES = ['nothing', 'read models', 'log', 'keys', 'everything'] as const;
export type Loss = (typeof LOSSES)[number];

const PARTS: Readonly<Record<Loss, readonly string[]>> = {
  nothing: [],
  'read models': ['mongodb'],
  log: ['eventstore'],
  keys: ['keys'],
  everything: ['mongodb', 'eventstore', 'keys', 'token-key'],
};
const REFUSED = 2;
const RESTORING_MS = 1_500;

/** `quadrant backup` and `quadrant restore` as processes, told of no servers. */
export class BackupVerbs {
  readonly #log: string;

  constructor(log: string) {
    this.#log = log;
  }

  backup(data: string, to: string): Child {
    return this.#verb('backup', data, to);
  }

  restore(from: string, data: string): Child {
    return this.#verb('restore', data, from);
  }

  #verb(verb: string, data: string, directory: string): Child {
    const args = [verb, directory, '--data', data];
    return new Child({ name: verb, file: CLI, args, log: this.#log });
  }
}

/** Everybody is killed at once, and a part of the data is gone. */
export async function disaster(site: Site, loss: Loss): Promise<void> {
  const roles = ['api', 'projector', 'stores'] as const;
  await Promise.all(roles.map((role) => site.child(role).end('SIGKILL')));
  await site.close();
  for (const part of PARTS[loss]) rmSync(join(site.directory, part), { recursive: true, force: true });
}

/** Into a directory that is not there, at the second attempt when the first one is killed. What is wrong. */
export async function restoreIntoEmpty(
  verbs: BackupVerbs,
  copy: string,
  data: string,
  random: Random,
): Promise<string[]> {
  const wrong: string[] = [];
  if (random.chance(50)) {
    const killed = verbs.restore(copy, data);
    await Promise.race([killed.ended, passing(random.below(RESTORING_MS))]);
    await killed.end('SIGKILL');
    if (existsSync(join(data, 'eventstore')) && !existsSync(join(data, 'keys')))
      wrong.push('a killed restore has left a log whose persons have no keys');
    if (existsSync(join(data, 'mongodb')) && !existsSync(join(data, 'eventstore')))
      wrong.push('a killed restore has left read models without a log');
    rmSync(data, { recursive: true, force: true });
  }
  return [...wrong, ...succeeded('restore', await verbs.restore(copy, data).ended)];
}

/** Into the directory that has suffered the loss: refused, and nothing changed; then moved aside, it makes room. */
export async function restoreIntoOccupied(
  verbs: BackupVerbs,
  copy: string,
  data: string,
  { aside, again }: { readonly aside: string; readonly again: () => Promise<void> },
): Promise<string[]> {
  // After the loss of everything it is occupied by whoever started the stores before thinking of the backup.
  if (!existsSync(join(data, 'eventstore')) && !existsSync(join(data, 'keys'))) await again();
  const before = contentOf(data);
  const { code } = await verbs.restore(copy, data).ended;
  const wrong = code === REFUSED ? [] : [`restore into an occupied directory ended with code ${code}`];
  if (contentOf(data) !== before) wrong.push('a refused restore has changed the directory');
  renameSync(data, aside);
  return [...wrong, ...succeeded('restore', await verbs.restore(copy, data).ended)];
}

export function succeeded(verb: string, { code, signal }: Ended): string[] {
  return code === 0 ? [] : [`${verb} ended with ${signal ?? `code ${code}`}`];
}

/** Names and content of all files below a directory. */
function contentOf(directory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(directory, name);
    hash.update(`${name}\0`);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}
