import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { startEmbeddedEventStore } from '#embedded-eventstore';
import { startEmbeddedMongoDb } from '#embedded-mongodb';
import { type PageUse, pagesInUse } from './lmdb-pages.ts';
import { COLLECTIONS, STREAMS } from './reader.ts';

/** A store's file, closed in order, and what its pages are for. */
export interface Prepared {
  readonly store: 'eventstore' | 'mongodb';
  readonly file: string;
  readonly bytes: Buffer;
  readonly pages: ReadonlyMap<PageUse, readonly number[]>;
}

const ROUNDS = 30;
/** Longer than a page. */
const LONG = 9_000;

/** A log of several hundred events, in appends of their own, so that pages were freed and used again. */
export async function preparedEvents(directory: string): Promise<Prepared> {
  const store = await startEmbeddedEventStore({ directory });
  const client = EventStoreDBClient.connectionString(store.uri);
  for (let round = 0; round < ROUNDS; round++)
    await Promise.all(
      Array.from({ length: STREAMS }, (_, n) =>
        client.appendToStream(
          `stream-${n}`,
          jsonEvent({
            type: 'Noted',
            data: { round, filling: 'x'.repeat((round * n) % 17 === 16 ? LONG : 90) },
          }),
        ),
      ),
    );
  await client.dispose();
  await store.close();
  return prepared('eventstore', join(directory, 'events.mdb'), 'events.mdb');
}

/** Documents with an index, written, changed and deleted. */
export async function preparedDocuments(directory: string): Promise<Prepared> {
  const store = await startEmbeddedMongoDb({ directory, port: 0 });
  const client = await new MongoClient(store.uri).connect();
  for (const name of COLLECTIONS) {
    const collection = client.db('flips').collection<{ _id: string; n: number; filling: string }>(name);
    await collection.createIndex({ n: 1 });
    for (let round = 0; round < ROUNDS; round++)
      await collection.insertMany(
        Array.from({ length: 8 }, (_, n) => ({
          _id: `${round}/${n}`,
          n: round * 8 + n,
          filling: 'y'.repeat(n === 7 && round % 10 === 0 ? LONG : 120),
        })),
      );
    await collection.deleteMany({ n: { $lt: 20 } });
    await collection.updateMany({ n: { $gt: 200 } }, { $inc: { n: 1_000 } });
  }
  await client.close();
  await store.close();
  return prepared('mongodb', join(directory, 'documents.mdb'), 'documents.mdb');
}

function prepared(store: Prepared['store'], path: string, file: string): Prepared {
  const bytes = readFileSync(path);
  const pages = new Map<PageUse, number[]>();
  for (const [page, use] of pagesInUse(bytes)) pages.set(use, [...(pages.get(use) ?? []), page]);
  return { store, file, bytes, pages };
}
