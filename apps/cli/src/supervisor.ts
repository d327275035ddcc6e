import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process of Quadrant: a built entry, its arguments, and what it needs to know. */
export interface ChildSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What its later lives need, following from the first ready line: others have been told its address. */
  readonly again?: (ready: Ready) => Partial<Pick<ChildSpec, 'args' | 'env'>>;
}

export type Ready = Readonly<Record<string, unknown>>;

const RESTART_FIRST_MS = 200;
const RESTART_LONGEST_MS = 10_000;
const STABLE_MS = 30_000;
const STOP_MS = 10_000;
/** Deaths in a row after which a child is given up: something is wrong that a restart does not mend. */
const DEATHS_MAX = 8;
/** Exit code of a child that no other start would help. Source: sysexits(3), EX_DATAERR. */
const UNUSABLE = 65;

/** Keeps children alive: restarts one that dies, with back-off, and stops them in reverse order. */
export class Supervisor {
  readonly #children: Supervised[] = [];
  readonly #say: (sentence: string) => void;
  #giveUp: (error: Error) => void = () => undefined;
  /** Resolves when a child could not be kept alive. */
  readonly givenUp = new Promise<Error>((resolve) => {
    this.#giveUp = resolve;
  });

  constructor(say: (sentence: string) => void) {
    this.#say = say;
  }

  /** Starts a child and waits for its ready line. */
  async start(spec: ChildSpec): Promise<Ready> {
    const child = new Supervised(spec, this.#say, (error) => this.#giveUp(error));
    this.#children.push(child);
    return child.ready;
  }

  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) await child.stop();
  }
}

class Supervised {
  readonly #spec: ChildSpec;
  readonly #say: (sentence: string) => void;
  readonly #giveUp: (error: Error) => void;
  readonly ready: Promise<Ready>;
  #resolveReady: (ready: Ready) => void = () => undefined;
  #rejectReady: (error: Error) => void = () => undefined;
  #first: Ready | undefined;
  #process: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #stopping = false;
  #deaths = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(spec: ChildSpec, say: (sentence: string) => void, giveUp: (error: Error) => void) {
    this.#spec = spec;
    this.#say = say;
    this.#giveUp = giveUp;
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.ready.catch(() => undefined);
    this.#spawn();
  }

  #spawn(): void {
    const { file } = this.#spec;
    const later = this.#first && this.#spec.again ? this.#spec.again(this.#first) : {};
    const args = [...(later.args ?? []), ...this.#spec.args];
    const env = { ...this.#spec.env, ...later.env };
    const began = Date.now();
    // A group of its own: Ctrl-C reaches the supervisor alone, which stops the children in order. The channel tells them
    // when the supervisor itself was killed.
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      detached: true,
    });
    this.#process = child;
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => this.#line(line));
    child.once('exit', (code, signal) => {
      if (code === UNUSABLE) this.#end(`${this.#spec.name} cannot be started; see its message above.`);
      else this.#died(signal ?? `code ${code}`, Date.now() - began);
    });
  }

  #line(line: string): void {
    if (!line.startsWith('{"ready":true')) {
      process.stderr.write(`${line}\n`);
      return;
    }
    this.#first ??= JSON.parse(line) as Ready;
    this.#resolveReady(this.#first);
  }

  #died(how: string, livedMs: number): void {
    if (this.#stopping) return;
    this.#deaths = livedMs > STABLE_MS ? 1 : this.#deaths + 1;
    if (this.#deaths > DEATHS_MAX) {
      this.#end(
        `${this.#spec.name} ended ${this.#deaths} times in a row (last: ${how}); see its messages above.`,
      );
      return;
    }
    const pause = Math.min(RESTART_FIRST_MS * 2 ** (this.#deaths - 1), RESTART_LONGEST_MS);
    this.#say(`${this.#spec.name} ended (${how}); it is started again in ${pause} ms.`);
    this.#timer = setTimeout(() => this.#spawn(), pause);
  }

  #end(why: string): void {
    if (this.#stopping) return;
    const error = new Error(why);
    this.#rejectReady(error);
    this.#giveUp(error);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(kill);
  }
}
