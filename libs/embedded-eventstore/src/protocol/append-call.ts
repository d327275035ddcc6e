import { Metadata, type ServerReadableStream, type sendUnaryData } from '@grpc/grpc-js';
import type { Expected, Outcome } from '../log/append-rules.ts';
import type { EventLog } from '../log/event-log.ts';
import { type ByteWriter, writeVarint } from '../varint.ts';
import { type Streams, shared, streams } from './definitions.ts';
import { asWireError, invalid, streamDeleted, tooLarge } from './errors.ts';
import { expectationOf } from './expectation.ts';
import { streamName } from './identifiers.ts';
import { ProposedEvents } from './proposed-event.ts';

type Request = InstanceType<Streams['AppendReq']>;

/** The serializer of responses that are encoded already. */
export function alreadyEncoded(response: Buffer): Buffer {
  return response;
}

/** Append: the options, then one message for each event; a wrong version is a response, all else an error. */
export function appendCall(log: EventLog, maxAppendSize: number) {
  return (call: ServerReadableStream<Request, Buffer>, callback: sendUnaryData<Buffer>): void => {
    let options: ReturnType<Request['getOptions']>;
    const proposed = new ProposedEvents(maxAppendSize);
    let broken = false;
    call.on('data', (request: Request) => {
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (message) proposed.add(message);
    });
    call.on('error', () => {
      // A request that was cut off is no append.
      broken = true;
    });
    call.on('cancelled', () => {
      broken = true;
    });
    call.on('end', () => {
      // Of a request that was reset the end comes first, and the news of the reset only when the stream has closed:
      // half an append would be taken for a whole one. Headers cannot be sent on a stream that is gone: trying to
      // makes the call look, and it tells in the next tick.
      call.sendMetadata(new Metadata());
      process.nextTick(() => {
        if (broken || call.cancelled) return;
        run(log, options, proposed, maxAppendSize).then(
          (response) => callback(null, response),
          (error: unknown) => callback(asWireError(error)),
        );
      });
    });
  };
}

async function run(
  log: EventLog,
  options: ReturnType<Request['getOptions']>,
  proposed: ProposedEvents,
  maxAppendSize: number,
): Promise<Buffer> {
  if (!options) throw invalid('options', 'must be the first message');
  const stream = streamName(options.getStreamIdentifier());
  if (stream === undefined) throw invalid('options.stream_identifier', 'must be a name in UTF-8');
  const expected = expectationOf(options, options.hasRevision() ? options.getRevision() : undefined);
  if (expected === undefined)
    throw invalid('options.expected_stream_revision', 'must be revision, no_stream, any or stream_exists');
  if (proposed.refused) throw proposed.refused;
  if (proposed.tooLarge) throw tooLarge(maxAppendSize);
  const outcome = await log.append(stream, expected, proposed.events);
  if (outcome.kind === 'deleted') throw streamDeleted(stream);
  return response(outcome, expected);
}

const empty = () => new shared.Empty();
/** `expected_revision_20_6_0` = 2^64 − 1: how the old fields say no_stream. The generated code cannot write it. */
const WRONG_EXPECTED_VERSION_TAG = 0x12;
const NOTHING = Buffer.alloc(0);
const OLD_NO_STREAM = Buffer.from('18ffffffffffffffffff01', 'hex');

function response(outcome: Exclude<Outcome, { kind: 'deleted' }>, expected: Expected): Buffer {
  if (outcome.kind === 'done') {
    const success = new streams.AppendResp.Success();
    if (outcome.revision < 0n) success.setNoStream(empty());
    else success.setCurrentRevision(String(outcome.revision));
    if (outcome.position === undefined) success.setNoPosition(empty());
    else {
      const at = String(outcome.position);
      success.setPosition(new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
    }
    return Buffer.from(new streams.AppendResp().setSuccess(success).serializeBinary());
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.current < 0n) {
    wrong.setNoStream2060(empty());
    wrong.setCurrentNoStream(empty());
  } else {
    wrong.setCurrentRevision2060(Number(outcome.current));
    wrong.setCurrentRevision(String(outcome.current));
  }
  switch (expected) {
    case 'any':
      wrong.setAny2060(empty());
      wrong.setExpectedAny(empty());
      break;
    case 'stream_exists':
      wrong.setStreamExists2060(empty());
      wrong.setExpectedStreamExists(empty());
      break;
    case 'no_stream':
      wrong.setExpectedNoStream(empty());
      break;
    default:
      if (expected <= Number.MAX_SAFE_INTEGER) wrong.setExpectedRevision2060(Number(expected));
      wrong.setExpectedRevision(String(expected));
  }
  const body = wrong.serializeBinary();
  const old = expected === 'no_stream' ? OLD_NO_STREAM : NOTHING;
  const writer: ByteWriter = { bytes: Buffer.alloc(6), at: 1 };
  writer.bytes[0] = WRONG_EXPECTED_VERSION_TAG;
  writeVarint(writer, body.length + old.length);
  return Buffer.concat([writer.bytes.subarray(0, writer.at), body, old]);
}
