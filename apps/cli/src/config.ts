import { resolve } from 'node:path';

/** What the environment may say, with what is meant when it says nothing. Source: api.md, "Configuration". */
export interface Config {
  readonly data: string;
  readonly port: number;
  readonly eventStoreUri: string | undefined;
  readonly mongoUri: string | undefined;
  readonly jwks: string | undefined;
  readonly jwtSecret: string | undefined;
  readonly logLevel: string;
}

/** A setting that cannot be meant: which one, and what would be right. */
export class ConfigError extends Error {}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export function readConfig(
  environment: NodeJS.ProcessEnv,
  given: { data?: string; port?: string } = {},
): Config {
  const port = Number(given.port ?? environment['PORT'] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError(
      `PORT must be a number from 0 to 65535, not "${given.port ?? environment['PORT']}".`,
    );
  const eventStoreUri = environment['ESDB_URL'] || undefined;
  const mongoUri = environment['MONGODB_URI'] || undefined;
  if ((eventStoreUri === undefined) !== (mongoUri === undefined)) {
    throw new ConfigError(
      'Give both ESDB_URL and MONGODB_URI, or neither: with neither the embedded stores are started.',
    );
  }
  if (eventStoreUri && !/^esdb(\+discover)?:\/\//.test(eventStoreUri))
    throw new ConfigError('ESDB_URL must begin with esdb:// or esdb+discover://.');
  if (mongoUri && !/^mongodb(\+srv)?:\/\//.test(mongoUri))
    throw new ConfigError('MONGODB_URI must begin with mongodb:// or mongodb+srv://.');
  const logLevel = environment['LOG_LEVEL'] ?? 'warn';
  if (!LEVELS.includes(logLevel))
    throw new ConfigError(`LOG_LEVEL must be one of ${LEVELS.join(', ')}, not "${logLevel}".`);
  // The process of the stores reads these two itself, and would be started again and again with a wrong one.
  for (const name of ['QUADRANT_SLOW_MS', 'QUADRANT_STATUS_PORT']) {
    const value = environment[name] ?? '';
    if (!/^\d{0,5}$/.test(value) || Number(value) > 65_535)
      throw new ConfigError(`${name} must be a number from 0 to 65535, not "${value}".`);
  }
  const jwtSecret = environment['QUADRANT_JWT_SECRET'] || undefined;
  if (jwtSecret !== undefined && jwtSecret.length < 32)
    throw new ConfigError('QUADRANT_JWT_SECRET must have at least 32 characters.');
  return {
    data: resolve(given.data ?? environment['QUADRANT_DATA'] ?? '.quadrant'),
    port,
    eventStoreUri,
    mongoUri,
    jwks: environment['QUADRANT_JWKS'] || undefined,
    jwtSecret,
    logLevel,
  };
}
