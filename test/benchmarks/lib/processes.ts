import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Built files lie in `dist`; the benchmarks run from there themselves. */
const BUILT = join(import.meta.dirname, '..', '..', '..');
const CLOCK_TICKS_PER_SECOND = 100;
const STOP_MS = 15_000;

/** What runs: a run that is broken off must not leave stores behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/** A process of the topology: started, watched and stopped by its own pid. */
export class Child {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly #exited: Promise<void>;

  constructor(process: ChildProcess) {
    this.process = process;
    if (process.pid === undefined) throw new Error('A process of the benchmark could not be started.');
    this.pid = process.pid;
    running.add(process);
    this.#exited = new Promise((resolve) =>
      process.once('exit', () => {
        running.delete(process);
        resolve();
      }),
    );
  }

  /** CPU seconds since its start, user and system. Source: proc(5). */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  /** Resident bytes of all its threads. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** Resident bytes without those of mapped files, which the system takes back when it needs them. */
  anonymousBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM');
    const kill = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(kill);
  }
}

/** Starts a built process of the application and waits for its ready line. */
export async function startApp(options: {
  readonly app: 'api' | 'projector' | 'stores';
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}): Promise<{ readonly child: Child; readonly ready: Readonly<Record<string, unknown>> }> {
  const file = join(BUILT, 'apps', options.app, 'src', 'main.js');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file, ...(options.args ?? [])],
    {
      env: { ...process.env, LOG_LEVEL: 'warn', ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const started = new Child(child);
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line));
    });
    child.once('exit', (code) => reject(new Error(`${options.app} ended with ${code} before it was ready.`)));
  });
  return { child: started, ready };
}

export interface Stores {
  readonly child: Child;
  readonly eventStoreUri: string;
  readonly mongoUri: string;
}

/**
 * Both embedded stores in one process, as `npm start` runs them but for TLS, unless it is asked for: real stores are measured
 * without it as well.
 */
export async function startStores(directory: string, access: 'plain' | 'TLS' = 'plain'): Promise<Stores> {
  const args = ['--data', directory, ...(access === 'plain' ? ['--plain'] : [])];
  // Slow operations are counted by it, and are no news of a benchmark.
  const { child, ready } = await startApp({ app: 'stores', args, env: { LOG_LEVEL: 'error' } });
  return {
    child,
    eventStoreUri: String(ready['eventStoreUri']),
    mongoUri: String(ready['mongoUri']),
  };
}

interface Reply {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly cpuSeconds: number;
}

export interface Done<Result> {
  readonly result: Result;
  /** CPU seconds of the worker for this task. */
  readonly cpuSeconds: number;
}

/** A process that carries out tasks of `tasks.ts`: the program under test, or the load generator. */
export class Worker {
  readonly child: Child;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #calls = 0;

  constructor(entry: 'worker' | 'feeder' | 'sink' = 'worker') {
    const process = fork(join(import.meta.dirname, `${entry}.js`), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
    });
    this.child = new Child(process);
    process.on('message', (reply: Reply) => {
      this.#waiting.get(reply.call)?.(reply);
      this.#waiting.delete(reply.call);
    });
    process.once('exit', (code) => {
      for (const [call, answer] of this.#waiting)
        answer({ call, error: `the worker ended with ${code}`, cpuSeconds: 0 });
    });
  }

  async run<Result>(task: string, order: object): Promise<Done<Result>> {
    const call = this.#calls++;
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(call, resolve);
      this.child.process.send({ call, task, order });
    });
    if (reply.error !== undefined) throw new Error(`${task}: ${reply.error}`);
    return { result: reply.result as Result, cpuSeconds: reply.cpuSeconds };
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}

const SAMPLE_MS = 100;

/** Watches a process's resident bytes every 100 ms while something runs; the highest. */
export async function highestResident<T>(
  child: Child,
  during: () => Promise<T>,
): Promise<{ readonly result: T; readonly bytes: number }> {
  let bytes = child.residentBytes();
  const timer = setInterval(() => {
    bytes = Math.max(bytes, child.residentBytes());
  }, SAMPLE_MS);
  try {
    const result = await during();
    return { result, bytes: Math.max(bytes, child.residentBytes()) };
  } finally {
    clearInterval(timer);
  }
}
