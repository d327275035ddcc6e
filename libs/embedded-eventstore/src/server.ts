import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { AppendService } from './append.ts';
import { lockDirectory } from './directory-lock.ts';
import { EventLog } from './log.ts';
import { ReadService } from './read.ts';
import { features, featuresService, type shared, streamsService } from './wire.ts';

export interface EmbeddedEventStoreOptions {
  /** Where the log lies; made when it is not there, readable by its owner only. */
  readonly directory: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Bytes of data in one append; default 1 048 576, as EventStoreDB's `MaxAppendSize`. */
  readonly maxAppendSize?: number;
}

export interface EmbeddedEventStore {
  readonly uri: string;
  readonly port: number;
  /** Resolves when a write failed and the store has stopped taking any more. */
  readonly failed: Promise<Error>;
  stats(): {
    readonly events: number;
    readonly streams: number;
    readonly lastPosition: number;
    readonly subscriptions: number;
  };
  close(): Promise<void>;
}

const MAX_APPEND_SIZE = 1_048_576;
const MAX_RECEIVE_BYTES = 17 * 1024 * 1024;

/**
 * Starts a server that speaks EventStoreDB's gRPC protocol on loopback: streams and server features.
 *
 * Everything else (persistent subscriptions, projections, operations, users, gossip) is answered UNIMPLEMENTED. Errors:
 * the directory is in use, of another format, or damaged; the port is taken.
 */
export async function startEmbeddedEventStore(
  options: EmbeddedEventStoreOptions,
): Promise<EmbeddedEventStore> {
  const unlock = lockDirectory(options.directory);
  const log = new EventLog(options.directory);
  const append = new AppendService(log, options.maxAppendSize ?? MAX_APPEND_SIZE);
  const read = new ReadService(log);
  const server = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_permit_without_calls': 1,
  });
  server.addService(streamsService as Parameters<Server['addService']>[0], {
    append: append.append,
    batchAppend: append.batchAppend,
    delete: append.delete,
    tombstone: append.tombstone,
    read: read.read,
  });
  server.addService(featuresService as Parameters<Server['addService']>[0], { getSupportedMethods });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  }).catch(async (error: unknown) => {
    await log.close();
    unlock();
    throw error;
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await new Promise<void>((resolve) => {
      // Calls that never end by themselves (subscriptions, batch appends) are cut.
      server.tryShutdown(() => resolve());
      setImmediate(() => server.forceShutdown());
    });
    await log.close();
    unlock();
  };
  return {
    uri: `esdb://127.0.0.1:${port}?tls=false`,
    port,
    failed: log.failed,
    stats: () => ({ ...log.stats(), subscriptions: read.subscriptions }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function getSupportedMethods(
  _call: ServerUnaryCall<InstanceType<typeof shared.Empty>, InstanceType<typeof features.SupportedMethods>>,
  callback: sendUnaryData<InstanceType<typeof features.SupportedMethods>>,
): void {
  const methods = new features.SupportedMethods().setEventStoreServerVersion('23.10.0');
  const list = (name: string, ...own: string[]) =>
    methods.addMethods(
      new features.SupportedMethod()
        .setServiceName('event_store.client.streams.streams')
        .setMethodName(name)
        .setFeaturesList(own),
    );
  list('read', 'position', 'events');
  list('append');
  list('batchappend', 'deadline_duration');
  list('delete');
  list('tombstone');
  methods.addMethods(
    new features.SupportedMethod()
      .setServiceName('event_store.client.server_features.serverfeatures')
      .setMethodName('getsupportedmethods'),
  );
  callback(null, methods);
}
