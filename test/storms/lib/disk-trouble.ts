import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RECORDED_ENVIRONMENT, recordedBy, whyNoRecording } from './power/strace.ts';
import type { Random } from './random.ts';

export const TROUBLES = ['the disk is full', 'a file may not grow', 'a sync fails', 'a write fails'] as const;
export type DiskTrouble = (typeof TROUBLES)[number];

/** How a process is put into trouble. */
export interface Trouble {
  /** The command that runs it. */
  readonly under: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The data directory that it is to use. */
  readonly data: string;
  /** Where the data are when it has ended. */
  readonly kept: string;
  /** What strace wrote, where it was there; the data are recorded from the directory `disk` on. */
  readonly record?: string;
}

const TMPFS_BYTES = 8 * 2 ** 20;
/** A store makes its files in less; a run of a second fills the rest. */
const ROOM_BYTES_MIN = 400_000;
const ROOM_BYTES_MORE = 1_500_000;
/** The first ones are those of a start. Counted for each thread: there is one for writes. */
const CALLS_MAX = 60;

/** Why trouble cannot be made here; undefined: it can. */
export function whyNoTrouble(): string | undefined {
  const mount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /tmp'], { encoding: 'utf8' });
  if (mount.status !== 0)
    return `unshare cannot mount a small disk here: ${mount.error?.message ?? mount.stderr.trim()}`;
  const limit = spawnSync('prlimit', ['--fsize=1000000', 'true'], { encoding: 'utf8' });
  if (limit.status !== 0)
    return `prlimit cannot limit files here: ${limit.error?.message ?? limit.stderr.trim()}`;
  return whyNoRecording();
}

export function underTrouble(trouble: DiskTrouble, random: Random, directory: string): Trouble {
  const disk = join(directory, 'disk');
  const data = join(disk, 'data');
  mkdirSync(disk);
  const room = ROOM_BYTES_MIN + random.below(ROOM_BYTES_MORE);
  switch (trouble) {
    case 'the disk is full': {
      const kept = join(directory, 'kept');
      const script =
        'mount -t tmpfs -o size="$1" none "$2" && head -c "$3" /dev/zero > "$2/filling"; from="$2/data"; to="$4"; shift 4; "$@"; code=$?; cp -r "$from" "$to"; exit $code';
      const filling = TMPFS_BYTES - room;
      const under = [
        'unshare',
        '-rm',
        'sh',
        '-c',
        script,
        'sh',
        String(TMPFS_BYTES),
        disk,
        String(filling),
        kept,
      ];
      return { under, env: {}, data, kept };
    }
    case 'a file may not grow':
      return { under: ['prlimit', `--fsize=${room}`], env: {}, data, kept: data };
    case 'a sync fails':
      return failing(directory, data, `fdatasync:error=EIO:when=${1 + random.below(CALLS_MAX)}`);
    case 'a write fails':
      return failing(
        directory,
        data,
        `pwrite64:error=${random.pick(['EIO', 'ENOSPC'])}:when=${1 + random.below(CALLS_MAX)}`,
      );
  }
}

function failing(directory: string, data: string, inject: string): Trouble {
  const record = join(directory, 'record');
  const env = { ...RECORDED_ENVIRONMENT, UV_THREADPOOL_SIZE: '1' };
  return { under: recordedBy({ record, inject }), env, data, kept: data, record };
}
