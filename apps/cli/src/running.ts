import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreUris } from './children.ts';
import type { Config } from './config.ts';
import { NotRunning } from './outcome.ts';

/** Where the stores of a running `quadrant start` are found by the other verbs. */
function fileOf(config: Config): string {
  return join(config.data, 'running.json');
}

export function announce(config: Config, uris: StoreUris): void {
  writeFileSync(fileOf(config), JSON.stringify(uris), { mode: 0o600 });
}

/** The stores of the environment, else those of the running `quadrant start` on the same data directory. */
export function runningStores(config: Config): StoreUris {
  if (config.eventStoreUri && config.mongoUri)
    return { eventStoreUri: config.eventStoreUri, mongoUri: config.mongoUri };
  if (!existsSync(fileOf(config))) {
    throw new NotRunning(
      `Nothing runs on ${config.data}: start it with \`npm start\`, or give ESDB_URL and MONGODB_URI.`,
    );
  }
  return JSON.parse(readFileSync(fileOf(config), 'utf8')) as StoreUris;
}
