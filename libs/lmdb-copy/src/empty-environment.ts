import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { emptyMetaPages } from './meta.ts';

/**
 * A file with an environment in which nothing is, as lmdb makes it for `noSubdir`; it is on disk when this returns.
 *
 * When lmdb-js 3.5.6 cannot write the first pages of a new file, the process ends by SIGSEGV without a word. It writes none of
 * them where they are. A file that is there, left by a process that was killed, is begun anew. Errors: those of the file
 * system, a full disk among them.
 */
export function createEnvironment(path: string, mapBytes: number): void {
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', 0o600);
  try {
    const pages = emptyMetaPages(mapBytes);
    for (let at = 0; at < pages.length; ) at += writeSync(file, pages, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
