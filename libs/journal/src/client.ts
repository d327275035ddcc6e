import type { Readable } from 'node:stream';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { JournalLogger } from './entries.ts';
import { JournalClosed } from './faults.ts';

export interface ConnectOptions {
  readonly uri: string;
  readonly totalTimeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly logger: JournalLogger | undefined;
  /** Prefix of every stream name; '' for a store of one's own. */
  readonly namespace: string;
}

/** One connection to the store with the limits that every call of the journal keeps. */
export interface StoreClient extends ConnectOptions {
  readonly client: EventStoreDBClient;
  /** Per-call credentials of every append, see {@link connect}. */
  readonly appendCredentials: { readonly username: string; readonly password: string } | undefined;
  /** Aborted when the journal is closed: repeats and subscriptions end. */
  readonly closed: AbortSignal;
  close(): Promise<void>;
}

/**
 * Connects with three precautions that reading and breaking the client (6.2.1) has taught.
 *
 * - Appends carry per-call credentials, which sends them through Append instead of the shared BatchAppend stream.
 *   BatchAppend keeps the pending answers of *all* clients of a process in one module-wide map and empties it when
 *   any stream fails; an answer that comes afterwards throws inside the client and ends the process, and its
 *   deadline is only kept by the server. Append has a deadline of its own and fails alone. On an insecure
 *   connection the client drops the credentials, so that their value does not matter.
 * - `handleError` is started by the client without anybody waiting for it and rejects when cluster discovery
 *   fails meanwhile: an unhandled rejection. The call itself reports the failure, so that one is only logged.
 * - A TLS connection without user name has no credentials to give; it keeps BatchAppend.
 */
export function connect(options: ConnectOptions): StoreClient {
  const client = EventStoreDBClient.connectionString(options.uri);
  const guarded = client as unknown as { handleError(failed: unknown, error: unknown): Promise<void> };
  const handleError = guarded.handleError;
  guarded.handleError = async (failed, error) => {
    try {
      await handleError(failed, error);
    } catch (cause) {
      options.logger?.warn({ cause }, 'The event store could not be found again; calls are repeated.');
    }
  };
  const closing = new AbortController();
  return {
    ...options,
    client,
    appendCredentials: credentialsOf(options.uri),
    closed: closing.signal,
    close: async () => {
      closing.abort();
      await dispose(client, options.logger);
    },
  };
}

/** How long the client may take to let go of its streams. */
const DISPOSE_MS = 3_000;

/**
 * Ends every stream that the client still holds, then disposes of it.
 *
 * The client (6.2.1) cancels them and waits until each has ended; one that the store has completed and whose reader has
 * gone cannot be cancelled any more, and is never read to its end. Destroyed, it closes, and its reader, if there is
 * one, gets an error instead of an end. What remains is given up after {@link DISPOSE_MS} with a warning.
 */
async function dispose(client: EventStoreDBClient, logger: JournalLogger | undefined): Promise<void> {
  const { disposableStreams } = client as unknown as { disposableStreams: ReadonlySet<Readable> };
  for (const stream of disposableStreams) stream.destroy(new JournalClosed());
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      const streams = [...disposableStreams].map((stream) => ({
        kind: stream.constructor.name,
        closed: stream.closed,
        ended: stream.readableEnded,
        unread: stream.readableLength,
        error: stream.errored,
      }));
      logger?.warn({ streams }, `The client's streams have not ended within ${DISPOSE_MS} ms; given up.`);
      resolve();
    }, DISPOSE_MS);
  });
  await Promise.race([client.dispose(), late]).finally(() => clearTimeout(timer));
}

function credentialsOf(uri: string): StoreClient['appendCredentials'] {
  const url = new URL(uri.replace(/^esdb(\+discover)?:/, 'http:').replace(/,[^/@?]*/, ''));
  if (url.username !== '') {
    return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  }
  const insecure = [...url.searchParams].some((pair) => pair.join('=').toLowerCase() === 'tls=false');
  return insecure ? { username: 'quadrant', password: '' } : undefined;
}
