import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process of the product, started from its built file; its first JSON line with `ready` tells that it works. */
export class ManagedProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | NodeJS.Signals>;
  readonly ready: Promise<Readonly<Record<string, unknown>>>;
  #stderr = '';

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve(signal ?? code ?? -1)),
    );
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-4_000);
    });
    this.ready = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        if (!line.startsWith('{')) return;
        const message = JSON.parse(line) as Record<string, unknown>;
        if (message['ready'] === true) resolve(message);
      });
      void this.#exited.then((how) =>
        reject(new Error(`${file} ended (${how}) before it was ready: ${this.#stderr}`)),
      );
    });
    // Whoever kills a process before it is ready does not wait for readiness.
    this.ready.catch(() => undefined);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the exit code or signal when the process has ended, by whatever cause. */
  get exited(): Promise<number | NodeJS.Signals> {
    return this.#exited;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals> {
    if (this.running) this.#child.kill(signal);
    return this.#exited;
  }
}
