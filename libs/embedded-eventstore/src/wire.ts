import { createRequire } from 'node:module';

/** The official client's generated definitions: the server has none of its own, so the two cannot drift apart. */
const require = createRequire(import.meta.url);

type Streams = typeof import('@eventstore/db-client/generated/streams_pb.js');
type Shared = typeof import('@eventstore/db-client/generated/shared_pb.js');
type StatusMessages = typeof import('@eventstore/db-client/generated/status_pb.js');
type Features = typeof import('@eventstore/db-client/generated/serverfeatures_pb.js');

export const streams = require('@eventstore/db-client/generated/streams_pb.js') as Streams;
export const shared = require('@eventstore/db-client/generated/shared_pb.js') as Shared;
export const statusMessages = require('@eventstore/db-client/generated/status_pb.js') as StatusMessages;
export const features = require('@eventstore/db-client/generated/serverfeatures_pb.js') as Features;
export const streamsService = (
  require('@eventstore/db-client/generated/streams_grpc_pb.js') as { StreamsService: object }
).StreamsService;
export const featuresService = (
  require('@eventstore/db-client/generated/serverfeatures_grpc_pb.js') as { ServerFeaturesService: object }
).ServerFeaturesService;
export const { Any } =
  require('google-protobuf/google/protobuf/any_pb.js') as typeof import('google-protobuf/google/protobuf/any_pb.js');
export const { Empty: GoogleEmpty } =
  require('google-protobuf/google/protobuf/empty_pb.js') as typeof import('google-protobuf/google/protobuf/empty_pb.js');

/** The text form of an id that came as text or as two 64-bit integers. */
export function idText(id: InstanceType<Shared['UUID']> | undefined): string {
  if (!id) return '';
  const structured = id.getStructured();
  if (!structured) return id.getString();
  const hex = (value: string) => BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0');
  const digits = hex(structured.getMostSignificantBits()) + hex(structured.getLeastSignificantBits());
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

export function uuidMessage(text: string, structured: boolean): InstanceType<Shared['UUID']> {
  const id = new shared.UUID();
  if (!structured) return id.setString(text);
  const digits = text.replaceAll('-', '');
  const half = new shared.UUID.Structured();
  half.setMostSignificantBits(String(BigInt.asIntN(64, BigInt(`0x${digits.slice(0, 16)}`))));
  half.setLeastSignificantBits(String(BigInt.asIntN(64, BigInt(`0x${digits.slice(16)}`))));
  return id.setStructured(half);
}

export function streamName(id: InstanceType<Shared['StreamIdentifier']> | undefined): string {
  return id ? Buffer.from(id.getStreamName_asU8()).toString('utf8') : '';
}

export function streamIdentifier(name: string): InstanceType<Shared['StreamIdentifier']> {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(name));
}

export const empty = () => new shared.Empty();
