import { join } from 'node:path';
import type { Config } from './config.ts';
import type { ChildSpec } from './supervisor.ts';

const APPS = join(import.meta.dirname, '..', '..');

function entry(app: string): string {
  return join(APPS, app, 'src', 'main.js');
}

export function storesChild(config: Config, args: readonly string[] = []): ChildSpec {
  return {
    name: 'stores',
    file: entry('stores'),
    args: ['--data', config.data, ...args],
    env: {},
    // Started again, they listen where api and projector were told to look.
    again: ({ eventStoreUri, mongoUri }) => ({
      args: [...portOf('--eventstore-port', eventStoreUri), ...portOf('--mongodb-port', mongoUri)],
    }),
  };
}

/** A socket has a name instead, and keeps it. */
function portOf(argument: string, uri: unknown): readonly string[] {
  const [, port] = (typeof uri === 'string' && /(?:127\.0\.0\.1|localhost):(\d+)/.exec(uri)) || [];
  return port === undefined ? [] : [argument, port];
}

function environmentOf(config: Config, uris: StoreUris): Record<string, string> {
  return {
    ESDB_URL: uris.eventStoreUri,
    MONGODB_URI: uris.mongoUri,
    QUADRANT_DATA: config.data,
    PORT: String(config.port),
    LOG_LEVEL: config.logLevel,
  };
}

export interface StoreUris {
  readonly eventStoreUri: string;
  readonly mongoUri: string;
}

export function apiChild(config: Config, uris: StoreUris): ChildSpec {
  return {
    name: 'api',
    file: entry('api'),
    args: [],
    env: environmentOf(config, uris),
    again: ({ url }) => ({ env: { PORT: new URL(String(url)).port } }),
  };
}

export function projectorChild(config: Config, uris: StoreUris): ChildSpec {
  return { name: 'projector', file: entry('projector'), args: [], env: environmentOf(config, uris) };
}
