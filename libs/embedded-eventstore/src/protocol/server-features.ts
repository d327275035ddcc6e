import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { features } from './definitions.ts';

type SupportedMethods = InstanceType<typeof features.SupportedMethods>;

/** How the store presents itself; clients decide by it what they may ask for. */
const SERVER_VERSION = '23.10.0';

/** What is implemented, in the words of the gRPC paths, in lower case: nothing else is listed. */
const METHODS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'event_store.client.streams.streams': {
    read: ['position', 'events'],
    append: [],
    batchappend: [],
    delete: [],
    tombstone: [],
  },
  'event_store.client.persistent_subscriptions.persistentsubscriptions': {
    create: ['stream', 'all'],
    update: ['stream', 'all'],
    delete: ['stream', 'all'],
    read: ['stream', 'all'],
    getinfo: ['stream', 'all'],
    replayparked: ['stream', 'all'],
    list: ['stream', 'all'],
    restartsubsystem: [],
  },
  'event_store.client.server_features.serverfeatures': { getsupportedmethods: [] },
};

export function supportedMethodsCall(
  _call: ServerUnaryCall<unknown, SupportedMethods>,
  callback: sendUnaryData<SupportedMethods>,
): void {
  const answer = new features.SupportedMethods().setEventStoreServerVersion(SERVER_VERSION);
  for (const [service, methods] of Object.entries(METHODS)) {
    for (const [method, own] of Object.entries(methods)) {
      answer.addMethods(
        new features.SupportedMethod()
          .setServiceName(service)
          .setMethodName(method)
          .setFeaturesList([...own]),
      );
    }
  }
  callback(null, answer);
}
