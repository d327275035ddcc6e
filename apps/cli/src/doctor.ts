import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Journal, openJournal } from '#journal';
import { openReadModels } from '#read-models';
import type { StoreUris } from './children.ts';
import { codeVersion } from './code-version.ts';
import type { Config } from './config.ts';
import type { Outcome } from './outcome.ts';
import { runningStores } from './running.ts';

/** `no`: it has to be mended; `unknown`: it could not be looked at, because something before it is wrong. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'no' | 'unknown';
  readonly detail: string;
}

const NODE_LEAST = [20, 19] as const;
const DISK_LEAST_BYTES = 512 * 1024 * 1024;
const STORE_MS = 3_000;

/** Looks at everything that has to be right, one line each. 1 when something is not, 3 when a store cannot be reached. */
export async function doctorCommand(config: Config, options: { json?: boolean }): Promise<Outcome> {
  const findings = [node(), directory(config), await disk(config), ...keys(config)];
  const stores = await storeFindings(config);
  findings.push(...stores);
  if (options.json) process.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
  else
    for (const { what, state, detail } of findings)
      process.stdout.write(
        `${state === 'ok' ? 'ok  ' : state === 'no' ? 'NO  ' : '?   '} ${what.padEnd(16)} ${detail}\n`,
      );
  if (stores.some(({ what, state }) => state === 'no' && /^(stores|event store|MongoDB)$/.test(what)))
    return 3;
  return findings.every(({ state }) => state === 'ok') ? 0 : 1;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > NODE_LEAST[0] || (major === NODE_LEAST[0] && minor >= NODE_LEAST[1]);
  return {
    what: 'Node',
    state: enough ? 'ok' : 'no',
    detail: `${process.versions.node}; ${NODE_LEAST.join('.')} or newer is needed`,
  };
}

function directory({ data }: Config): Finding {
  const what = 'data directory';
  if (!existsSync(data))
    return { what, state: 'no', detail: `${data} does not exist yet; \`npm start\` makes it` };
  if (!statSync(data).isDirectory()) return { what, state: 'no', detail: `${data} is not a directory` };
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return {
      what,
      state: 'no',
      detail: `${data} cannot be written by this user (${(error as Error).message})`,
    };
  }
  return { what, state: 'ok', detail: data };
}

async function disk({ data }: Config): Promise<Finding> {
  let place = data;
  while (!existsSync(place) && place !== dirname(place)) place = dirname(place);
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  return {
    what: 'disk',
    state: free >= DISK_LEAST_BYTES ? 'ok' : 'no',
    detail: `${Math.floor(free / 1024 / 1024)} MB free; ${DISK_LEAST_BYTES / 1024 / 1024} MB are the least`,
  };
}

/** Keys of personal data and of tokens: there, and nobody else's to read. */
function keys({ data, jwks, jwtSecret }: Config): Finding[] {
  const personal = closed(
    'key store',
    join(data, 'keys'),
    'personal data are sealed with keys that are kept here',
  );
  if (jwks ?? jwtSecret)
    return [personal, { what: 'token key', state: 'ok', detail: 'given by the environment' }];
  return [personal, closed('token key', join(data, 'token-key'), 'made at the first start')];
}

function closed(what: string, path: string, purpose: string): Finding {
  if (!existsSync(path)) return { what, state: 'no', detail: `${path} is not there (${purpose})` };
  const mode = statSync(path).mode & 0o777;
  const shut = (mode & 0o077) === 0;
  return {
    what,
    state: shut ? 'ok' : 'no',
    detail: shut ? path : `${path} can be read by others (mode ${mode.toString(8)}); chmod go-rwx it`,
  };
}

async function storeFindings(config: Config): Promise<Finding[]> {
  let uris: StoreUris;
  try {
    uris = runningStores(config);
  } catch (error) {
    return [{ what: 'stores', state: 'no', detail: (error as Error).message }];
  }
  const journal = openJournal({
    uri: uris.eventStoreUri,
    totalTimeoutMs: STORE_MS,
    attemptTimeoutMs: STORE_MS,
  });
  try {
    const head = await found('event store', () => journal.head());
    const events: Finding =
      'state' in head ? head : { what: 'event store', state: 'ok', detail: `the log is at ${head.value}` };
    return [events, ...(await readModelFindings(uris, 'state' in head ? undefined : head.value))];
  } finally {
    await journal.close();
  }
}

async function readModelFindings(
  { mongoUri }: StoreUris,
  head: Awaited<ReturnType<Journal['head']>> | undefined,
): Promise<Finding[]> {
  const separator = mongoUri.includes('?')
    ? '&'
    : mongoUri.replace(/^mongodb(\+srv)?:\/\//, '').includes('/')
      ? '?'
      : '/?';
  const uri = mongoUri.includes('serverSelectionTimeoutMS')
    ? mongoUri
    : `${mongoUri}${separator}serverSelectionTimeoutMS=${STORE_MS}`;
  const opened = await found('MongoDB', () => openReadModels({ uri, code: codeVersion() }));
  if ('state' in opened) return [opened];
  const readModels = opened.value;
  try {
    const models = await found('MongoDB', () => readModels.status());
    if ('state' in models) return [models];
    return [
      { what: 'MongoDB', state: 'ok', detail: `${models.value.length} read models` },
      ...models.value.map(({ dimension, position }): Finding => {
        if (head === undefined) return { what: dimension, state: 'unknown', detail: `at ${position}` };
        return position >= head
          ? { what: dimension, state: 'ok', detail: `at ${position}` }
          : {
              what: dimension,
              state: 'no',
              detail: `at ${position}, behind the log (${head}); is the projector running?`,
            };
      }),
    ];
  } finally {
    await readModels.close();
  }
}

async function found<T>(what: string, work: () => Promise<T>): Promise<{ readonly value: T } | Finding> {
  try {
    return { value: await work() };
  } catch (error) {
    return { what, state: 'no', detail: `does not answer: ${(error as Error).message}` };
  }
}
