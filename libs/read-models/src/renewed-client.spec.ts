import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedMongoDb, startEmbeddedMongoDb } from '#embedded-mongodb';
import { NetworkProxy } from '../../../test/storms/lib/proxy.ts';
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
