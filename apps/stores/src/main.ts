import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEmbeddedEventStore } from '#embedded-eventstore';
import { startEmbeddedMongoDb } from '#embedded-mongodb';

/**
 * The embedded stores as a process of their own: arguments `--data DIR --eventstore-port N --mongodb-port N --only NAME --plain`.
 *
 * Another user of the machine can use neither: the event store has TLS and a password, MongoDB a socket that only its owner
 * can open. `--plain` asks for ports without any of it, `--mongodb-port` for that of MongoDB.
 */
function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** Bytes; 104 with the closing zero on macOS, 108 on Linux. */
const SOCKET_PATH_MAX = 103;

const data = resolve(argument('data') ?? '.quadrant');
const only = argument('only');
const plain = process.argv.includes('--plain');
const mongoPort = argument('mongodb-port');
const limit = Number(process.env['EVENTSTORE_MAX_APPEND_SIZE']);
const eventStore =
  only === 'mongodb'
    ? undefined
    : await startEmbeddedEventStore({
        directory: join(data, 'eventstore'),
        port: Number(argument('eventstore-port') ?? 0),
        tls: !plain,
        ...(limit > 0 ? { maxAppendSize: limit } : {}),
      });
const mongo =
  only === 'eventstore'
    ? undefined
    : await startEmbeddedMongoDb({
        directory: join(data, 'mongodb'),
        ...(plain || mongoPort !== undefined
          ? { port: Number(mongoPort ?? 0) }
          : { socketPath: socketPath(join(data, 'mongodb')) }),
      });
console.log(
  JSON.stringify({
    ready: true,
    role: 'stores',
    ...(eventStore ? { eventStoreUri: eventStore.uri } : {}),
    ...(mongo ? { mongoUri: mongo.uri } : {}),
  }),
);

let stopping = false;
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all([eventStore?.close(), mongo?.close()]);
  process.exit(code);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(0));
// Whoever started it was killed: a process that nobody stops would keep the next start from this directory.
process.on('disconnect', () => void stop(0));
process.channel?.unref();
for (const store of [eventStore, mongo]) {
  void store?.failed.then((error) => {
    console.error(
      `A store could not write to its disk and stops; nothing more is acknowledged: ${error.message}`,
    );
    void stop(1);
  });
}

/** In the directory, or where that is too long for the address of a socket (sun_path, unix(7)) in one of our own for temporary files. */
function socketPath(directory: string): string {
  const inside = join(directory, 'mongodb.sock');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_MAX) return inside;
  const folder = join(
    tmpdir(),
    `quadrant-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`,
  );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0)
    throw new Error(`${folder} must belong to the user who starts the stores, and to nobody else`);
  return join(folder, 'mongodb.sock');
}
