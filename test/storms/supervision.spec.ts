import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openJournal } from '#journal';
import { openReadModels } from '#read-models';

/**
 * Goal: the supervisor of `quadrant start` brings a killed process back to where the others look for it, and leaves nothing
 * behind when it is killed itself. Method: the built command line, kill -9.
 */
const CLI = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');

interface Supervised {
  readonly process: ChildProcess;
  readonly eventStoreUri: string;
  readonly mongoUri: string;
  readonly ended: Promise<unknown>;
}

async function stores(directory: string): Promise<Supervised> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', CLI, 'stores', '--data', directory],
    {
      env: { ...process.env, ESDB_URL: '', MONGODB_URI: '', NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = new Map<string, string>();
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    if (line === 'ready') break;
    const at = line.indexOf('=');
    said.set(line.slice(0, at), line.slice(at + 1));
  }
  return {
    process: child,
    // "$(cat 'FILE')": the file has the address with the password.
    eventStoreUri: readFileSync(said.get('ESDB_URL')?.split("'")[1] as string, 'utf8'),
    mongoUri: said.get('MONGODB_URI') as string,
    ended,
  };
}

/** Children of a process, as the kernel has them. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function lives(pid: number): boolean {
  try {
    // A zombie is dead: it only waits for somebody to ask how it ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('the supervisor', () => {
  let directory = '';
  let running: Supervised;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-supervision-'));
    running = await stores(directory);
  });
  afterEach(async () => {
    running.process.kill('SIGTERM');
    await running.ended;
    rmSync(directory, { recursive: true, force: true });
  });

  it('starts killed stores again at the addresses that everybody was told, with what they held', async () => {
    const journal = openJournal({ uri: running.eventStoreUri, totalTimeoutMs: 50_000 });
    const readModels = await openReadModels({ uri: running.mongoUri, code: 'supervision' });
    try {
      const event = { id: crypto.randomUUID(), type: 'Noted', data: {}, metadata: {} };
      const receipt = await journal.append('note-1', [event as never], 'no_stream');
      await readModels.db.collection<{ _id: string }>('notes').insertOne({ _id: 'one' });
      const [killed] = childrenOf(running.process.pid as number);
      process.kill(killed as number, 'SIGKILL');
      await until(() => !lives(killed as number));
      expect((await journal.load('note-1')).events[0]?.position).toBe(receipt.position);
      await until(() => childrenOf(running.process.pid as number).length > 0);
      await expect(readModels.ping()).resolves.toBeUndefined();
      expect(await readModels.db.collection<{ _id: string }>('notes').findOne({})).toEqual({ _id: 'one' });
    } finally {
      await readModels.close();
      await journal.close();
    }
  });

  it('killed itself, leaves no process behind: the next start has the directory', async () => {
    const [child] = childrenOf(running.process.pid as number);
    running.process.kill('SIGKILL');
    await running.ended;
    await until(() => !lives(child as number));
    running = await stores(directory);
    expect(running.eventStoreUri).toMatch(/^esdb:/);
  });
});
