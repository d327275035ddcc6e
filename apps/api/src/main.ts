import 'reflect-metadata';
import pino from 'pino';
import { localSecret, type TokenKeys } from '#access';
import { openJournal, openKeyStore } from '#journal';
import { openReadModels } from '#read-models';
import { createApp } from './app.ts';
import { codeVersion } from './code-version.ts';

const {
  ESDB_URL: eventStoreUri,
  MONGODB_URI: mongoUri,
  QUADRANT_DATA: data = '.quadrant',
  PORT: port = '3000',
  LOG_LEVEL: level = 'info',
} = process.env;
if (!eventStoreUri || !mongoUri) {
  console.error('The API needs ESDB_URL and MONGODB_URI; `npm start` gives it those of the embedded stores.');
  process.exit(2);
}
const log = pino({ name: 'api', level });
const keyStore = openKeyStore({ directory: `${data}/keys` });
const journal = openJournal({ uri: eventStoreUri, keys: keyStore, logger: log });
const readModels = await openReadModels({
  uri: mongoUri,
  code: codeVersion(),
  renewal: { onRenewed: (sentence, cause) => log.warn({ cause }, sentence) },
});
const app = await createApp({ journal, readModels, keys: tokenKeys(), log });
await app.listen(Number(port), '127.0.0.1');
console.log(JSON.stringify({ ready: true, role: 'api', url: await app.getUrl() }));

function tokenKeys(): TokenKeys {
  const { QUADRANT_JWKS: jwks, QUADRANT_JWT_SECRET: secret } = process.env;
  if (jwks) return { jwks };
  return { secret: secret ? Buffer.from(secret) : localSecret(data) };
}

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await app.close();
  await journal.close();
  await readModels.close();
  await keyStore.close();
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
// Whoever started it was killed: a process that nobody stops would keep the next start from its port.
process.on('disconnect', () => void stop());
process.channel?.unref();
