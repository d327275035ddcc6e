import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db, MongoClient } from 'mongodb';
import { startEmbeddedMongoDb } from '#embedded-mongodb';
import { connectMongo } from '../src/collections.ts';

export interface TestStore {
  /** A database that nobody has used. */
  fresh(): Db;
  close(): Promise<void>;
}

/** The store of MONGODB_URI, or an embedded one of its own. */
export async function openTestStore(): Promise<TestStore> {
  const directory = await mkdtemp(join(tmpdir(), 'quadrant-read-models-'));
  const own =
    process.env['MONGODB_URI'] === undefined ? await startEmbeddedMongoDb({ directory }) : undefined;
  const client: MongoClient = connectMongo(own?.uri ?? (process.env['MONGODB_URI'] as string));
  await client.connect();
  const run = `r${process.pid}x${Math.random().toString(36).slice(2, 10)}`;
  const used: Db[] = [];
  return {
    fresh: () => {
      const db = client.db(`${run}-${used.length}`);
      used.push(db);
      return db;
    },
    close: async () => {
      for (const db of used) await db.dropDatabase();
      await client.close();
      await own?.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
