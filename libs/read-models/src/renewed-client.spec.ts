import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedMongoDb, startEmbeddedMongoDb } from '#embedded-mongodb';
import { NetworkProxy } from '../../../test/storms/lib/proxy.ts';
import { connectMongo } from './collections.ts';
import { openReadModels } from './index.ts';

/** Goal: questions are answered again by a process that lives long, whatever its lines went through. */
let directory: string;
let server: EmbeddedMongoDb;
let proxy: NetworkProxy;
let uri: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quadrant-renewed-'));
  server = await startEmbeddedMongoDb({ directory });
  ({ proxy, uri } = await NetworkProxy.before(server.uri));
});
afterEach(async () => {
  await proxy.close();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

it('a client that finds no server for a while is replaced, and the next question is answered', async () => {
  let renewed = (): void => undefined;
  const renewal = new Promise<void>((resolve) => {
    renewed = resolve;
  });
  const readModels = await openReadModels({
    uri: `${uri}&serverSelectionTimeoutMS=300`,
    code: 'test',
    renewal: { afterMs: 400, onRenewed: () => renewed() },
  });
  const before = readModels.db.client;
  expect(await readModels.known()).toBe(0n);
  await proxy.inflict('cut-all');
  proxy.refuse();
  await expect(readModels.known()).rejects.toThrow();
  await renewal;
  expect(readModels.db.client).not.toBe(before);
  proxy.mend();
  expect(await readModels.known()).toBe(0n);
  await readModels.close();
});

it('a replacement that finds no server either is replaced at once, not when nothing has been found for a while again', async () => {
  let periods = 0;
  let renewed = (): void => undefined;
  const renewal = new Promise<void>((resolve) => {
    renewed = resolve;
  });
  const readModels = await openReadModels({
    uri: `${uri}&serverSelectionTimeoutMS=200`,
    code: 'test',
    renewal: {
      afterMs: 4_000,
      onRenewed: (sentence) => {
        if (sentence.startsWith('No server')) periods++;
        renewed();
      },
    },
  });
  await proxy.inflict('cut-all');
  proxy.refuse();
  await expect(readModels.known()).rejects.toThrow();
  await renewal;
  await expect(readModels.known()).rejects.toThrow();
  proxy.mend();
  let known: bigint | undefined;
  while (known === undefined && periods < 2) {
    known = await readModels.known().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect([known, periods]).toEqual([0n, 1]);
  await readModels.close();
});

it('what the URI says of waiting is heard', async () => {
  const patient = connectMongo(server.uri);
  const hasty = connectMongo(`${server.uri}&serverselectiontimeoutms=300&maxPoolSize=3`);
  expect(patient.options).toMatchObject({ serverSelectionTimeoutMS: 5_000, maxPoolSize: 20 });
  expect(hasty.options).toMatchObject({ serverSelectionTimeoutMS: 300, maxPoolSize: 3, retryWrites: true });
});

it('all lines cut again and again while questions are asked: each is answered or fails, and the last is answered', async () => {
  const readModels = await openReadModels({ uri, code: 'test' });
  let answered = 0;
  for (let round = 0; round < 15; round++) {
    const asked = Array.from({ length: 10 }, () => readModels.known());
    for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
    await proxy.inflict('cut-all');
    for (const outcome of await Promise.allSettled(asked)) {
      if (outcome.status === 'fulfilled') answered++;
      else expect(String(outcome.reason)).toMatch(/^Mongo/);
    }
  }
  expect(answered).toBeGreaterThan(0);
  expect(await readModels.known()).toBe(0n);
  await readModels.close();
});
