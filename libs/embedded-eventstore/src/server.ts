import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';
import { type Access, openAccess } from './access/access.ts';
import { guarded } from './access/guarded.ts';
import { ailmentOf, sizesOf } from './log/condition.ts';
import { EventLog } from './log/event-log.ts';
import { writeFirstEvent } from './log/first-event.ts';
import type { ObserveOperation } from './operations.ts';
import { Groups } from './persistent-subscriptions/groups.ts';
import { persistentSubscriptions } from './persistent-subscriptions/service.ts';
import { alreadyEncoded, appendCall } from './protocol/append-call.ts';
import { type BatchAppendStream, batchAppendCall } from './protocol/batch-append-call.ts';
import { withBoundedRequests } from './protocol/bounded-requests.ts';
import { featuresService, persistentService, streamsService } from './protocol/definitions.ts';
import { WireError } from './protocol/errors.ts';
import { alreadyFramed } from './protocol/framed-messages.ts';
import { type OpenReads, readCall } from './protocol/read-call.ts';
import { deleteCall, tombstoneCall } from './protocol/removal-calls.ts';
import { supportedMethodsCall } from './protocol/server-features.ts';

export interface EmbeddedEventStoreOptions {
  /** Where the log lies; made when it is not there, readable by its owner only. */
  readonly directory: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Bytes of data in one append; default 1 048 576, as EventStoreDB's `MaxAppendSize`. */
  readonly maxAppendSize?: number;
  /**
   * With TLS and a password, both kept in the directory: another user of the machine can neither read nor write. Without it
   * (default) whoever reaches the port can.
   */
  readonly tls?: boolean;
  /** Told of each append, read and commit when it is over. */
  readonly observe?: ObserveOperation;
}

/** How much a store holds, and what it is doing. */
export interface EventStoreStats {
  readonly events: number;
  readonly streams: number;
  readonly lastPosition: number;
  /** The log on disk. */
  readonly fileBytes: number;
  /** Changes that are not yet on disk. */
  readonly waiting: number;
  /** Finite reads on their way. */
  readonly reads: number;
  /** Catch-up subscriptions. */
  readonly subscriptions: number;
  /** Persistent subscriptions, and who is connected to them. */
  readonly groups: number;
  readonly consumers: number;
}

export interface EmbeddedEventStore {
  /** `esdb://127.0.0.1:PORT?tls=false`, or with TLS `esdb://USER:PASSWORD@localhost:PORT?tls=true&tlsCAFile=PATH`; loopback only. */
  readonly uri: string;
  readonly port: number;
  /**
   * Resolves when a write failed (full disk, failed sync) and the store has stopped taking any more: what is on disk is known
   * again only after a restart.
   */
  readonly failed: Promise<Error>;
  stats(): EventStoreStats;
  /** Why it cannot be used: it has stopped, or its last record cannot be read; undefined when all is well. */
  ailment(): string | undefined;
  /** Acknowledges what it has taken, ends all calls, gives the directory back. */
  close(): Promise<void>;
}

const streamsCalls = withBoundedRequests(streamsService);
const groupCalls = withBoundedRequests(persistentService);

const MAX_APPEND_SIZE = 1_048_576;
const MAX_RECEIVE_BYTES = 17 * 1024 * 1024;

/**
 * Starts a server that speaks EventStoreDB's gRPC protocol on loopback, for the official client.
 *
 * Other services than these three (projections, operations, users, gossip, monitoring) are answered UNIMPLEMENTED.
 * Errors: the directory is in use, of another format, or its last record damaged; the port is taken.
 */
export async function startEmbeddedEventStore(
  options: EmbeddedEventStoreOptions,
): Promise<EmbeddedEventStore> {
  const maxAppendSize = options.maxAppendSize ?? MAX_APPEND_SIZE;
  if (!Number.isSafeInteger(maxAppendSize) || maxAppendSize < 1)
    throw new RangeError(`maxAppendSize: ${maxAppendSize} must be a whole number of bytes above 0`);
  const log = new EventLog(options.directory, Date.now, options.observe);
  const access = await accessOf(options, log);
  await writeFirstEvent(log);
  const groups = new Groups(log);
  const batchAppends = new Set<BatchAppendStream>();
  const closing = new AbortController();
  // One listener for each read that is open, taken back when it ends; there may be many.
  setMaxListeners(0, closing.signal);
  const reads: OpenReads = {
    closing: closing.signal,
    observe: options.observe,
    reads: 0,
    subscriptions: 0,
  };
  const server = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_permit_without_calls': 1,
  });
  server.addService(
    {
      ...streamsCalls,
      append: { ...streamsCalls['append'], responseSerialize: alreadyEncoded },
      batchAppend: { ...streamsCalls['batchAppend'], responseSerialize: alreadyFramed },
      read: { ...streamsCalls['read'], responseSerialize: alreadyFramed },
    } as unknown as ServiceDefinition,
    guarded(
      {
        append: appendCall(log, maxAppendSize),
        batchAppend: batchAppendCall(log, maxAppendSize, batchAppends),
        delete: deleteCall(log),
        tombstone: tombstoneCall(log),
        read: readCall(log, reads),
      },
      access,
    ),
  );
  // Clients ask for the features before they say who they are.
  server.addService(featuresService as ServiceDefinition, { getSupportedMethods: supportedMethodsCall });
  server.addService(
    {
      ...groupCalls,
      read: { ...groupCalls['read'], responseSerialize: alreadyFramed },
    } as unknown as ServiceDefinition,
    guarded(persistentSubscriptions(groups), access),
  );

  const close = async () => {
    await groups.close();
    await log.drain();
    // What was taken is answered in the turn of its commit.
    await new Promise((resolve) => setImmediate(resolve));
    // Appends on their way get CANCELLED, at which clients connect anew; all other calls get UNAVAILABLE.
    for (const call of [...batchAppends])
      call.emit('error', new WireError(status.CANCELLED, 'The server is closing.'));
    closing.abort();
    await new Promise<void>((resolve) => {
      server.tryShutdown(() => resolve());
      setTimeout(() => server.forceShutdown(), GRACE_MS).unref();
    });
    await log.close();
  };
  let port: number;
  try {
    port = await bind(server, options.port ?? 0, access?.credentials ?? ServerCredentials.createInsecure());
  } catch (error) {
    await groups.close();
    await log.close();
    throw error;
  }
  let closed: Promise<void> | undefined;
  return {
    uri: access?.published(port) ?? `esdb://127.0.0.1:${port}?tls=false`,
    port,
    failed: log.failed,
    stats: () => ({
      ...sizesOf(log),
      waiting: log.waiting,
      reads: reads.reads,
      subscriptions: reads.subscriptions,
      groups: groups.all.length,
      consumers: groups.all.reduce((sum, { connected }) => sum + connected.size, 0),
    }),
    ailment: () => ailmentOf(log),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** For last answers to leave; then connections are cut. */
const GRACE_MS = 100;

async function accessOf(options: EmbeddedEventStoreOptions, log: EventLog): Promise<Access | undefined> {
  if (!options.tls) return undefined;
  try {
    return await openAccess(options.directory, new Date());
  } catch (error) {
    await log.close();
    throw error;
  }
}

function bind(server: Server, port: number, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}
