import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Expected, Outcome } from '../log/append-rules.ts';
import type { EventLog } from '../log/event-log.ts';
import { framedSuccess } from './batch-append-success.ts';
import {
  Any,
  GoogleEmpty,
  type Shared,
  type Streams,
  shared,
  statusMessages,
  streams,
} from './definitions.ts';
import { asWireError, WireError } from './errors.ts';
import { expectationOf } from './expectation.ts';
import { FramedMessages } from './framed-messages.ts';
import { streamIdentifier, streamName, uuidText } from './identifiers.ts';
import { ProposedEvents } from './proposed-event.ts';
import { framed } from './read-messages.ts';
import { UnfinishedAppends } from './unfinished-appends.ts';

type Request = InstanceType<Streams['BatchAppendReq']>;
type Response = InstanceType<Streams['BatchAppendResp']>;
export type BatchAppendStream = ServerDuplexStream<Request, FramedMessages>;

/** An append whose parts are still arriving; the first part carries its options. */
interface Batch {
  /** The first part without its events. */
  readonly first: Request;
  readonly proposed: ProposedEvents;
}

/**
 * BatchAppend: many appends on one stream, their parts interleaved, each answered exactly once under its correlation id.
 * A second answer, or one without the stream's name, would end the client's process. A connection that leaves more unfinished
 * than {@link UnfinishedAppends} allows loses the call that went too far, with RESOURCE_EXHAUSTED; nothing of it is written.
 */
export function batchAppendCall(log: EventLog, maxAppendSize: number, open: Set<BatchAppendStream>) {
  const unfinished = new UnfinishedAppends();
  return (call: BatchAppendStream): void => {
    const connection = call.getPeer();
    const batches = new Map<string, Batch>();
    let answering = 0;
    let ended = false;
    let gone = false;
    open.add(call);
    const leave = () => {
      gone = true;
      open.delete(call);
      for (const { proposed } of batches.values()) release(proposed);
      batches.clear();
    };
    const release = ({ heldBytes }: ProposedEvents) =>
      unfinished.add(connection, { appends: -1, bytes: -heldBytes });
    const refuse = (error: unknown) => {
      call.emit('error', asWireError(error));
      leave();
    };
    // A commit answers dozens of appends in one turn: they leave together, in one write.
    let leaving: Buffer[] = [];
    const flush = () => {
      const frames = leaving;
      leaving = [];
      if (gone) return;
      call.write(new FramedMessages(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames)));
      settle();
    };
    const settle = () => {
      if (ended && answering === 0 && leaving.length === 0 && !gone) call.end();
    };
    call.on('data', (request: Request) => {
      // What was on its way when the call was refused.
      if (gone) return;
      const correlation = uuidText(request.getCorrelationId());
      if (correlation === undefined) {
        refuse(new WireError(status.INVALID_ARGUMENT, 'correlation_id: must be a UUID'));
        return;
      }
      const known = batches.get(correlation);
      const batch = known ?? { first: request, proposed: new ProposedEvents(maxAppendSize) };
      batches.set(correlation, batch);
      const before = batch.proposed.heldBytes;
      for (const message of request.getProposedMessagesList()) batch.proposed.add(message);
      request.clearProposedMessagesList();
      const bytes = batch.proposed.heldBytes - before;
      try {
        unfinished.add(connection, { appends: known ? 0 : 1, bytes });
      } catch (error) {
        refuse(error);
        return;
      }
      if (!request.getIsFinal()) return;
      batches.delete(correlation);
      release(batch.proposed);
      answering++;
      answer(log, batch, maxAppendSize).then((frame) => {
        answering--;
        if (leaving.length === 0) process.nextTick(flush);
        leaving.push(frame);
      }, refuse);
    });
    call.on('end', () => {
      ended = true;
      settle();
    });
    call.on('error', leave);
    call.on('cancelled', leave);
    call.on('close', leave);
  };
}

/** The framed answer. */
async function answer(log: EventLog, batch: Batch, maxAppendSize: number): Promise<Buffer> {
  const answered = await outcome(log, batch, maxAppendSize);
  return Buffer.isBuffer(answered) ? answered : framed(answered);
}

/** A refusal, or the framed answer to an append that was taken. */
async function outcome(
  log: EventLog,
  { first, proposed }: Batch,
  maxAppendSize: number,
): Promise<Response | Buffer> {
  const options = first.getOptions();
  const stream = streamName(options?.getStreamIdentifier());
  const correlationId = first.getCorrelationId() as InstanceType<Shared['UUID']>;
  const refusal = () =>
    new streams.BatchAppendResp()
      .setCorrelationId(correlationId)
      .setStreamIdentifier(streamIdentifier(stream ?? ''));
  const expected =
    options && expectationOf(options, options.hasStreamPosition() ? options.getStreamPosition() : undefined);
  if (stream === undefined || expected === undefined)
    return refusal().setError(
      unforeseen(
        new WireError(
          status.INVALID_ARGUMENT,
          'options: the first part must carry a stream_identifier in UTF-8 and an expected_stream_position',
        ),
      ),
    );
  const expecting = () => setExpected(refusal(), expected);
  const deadline = options?.getDeadline();
  if (deadline && deadline.getSeconds() * 1000 + deadline.getNanos() / 1e6 < log.now)
    return expecting().setError(
      failure(status.DEADLINE_EXCEEDED, 'Timeout', 'Timeout', new shared.Timeout()),
    );
  if (proposed.refused) return expecting().setError(unforeseen(proposed.refused));
  if (proposed.tooLarge)
    return expecting().setError(
      failure(
        status.INVALID_ARGUMENT,
        `Maximum Append Size of ${maxAppendSize} Exceeded.`,
        'MaximumAppendSizeExceeded',
        new shared.MaximumAppendSizeExceeded().setMaxappendsize(maxAppendSize),
      ),
    );
  try {
    const settled = await log.append(stream, expected, proposed.events);
    if (settled.kind === 'done') return framedSuccess({ correlationId, stream, expected, outcome: settled });
    return expecting().setError(refused(settled, expected, stream));
  } catch (error) {
    return expecting().setError(unforeseen(asWireError(error)));
  }
}

function setExpected(response: Response, expected: Expected): Response {
  if (expected === 'any') return response.setAny(new GoogleEmpty());
  if (expected === 'no_stream') return response.setNoStream(new GoogleEmpty());
  if (expected === 'stream_exists') return response.setStreamExists(new GoogleEmpty());
  return response.setStreamPosition(String(expected));
}

function refused(outcome: Exclude<Outcome, { kind: 'done' }>, expected: Expected, stream: string): Status {
  switch (outcome.kind) {
    case 'deleted':
      return failure(
        status.FAILED_PRECONDITION,
        `Event stream '${stream}' is deleted.`,
        'StreamDeleted',
        new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(stream)),
      );
    case 'wrong-version': {
      const detail = new shared.WrongExpectedVersion();
      if (outcome.current < 0n) detail.setCurrentNoStream(new GoogleEmpty());
      else detail.setCurrentStreamRevision(String(outcome.current));
      if (expected === 'any') detail.setExpectedAny(new GoogleEmpty());
      else if (expected === 'no_stream') detail.setExpectedNoStream(new GoogleEmpty());
      else if (expected === 'stream_exists') detail.setExpectedStreamExists(new GoogleEmpty());
      else detail.setExpectedStreamPosition(String(expected));
      return failure(status.FAILED_PRECONDITION, 'WrongExpectedVersion', 'WrongExpectedVersion', detail);
    }
  }
}

type Status = InstanceType<typeof statusMessages.Status>;

function unforeseen({ code, details }: WireError): Status {
  return failure(code, details, 'Unknown', new shared.Unknown());
}

/** Without details the client would crash. */
function failure(
  code: status,
  message: string,
  type: string,
  detail: { serializeBinary(): Uint8Array },
): Status {
  const any = new Any();
  any.pack(detail.serializeBinary(), `event_store.client.${type}`);
  return new statusMessages.Status()
    .setCode(code as number as never)
    .setMessage(message)
    .setDetails(any);
}
