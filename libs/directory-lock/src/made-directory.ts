import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it, readable by their owner only, and waits until their names are on disk: what is written
 * into one whose name a power cut takes is gone, synced or not.
 */
export function makeDirectory(path: string): void {
  const outermost = mkdirSync(path, { recursive: true, mode: 0o700 });
  const last = resolve(outermost ?? path);
  for (let made = resolve(path); ; made = dirname(made)) {
    // The parent also of one that was there: who made it may have been killed before this.
    syncDirectory(dirname(made));
    if (made === last) return;
  }
}

/** Waits until what a directory lists is on disk. */
export function syncDirectory(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
