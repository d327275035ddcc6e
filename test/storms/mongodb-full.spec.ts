import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Document, MongoClient } from 'mongodb';

/**
 * Goal: a store of documents that cannot write stops and says why; what it acknowledged is there afterwards.
 * Method: the built store under a limit of file size, filled until it refuses; then started again without the limit.
 */
const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'stores', 'src', 'main.js');

it('stops when a file may not grow, and has kept what it acknowledged', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'quadrant-full-'));
  const start = async (limit: string) => {
    const command = `ulimit -f ${limit}; exec "${process.execPath}" "${MAIN}" --only mongodb --data "${directory}"`;
    const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += chunk;
    });
    const ended = new Promise<number | string | null>((resolve) =>
      child.once('exit', (code, signal) => resolve(signal ?? code)),
    );
    const line = await new Promise<string>((resolve) =>
      createInterface({ input: child.stdout }).once('line', resolve),
    );
    const client = new MongoClient((JSON.parse(line) as { mongoUri: string }).mongoUri, {
      retryWrites: false,
      retryReads: false,
    });
    return { child, ended, client, told: () => told };
  };
  try {
    const limited = await start('4096');
    let acknowledged = 0;
    const failed = await (async () => {
      for (; acknowledged < 1_000; acknowledged++)
        await limited.client
          .db('full')
          .collection<Document>('a')
          .insertOne({ _id: acknowledged, t: 'x'.repeat(20_000) } as never);
      return undefined;
    })().catch((error: Error) => error);
    expect(failed).toBeInstanceOf(Error);
    expect(await limited.ended).toBe('SIGKILL');
    expect(limited.told()).toContain('could not write to its disk');
    await limited.client.close(true);

    const again = await start('unlimited');
    const documents = again.client.db('full').collection('a');
    const found = await documents.find().sort({ _id: 1 }).project({ _id: 1 }).toArray();
    expect(found.map(({ _id }) => Number(_id)).slice(0, acknowledged)).toEqual(
      Array.from({ length: acknowledged }, (_, i) => i),
    );
    expect(acknowledged).toBeGreaterThan(10);
    await again.client.close();
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 120_000);
