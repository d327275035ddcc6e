import { issueToken, localSecret } from '#access';
import { lockDirectory } from '#directory-lock';
import { loadDemo } from '#intake';
import { openReadModels } from '#read-models';
import { apiChild, projectorChild, type StoreUris, storesChild } from './children.ts';
import { openCommands } from './commands.ts';
import type { Config } from './config.ts';
import { Progress } from './progress.ts';
import { announce } from './running.ts';
import { Supervisor } from './supervisor.ts';

export interface StartOptions {
  readonly config: Config;
  readonly demo: boolean;
}

/** Brings Quadrant up on one machine and stays until it is told to stop; the exit code. */
export async function start({ config, demo }: StartOptions): Promise<number> {
  const unlock = lockDirectory(config.data);
  const say = (sentence: string) => process.stderr.write(`${sentence}\n`);
  const supervisor = new Supervisor(say);
  const stopped = new Promise<number>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(0));
  });
  try {
    return await Promise.race([
      stopped,
      supervisor.givenUp.then((error) => {
        say(error.message);
        return 1;
      }),
      run({ config, demo }, supervisor, say).then(() => stopped),
    ]);
  } finally {
    say('Stopping …');
    await supervisor.stop();
    unlock();
  }
}

async function run(
  { config, demo }: StartOptions,
  supervisor: Supervisor,
  say: (sentence: string) => void,
): Promise<void> {
  const began = Date.now();
  const uris = await storeUris(config, supervisor);
  announce(config, uris);
  // The API listens first: whoever waits for it learns at once that it lives.
  const api = await supervisor.start(apiChild(config, uris));
  const projector = supervisor.start(projectorChild(config, uris));
  await firstStart(config, uris, demo, say);
  await projector;
  await projected(uris, config);
  await greet(config, String(api['url']), say, began);
}

async function storeUris(config: Config, supervisor: Supervisor): Promise<StoreUris> {
  if (config.eventStoreUri && config.mongoUri)
    return { eventStoreUri: config.eventStoreUri, mongoUri: config.mongoUri };
  // Their lines about slow operations are for who operates stores; counted they are all the same (`stores status`).
  const env = { LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error' };
  const { eventStoreUri, mongoUri } = await supervisor.start({ ...storesChild(config), env });
  return { eventStoreUri: String(eventStoreUri), mongoUri: String(mongoUri) };
}

/** Defines the root unit and, on an empty log, loads the demo company. What a crash left undone is done by the next start. */
async function firstStart(
  config: Config,
  uris: StoreUris,
  demo: boolean,
  say: (sentence: string) => void,
): Promise<void> {
  const commands = await openCommands(config, uris);
  try {
    await commands.ensureRoot();
    if (!demo || !(await commands.wantsDemo())) return;
    say(
      'First start: loading the demo company (Northwind’s real orders, and a supplement that is marked as synthetic).',
    );
    const progress = new Progress('Loading', 'facts');
    await loadDemo({
      recorder: commands.recorder,
      context: commands.context('demo'),
      onProgress: ({ label, facts }) => progress.at(facts, label),
    });
    progress.end();
  } finally {
    await commands.close();
  }
}

/** Waits until everything that is recorded can be asked for. */
async function projected(uris: StoreUris, config: Config): Promise<void> {
  const commands = await openCommands(config, uris);
  const readModels = await openReadModels({ uri: uris.mongoUri, code: 'start' });
  const progress = new Progress('Projecting', 'of the log');
  try {
    const head = await commands.journal.head();
    while (!(await readModels.waitFor(head, 500)))
      progress.share(Number(await readModels.known()) / Number(head));
    progress.end();
  } finally {
    await readModels.close();
    await commands.close();
  }
}

async function greet(
  config: Config,
  url: string,
  say: (sentence: string) => void,
  began: number,
): Promise<void> {
  say(`\nQuadrant is ready after ${((Date.now() - began) / 1000).toFixed(1)} s at ${url}`);
  if (config.jwks || config.jwtSecret) return;
  const token = await issueToken(localSecret(config.data), {
    subject: 'first-walk',
    roles: ['viewer', 'steward', 'auditor'],
  });
  say(
    `\nTry it (the token is good for 12 hours; \`npm run -s quadrant -- token --role viewer\` prints another):\n`,
  );
  say(`  TOKEN=${token}`);
  say(`  curl -s -H "Authorization: Bearer $TOKEN" '${url}/v1/kpis/net-revenue/figures?period=1997-Q1'\n`);
  say(`Ctrl-C stops it; the data stay in ${config.data}`);
}
