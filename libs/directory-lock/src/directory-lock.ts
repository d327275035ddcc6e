import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beganAt, type Holder, lives } from './holder.ts';
import { makeDirectory } from './made-directory.ts';

/** Directories that this process holds. */
const held = new Set<string>();

/** The directory is taken: said with the process that has it. */
export class DirectoryInUse extends Error {
  constructor(directory: string, pid: number) {
    super(
      `The directory ${directory} is in use by process ${pid}; two processes on it would damage it. Stop that process, or use another directory.`,
    );
  }
}

/**
 * One process on one directory; returns the way to give it back. A lock whose process is gone is taken over, also when
 * a later process has its number (in a container every first process is number 1).
 *
 * Errors: DirectoryInUse.
 */
export function lockDirectory(directory: string): () => void {
  makeDirectory(directory);
  const real = realpathSync(directory);
  if (held.has(real)) throw new DirectoryInUse(directory, process.pid);
  const path = join(real, 'lock');
  // The lock appears with its content: one that is empty because its maker was killed, or lost its power, cannot be.
  const own = `${path}.${process.pid}`;
  const holder: Holder = { pid: process.pid, began: beganAt(process.pid) ?? '' };
  writeFileSync(own, JSON.stringify(holder), { mode: 0o600, flush: true });
  try {
    while (!linked(own, path)) takeAway(path, directory);
  } finally {
    rmSync(own, { force: true });
  }
  held.add(real);
  return () => {
    held.delete(real);
    rmSync(path, { force: true });
  };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a lock away whose process is gone. It is moved first and looked at then, so that a new one is not taken for the old. */
function takeAway(path: string, directory: string): void {
  const seen = holderOf(path);
  if (seen === undefined) return;
  if (seen !== UNREADABLE && lives(seen)) throw new DirectoryInUse(directory, seen.pid);
  const aside = `${path}.gone.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = holderOf(aside);
  if (moved !== undefined && moved !== UNREADABLE && lives(moved)) {
    linked(aside, path);
    rmSync(aside, { force: true });
    throw new DirectoryInUse(directory, moved.pid);
  }
  rmSync(aside, { force: true });
}

/** A name whose content a power cut took, left by a version that did not wait for the disk: its process is gone. */
const UNREADABLE = 'unreadable';

function holderOf(path: string): Holder | typeof UNREADABLE | undefined {
  try {
    const { pid, began } = JSON.parse(readFileSync(path, 'utf8')) as Holder;
    return Number.isSafeInteger(pid) && pid > 0 && typeof began === 'string' ? { pid, began } : UNREADABLE;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError || error instanceof TypeError) return UNREADABLE;
    throw error;
  }
}
