import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes; 104 with the closing zero on macOS, 108 on Linux. */
const SOCKET_PATH_MAX = 103;

/**
 * Where a socket of a directory lies that only the directory's owner can open: in it, or where that is too long for the
 * address of a socket (sun_path, unix(7)) in a folder of our own for temporary files, which is made. Everybody who asks
 * for the same name of the same directory is told the same place.
 *
 * Errors: that folder is another user's.
 */
export function ownerSocketPath(directory: string, name: string): string {
  const inside = join(directory, name);
  if (Buffer.byteLength(inside) <= SOCKET_PATH_MAX) return inside;
  const folder = join(
    tmpdir(),
    `quadrant-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`,
  );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0)
    throw new Error(`${folder} must belong to the user who starts the stores, and to nobody else`);
  return join(folder, name);
}
