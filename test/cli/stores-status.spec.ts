import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { Quadrant, quadrant } from './quadrant.ts';

/** Each step is a process of its own: a loaded machine takes its time. */
const TIME_MS = 240_000;
/** Written into both stores; what tells how they are must not tell it. */
const PERSONAL = 'Charlotte Beispiel';

/** Goal: whoever runs the embedded stores can see how they are, in a terminal and by a monitor, and nothing of what they hold. */
describe('the stores tell how they are', () => {
  let directory = '';
  let stores: Quadrant | undefined;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-status-'));
  });
  afterEach(async () => {
    await stores?.stop();
    stores = undefined;
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (...args: string[]): Promise<Quadrant> => {
    stores = new Quadrant(['stores', '--data', directory, ...args], {});
    await stores.says(/^ready$/m);
    return stores;
  };
  const status = (...more: string[]) => quadrant(['stores', 'status', '--data', directory, ...more], {});
  const onSocket = (path: string) => answer({ socketPath: join(directory, 'stores.sock'), path });

  it(
    'health, sizes, what is open, and slow operations, by name and never by content',
    async () => {
      const port = await freePort();
      const { stdout } = await start('--slow-ms', '0', '--status-port', String(port));
      const uris = urisOf(stdout);
      const client = EventStoreDBClient.connectionString(uris.ESDB_URL);
      const mongo = await new MongoClient(uris.MONGODB_URI).connect();
      try {
        await client.appendToStream('person-1', jsonEvent({ type: 'Named', data: { name: PERSONAL } }));
        const subscription = client.subscribeToStream('person-1');
        await new Promise((resolve) => subscription.once('data', resolve));
        const people = mongo.db('read').collection('people');
        await people.insertMany([{ name: PERSONAL }, { name: PERSONAL }]);
        const cursor = people.find({ name: PERSONAL }).batchSize(1);
        await cursor.next();

        const { code, stdout: text } = await status('--json');
        expect(code).toBe(0);
        const { stores: both, slowMs, memory } = JSON.parse(text);
        expect(slowMs).toBe(0);
        expect(memory.resident).toBeGreaterThan(memory.anonymous);
        expect(both.eventstore).toMatchObject({
          health: 'ok',
          figures: { events: 2, streams: 3, subscriptions: 1 },
          operations: { append: { count: 2, slow: 2 } },
        });
        expect(both.mongodb).toMatchObject({
          health: 'ok',
          figures: { collections: 1, cursors: 1, transactions: 0 },
          operations: { insert: { count: 1, slow: 1 }, find: { count: 1, slow: 1 } },
        });

        const metrics = await onSocket('/metrics');
        expect(metrics.type).toMatch(/^text\/plain; version=/);
        expect(metrics.body).toMatch(/^quadrant_embedded_store_up\{store="mongodb"\} 1$/m);
        expect(metrics.body).toMatch(/^quadrant_embedded_eventstore_subscriptions 1$/m);
        expect(metrics.body).toMatch(/^quadrant_embedded_mongodb_cursors 1$/m);
        expect(metrics.body).toMatch(
          /^quadrant_embedded_store_slow_operations_total\{store="eventstore",operation="append"\} 2$/m,
        );
        expect(metrics.body).toMatch(/^process_resident_memory_bytes \d+$/m);
        // A second look must not count twice.
        expect((await onSocket('/metrics')).body).toMatch(
          /^quadrant_embedded_store_operations_total\{store="mongodb",operation="insert"\} 1$/m,
        );
        expect(await answer({ host: '127.0.0.1', port, path: '/health' })).toMatchObject({
          status: 200,
          body: '{"eventstore":"ok","mongodb":"ok"}\n',
        });
        expect(await onSocket('/other')).toMatchObject({ status: 404 });

        const human = await status();
        expect(human.stdout).toMatch(/^eventstore +ok$/m);
        expect(human.stdout).toMatch(/^ {2}append +2 in all, 2 of 0 ms or more, the longest \d/m);
        const lines = (stores?.stderr ?? '').split('\n').filter((line) => line.startsWith('{'));
        const told = lines.map((line) => JSON.parse(line));
        expect(told).toContainEqual(
          expect.objectContaining({
            msg: 'slow operation',
            store: 'eventstore',
            operation: 'append',
            stream: 'person-1',
            ms: expect.any(Number),
          }),
        );
        expect(told).toContainEqual(
          expect.objectContaining({ store: 'mongodb', operation: 'insert', namespace: 'read.people' }),
        );
        for (const everything of [stores?.stderr, text, human.stdout, metrics.body])
          expect(everything).not.toContain(PERSONAL);
        await cursor.close();
        await subscription.unsubscribe();
      } finally {
        await mongo.close();
        await client.dispose();
      }
    },
    TIME_MS,
  );

  it(
    'to their owner only, unless a port is asked for; and not when they do not run',
    async () => {
      await start();
      expect(statSync(join(directory, 'stores.sock')).mode & 0o777).toBe(0o700);
      await stores?.stop();
      const { code, stderr } = await status();
      expect([code, stderr]).toEqual([3, expect.stringContaining('do not answer')]);
    },
    TIME_MS,
  );

  it.each([
    [['--slow-ms', 'soon'], {}],
    [['--status-port', '70000'], {}],
    [[], { QUADRANT_SLOW_MS: '-1' }],
    [[], { QUADRANT_STATUS_PORT: 'any' }],
  ])(
    'and do not begin with %j and %j, which is no number',
    async (args, environment) => {
      const { code, stderr } = await quadrant(['stores', '--data', directory, ...args], environment);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/must be a number from 0 to 65535, not "/)]);
    },
    TIME_MS,
  );

  it(
    'that a store cannot be used, and why',
    async () => {
      const { stdout } = await start();
      const client = EventStoreDBClient.connectionString(urisOf(stdout).ESDB_URL);
      await client.appendToStream('a-1', jsonEvent({ type: 'Named', data: { name: 'a mark of its own' } }));
      await client.dispose();
      const file = join(directory, 'eventstore', 'events.mdb');
      writeSync(openSync(file, 'r+'), 'A', readFileSync(file).indexOf('a mark of its own'));
      const { code, stdout: text } = await status();
      expect([code, text]).toEqual([1, expect.stringMatching(/^eventstore .*damaged/m)]);
      expect(await onSocket('/health')).toMatchObject({
        status: 503,
        body: expect.stringContaining('damaged'),
      });
    },
    TIME_MS,
  );
});

/** What a shell makes of the lines that were printed. */
function urisOf(stdout: string): { ESDB_URL: string; MONGODB_URI: string } {
  const lines = stdout.split('\n').filter((line) => line.includes('='));
  const script = `${lines.join('\n')}\nprintf '%s\\n' "$ESDB_URL" "$MONGODB_URI"`;
  const [eventStore = '', mongo = ''] = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n');
  return { ESDB_URL: eventStore, MONGODB_URI: mongo };
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

function answer(
  where: { readonly path: string } & (
    | { readonly socketPath: string }
    | { readonly host: string; readonly port: number }
  ),
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(where, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, type: response.headers['content-type'], body }),
      );
    }).once('error', reject);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
