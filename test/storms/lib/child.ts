import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Built files lie beside the built storms; the specs run from the sources. */
const ROOT = join(import.meta.dirname, '..', '..', '..');
/** The process of the embedded stores. */
export const STORES = join(
  ROOT.endsWith('dist') ? ROOT : join(ROOT, 'dist'),
  'apps',
  'stores',
  'src',
  'main.js',
);

export interface ChildOrder {
  readonly name: string;
  /** A built entry file. */
  readonly file: string;
  readonly args?: readonly string[];
  /** A command that runs it, with its arguments: strace, prlimit. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Everything it says goes here. */
  readonly log: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the product under a storm: started from its built entry, watched for its ready line and its end. */
export class Child {
  readonly name: string;
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;
  readonly #ready: Promise<Readonly<Record<string, unknown>>>;

  constructor({ name, file, args = [], under = [], env = {}, log }: ChildOrder) {
    this.name = name;
    appendFileSync(log, `--- ${new Date().toISOString()} start ${env['CRASH_AT'] ?? ''}\n`);
    const own = [process.execPath, '--disable-warning=ExperimentalWarning', file, ...args];
    const [command = process.execPath, ...rest] = [...under, ...own];
    const child = spawn(command, rest, {
      env: { ...inherited(), NODE_OPTIONS: '', LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        appendFileSync(log, `--- ${new Date().toISOString()} end ${signal ?? `code ${code}`}\n`);
        resolve({ code, signal });
      }),
    );
    this.#ready = new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => {
          appendFileSync(log, `${line}\n`);
          if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Record<string, unknown>);
        });
      }
    });
  }

  /** What its ready line said; undefined when it ended before. */
  async ready(): Promise<Readonly<Record<string, unknown>> | undefined> {
    return Promise.race([this.#ready, this.ended.then(() => undefined)]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended> {
    this.#process.kill(signal);
    return this.ended;
  }
}

/** A storm has stores of its own: those that tests are given are no business of its processes. */
function inherited(): NodeJS.ProcessEnv {
  const { ESDB_URL: _log, MONGODB_URI: _documents, ...others } = process.env;
  return others;
}
