import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import type { Expected, Outcome } from '../log/append-rules.ts';
import type { EventLog } from '../log/event-log.ts';
import { type Streams, shared, streams } from './definitions.ts';
import { asWireError, invalid, streamDeleted, wrongVersion } from './errors.ts';
import { expectationNumber, expectationOf } from './expectation.ts';
import { streamName } from './identifiers.ts';

type DeleteReq = InstanceType<Streams['DeleteReq']>;
type DeleteResp = InstanceType<Streams['DeleteResp']>;
type TombstoneReq = InstanceType<Streams['TombstoneReq']>;
type TombstoneResp = InstanceType<Streams['TombstoneResp']>;
type Options = ReturnType<DeleteReq['getOptions']> | ReturnType<TombstoneReq['getOptions']>;

/** Delete: hides a stream until it is written to again. */
export function deleteCall(log: EventLog) {
  return (call: ServerUnaryCall<DeleteReq, DeleteResp>, callback: sendUnaryData<DeleteResp>): void => {
    remove(call.request.getOptions(), (stream, expected) => log.delete(stream, expected)).then(
      (position) =>
        callback(
          null,
          position === undefined
            ? new streams.DeleteResp().setNoPosition(new shared.Empty())
            : new streams.DeleteResp().setPosition(
                new streams.DeleteResp.Position().setCommitPosition(position).setPreparePosition(position),
              ),
        ),
      (error: unknown) => callback(asWireError(error)),
    );
  };
}

/** Tombstone: ends a stream for good. */
export function tombstoneCall(log: EventLog) {
  return (
    call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
    callback: sendUnaryData<TombstoneResp>,
  ): void => {
    remove(call.request.getOptions(), (stream, expected) => log.tombstone(stream, expected)).then(
      (position) =>
        callback(
          null,
          position === undefined
            ? new streams.TombstoneResp().setNoPosition(new shared.Empty())
            : new streams.TombstoneResp().setPosition(
                new streams.TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position),
              ),
        ),
      (error: unknown) => callback(asWireError(error)),
    );
  };
}

/** The position of what was written. */
async function remove(
  options: Options,
  change: (stream: string, expected: Expected) => Promise<Outcome>,
): Promise<string | undefined> {
  if (!options) throw invalid('options', 'must be given');
  const stream = streamName(options.getStreamIdentifier());
  if (stream === undefined) throw invalid('options.stream_identifier', 'must be a name in UTF-8');
  const expected = expectationOf(options, options.hasRevision() ? options.getRevision() : undefined);
  if (expected === undefined)
    throw invalid('options.expected_stream_revision', 'must be revision, no_stream, any or stream_exists');
  const outcome = await change(stream, expected);
  switch (outcome.kind) {
    case 'done':
      return outcome.position === undefined ? undefined : String(outcome.position);
    case 'deleted':
      throw streamDeleted(stream);
    case 'wrong-version':
      throw wrongVersion('Delete', stream, expectationNumber(expected), String(outcome.current));
  }
}
