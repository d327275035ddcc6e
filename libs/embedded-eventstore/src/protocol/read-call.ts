import type { ServerWritableStream } from '@grpc/grpc-js';
import type { EventLog } from '../log/event-log.ts';
import type { ObserveOperation } from '../operations.ts';
import { type EventFilter, eventFilter } from '../reading/filter.ts';
import { readAll, readStream, type Start } from '../reading/finite-reads.ts';
import { Reader } from '../reading/reader.ts';
import { subscribeToAll, subscribeToStream } from '../reading/subscriptions.ts';
import { type Streams, streams } from './definitions.ts';
import { asWireError, closing, invalid } from './errors.ts';
import type { FramedMessages } from './framed-messages.ts';
import { streamName } from './identifiers.ts';
import { ResponseWriter } from './response-writer.ts';

type Request = InstanceType<Streams['ReadReq']>;
type Options = InstanceType<Streams['ReadReq']['Options']>;
type Call = ServerWritableStream<Request, FramedMessages>;

/** Reads and subscriptions that are open. */
export interface OpenReads {
  readonly closing: AbortSignal;
  readonly observe: ObserveOperation | undefined;
  reads: number;
  subscriptions: number;
}

/** Read: four finite reads and two subscriptions. */
export function readCall(log: EventLog, open: OpenReads) {
  return (call: Call): void => {
    const ended = endOf(call, open.closing);
    run(log, call, ended, open).then(
      () => {
        if (!ended.aborted) call.end();
        else if (open.closing.aborted) call.emit('error', closing());
      },
      (error: unknown) => {
        if (!ended.aborted) call.emit('error', asWireError(error));
      },
    );
  };
}

/** Aborted when the consumer goes, when the connection breaks, or when the store closes. */
function endOf(call: Call, storeCloses: AbortSignal): AbortSignal {
  const end = new AbortController();
  const abort = () => {
    storeCloses.removeEventListener('abort', abort);
    end.abort();
  };
  call.on('cancelled', abort);
  call.on('close', abort);
  call.on('error', abort);
  if (storeCloses.aborted) abort();
  else storeCloses.addEventListener('abort', abort);
  return end.signal;
}

async function run(log: EventLog, call: Call, ended: AbortSignal, open: OpenReads): Promise<void> {
  const options = call.request.getOptions();
  if (!options) throw invalid('options', 'must be given');
  const ids = options.getUuidOption();
  if (!ids) throw invalid('options.uuid_option', 'must be structured or string');
  if (!options.hasFilter() && !options.hasNoFilter())
    throw invalid('options.filter_option', 'must be filter or no_filter');
  if (!options.hasSubscription() && !hasCount(options))
    throw invalid('options.count_option', 'must be count or subscription');
  const writer = new ResponseWriter(call, ended);
  const reader = new Reader(
    log,
    writer,
    ended,
    options.getResolveLinks(),
    ids.hasStructured() ? 'structured' : 'text',
  );
  if (!options.hasSubscription()) {
    const began = performance.now();
    open.reads++;
    try {
      await finite(log, reader, options);
    } finally {
      open.reads--;
    }
    const ms = performance.now() - began - writer.waitedMs;
    open.observe?.({ operation: 'read', stream: placeOf(options).stream ?? '$all', ms });
    return;
  }
  if (options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS)
    throw invalid('options.read_direction', 'must be forwards in a subscription');
  open.subscriptions++;
  try {
    await subscribe(log, reader, options);
  } finally {
    open.subscriptions--;
  }
}

function hasCount(options: Options): boolean {
  return options.getCountOptionCase() === streams.ReadReq.Options.CountOptionCase.COUNT;
}

function finite(log: EventLog, reader: Reader, options: Options): Promise<void> {
  const direction =
    options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS ? 'forwards' : 'backwards';
  const count = BigInt(options.getCount());
  const place = placeOf(options);
  if (place.stream !== undefined) {
    if (options.hasFilter()) throw invalid('options.filter', 'is for $all only');
    const tellsPositions = (options.getControlOption()?.getCompatibility() ?? 0) >= 1;
    return readStream(log, reader, { ...place, stream: place.stream, direction, count, tellsPositions });
  }
  return readAll(log, reader, { direction, from: place.from, count, filter: filterOf(options) });
}

function subscribe(log: EventLog, reader: Reader, options: Options): Promise<void> {
  const place = placeOf(options);
  if (place.stream === undefined) return subscribeToAll(log, reader, place.from, filterOf(options));
  if (options.hasFilter()) throw invalid('options.filter', 'is for $all only');
  return subscribeToStream(log, reader, place.stream, place.from);
}

/** `stream` is undefined for `$all`. */
function placeOf(options: Options): { readonly stream: string | undefined; readonly from: Start } {
  const one = options.getStream();
  if (one) {
    const stream = streamName(one.getStreamIdentifier());
    if (stream === undefined) throw invalid('options.stream.stream_identifier', 'must be a name in UTF-8');
    if (one.hasStart()) return { stream, from: 'start' };
    if (one.hasEnd()) return { stream, from: 'end' };
    if (one.hasRevision()) return { stream, from: revisionOf(one.getRevision()) };
    throw invalid('options.stream.revision_option', 'must be revision, start or end');
  }
  const all = options.getAll();
  if (!all) throw invalid('options.stream_option', 'must be stream or all');
  if (all.hasStart()) return { stream: undefined, from: 'start' };
  if (all.hasEnd()) return { stream: undefined, from: 'end' };
  const position = all.getPosition();
  if (position) return { stream: undefined, from: BigInt(position.getCommitPosition()) };
  throw invalid('options.all.all_option', 'must be position, start or end');
}

const MAX_UINT64 = 2n ** 64n - 1n;

function revisionOf(text: string): Start {
  const revision = BigInt(text);
  return revision === MAX_UINT64 ? 'end' : revision;
}

function filterOf(options: Options): EventFilter | undefined {
  const given = options.getFilter();
  if (!given) return undefined;
  const filter = eventFilter(given);
  if ('field' in filter) throw invalid(`options.${filter.field}`, filter.right);
  return filter;
}
