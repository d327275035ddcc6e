import { join } from 'node:path';
import pino from 'pino';
import { onDamage, UnusableData } from '#lmdb-copy';
import { Observations } from './observations.ts';
import { mongoSocket, settingsOf } from './settings.ts';
import { StatusServer } from './status-server.ts';

/** Exit code of a process whose data cannot be used, today or after another start. Source: sysexits(3), EX_DATAERR. */
const UNUSABLE = 65;
/** By then everybody knows. */
const DAMAGES_TOLD = 1_000;

/**
 * The embedded stores as a process of their own; its arguments are told at {@link settingsOf}.
 *
 * Another user of the machine can use neither: the event store has TLS and a password, MongoDB a socket that only its owner
 * can open. `--plain` asks for ports without any of it, `--mongodb-port` for that of MongoDB.
 */
const settings = settingsOf(process.argv, process.env);
const log = pino({ name: 'stores', level: process.env['LOG_LEVEL'] ?? 'warn' }, pino.destination(2));
/** Each damage once: a consumer that tries again meets the same one for ever. */
const damages = new Set<string>();
onDamage((sentence) => {
  if (damages.has(sentence) || damages.size >= DAMAGES_TOLD) return;
  damages.add(sentence);
  log.error(sentence);
});
const observations = new Observations(settings.slowMs, log, Date.now);
const { data, only, plain, maxAppendSize, mongoPort } = settings;
// A store that is not started is not loaded.
const eventStore =
  only === 'mongodb'
    ? undefined
    : await started('event store', async () =>
        (await import('#embedded-eventstore')).startEmbeddedEventStore({
          directory: join(data, 'eventstore'),
          port: settings.eventStorePort,
          tls: !plain,
          ...(maxAppendSize === undefined ? {} : { maxAppendSize }),
          observe: (operation) => observations.see('eventstore', operation),
        }),
      );
const mongo =
  only === 'eventstore'
    ? undefined
    : await started('store of documents', async () =>
        (await import('#embedded-mongodb')).startEmbeddedMongoDb({
          directory: join(data, 'mongodb'),
          ...(mongoPort === undefined ? { socketPath: mongoSocket(settings) } : { port: mongoPort }),
          observe: (command) => observations.see('mongodb', command),
        }),
      );
const status = await StatusServer.start({
  eventStore,
  mongo,
  observations,
  socketPath: settings.statusSocket,
  port: settings.statusPort,
});
console.log(
  JSON.stringify({
    ready: true,
    role: 'stores',
    ...(eventStore ? { eventStoreUri: eventStore.uri } : {}),
    ...(mongo ? { mongoUri: mongo.uri } : {}),
  }),
);

/**
 * The end of a process that must do nothing more. Not by `process.exit`, which waits for threads, and one of lmdb's may be waiting for
 * this one; nor in order: when lmdb-js 3.5.6 tells of a failed write it writes beyond a buffer, and what is freed afterwards aborts.
 */
const die = () => process.kill(process.pid, 'SIGKILL');
process.on('uncaughtException', (error) => {
  console.error(error);
  die();
});
/** For an end in order. */
const STOP_MS = 10_000;

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(die, STOP_MS).unref();
  await Promise.all([eventStore?.close(), mongo?.close(), status.close()]);
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
// Whoever started it was killed: a process that nobody stops would keep the next start from this directory.
process.on('disconnect', () => void stop());
process.channel?.unref();
for (const [name, store] of [
  ['event store', eventStore],
  ['store of documents', mongo],
] as const) {
  void store?.failed.then((error) => {
    console.error(
      `The ${name} could not write to its disk; the process ends here, nothing more is acknowledged: ${error.message}`,
    );
    die();
  });
}

/**
 * Ends the process with a sentence when a store cannot start: with UNUSABLE when its data is damaged or of another
 * format, so that nobody tries again, else (in use, no room) with 1.
 */
async function started<Store>(name: string, start: () => Promise<Store>): Promise<Store> {
  try {
    return await start();
  } catch (error) {
    console.error(`The ${name} cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(error instanceof UnusableData ? UNUSABLE : 1);
  }
}
