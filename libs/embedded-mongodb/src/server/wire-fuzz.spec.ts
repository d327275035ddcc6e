import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'bson';
import { MongoClient } from 'mongodb';
import { randomFilter, randomUpdate } from '../../test/random-queries.ts';
import { Chance, randomDoc, randomValue } from '../../test/random-values.ts';
import { type EmbeddedMongoDb, startEmbeddedMongoDb } from './server.ts';

/**
 * Goal: whatever bytes come, the answer is a reply or a closed connection; no crash, no hang, no growth.
 * Method: well-formed messages with random content, then cut, flipped and stretched (MONGODB_FUZZ runs more). Each ends
 * with a reply or with the end of its connection; the client waits for one of the two without a time limit of its own.
 */
const MESSAGES = Number(process.env['MONGODB_FUZZ'] ?? 4_000);
const NAMES = [
  'insert',
  'update',
  'delete',
  'find',
  'aggregate',
  'findAndModify',
  'count',
  'distinct',
  'getMore',
  'killCursors',
  'createIndexes',
  'listIndexes',
  'dropIndexes',
  'create',
  'drop',
  'listCollections',
  'endSessions',
  'commitTransaction',
  'hello',
  'ping',
  'renameCollection',
  'frobnicate',
  '__proto__',
  'constructor',
];
const OPTIONS = [
  'documents',
  'updates',
  'deletes',
  'filter',
  'query',
  'sort',
  'projection',
  'limit',
  'skip',
  'batchSize',
  'pipeline',
  'cursor',
  'update',
  'key',
  'indexes',
  'index',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'maxTimeMS',
  'hint',
  'writeConcern',
  'readConcern',
  'collection',
  'ordered',
  'to',
  'new',
  'upsert',
];

let server: EmbeddedMongoDb;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quadrant-mongodb-'));
  server = await startEmbeddedMongoDb({ directory });
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

function statement(chance: Chance): unknown {
  switch (chance.below(5)) {
    case 0:
      return { q: randomFilter(chance), u: randomUpdate(chance), upsert: chance.below(2) === 0 };
    case 1:
      return { q: randomFilter(chance), limit: chance.below(3) };
    case 2:
      return {
        key: { [chance.pick(['a', 'b', 'a.b'])]: chance.pick([1, -1, 0, 'text']) },
        name: chance.pick(['a', 'b']),
      };
    case 3:
      return { [chance.pick(['$match', '$sort', '$limit', '$group', '$foo'])]: randomValue(chance) };
    default:
      return randomDoc(chance);
  }
}

function option(chance: Chance): unknown {
  switch (chance.below(5)) {
    case 0:
      return randomValue(chance);
    case 1:
      return randomFilter(chance);
    case 2:
      return randomUpdate(chance);
    case 3:
      return chance.below(50);
    default:
      return Array.from({ length: chance.below(4) }, () => statement(chance));
  }
}

function command(chance: Chance): Buffer {
  const doc = new Map<string, unknown>([
    [chance.pick(NAMES), chance.below(5) === 0 ? option(chance) : 'fuzz'],
  ]);
  for (let count = chance.below(5); count > 0; count--) doc.set(chance.pick(OPTIONS), option(chance));
  if (chance.below(10) > 0) doc.set('$db', 'fuzz');
  return Buffer.from(serialize(doc as never));
}

function message(chance: Chance): Buffer {
  const body = command(chance);
  const sections = [Buffer.from([0]), body];
  if (chance.below(3) === 0) {
    const docs = Array.from({ length: chance.below(4) }, () =>
      Buffer.from(serialize(statement(chance) as never)),
    );
    const content = Buffer.concat([Buffer.from(`${chance.pick(OPTIONS)}\0`), ...docs]);
    const head = Buffer.alloc(5);
    head[0] = 1;
    head.writeInt32LE(content.length + 4, 1);
    sections.push(head, content);
  }
  const head = Buffer.alloc(20);
  head.writeInt32LE(20 + Buffer.concat(sections).length, 0);
  head.writeInt32LE(chance.below(1000), 4);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, ...sections]);
}

/** Breaks a message; its announced length stays what it carries, or the connection is ended after it. */
function broken(chance: Chance, whole: Buffer): Buffer {
  const bytes = Buffer.from(whole);
  switch (chance.below(6)) {
    case 0:
      return bytes;
    case 1:
      for (let count = 1 + chance.below(4); count > 0; count--)
        bytes[16 + chance.below(bytes.length - 16)] = chance.below(256);
      return bytes;
    case 2: {
      const at = 20 + chance.below(Math.max(bytes.length - 24, 1));
      bytes.writeInt32LE(
        chance.pick([0, -1, 4, 2147483647, -2147483648, 100]),
        Math.min(at, bytes.length - 4),
      );
      return bytes;
    }
    case 3: {
      const cut = bytes.subarray(0, 16 + chance.below(bytes.length - 16));
      if (chance.below(2) === 0) cut.writeInt32LE(cut.length, 0);
      return cut;
    }
    case 4:
      bytes.writeInt32LE(chance.pick([0, 15, -5, 48_000_001, 2147483647]), 0);
      return bytes;
    default:
      bytes.writeInt32LE(chance.pick([0, 1, 2004, 2010, 2012, 2013, 99]), 12);
      return bytes;
  }
}

/** Sends bytes on a connection of their own and waits for the first answer or for the end. */
function exchange(address: readonly [string, number], bytes: Buffer): Promise<'reply' | 'closed'> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(address[1], address[0]);
    let replied = false;
    // The end of what is sent: a message that announces more than comes must not be waited for.
    socket.on('connect', () => socket.end(bytes));
    socket.on('data', () => {
      replied = true;
    });
    socket.on('close', () => resolve(replied ? 'reply' : 'closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
}

it(`answers or closes after ${MESSAGES} malformed messages, and lives on`, async () => {
  const { host } = new URL(server.uri.replace('mongodb:', 'http:'));
  const [name, port] = host.split(':') as [string, string];
  const chance = new Chance(31);
  const seen = { reply: 0, closed: 0 };
  const AT_ONCE = 50;
  let before = 0;
  for (let at = 0; at < MESSAGES; at += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, MESSAGES - at) }, () =>
      broken(chance, message(chance)),
    );
    for (const outcome of await Promise.all(batch.map((bytes) => exchange([name, Number(port)], bytes))))
      seen[outcome]++;
    if (at === Math.floor(MESSAGES / 2 / AT_ONCE) * AT_ONCE) before = process.memoryUsage().rss;
  }
  expect(seen.reply).toBeGreaterThan(MESSAGES / 10);
  expect(seen.closed).toBeGreaterThan(MESSAGES / 10);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  expect(server.stats().connections).toBe(0);

  const client = await new MongoClient(server.uri).connect();
  try {
    await client.db('after').collection('a').insertOne({ a: 1 });
    expect(await client.db('after').collection('a').countDocuments({ a: 1 })).toBe(1);
  } finally {
    await client.close();
  }
});
