import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A system call of a recorded process. Lines of the record are its clock: `began` and `ended` are numbers of lines. */
export interface SystemCall {
  readonly name: string;
  /** Its arguments as strace writes them, strings in hexadecimal escapes. */
  readonly args: string;
  /** What it returned; undefined: it never did, because the process was killed in it. */
  readonly result: number | undefined;
  readonly began: number;
  /** Infinity: it never did. */
  readonly ended: number;
  /** strace had it fail; it did nothing. */
  readonly injected: boolean;
}

/** Longer strings would be cut off in the record. */
const STRING_BYTES_MAX = 16 * 1024 * 1024;
/** All ways to change a file, a directory or an open file, and to send. `?`: where the architecture has it. */
const CALLS = [
  ...['open', 'openat', 'openat2', 'creat', 'close', 'close_range', 'dup', 'dup2', 'dup3', 'fcntl', 'lseek'],
  ...['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendfile', 'copy_file_range', 'splice'],
  ...['truncate', 'ftruncate', 'fallocate', 'mmap', 'msync', 'fsync', 'fdatasync', 'sync_file_range', 'sync'],
  ...['syncfs', 'io_uring_enter', 'io_submit', 'mkdir', 'mkdirat', 'rmdir', 'link', 'linkat', 'unlink'],
  ...['unlinkat', 'rename', 'renameat', 'renameat2', 'symlink', 'symlinkat', 'sendto', 'sendmsg', 'sendmmsg'],
];

/** Why system calls cannot be recorded here; undefined: they can. */
export function whyNoRecording(): string | undefined {
  const tried = spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', '-e', 'trace=write', 'true'], {
    encoding: 'utf8',
  });
  if ((tried.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return 'strace is not installed';
  if (tried.error) return `strace does not run: ${tried.error.message}`;
  return tried.status === 0 ? undefined : `strace does not work here: ${tried.stderr.trim()}`;
}

/** What a recorded process needs to know: what goes through io_uring is not seen. */
export const RECORDED_ENVIRONMENT: Readonly<Record<string, string>> = { UV_USE_IO_URING: '0' };

/** The command under which a process is recorded. */
export function recordedBy(order: {
  /** Where the record goes. */
  readonly record: string;
  /** Calls that fail, as strace's `-e inject=` has them. */
  readonly inject?: string;
}): readonly string[] {
  return [
    ...['strace', '-f', '-qq', '--seccomp-bpf', '-xx', '-s', String(STRING_BYTES_MAX), '-e', 'signal=none'],
    ...['-e', `trace=${CALLS.map((name) => `?${name}`).join(',')}`, '-o', order.record],
    ...(order.inject === undefined ? [] : ['-e', `inject=${order.inject}`]),
  ];
}

/** A process under strace. Its own id is needed to signal it: a signal to strace would end the recording. */
export class RecordedProcess {
  readonly strace: ChildProcess;
  readonly ended: Promise<void>;

  constructor(order: { readonly command: readonly string[]; readonly record: string }) {
    const [strace, ...args] = recordedBy(order) as [string, ...string[]];
    this.strace = spawn(strace, [...args, ...order.command], {
      env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'warn', ...RECORDED_ENVIRONMENT },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => this.strace.once('close', () => resolve()));
  }

  signal(signal: NodeJS.Signals): void {
    const own = this.strace.pid;
    if (own === undefined) throw new Error('strace was not started');
    const [child] = readFileSync(`/proc/${own}/task/${own}/children`, 'utf8').trim().split(' ');
    if (!child) throw new Error('the recorded process is gone');
    process.kill(Number(child), signal);
  }
}

/** The calls of a record, in the order in which they ended; those that did not end come last. */
export function callsOf(record: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, { readonly text: string; readonly began: number }>();
  for (const [line, whole] of record.split('\n').entries()) {
    const gap = whole.indexOf(' ');
    if (gap < 0) continue;
    const thread = whole.slice(0, gap);
    const text = whole.slice(gap).trimStart();
    if (text.startsWith('+++') || text.startsWith('---')) continue;
    if (text.endsWith('<unfinished ...>')) {
      open.set(thread, { text: text.slice(0, -'<unfinished ...>'.length).trimEnd(), began: line });
    } else if (text.startsWith('<... ')) {
      const begun = open.get(thread);
      if (!begun) throw new Error(`line ${line + 1} of the record ends a call that did not begin`);
      open.delete(thread);
      const rest = text.slice(text.indexOf(' resumed>') + ' resumed>'.length);
      calls.push(callOf(`${begun.text}${rest}`, begun.began, line));
    } else calls.push(callOf(text, line, line));
  }
  for (const { text, began } of open.values())
    calls.push(callOf(`${text.replace(/,$/, '')}) = ?`, began, Number.POSITIVE_INFINITY));
  return calls;
}

/** Longer than all that follows the arguments of a call. */
const TAIL_CHARACTERS = 300;

function callOf(text: string, began: number, ended: number): SystemCall {
  const open = text.indexOf('(');
  const from = Math.max(open, text.length - TAIL_CHARACTERS);
  const tail = /\)\s+= (-?\d+|0x[0-9a-f]+|\?)[^"]*$/.exec(text.slice(from));
  if (open < 0 || !tail)
    throw new Error(`line ${began + 1} of the record is not understood: ${text.slice(0, 200)}`);
  return {
    name: text.slice(0, open),
    args: text.slice(open + 1, from + tail.index),
    result: tail[1] === '?' ? undefined : Number(tail[1]),
    began,
    ended,
    injected: tail[0].endsWith('(INJECTED)'),
  };
}

/** The strings among the arguments of a call, as bytes. Errors: one was cut off. */
export function stringsOf({ name, args }: SystemCall): Buffer[] {
  const found: Buffer[] = [];
  for (let at = args.indexOf('"'); at >= 0; at = args.indexOf('"', at)) {
    const end = args.indexOf('"', at + 1);
    if (args.startsWith('...', end + 1)) throw new Error(`a string of ${name} is cut off in the record`);
    found.push(Buffer.from(args.slice(at + 1, end).replaceAll('\\x', ''), 'hex'));
    at = end + 1;
  }
  return found;
}
