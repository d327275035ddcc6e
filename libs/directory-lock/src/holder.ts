import { readFileSync } from 'node:fs';

/** Who holds a directory: a process, told from a later one of the same number by the time at which it began. */
export interface Holder {
  readonly pid: number;
  /** As `beganAt` says it; empty where the kernel does not say. */
  readonly began: string;
}

/** Whether that very process lives. Where the kernel does not say when it began, a process of that number counts. */
export function lives(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
  const began = beganAt(holder.pid);
  return began === undefined || holder.began === '' || began === holder.began;
}

/** When a process began, in the kernel's words; undefined where the kernel does not say. */
export function beganAt(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}/${text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
