import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'dist', 'apps', 'cli', 'src', 'main.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `quadrant` command as it is built, with an environment that says nothing but what is given. */
export class Quadrant {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], environment: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    this.process = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      cwd: ROOT,
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.on('data', (text: Buffer) => {
      this.stdout += text;
    });
    this.process.stderr?.on('data', (text: Buffer) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Resolves with the match when the output has it; rejects when the process ends before. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    const found = () => this.stdout.match(pattern) ?? this.stderr.match(pattern);
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = found();
        if (match) resolve(match);
      };
      this.process.stdout?.on('data', look);
      this.process.stderr?.on('data', look);
      void this.ended.then(({ code, stderr }) =>
        reject(new Error(`The process ended with ${code} before it said ${pattern}: ${stderr}`)),
      );
      look();
    });
  }

  /** Ends the process as Ctrl-C does, and waits. */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM'): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }
}

export function quadrant(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Quadrant(args, environment).ended;
}
