import { join, resolve } from 'node:path';
import { ownerSocketPath } from '#owner-socket';

/** Name of the socket on which the process tells how it is, in the data directory. */
const STATUS_SOCKET = 'stores.sock';
const SLOW_MS = 100;
/** Of a port; and a minute, above which no operation has to be told to be slow. */
const MOST = 65_535;

/** What the process of the stores was told. */
export interface Settings {
  readonly data: string;
  readonly only: string | undefined;
  readonly plain: boolean;
  readonly eventStorePort: number;
  /** Absent: a socket. */
  readonly mongoPort: number | undefined;
  readonly maxAppendSize: number | undefined;
  /** From how many milliseconds on an operation is slow. */
  readonly slowMs: number;
  readonly statusSocket: string;
  readonly statusPort: number | undefined;
}

/**
 * Arguments `--data DIR --only NAME --plain --eventstore-port N --mongodb-port N --slow-ms N --status-port N`; in the environment
 * `EVENTSTORE_MAX_APPEND_SIZE`, `QUADRANT_SLOW_MS`, `QUADRANT_STATUS_PORT`.
 *
 * Errors: a number that is none.
 */
export function settingsOf(argv: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const argument = (name: string): string | undefined => {
    const at = argv.indexOf(`--${name}`);
    return at < 0 ? undefined : argv[at + 1];
  };
  const number = (name: string, text: string | undefined): number | undefined => {
    if (text === undefined || text === '') return undefined;
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0 || value > MOST)
      throw new RangeError(`${name} must be a whole number from 0 to ${MOST}, not "${text}"`);
    return value;
  };
  const port = (name: string): number | undefined => number(`--${name}`, argument(name));
  const data = resolve(argument('data') ?? '.quadrant');
  const plain = argv.includes('--plain');
  const mongoPort = port('mongodb-port') ?? (plain ? 0 : undefined);
  const limit = Number(environment['EVENTSTORE_MAX_APPEND_SIZE']);
  return {
    data,
    only: argument('only'),
    plain,
    eventStorePort: port('eventstore-port') ?? 0,
    mongoPort,
    maxAppendSize: limit > 0 ? limit : undefined,
    slowMs:
      number('--slow-ms', argument('slow-ms')) ??
      number('QUADRANT_SLOW_MS', environment['QUADRANT_SLOW_MS']) ??
      SLOW_MS,
    statusSocket: ownerSocketPath(data, STATUS_SOCKET),
    statusPort: port('status-port') ?? number('QUADRANT_STATUS_PORT', environment['QUADRANT_STATUS_PORT']),
  };
}

/** In the directory of its documents. */
export function mongoSocket({ data }: Settings): string {
  return ownerSocketPath(join(data, 'mongodb'), 'mongodb.sock');
}
