import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { lives, lockDirectory, makeDirectory } from '#directory-lock';
import { copyLog, type LogContent } from '#embedded-eventstore';
import { copyDocuments, type DocumentsContent } from '#embedded-mongodb';
import { copyKeys, type KeysContent } from '#journal';
import { syncPath } from '#lmdb-copy';
import { codeVersion } from './code-version.ts';
import type { Config } from './config.ts';
import { type Outcome, UsageError } from './outcome.ts';

const FORMAT = 1;
const MANIFEST = 'manifest.json';
const TOKEN_KEY = 'token-key';
/** The parts of a data directory, in the order in which they are copied. */
const PARTS = ['mongodb', 'eventstore', 'keys'] as const;

interface Content {
  /** Absent: there are no read models; they are projected from the log. */
  readonly mongodb?: DocumentsContent;
  readonly eventstore: LogContent;
  /** Absent: nobody has a key yet. */
  readonly keys?: KeysContent;
}

interface Manifest extends Content {
  readonly format: number;
  /** When it was begun, ISO 8601. */
  readonly began: string;
  readonly code: string;
}

interface Options {
  readonly json?: boolean;
}

/**
 * Copies a data directory, with the stores at work or not. Everything acknowledged before it began is in it.
 *
 * The documents go first and the keys last: whatever happens in between, the read models are not ahead of the log, and
 * every person in the log has a key. It appears under its name when it is whole, on disk, and has been read.
 */
export async function backupCommand(config: Config, to: string, { json }: Options): Promise<Outcome> {
  ownStoresOnly(config);
  const directory = resolve(to);
  if (existsSync(directory))
    throw new UsageError(`${directory} is there already; give a directory that is not.`);
  if (!existsSync(join(config.data, 'eventstore')))
    throw new UsageError(`${config.data} has no stores; give --data of a directory that has.`);
  const unfinished = join(dirname(directory), `.${basename(directory)}.${process.pid}`);
  clearUnfinished(dirname(directory), `.${basename(directory)}.`);
  makeDirectory(unfinished);
  try {
    const began = new Date().toISOString();
    const content = await copied(config.data, unfinished);
    const manifest: Manifest = { format: FORMAT, began, code: codeVersion(), ...content };
    writeFileSync(join(unfinished, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
    syncPath(unfinished);
    renameSync(unfinished, directory);
    syncPath(dirname(directory));
    tell(manifest, directory, json);
    return 0;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * Makes a data directory from a backup. It is copied beside its place, read as a whole and compared with what was written down
 * when it was made; only then it takes its place. A kill in between leaves no log whose persons have no keys, and no read models without a
 * log: the log comes after the keys, and the read models, which can be projected again, come last.
 */
export async function restoreCommand(config: Config, from: string, { json }: Options): Promise<Outcome> {
  ownStoresOnly(config);
  const directory = resolve(from);
  const manifest = manifestOf(directory);
  const taken = [...PARTS, TOKEN_KEY].filter((part) => existsSync(join(config.data, part)));
  if (taken.length > 0)
    throw new UsageError(
      `${config.data} has ${taken.join(', ')} already; give --data of an empty directory.`,
    );
  const unlock = lockDirectory(config.data);
  const unfinished = join(config.data, `.restoring.${process.pid}`);
  try {
    clearUnfinished(config.data, '.restoring.');
    makeDirectory(unfinished);
    const content = await copied(directory, unfinished);
    for (const part of PARTS) {
      const [wanted, found] = [JSON.stringify(manifest[part]), JSON.stringify(content[part])];
      if (wanted !== found)
        throw new Error(`The backup is damaged: its ${part} has ${found}, and when it was made ${wanted}.`);
    }
    for (const part of [TOKEN_KEY, 'keys', 'eventstore', 'mongodb']) {
      if (!existsSync(join(unfinished, part))) continue;
      renameSync(join(unfinished, part), join(config.data, part));
      syncPath(config.data);
    }
    tell(manifest, config.data, json);
    return 0;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    unlock();
  }
}

async function copied(from: string, to: string): Promise<Content> {
  const part = (name: (typeof PARTS)[number]) => [join(from, name), join(to, name)] as const;
  const has = (name: string) => existsSync(join(from, name));
  const mongodb = has('mongodb') ? { mongodb: await copyDocuments(...part('mongodb')) } : {};
  const eventstore = await copyLog(...part('eventstore'));
  const keys = has('keys') ? { keys: await copyKeys(...part('keys')) } : {};
  if (has(TOKEN_KEY)) {
    copyFileSync(join(from, TOKEN_KEY), join(to, TOKEN_KEY));
    syncPath(join(to, TOKEN_KEY));
  }
  return { ...mongodb, eventstore, ...keys };
}

/**
 * What a killed process of these has left: it has keys of persons in it, and in a container the next process may have the same
 * number. The copy of one that lives stays.
 */
function clearUnfinished(directory: string, prefix: string): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) {
    const number = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^\d+$/.test(number)) continue;
    const pid = Number(number);
    if (pid !== process.pid && lives({ pid, began: '' })) continue;
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function manifestOf(directory: string): Manifest {
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) throw new UsageError(`${directory} is no backup: it has no ${MANIFEST}.`);
  const manifest = parsed(path);
  if (manifest.format !== FORMAT)
    throw new UsageError(`${path} has format ${manifest.format}; this version reads format ${FORMAT}.`);
  return manifest;
}

function parsed(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${path} is damaged: ${error.message}`);
  }
}

function ownStoresOnly({ eventStoreUri }: Config): void {
  if (eventStoreUri)
    throw new UsageError(
      'With ESDB_URL and MONGODB_URI the data are in servers of your own: use their ways to back up. This is for the embedded stores.',
    );
}

function tell(manifest: Manifest, directory: string, json: boolean | undefined): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ directory, ...manifest }, null, 2)}\n`);
    return;
  }
  const { eventstore, mongodb, keys } = manifest;
  process.stdout.write(
    `${directory}: ${eventstore.events} events up to position ${eventstore.lastPosition}, ${mongodb?.entries ?? 0} entries of read models, ${keys?.subjects ?? 0} keys of persons\nlog ${eventstore.digest}\n`,
  );
}
