import { join } from 'node:path';
import { lockDirectory } from '#directory-lock';
import { storesChild } from './children.ts';
import type { Config } from './config.ts';
import { type Outcome, UsageError } from './outcome.ts';
import { Supervisor } from './supervisor.ts';

/** The embedded stores alone, in the foreground. */
export async function stores(config: Config, options: Readonly<Record<string, string>>): Promise<Outcome> {
  for (const [name, value] of [
    ['--eventstore-port', options['eventstorePort']],
    ['--mongodb-port', options['mongodbPort']],
    ['--status-port', options['statusPort']],
    ['--slow-ms', options['slowMs']],
  ])
    if (value !== undefined && !(/^\d{1,5}$/.test(value) && Number(value) <= 65_535))
      throw new UsageError(`${name} must be a number from 0 to 65535, not "${value}".`);
  const unlock = lockDirectory(config.data);
  const supervisor = new Supervisor((sentence) => process.stderr.write(`${sentence}\n`));
  const stopped = new Promise<Outcome>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(0));
  });
  const args = [
    ['--eventstore-port', options['eventstorePort']],
    ['--mongodb-port', options['mongodbPort']],
    ['--only', options['only']],
    ['--slow-ms', options['slowMs']],
    ['--status-port', options['statusPort']],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name as string, value]));
  if (options['plain']) args.push('--plain');
  try {
    const { eventStoreUri, mongoUri } = await supervisor.start(storesChild(config, args));
    if (eventStoreUri) process.stdout.write(`ESDB_URL=${shown(String(eventStoreUri), config)}\n`);
    if (mongoUri) process.stdout.write(`MONGODB_URI=${mongoUri}\n`);
    process.stdout.write('ready\n');
    return await Promise.race([stopped, supervisor.givenUp.then(() => 1)]);
  } finally {
    await supervisor.stop();
    unlock();
  }
}

/** The address, or with a password in it the file that holds it, in a form that a shell fills in: a password is not for a screen. */
function shown(uri: string, config: Config): string {
  if (!uri.includes('@')) return uri;
  const file = join(config.data, 'eventstore', 'access', 'uri');
  return `"$(cat '${file.replaceAll("'", String.raw`'\''`)}')"`;
}
