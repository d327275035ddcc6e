import { join } from 'node:path';
import { startEmbeddedEventStore } from '#embedded-eventstore';
import { startEmbeddedMongoDb } from '#embedded-mongodb';

/** The embedded stores as a process of their own: arguments `--data DIR --eventstore-port N --mongodb-port N --only NAME`. */
function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

const data = argument('data') ?? '.quadrant';
const only = argument('only');
const limit = Number(process.env['EVENTSTORE_MAX_APPEND_SIZE']);
const eventStore =
  only === 'mongodb'
    ? undefined
    : await startEmbeddedEventStore({
        directory: join(data, 'eventstore'),
        port: Number(argument('eventstore-port') ?? 0),
        ...(limit > 0 ? { maxAppendSize: limit } : {}),
      });
const mongo =
  only === 'eventstore'
    ? undefined
    : await startEmbeddedMongoDb({
        directory: join(data, 'mongodb'),
        port: Number(argument('mongodb-port') ?? 0),
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
