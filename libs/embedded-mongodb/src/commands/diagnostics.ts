import { hostname } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Fieldset } from '../bson/write.ts';
import { badValue, CommandError } from '../server/errors.ts';
import type { Running } from '../server/operations.ts';
import { above, KIND, prefixOf, scan, type Tables } from '../store/tables.ts';
import type { Reply } from './command.ts';
import type { Call, Row } from './row.ts';
import { MONGODB_VERSION } from './service.ts';

/** How the store is: what an operator asks, and the tools that operators have for MongoDB. */
export const DIAGNOSTICS: Readonly<Record<string, Row>> = {
  serverStatus: { kind: 'service', inTransaction: false, options: [], run: serverStatus },
  currentOp: { kind: 'service', inTransaction: false, options: [], run: currentOp },
  dbStats: { kind: 'read', inTransaction: false, options: ['scale'], refused: ['freeStorage'], run: dbStats },
};

const MEBIBYTE = 2 ** 20;

/** The fields of MongoDB's answer that this store has; the size of its file is beside the name of its engine. */
function serverStatus({ cursors, sessions, server }: Call): Reply {
  const { operations, connections, fileBytes } = server;
  const uptime = process.uptime();
  const commands = [...operations.counts].map(
    ([name, { total, failed }]) => [name, { failed: BigInt(failed), total: BigInt(total) }] as const,
  );
  return {
    host: hostname(),
    version: MONGODB_VERSION,
    process: 'embedded-mongodb',
    pid: BigInt(process.pid),
    uptime,
    uptimeMillis: BigInt(Math.floor(uptime * 1000)),
    localTime: new Date(),
    connections: { current: connections.current, totalCreated: BigInt(connections.totalCreated) },
    mem: { bits: 64, resident: Math.round(process.memoryUsage.rss() / MEBIBYTE), supported: true },
    metrics: {
      commands: new Fieldset(commands),
      cursor: { open: { total: BigInt(cursors.count) } },
    },
    transactions: { currentOpen: BigInt(sessions.openTransactions) },
    storageEngine: { name: 'lmdb', persistent: true, fileBytes: BigInt(fileBytes) },
  };
}

/** What is on its way, this command included; connections that do nothing are left out, as in MongoDB. */
function currentOp({ command, server }: Call): Reply {
  if (command.database !== 'admin')
    throw new CommandError(13, 'Unauthorized', 'currentOp may only be run against the admin database.');
  const now = performance.now();
  return { inprog: [...server.operations.running].map((running) => inProgress(running, now)) };
}

function inProgress({ id, name, namespace, connection, began }: Running, now: number) {
  const microseconds = Math.round((now - began) * 1000);
  return {
    type: 'op',
    connectionId: connection,
    active: true,
    opid: id,
    op: 'command',
    ns: namespace ?? '',
    secs_running: BigInt(Math.floor(microseconds / 1_000_000)),
    microsecs_running: BigInt(microseconds),
    command: new Fieldset([
      [name, namespace === undefined ? 1 : namespace.slice(namespace.indexOf('.') + 1)],
    ]),
  };
}

/** Entries that are counted in one go; then others get their turn. */
const COUNTED_AT_ONCE = 1_000;

/**
 * Sizes of a database, in bytes ÷ `scale`. What the disk gives to each database is not known, as all are in one file: there is
 * no storageSize and no totalSize. It reads everything that it counts.
 */
async function dbStats({ command, view }: Call): Promise<Reply> {
  const scale = command.count('scale') ?? 1;
  if (scale < 1) throw badValue('scale must be at least 1');
  const { database } = command;
  const namespaces = view.catalogue.namespaces(database);
  let [objects, indexes, dataBytes, indexBytes] = [0, 0, 0, 0];
  for (const namespace of namespaces) {
    const state = view.catalogue.collection(namespace);
    if (!state) continue;
    const documents = await sizeOf(view.tables, prefixOf(KIND.document, state.id));
    objects += documents.count;
    dataBytes += documents.bytes;
    indexes += 1 + state.indexes.length;
    for (const { id } of state.indexes)
      indexBytes += (await sizeOf(view.tables, prefixOf(KIND.index, id))).bytes;
  }
  return {
    db: database,
    collections: BigInt(namespaces.length),
    views: 0n,
    objects: BigInt(objects),
    avgObjSize: objects === 0 ? 0 : dataBytes / objects,
    dataSize: dataBytes / scale,
    indexes: BigInt(indexes),
    indexSize: indexBytes / scale,
    scaleFactor: BigInt(scale),
  };
}

async function sizeOf(tables: Tables, prefix: Buffer): Promise<{ count: number; bytes: number }> {
  let [count, bytes] = [0, 0];
  for (const { key, value } of scan(tables, prefix, above(prefix), false)) {
    bytes += key.length + value.length;
    if (++count % COUNTED_AT_ONCE === 0) await setImmediate();
  }
  return { count, bytes };
}
