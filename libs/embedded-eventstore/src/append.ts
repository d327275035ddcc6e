import {
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import {
  broken,
  invalid,
  missingMetadata,
  streamDeleted,
  tooLarge,
  type WireError,
  wrongVersion,
} from './errors.ts';
import type { AppendResult, EventLog, Expected, NewEvent } from './log.ts';
import {
  Any,
  empty,
  GoogleEmpty,
  idText,
  shared,
  statusMessages,
  streamIdentifier,
  streamName,
  streams,
} from './wire.ts';

/** Append, BatchAppend, Delete and Tombstone. */

type AppendReq = InstanceType<typeof streams.AppendReq>;
type AppendResp = InstanceType<typeof streams.AppendResp>;
type Proposed =
  | InstanceType<typeof streams.AppendReq.ProposedMessage>
  | InstanceType<typeof streams.BatchAppendReq.ProposedMessage>;

interface ExpectedOptions {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

function expectedOf(options: ExpectedOptions, revision: () => string): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return BigInt(revision());
}

/** The event that a message proposes, or what is missing in it. */
function proposed(message: Proposed): NewEvent | WireError {
  const metadata = message.getMetadataMap();
  const type = metadata.get('type');
  const contentType = metadata.get('content-type');
  if (type === undefined) return missingMetadata('type');
  if (contentType === undefined) return missingMetadata('content-type');
  if (type === '') return invalid('type', 'must not be empty');
  return {
    id: idText(message.getId()),
    type,
    json: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export class AppendService {
  readonly #log: EventLog;
  readonly #maxAppendSize: number;

  constructor(log: EventLog, maxAppendSize: number) {
    this.#log = log;
    this.#maxAppendSize = maxAppendSize;
  }

  append = (call: ServerReadableStream<AppendReq, AppendResp>, callback: sendUnaryData<AppendResp>): void => {
    let options: InstanceType<typeof streams.AppendReq.Options> | undefined;
    const events: NewEvent[] = [];
    let size = 0;
    let refused: WireError | undefined;
    call.on('data', (request: AppendReq) => {
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (!message || refused) return;
      const event = proposed(message);
      if ('code' in event) refused = event;
      else {
        events.push(event);
        size += event.data.length;
        if (size > this.#maxAppendSize) refused = tooLarge(this.#maxAppendSize);
      }
    });
    call.on('end', () => {
      if (refused) return callback(refused);
      if (!options) return callback(invalid('options', 'the first message must carry them'));
      const stream = streamName(options.getStreamIdentifier());
      if (stream === '') return callback(invalid('stream_identifier', 'must name a stream'));
      const own = options;
      const expected = expectedOf(own, () => own.getRevision());
      this.#log.append(stream, expected, events).then(
        (result) =>
          result.kind === 'deleted'
            ? callback(streamDeleted(stream))
            : callback(null, appendResponse(result, expected)),
        (error: unknown) => callback(broken(error)),
      );
    });
    call.on('error', () => undefined);
  };

  batchAppend = (
    call: ServerDuplexStream<
      InstanceType<typeof streams.BatchAppendReq>,
      InstanceType<typeof streams.BatchAppendResp>
    >,
  ): void => {
    const open = new Map<string, Batch>();
    call.on('data', (request: InstanceType<typeof streams.BatchAppendReq>) => {
      const correlation = idText(request.getCorrelationId());
      const batch = open.get(correlation) ?? { request, events: [], size: 0, refused: undefined };
      open.set(correlation, batch);
      for (const message of request.getProposedMessagesList()) {
        const event = proposed(message);
        if ('code' in event) batch.refused ??= event;
        else {
          batch.events.push(event);
          batch.size += event.data.length;
        }
      }
      if (!request.getIsFinal()) return;
      open.delete(correlation);
      void this.#batch(batch).then((response) => {
        if (!call.destroyed && !call.cancelled) call.write(response);
      });
    });
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  };

  async #batch({
    request,
    events,
    size,
    refused,
  }: Batch): Promise<InstanceType<typeof streams.BatchAppendResp>> {
    const response = new streams.BatchAppendResp();
    response.setCorrelationId(request.getCorrelationId());
    const options = request.getOptions();
    const stream = streamName(options?.getStreamIdentifier());
    response.setStreamIdentifier(streamIdentifier(stream));
    if (!options || stream === '')
      return response.setError(
        failure(
          status.INVALID_ARGUMENT,
          'options: the first message must carry them with a stream',
          'Unknown',
          new shared.Unknown(),
        ),
      );
    const deadline = options.getDeadline();
    if (deadline && deadline.getSeconds() * 1000 + deadline.getNanos() / 1e6 < Date.now()) {
      return response.setError(failure(status.DEADLINE_EXCEEDED, 'Timeout', 'Timeout', new shared.Timeout()));
    }
    if (refused)
      return response.setError(failure(refused.code, refused.details, 'Unknown', new shared.Unknown()));
    if (size > this.#maxAppendSize) {
      const detail = new shared.MaximumAppendSizeExceeded().setMaxappendsize(this.#maxAppendSize);
      return response.setError(
        failure(
          status.INVALID_ARGUMENT,
          `Maximum Append Size of ${this.#maxAppendSize} Exceeded.`,
          'MaximumAppendSizeExceeded',
          detail,
        ),
      );
    }
    const expected = expectedOf(options, () => options.getStreamPosition());
    try {
      return batchResponse(response, await this.#log.append(stream, expected, events), expected, stream);
    } catch (error) {
      return response.setError(failure(status.INTERNAL, String(error), 'Unknown', new shared.Unknown()));
    }
  }

  delete = (
    call: ServerUnaryCall<InstanceType<typeof streams.DeleteReq>, InstanceType<typeof streams.DeleteResp>>,
    callback: sendUnaryData<InstanceType<typeof streams.DeleteResp>>,
  ): void => {
    const options = call.request.getOptions();
    if (!options) {
      callback(invalid('options', 'must be given'));
      return;
    }
    const stream = streamName(options.getStreamIdentifier());
    const expected = expectedOf(options, () => options.getRevision());
    void this.#remove('Delete', stream, expected, this.#log.delete(stream, expected), callback, (position) =>
      new streams.DeleteResp().setPosition(
        new streams.DeleteResp.Position().setCommitPosition(position).setPreparePosition(position),
      ),
    );
  };

  tombstone = (
    call: ServerUnaryCall<
      InstanceType<typeof streams.TombstoneReq>,
      InstanceType<typeof streams.TombstoneResp>
    >,
    callback: sendUnaryData<InstanceType<typeof streams.TombstoneResp>>,
  ): void => {
    const options = call.request.getOptions();
    if (!options) {
      callback(invalid('options', 'must be given'));
      return;
    }
    const stream = streamName(options.getStreamIdentifier());
    const expected = expectedOf(options, () => options.getRevision());
    void this.#remove(
      'Delete',
      stream,
      expected,
      this.#log.tombstone(stream, expected),
      callback,
      (position) =>
        new streams.TombstoneResp().setPosition(
          new streams.TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position),
        ),
    );
  };

  async #remove<R>(
    verb: string,
    stream: string,
    expected: Expected,
    work: Promise<AppendResult>,
    callback: sendUnaryData<R>,
    done: (position: string) => R,
  ): Promise<void> {
    try {
      const result = await work;
      if (result.kind === 'deleted') callback(streamDeleted(stream));
      else if (result.kind === 'wrong-version')
        callback(
          wrongVersion(
            verb,
            stream,
            EXPECTED_NUMBERS[String(expected)] ?? String(expected),
            String(result.current),
          ),
        );
      else callback(null, done(String(result.position)));
    } catch (error) {
      callback(broken(error));
    }
  }
}

interface Batch {
  readonly request: InstanceType<typeof streams.BatchAppendReq>;
  readonly events: NewEvent[];
  size: number;
  refused: WireError | undefined;
}

const EXPECTED_NUMBERS: Readonly<Record<string, string>> = {
  any: '-2',
  no_stream: '-1',
  stream_exists: '-4',
};

function appendResponse(result: Exclude<AppendResult, { kind: 'deleted' }>, expected: Expected): AppendResp {
  const response = new streams.AppendResp();
  if (result.kind === 'done') {
    const success = new streams.AppendResp.Success();
    if (result.revision < 0n) success.setNoStream(empty());
    else success.setCurrentRevision(String(result.revision));
    const at = String(result.position);
    success.setPosition(new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
    return response.setSuccess(success);
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (result.current < 0n) {
    wrong.setNoStream2060(empty());
    wrong.setCurrentNoStream(empty());
  } else {
    wrong.setCurrentRevision2060(Number(result.current));
    wrong.setCurrentRevision(String(result.current));
  }
  if (expected === 'any') {
    wrong.setAny2060(empty());
    wrong.setExpectedAny(empty());
  } else if (expected === 'stream_exists') {
    wrong.setStreamExists2060(empty());
    wrong.setExpectedStreamExists(empty());
  } else if (expected === 'no_stream') {
    // The field of old clients would be 2^64 − 1, which the generated code cannot hold; newer ones read the one below.
    wrong.setExpectedNoStream(empty());
  } else {
    wrong.setExpectedRevision2060(Number(expected));
    wrong.setExpectedRevision(String(expected));
  }
  return response.setWrongExpectedVersion(wrong);
}

function batchResponse(
  response: InstanceType<typeof streams.BatchAppendResp>,
  result: AppendResult,
  expected: Expected,
  stream: string,
): InstanceType<typeof streams.BatchAppendResp> {
  if (expected === 'any') response.setAny(new GoogleEmpty());
  else if (expected === 'no_stream') response.setNoStream(new GoogleEmpty());
  else if (expected === 'stream_exists') response.setStreamExists(new GoogleEmpty());
  else response.setStreamPosition(String(expected));
  if (result.kind === 'deleted') {
    const detail = new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(stream));
    return response.setError(
      failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, 'StreamDeleted', detail),
    );
  }
  if (result.kind === 'wrong-version') {
    const detail = new shared.WrongExpectedVersion();
    if (result.current < 0n) detail.setCurrentNoStream(new GoogleEmpty());
    else detail.setCurrentStreamRevision(String(result.current));
    if (expected === 'any') detail.setExpectedAny(new GoogleEmpty());
    else if (expected === 'no_stream') detail.setExpectedNoStream(new GoogleEmpty());
    else if (expected === 'stream_exists') detail.setExpectedStreamExists(new GoogleEmpty());
    else detail.setExpectedStreamPosition(String(expected));
    return response.setError(
      failure(status.FAILED_PRECONDITION, 'WrongExpectedVersion', 'WrongExpectedVersion', detail),
    );
  }
  const success = new streams.BatchAppendResp.Success();
  if (result.revision < 0n) success.setNoStream(new GoogleEmpty());
  else success.setCurrentRevision(String(result.revision));
  const at = String(result.position);
  success.setPosition(new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at));
  return response.setSuccess(success);
}

function failure(
  code: status,
  message: string,
  type: string,
  detail: { serializeBinary(): Uint8Array },
): InstanceType<typeof statusMessages.Status> {
  const any = new Any();
  any.pack(detail.serializeBinary(), `event_store.client.${type}`);
  return new statusMessages.Status()
    .setCode(code as number as never)
    .setMessage(message)
    .setDetails(any);
}
