import { createRequire } from 'node:module';

/** The official client's generated definitions: the server has none of its own, so the two cannot drift apart. */
const require = createRequire(import.meta.url);
const generated = '@eventstore/db-client/generated';

export type Streams = typeof import('@eventstore/db-client/generated/streams_pb.js');
export type Shared = typeof import('@eventstore/db-client/generated/shared_pb.js');
export type StatusMessages = typeof import('@eventstore/db-client/generated/status_pb.js');
export type Persistent = typeof import('@eventstore/db-client/generated/persistent_pb.js');
export type Features = typeof import('@eventstore/db-client/generated/serverfeatures_pb.js');
type AnyMessages = typeof import('google-protobuf/google/protobuf/any_pb.js');
type EmptyMessages = typeof import('google-protobuf/google/protobuf/empty_pb.js');

/** One RPC of a generated service definition. */
interface Rpc {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}
type Service = Readonly<Record<string, Rpc>>;

export const streams = require(`${generated}/streams_pb.js`) as Streams;
export const shared = require(`${generated}/shared_pb.js`) as Shared;
export const statusMessages = require(`${generated}/status_pb.js`) as StatusMessages;
export const persistent = require(`${generated}/persistent_pb.js`) as Persistent;
export const features = require(`${generated}/serverfeatures_pb.js`) as Features;
export const { StreamsService: streamsService } = require(`${generated}/streams_grpc_pb.js`) as {
  StreamsService: Service;
};
export const { ServerFeaturesService: featuresService } = require(
  `${generated}/serverfeatures_grpc_pb.js`,
) as { ServerFeaturesService: Service };
export const { PersistentSubscriptionsService: persistentService } = require(
  `${generated}/persistent_grpc_pb.js`,
) as { PersistentSubscriptionsService: Service };
export const { Any } = require('google-protobuf/google/protobuf/any_pb.js') as AnyMessages;
export const { Empty: GoogleEmpty } = require('google-protobuf/google/protobuf/empty_pb.js') as EmptyMessages;
