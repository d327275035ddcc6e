import { linkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncPath } from './copy.ts';
import { createEnvironment } from './empty-environment.ts';

/**
 * Makes a file with an environment. It gets its name only when it is complete and on disk, so that a crash leaves nothing half
 * made; `fill` writes what a new one holds, to the path that it is given, and closes it. Errors: those of the file system.
 */
export function makeEnvironment(path: string, mapBytes: number, fill?: (unfinished: string) => void): void {
  const unfinished = `${path}.new-${process.pid}`;
  try {
    createEnvironment(unfinished, mapBytes);
    fill?.(unfinished);
    giveName(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(`${unfinished}-lock`, { force: true });
  }
  syncPath(dirname(path));
}

function giveName(unfinished: string, path: string): void {
  try {
    linkSync(unfinished, path);
  } catch (error) {
    // Another process made it in the meantime: its file is as good as ours.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
