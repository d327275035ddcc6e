import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import type { Tables } from './tables.ts';

/** Who writes a log: a process, told from a later one of the same number by the time at which it began. */
interface Owner {
  readonly pid: number;
  readonly began: string;
}

/** Directories that this process has open. */
const open = new Set<string>();

/** The directory is taken: said with the process that has it. */
export class DirectoryInUse extends Error {
  constructor(directory: string, pid: number) {
    super(
      `The directory ${directory} is in use by process ${pid}; two processes on one log would damage it. Stop that process, or use another directory.`,
    );
  }
}

/** Reserves a directory within this process; returns the way to give it back. Errors: DirectoryInUse. */
export function reserveDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = realpathSync(directory);
  if (open.has(path)) throw new DirectoryInUse(directory, process.pid);
  open.add(path);
  return () => open.delete(path);
}

/**
 * Writes this process down as the log's owner, unless another one lives. LMDB lets one write transaction run at a time in
 * all processes together, so of two starts at once one sees the other. A killed owner is taken over from.
 *
 * Errors: DirectoryInUse.
 */
export function claimLog(tables: Tables, directory: string): void {
  const refusal = tables.root.transactionSync(() => {
    const owner = tables.facts.get('owner') as Owner | null | undefined;
    if (owner && owner.pid !== process.pid && lives(owner)) return new DirectoryInUse(directory, owner.pid);
    const own: Owner = { pid: process.pid, began: beganAt(process.pid) ?? '' };
    tables.facts.put('owner', own);
    return undefined;
  });
  if (refusal) throw refusal;
}

export function releaseLog(tables: Tables): void {
  tables.facts.putSync('owner', null);
}

function lives(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
  const began = beganAt(owner.pid);
  return began === undefined || owner.began === '' || began === owner.began;
}

/** When a process began, in the kernel's words; undefined where the kernel does not say. */
function beganAt(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}/${text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
