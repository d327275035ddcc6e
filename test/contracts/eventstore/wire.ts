import { readFileSync } from 'node:fs';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featureMessages from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import messages from '@eventstore/db-client/generated/streams_pb.js';
import grpc from '@grpc/grpc-js';
import { credentialsIn, type EventStoreContract } from './contract.ts';

/** How the first host of a URI is reached: with TLS, the authority's file and the name of the URI, or without any of it. */
export function channelTo(uri: string): {
  readonly host: string;
  readonly credentials: grpc.ChannelCredentials;
} {
  const host = /^esdb(?:\+discover)?:\/\/(?:[^@/]*@)?([^/,?]+)/.exec(uri)?.[1];
  if (!host) throw new Error(`${uri} names no host`);
  const { searchParams } = new URL(uri.replace(/^esdb(\+discover)?:/, 'http:').replace(/,[^/@?]*/, ''));
  if (searchParams.get('tls') === 'false') return { host, credentials: grpc.credentials.createInsecure() };
  const authority = searchParams.get('tlsCAFile');
  const channel = grpc.credentials.createSsl(authority === null ? null : readFileSync(authority));
  const user = credentialsIn(uri);
  if (!user) return { host, credentials: channel };
  const basic = Buffer.from(`${user.username}:${user.password}`).toString('base64');
  const call = grpc.credentials.createFromMetadataGenerator((_, done) => {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Basic ${basic}`);
    done(null, metadata);
  });
  return { host, credentials: grpc.credentials.combineChannelCredentials(channel, call) };
}

/** The protocol below the official client: requests that it never sends, answers that it does not show. */
export class Wire {
  readonly streams: InstanceType<typeof streamsService.StreamsClient>;
  readonly features: InstanceType<typeof features.ServerFeaturesClient>;

  constructor(uri: string) {
    const { host, credentials } = channelTo(uri);
    this.streams = new streamsService.StreamsClient(host, credentials);
    this.features = new features.ServerFeaturesClient(host, credentials);
  }

  close(): void {
    this.streams.close();
    this.features.close();
  }

  /** All answers of a finite read. Errors: the server's status. */
  read(options: ReadOptions): Promise<InstanceType<typeof messages.ReadResp>[]> {
    const call = this.streams.read(new messages.ReadReq().setOptions(options), deadline());
    const answers: InstanceType<typeof messages.ReadResp>[] = [];
    return new Promise((resolve, reject) => {
      call.on('data', (answer) => answers.push(answer));
      call.on('error', reject);
      call.on('end', () => resolve(answers));
    });
  }

  append(
    requests: readonly InstanceType<typeof messages.AppendReq>[],
  ): Promise<InstanceType<typeof messages.AppendResp>> {
    return new Promise((resolve, reject) => {
      const call = this.streams.append(deadline(), (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
      // The server may end the call before it has been sent everything.
      call.on('error', () => undefined);
      for (const request of requests) call.write(request);
      call.end();
    });
  }

  delete(
    options: InstanceType<typeof messages.DeleteReq.Options> | undefined,
  ): Promise<InstanceType<typeof messages.DeleteResp>> {
    const request = new messages.DeleteReq();
    if (options) request.setOptions(options);
    return new Promise((resolve, reject) => {
      this.streams.delete(request, new grpc.Metadata(), deadline(), (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  }

  tombstone(
    options: InstanceType<typeof messages.TombstoneReq.Options>,
  ): Promise<InstanceType<typeof messages.TombstoneResp>> {
    return new Promise((resolve, reject) => {
      this.streams.tombstone(
        new messages.TombstoneReq().setOptions(options),
        new grpc.Metadata(),
        deadline(),
        (error, answer) => (error ? reject(error) : resolve(answer)),
      );
    });
  }

  supportedMethods(): Promise<InstanceType<typeof featureMessages.SupportedMethods>> {
    return new Promise((resolve, reject) => {
      this.features.getSupportedMethods(
        new shared.Empty(),
        new grpc.Metadata(),
        deadline(),
        (error, answer) => (error ? reject(error) : resolve(answer)),
      );
    });
  }
}

export type ReadOptions = InstanceType<typeof messages.ReadReq.Options>;
export { grpc, messages, shared };

const DEADLINE_MS = 50_000;

/** A call that hangs is an error, not a test without an end. */
function deadline(): { readonly deadline: number } {
  return { deadline: Date.now() + DEADLINE_MS };
}

export function wireOf(contract: EventStoreContract): { readonly wire: Wire } {
  let wire: Wire | undefined;
  beforeAll(() => {
    wire = new Wire(contract.uri);
  });
  afterAll(() => wire?.close());
  return {
    get wire() {
      if (!wire) throw new Error('the wire is not open yet');
      return wire;
    },
  };
}

export const empty = () => new shared.Empty();

export function identifier(stream: string): InstanceType<typeof shared.StreamIdentifier> {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(stream).toString('base64'));
}

export function uuid(text: string): InstanceType<typeof shared.UUID> {
  return new shared.UUID().setString(text);
}

/** A read of a stream forwards from its start, as the official client asks for it. */
export function readOptions(stream: string): ReadOptions {
  const { Options } = messages.ReadReq;
  return new Options()
    .setStream(new Options.StreamOptions().setStreamIdentifier(identifier(stream)).setStart(empty()))
    .setReadDirection(Options.ReadDirection.FORWARDS)
    .setCount('100')
    .setNoFilter(empty())
    .setUuidOption(new Options.UUIDOption().setString(empty()))
    .setControlOption(new Options.ControlOption().setCompatibility(1));
}

/** The texts of a refused call's trailers. */
export function trailersOf(error: Error): Readonly<Record<string, unknown>> {
  return (error as Error & { metadata: { getMap(): Record<string, unknown> } }).metadata.getMap();
}

/** The answers of a read by the names of their content. */
export function kindsOf(answers: readonly InstanceType<typeof messages.ReadResp>[]): string[] {
  const names = Object.entries(messages.ReadResp.ContentCase);
  return answers.map((answer) => names.find(([, value]) => value === answer.getContentCase())?.[0] ?? '?');
}
