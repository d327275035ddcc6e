import pino from 'pino';
import { keepHeapLean } from '#read-models';
import { runProjector } from './run.ts';

const eventStoreUri = process.env['ESDB_URL'];
const mongoUri = process.env['MONGODB_URI'];
if (!eventStoreUri || !mongoUri) {
  console.error(
    'The projector needs ESDB_URL and MONGODB_URI; `npm start` gives it those of the embedded stores.',
  );
  process.exit(2);
}
keepHeapLean();
const log = pino({ name: 'projector', level: process.env['LOG_LEVEL'] ?? 'info' });
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
// Whoever started it was killed: a process that nobody stops would keep the next start from its stores.
process.on('disconnect', () => stop.abort());
process.channel?.unref();
let ready = false;
await runProjector({
  eventStoreUri,
  mongoUri,
  signal: stop.signal,
  log,
  onCaughtUp: () => {
    if (!ready) console.log(JSON.stringify({ ready: true, role: 'projector' }));
    ready = true;
  },
});
