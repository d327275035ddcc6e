import { closeSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';

/** How an LMDB environment lies in its directory. */
export interface Layout {
  /** Its file; absent: the directory itself is the environment, with a `data.mdb`. */
  readonly file?: string;
  /** Bytes of the address space, as its owner opens it. */
  readonly mapSize?: number;
}

/**
 * Copies an environment into another directory, whether or not a process writes to it: LMDB copies what was committed at one
 * moment. It is compacted: pages that are not in use, with what was deleted, are left behind. `read` looks at the copy and
 * may write to it; after it the copy is on disk.
 *
 * Errors: those of `read` and of the file system, a full disk among them.
 */
export async function copyEnvironment<Content>(
  from: string,
  to: string,
  { file, mapSize }: Layout,
  read: (directory: string) => Promise<Content>,
): Promise<Content> {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const within = (directory: string) => (file === undefined ? directory : join(directory, file));
  const source = open({
    path: within(from),
    noSubdir: file !== undefined,
    readOnly: true,
    maxDbs: 8,
    ...(mapSize === undefined ? {} : { mapSize }),
  });
  try {
    await source.backup(within(to), true);
  } finally {
    await source.close();
  }
  const content = await read(to);
  rmSync(join(to, file === undefined ? 'lock.mdb' : `${file}-lock`), { force: true });
  syncPath(join(to, file ?? 'data.mdb'));
  syncPath(to);
  return content;
}

/** Waits until a file, or what a directory lists, is on disk. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
