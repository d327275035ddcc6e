import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BSON, type Collection, type Db, type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import { type EmbeddedMongoDb, startEmbeddedMongoDb } from '#embedded-mongodb';

/**
 * The store that the contract is held against: the one at MONGODB_URI (a replica set), else an embedded one.
 * Every file has a database of its own, which is dropped at the end; every test a collection of its own.
 */
export interface Mongo {
  readonly uri: string;
  readonly client: MongoClient;
  readonly db: Db;
  /** An empty collection. */
  collection(): Collection<Document>;
  /** The same collection; documents come back with all their BSON types. */
  exact(collection: Collection<Document>): Collection<Document>;
  /** A further client, closed at the end. */
  connect(options?: MongoClientOptions): Promise<MongoClient>;
}

/** Documents as they are: no number becomes a JavaScript number, no binary a buffer. */
const EXACT = { promoteValues: false, promoteLongs: false, promoteBuffers: false } as const;

let made = 0;

export function mongo(name: string): Mongo {
  const database = `contract_${name.replace(/\W/g, '_')}_${process.pid}`;
  const clients: MongoClient[] = [];
  let server: EmbeddedMongoDb | undefined;
  let directory: string | undefined;
  let uri = process.env['MONGODB_URI'] ?? '';

  beforeAll(async () => {
    if (uri === '') {
      directory = mkdtempSync(join(tmpdir(), 'quadrant-mongodb-'));
      server = await startEmbeddedMongoDb({ directory });
      uri = server.uri;
    }
    clients.push(await new MongoClient(uri).connect());
  });

  afterAll(async () => {
    await clients[0]?.db(database).dropDatabase();
    for (const client of clients) await client.close();
    await server?.close();
    if (directory) rmSync(directory, { recursive: true });
  });

  const client = () => clients[0] as MongoClient;
  return {
    get uri() {
      return uri;
    },
    get client() {
      return client();
    },
    get db() {
      return client().db(database);
    },
    collection: () => client().db(database).collection(`c${++made}`),
    exact: ({ collectionName }) => client().db(database).collection(collectionName, EXACT),
    connect: async (options) => {
      const another = await new MongoClient(uri, options).connect();
      clients.push(another);
      return another;
    },
  };
}

/** Types, digits and the order of fields in one text. */
export function exactly(value: unknown): string {
  return BSON.EJSON.stringify(value, { relaxed: false });
}

/** What a refused operation was refused with. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ code: unknown; message: string; error: Document }> {
  try {
    await work;
  } catch (error) {
    const { code, message } = error as { code: unknown; message: string };
    return { code, message, error: error as Document };
  }
  throw new Error('it was not refused');
}
