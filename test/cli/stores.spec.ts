import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { type Key, open } from 'lmdb';
import { MongoClient } from 'mongodb';
import { Quadrant, quadrant } from './quadrant.ts';

/** Each step is a process of its own: a loaded machine takes its time. */
const TIME_MS = 240_000;

/** Goal: `quadrant stores` says where the stores are, ends cleanly, and keeps a second one away from its directory. */
describe('quadrant stores', () => {
  let directory = '';
  const running: Quadrant[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-stores-'));
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (...args: string[]): Promise<Quadrant> => {
    const stores = new Quadrant(['stores', '--data', directory, ...args], {});
    running.push(stores);
    await stores.says(/^ready$/m);
    return stores;
  };

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where they are, and ends at %s; the directory is free again',
    async (signal) => {
      const stores = await start('--plain');
      const [, eventStorePort] =
        stores.stdout.match(/^ESDB_URL=esdb:\/\/127\.0\.0\.1:(\d+)\?tls=false$/m) ?? [];
      const [, mongoPort] = stores.stdout.match(/^MONGODB_URI=mongodb:\/\/127\.0\.0\.1:(\d+)\//m) ?? [];
      expect([await listens(eventStorePort), await listens(mongoPort)]).toEqual([true, true]);

      const second = await quadrant(['stores', '--plain', '--data', directory], {});
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(new RegExp(`in use by process ${stores.process.pid}`));
      expect(second.stdout).toBe('');
      expect(await listens(eventStorePort)).toBe(true);

      const { code } = await stores.stop(signal);
      expect([code, await listens(eventStorePort), await listens(mongoPort)]).toEqual([0, false, false]);
      await start();
    },
  );

  it(
    'run by npm, they end when npm is told to end',
    async () => {
      const args = ['stores', '--data', directory, '--plain'];
      // Without what comes before it: that would build what other suites are running.
      const npm = spawn('npm', ['run', '-s', '--ignore-scripts', 'quadrant', '--', ...args], {
        cwd: join(import.meta.dirname, '..', '..'),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        let said = '';
        for await (const text of npm.stdout) {
          said += text;
          if (/^ready$/m.test(said)) break;
        }
        const [, port] = said.match(/^ESDB_URL=esdb:\/\/127\.0\.0\.1:(\d+)/m) ?? [];
        expect(await listens(port)).toBe(true);
      } finally {
        npm.kill('SIGTERM');
      }
      // Only a directory that is free can be started on.
      for (;;) {
        const next = await quadrant(['stores', 'status', '--data', directory], {});
        if (next.code === 3) break;
      }
      await start('--plain');
    },
    TIME_MS,
  );

  it(
    'starts one of them alone, where it is told to',
    async () => {
      const first = await start('--plain', '--only', 'mongodb');
      expect(first.stdout).not.toMatch(/ESDB_URL/);
      const [, port = ''] = first.stdout.match(/:(\d+)\//) ?? [];
      await first.stop();
      const again = await start('--only', 'mongodb', '--mongodb-port', port);
      expect(again.stdout).toMatch(`mongodb://127.0.0.1:${port}/`);
    },
    TIME_MS,
  );

  it(
    'keeps strangers out: TLS and a password that is not printed, a socket of its owner',
    async () => {
      const stores = await start();
      const { ESDB_URL, MONGODB_URI } = urisOf(stores);
      const { password, port } = new URL(ESDB_URL.replace('esdb:', 'http:'));
      expect(stores.stdout + stores.stderr).not.toContain(password);
      const socket = decodeURIComponent(MONGODB_URI.replace(/^mongodb:\/\/|\/\?.*$/g, ''));
      expect(statSync(socket).mode & 0o777).toBe(0o700);

      const append = async (uri: string) => {
        const client = EventStoreDBClient.connectionString(uri);
        try {
          return await client.appendToStream('a-1', jsonEvent({ type: 'Opened', data: {} }));
        } finally {
          await client.dispose();
        }
      };
      expect(await append(ESDB_URL)).toMatchObject({ success: true });
      await expect(append(`esdb://127.0.0.1:${port}?tls=false`)).rejects.toMatchObject({ code: 14 });
      await expect(append(ESDB_URL.replace(password, 'guess'))).rejects.toMatchObject({
        type: 'access-denied',
      });
      const mongo = await new MongoClient(MONGODB_URI).connect();
      expect(await mongo.db('any').collection('any').insertOne({})).toMatchObject({ acknowledged: true });
      await mongo.close();
    },
    TIME_MS,
  );

  it(
    'tell of damage that they meet at work, each once, and to whoever asked for it',
    async () => {
      const stores = await start('--plain');
      const { ESDB_URL, MONGODB_URI } = urisOf(stores);
      const client = EventStoreDBClient.connectionString(ESDB_URL);
      const mongo = await new MongoClient(MONGODB_URI, { retryReads: false }).connect();
      try {
        const { position } = await client.appendToStream('a-1', jsonEvent({ type: 'Opened', data: {} }));
        const notes = mongo.db('any').collection<{ _id: string }>('notes');
        await notes.insertOne({ _id: 'first' });
        await damage(join(directory, 'eventstore', 'events.mdb'), { name: 'log' });
        const isDocument = (key: unknown) => (key as Buffer)[0] === 'd'.charCodeAt(0);
        await damage(
          join(directory, 'mongodb', 'documents.mdb'),
          { name: 'data', keyEncoding: 'binary' },
          isDocument,
        );

        const record = `The record at position ${position?.commit} is damaged: its checksum does not match.`;
        for (const _again of ['once', 'again']) {
          await expect(client.readStream('a-1')[Symbol.asyncIterator]().next()).rejects.toThrow(record);
          await expect(notes.findOne({ _id: 'first' })).rejects.toThrow('is damaged on disk');
        }
        await stores.says(/any\.notes.*is damaged on disk/);
        const lines = stores.stderr.split('\n').filter((line) => line.includes('is damaged'));
        expect(lines).toEqual([
          expect.stringContaining(record),
          expect.stringMatching(/any\.notes.*is damaged on disk/),
        ]);
      } finally {
        await client.dispose();
        await mongo.close();
      }
    },
    TIME_MS,
  );

  it(
    'are found well by the doctor, who says what is not there yet',
    async () => {
      const stores = await start();
      const uris = urisOf(stores);
      const look = async () => {
        const { code, stdout } = await quadrant(['doctor', '--data', directory, '--json'], uris);
        const { findings } = JSON.parse(stdout) as { findings: { what: string; state: string }[] };
        return { code, states: Object.fromEntries(findings.map(({ what, state }) => [what, state])) };
      };
      const good = {
        Node: 'ok',
        disk: 'ok',
        'data directory': 'ok',
        'event store': 'ok',
        MongoDB: 'ok',
        financial: 'ok',
      };
      expect(await look()).toMatchObject({
        code: 1,
        states: { ...good, 'key store': 'no', 'token key': 'no' },
      });
      await quadrant(['token', '--role', 'viewer', '--data', directory], {});
      expect(await look()).toMatchObject({
        code: 1,
        states: { ...good, 'key store': 'no', 'token key': 'ok' },
      });
      await stores.stop();
      expect(await look()).toMatchObject({ code: 3, states: { 'event store': 'no', MongoDB: 'no' } });
    },
    TIME_MS,
  );

  it.each(['eventstore/events.mdb', 'mongodb/documents.mdb'])(
    'says at once that %s is damaged, and does not try again',
    async (file) => {
      await (await start()).stop();
      writeFileSync(join(directory, file), Buffer.alloc(8_192), { flag: 'r+' });
      const { code, stdout, stderr } = await quadrant(['stores', '--data', directory], {});
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.match(/cannot start: .* is damaged/g)).toHaveLength(1);
      expect(stderr).toMatch(/^stores cannot be started; see its message above\.$/m);
    },
    TIME_MS,
  );
});

/** Turns a bit near the end of values of a table, whoever has its file open. */
async function damage(
  path: string,
  table: { readonly name: string; readonly keyEncoding?: 'binary' },
  of: (key: unknown) => boolean = () => true,
): Promise<void> {
  const root = open({ path, noSubdir: true, maxDbs: 8, overlappingSync: false });
  const rows = root.openDB<Buffer, Key>({ encoding: 'binary', ...table });
  for (const { key, value } of [...rows.getRange({})].filter((row) => of(row.key))) {
    const bytes = Buffer.from(value);
    bytes[bytes.length - 2] = (bytes[bytes.length - 2] as number) ^ 1;
    await rows.put(key, bytes);
  }
  await root.close();
}

/** What a shell makes of the lines that were printed. */
function urisOf({ stdout }: Quadrant): { ESDB_URL: string; MONGODB_URI: string } {
  const lines = stdout.split('\n').filter((line) => line.includes('='));
  const script = `${lines.join('\n')}\nprintf '%s\\n' "$ESDB_URL" "$MONGODB_URI"`;
  const [eventStore = '', mongo = ''] = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n');
  return { ESDB_URL: eventStore, MONGODB_URI: mongo };
}

function listens(port: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
