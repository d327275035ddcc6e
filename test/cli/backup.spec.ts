import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, START } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { openKeyStore } from '#journal';
import { Quadrant, quadrant } from './quadrant.ts';

/** Each step is a process of its own: a loaded machine takes its time. */
const TIME_MS = 240_000;

interface Acknowledged {
  readonly stream: string;
  readonly position: bigint;
}

/** Goal: a copy made while everybody writes has all that was acknowledged, and is a data directory again. */
describe('quadrant backup and restore', () => {
  let root = '';
  let data = '';
  const running: Quadrant[] = [];
  const clients: EventStoreDBClient[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'quadrant-backup-'));
    data = join(root, 'data');
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
    for (const each of running.splice(0)) await each.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const stores = async (directory: string) => {
    const started = new Quadrant(['stores', '--plain', '--data', directory], {});
    running.push(started);
    await started.says(/^ready$/m);
    const uri = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(started.stdout)?.[1] as string;
    const client = EventStoreDBClient.connectionString(uri('ESDB_URL'));
    clients.push(client);
    return { client, mongoUri: uri('MONGODB_URI'), stop: () => started.stop() };
  };
  const append = async (client: EventStoreDBClient, stream: string): Promise<Acknowledged> => {
    const { position } = await client.appendToStream(
      stream,
      jsonEvent({ type: 'OrderPlaced', data: { 客户: stream } }),
    );
    return { stream, position: position?.commit as bigint };
  };
  const placesIn = async (client: EventStoreDBClient): Promise<Map<string, bigint>> => {
    const places = new Map<string, bigint>();
    for await (const { event } of client.readAll({ fromPosition: START }))
      if (event) places.set(event.streamId, event.position.commit);
    return places;
  };
  const documents = async (mongoUri: string) => {
    const mongo = await new MongoClient(mongoUri).connect();
    try {
      return await mongo.db('quadrant').collection('pages').find().toArray();
    } finally {
      await mongo.close();
    }
  };
  const fill = async () => {
    const started = await stores(data);
    const mongo = await new MongoClient(started.mongoUri).connect();
    await mongo
      .db('quadrant')
      .collection<{ _id: string; n: number }>('pages')
      .insertMany([
        { _id: 'one', n: 1 },
        { _id: 'two', n: 2 },
      ]);
    await mongo.db('quadrant').collection('pages').createIndex({ n: 1 });
    await mongo.close();
    const keys = openKeyStore({ directory: join(data, 'keys') });
    const sealed = await keys.seal('customer-1', 'name', '王芳');
    await keys.close();
    const before: Acknowledged[] = [];
    for (let n = 0; n < 20; n++) before.push(await append(started.client, `order-${n}`));
    return { ...started, sealed, before };
  };
  const backedUp = async (): Promise<string> => {
    const copy = join(root, 'copy');
    const { code, stderr } = await quadrant(['backup', copy, '--data', data], {});
    expect([code, stderr]).toEqual([0, '']);
    return copy;
  };

  it(
    'copies under writers all that was acknowledged; restored, it is a data directory like the first',
    async () => {
      const { client, before, sealed, stop } = await fill();
      let writing = true;
      const during: Acknowledged[] = [];
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let n = 0; writing; n++) during.push(await append(client, `late-${writer}-${n}`));
      });
      const copy = await backedUp();
      writing = false;
      await Promise.all(writers);
      await stop();

      const other = join(root, 'other');
      const restored = await quadrant(['restore', copy, '--data', other, '--json'], {});
      expect([restored.code, restored.stderr]).toEqual([0, '']);
      expect(JSON.parse(restored.stdout)).toMatchObject({ directory: other, keys: { subjects: 1 } });

      const again = await stores(other);
      const places = await placesIn(again.client);
      for (const { stream, position } of before) expect(places.get(stream)).toBe(position);
      // Of what came later a part may be there, each where it was acknowledged, and none after one that is missing.
      const there = during.filter(({ stream }) => places.has(stream));
      for (const { stream, position } of there) expect(places.get(stream)).toBe(position);
      const last = there.reduce((most, { position }) => (position > most ? position : most), 0n);
      expect(during.filter(({ stream, position }) => position < last && !places.has(stream))).toEqual([]);
      expect(await documents(again.mongoUri)).toEqual([
        { _id: 'one', n: 1 },
        { _id: 'two', n: 2 },
      ]);
      const keys = openKeyStore({ directory: join(other, 'keys') });
      expect(keys.open('customer-1', 'name', sealed)).toBe('王芳');
      await keys.close();
      expect((await append(again.client, 'order-new')).position).toBeGreaterThan(last);
      expect(statSync(copy).mode & 0o777).toBe(0o700);
      expect(readdirSync(root).sort()).toEqual(['copy', 'data', 'other']);
    },
    TIME_MS,
  );

  it(
    'restores nothing of a backup in which a byte has changed',
    async () => {
      const { stop } = await fill();
      await stop();
      const copy = await backedUp();
      flipByteOf(join(copy, 'eventstore', 'events.mdb'), 'OrderPlaced');

      const other = join(root, 'other');
      const { code, stderr } = await quadrant(['restore', copy, '--data', other], {});
      expect(code).toBe(1);
      expect(stderr).toMatch(/record at position \d+ is damaged/);
      expect(readdirSync(other)).toEqual([]);
    },
    TIME_MS,
  );

  it.each([60, 200, 350, 500])(
    'killed after %i ms, it leaves a whole copy under its name or none; the next one is whole',
    async (ms) => {
      const { stop } = await fill();
      const copy = join(root, 'copy');
      const killed = new Quadrant(['backup', copy, '--data', data], {});
      const timer = setTimeout(() => killed.process.kill('SIGKILL'), ms);
      await killed.ended;
      clearTimeout(timer);
      expect(existsSync(copy)).toBe(existsSync(join(copy, 'manifest.json')));
      if (!existsSync(copy)) await backedUp();
      await stop();
      const { code, stderr } = await quadrant(['restore', copy, '--data', join(root, 'other')], {});
      expect([code, stderr]).toEqual([0, '']);
    },
    TIME_MS,
  );

  it(
    'clears away what killed ones have left half done, with the keys that are in it',
    async () => {
      const { stop } = await fill();
      await stop();
      const gone = new Quadrant(['--version'], {});
      await gone.ended;
      const half = (place: string) => {
        mkdirSync(join(place, 'keys'), { recursive: true });
        writeFileSync(join(place, 'keys', 'data.mdb'), 'half a copy');
      };
      const other = join(root, 'other');
      half(join(root, `.copy.${gone.process.pid}`));
      half(join(root, `.copy.${process.pid}`));
      half(join(other, `.restoring.${gone.process.pid}`));
      const copy = await backedUp();
      const { code, stderr } = await quadrant(['restore', copy, '--data', other], {});
      expect([code, stderr]).toEqual([0, '']);
      expect(readdirSync(root).sort()).toEqual([`.copy.${process.pid}`, 'copy', 'data', 'other']);
      expect(readdirSync(other).sort()).toEqual(['eventstore', 'keys', 'mongodb']);
    },
    TIME_MS,
  );

  it(
    'refuses a place that is taken, what is no backup, and servers of your own',
    async () => {
      const { stop } = await fill();
      const copy = await backedUp();
      const calls: [string[], Record<string, string>, RegExp][] = [
        [['backup', copy, '--data', data], {}, /is there already/],
        [['backup', join(root, 'new'), '--data', join(root, 'nothing')], {}, /has no stores/],
        [['restore', copy, '--data', data], {}, /has mongodb, eventstore, keys already/],
        [['restore', data, '--data', join(root, 'other')], {}, /is no backup: it has no manifest\.json/],
        [
          ['backup', join(root, 'new'), '--data', data],
          { ESDB_URL: 'esdb://127.0.0.1:1?tls=false', MONGODB_URI: 'mongodb://127.0.0.1:1' },
          /servers of your own/,
        ],
      ];
      for (const [args, environment, why] of calls) {
        const { code, stderr, stdout } = await quadrant(args, environment);
        expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
        expect(stderr).toMatch(why);
      }
      expect(existsSync(join(root, 'new'))).toBe(false);
      await stop();
    },
    TIME_MS,
  );
});

/** Changes a bit within the first place where the file has a text. */
function flipByteOf(path: string, text: string): void {
  const handle = openSync(path, 'r+');
  try {
    const bytes = Buffer.alloc(statSync(path).size);
    readSync(handle, bytes, 0, bytes.length, 0);
    const at = bytes.indexOf(text);
    expect(at).toBeGreaterThan(0);
    writeSync(handle, Buffer.of((bytes[at] as number) ^ 1), 0, 1, at);
  } finally {
    closeSync(handle);
  }
}
