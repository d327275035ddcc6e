import type { ServerWritableStream } from '@grpc/grpc-js';
import { broken, invalid, streamDeleted, type WireError } from './errors.ts';
import { type Filter, filterOf } from './filter.ts';
import type { EventLog } from './log.ts';
import type { StoredEvent } from './record.ts';
import { streamIdentifier, streamName, streams, uuidMessage } from './wire.ts';

type ReadReq = InstanceType<typeof streams.ReadReq>;
type ReadResp = InstanceType<typeof streams.ReadResp>;
type Options = InstanceType<typeof streams.ReadReq.Options>;
type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

const END = 2n ** 64n - 1n;
/** Events taken from the log at a time: one short transaction, however slow the consumer is. */
const SLICE = 256;

/** Read: four finite reads and two subscriptions. A consumer that is slow costs nothing but its place. */
export class ReadService {
  readonly #log: EventLog;
  subscriptions = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  read = (call: ReadCall): void => {
    const ended = new AbortController();
    call.on('cancelled', () => ended.abort());
    call.on('close', () => ended.abort());
    call.on('error', () => ended.abort());
    const options = call.request.getOptions();
    const refused = options ? refusal(options) : invalid('options', 'must be given');
    if (refused || !options) {
      call.emit('error', refused);
      return;
    }
    new Reading(this.#log, call, options, ended.signal).run(this).then(
      () => call.end(),
      (error: unknown) => {
        if (!ended.signal.aborted) call.emit('error', isWireError(error) ? error : broken(error));
      },
    );
  };
}

function isWireError(error: unknown): error is WireError {
  return typeof error === 'object' && error !== null && 'code' in error && 'details' in error;
}

function refusal(options: Options): WireError | undefined {
  if (!options.hasUuidOption()) return invalid('uuid_option', 'must say structured or string');
  if (!options.hasFilter() && !options.hasNoFilter())
    return invalid('filter_option', 'must be a filter or no_filter');
  if (
    !options.hasSubscription() &&
    options.getCountOptionCase() === streams.ReadReq.Options.CountOptionCase.COUNT_OPTION_NOT_SET
  ) {
    return invalid('count_option', 'must be a count or a subscription');
  }
  if (!options.hasStream() && !options.hasAll())
    return invalid('stream_option', 'must name a stream or $all');
  if (
    options.hasSubscription() &&
    options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS
  ) {
    return invalid('read_direction', 'a subscription goes forwards');
  }
  return undefined;
}

class Reading {
  readonly #log: EventLog;
  readonly #call: ReadCall;
  readonly #options: Options;
  readonly #ended: AbortSignal;
  readonly #structured: boolean;

  constructor(log: EventLog, call: ReadCall, options: Options, ended: AbortSignal) {
    this.#log = log;
    this.#call = call;
    this.#options = options;
    this.#ended = ended;
    this.#structured = options.getUuidOption()?.hasStructured() === true;
  }

  async run(service: ReadService): Promise<void> {
    const stream = this.#options.getStream();
    if (!this.#options.hasSubscription()) return stream ? this.#readStream() : this.#readAll();
    service.subscriptions++;
    try {
      await (stream ? this.#subscribeToStream() : this.#subscribeToAll());
    } finally {
      service.subscriptions--;
    }
  }

  /** Writes and waits while the consumer cannot take more. */
  async #send(response: ReadResp): Promise<void> {
    if (this.#ended.aborted) return;
    if (this.#call.write(response)) return;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        this.#call.off('drain', goOn);
        this.#ended.removeEventListener('abort', goOn);
        resolve();
      };
      this.#call.on('drain', goOn);
      this.#ended.addEventListener('abort', goOn);
    });
  }

  #event(event: StoredEvent): ReadResp {
    const message = new streams.ReadResp.ReadEvent();
    const { target, link } = this.#resolved(event);
    if (target) message.setEvent(this.#recorded(target));
    if (link) message.setLink(this.#recorded(link));
    message.setCommitPosition(String(event.position));
    return new streams.ReadResp().setEvent(message);
  }

  #resolved(event: StoredEvent): { target?: StoredEvent; link?: StoredEvent } {
    if (!this.#options.getResolveLinks() || event.type !== '$>') return { target: event };
    const text = Buffer.from(event.data).toString('utf8');
    const at = text.indexOf('@');
    const revision = text.slice(0, at);
    if (at < 1 || !/^\d+$/.test(revision)) return { link: event };
    const view = this.#log.view(text.slice(at + 1));
    const target = this.#log.revision(text.slice(at + 1), BigInt(revision));
    const visible =
      target && view.kind === 'there' && target.revision >= view.first && target.created >= view.notBefore;
    return visible ? { target, link: event } : { link: event };
  }

  #recorded(event: StoredEvent) {
    const message = new streams.ReadResp.ReadEvent.RecordedEvent();
    const position = String(event.position);
    message.setId(uuidMessage(event.id, this.#structured));
    message.setStreamIdentifier(streamIdentifier(event.stream));
    message.setStreamRevision(String(event.revision));
    message.setCommitPosition(position).setPreparePosition(position);
    message
      .getMetadataMap()
      .set('type', event.type)
      .set('created', String(event.created))
      .set('content-type', event.json ? 'application/json' : 'application/octet-stream');
    message.setData(event.data).setCustomMetadata(event.metadata);
    return message;
  }

  async #readStream(): Promise<void> {
    const options = this.#options.getStream() as NonNullable<ReturnType<Options['getStream']>>;
    const name = streamName(options.getStreamIdentifier());
    if (name === '') throw invalid('stream_identifier', 'must name a stream');
    const view = this.#log.view(name);
    if (view.kind === 'deleted') throw streamDeleted(name);
    if (view.kind === 'none') {
      await this.#send(
        new streams.ReadResp().setStreamNotFound(
          new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(name)),
        ),
      );
      return;
    }
    const forwards = this.#options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS;
    const positions = (this.#options.getControlOption()?.getCompatibility() ?? 0) >= 1;
    let left = BigInt(this.#options.getCount());
    let revision = options.hasStart()
      ? 0n
      : options.hasEnd()
        ? forwards
          ? view.last + 1n
          : view.last
        : BigInt(options.getRevision());
    if (forwards && revision < view.first) revision = view.first;
    if (!forwards && revision > view.last) revision = view.last;
    const beyond = forwards && revision > view.last;
    if (beyond && positions)
      await this.#send(new streams.ReadResp().setFirstStreamPosition(String(view.first)));
    while (left > 0n && revision >= view.first && revision <= view.last && !this.#ended.aborted) {
      const event = this.#log.revision(name, revision);
      if (event && event.created >= view.notBefore) {
        await this.#send(this.#event(event));
        left--;
      }
      revision += forwards ? 1n : -1n;
    }
    if (positions) await this.#send(new streams.ReadResp().setLastStreamPosition(String(view.last)));
  }

  #filter(): Filter | undefined {
    const options = this.#options.getFilter();
    if (!options) return undefined;
    const filter = filterOf(options);
    if ('code' in filter) throw filter;
    return filter;
  }

  async #readAll(): Promise<void> {
    const options = this.#options.getAll() as NonNullable<ReturnType<Options['getAll']>>;
    const forwards = this.#options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS;
    const filter = this.#filter();
    let left = Number(this.#options.getCount());
    let at = startOf(options, this.#log.last);
    if (forwards) {
      while (left > 0 && !this.#ended.aborted) {
        const slice = [...this.#log.all(at, 'forwards', SLICE)];
        for (const event of slice) {
          if (left <= 0) return;
          if (filter && !filter.wants(event)) continue;
          await this.#send(this.#event(event));
          left--;
        }
        if (slice.length < SLICE) return;
        at = (slice.at(-1) as StoredEvent).position + 1;
      }
      return;
    }
    at -= 1;
    while (left > 0 && at > 0 && !this.#ended.aborted) {
      const slice = [...this.#log.all(at, 'backwards', SLICE)];
      for (const event of slice) {
        if (left <= 0) return;
        if (filter && !filter.wants(event)) continue;
        await this.#send(this.#event(event));
        left--;
      }
      if (slice.length < SLICE) return;
      at = (slice.at(-1) as StoredEvent).position - 1;
    }
  }

  async #confirm(): Promise<void> {
    await this.#send(
      new streams.ReadResp().setConfirmation(
        new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID()),
      ),
    );
  }

  async #subscribeToStream(): Promise<void> {
    const options = this.#options.getStream() as NonNullable<ReturnType<Options['getStream']>>;
    const name = streamName(options.getStreamIdentifier());
    if (name === '') throw invalid('stream_identifier', 'must name a stream');
    const begin = this.#log.view(name);
    if (begin.kind === 'deleted') throw streamDeleted(name);
    await this.#confirm();
    let next = options.hasStart()
      ? 0n
      : options.hasEnd()
        ? begin.kind === 'there'
          ? begin.last + 1n
          : 0n
        : BigInt(options.getRevision()) + 1n;
    let caughtUp = false;
    while (!this.#ended.aborted) {
      const commit = this.#log.nextCommit(this.#ended);
      const view = this.#log.view(name);
      if (view.kind === 'deleted') throw streamDeleted(name);
      if (view.kind === 'there') {
        if (next < view.first) next = view.first;
        for (; next <= view.last && !this.#ended.aborted; next++) {
          const event = this.#log.revision(name, next);
          if (!event) break;
          if (event.created >= view.notBefore) await this.#send(this.#event(event));
        }
      }
      if (!caughtUp) {
        caughtUp = true;
        await this.#send(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
      }
      await commit;
    }
  }

  async #subscribeToAll(): Promise<void> {
    const options = this.#options.getAll() as NonNullable<ReturnType<Options['getAll']>>;
    const filter = this.#filter();
    await this.#confirm();
    // A subscription goes on after the position it is given.
    let last = options.hasStart()
      ? 0
      : options.hasEnd()
        ? this.#log.last
        : Number(clamp(BigInt(options.getPosition()?.getCommitPosition() ?? '0'), this.#log.last));
    const checkpoints = filter
      ? new Checkpoints(filter, (position) => this.#checkpoint(position))
      : undefined;
    if (checkpoints) await this.#checkpoint(last);
    let caughtUp = false;
    while (!this.#ended.aborted) {
      const commit = this.#log.nextCommit(this.#ended);
      for (;;) {
        const slice = [...this.#log.all(last + 1, 'forwards', SLICE)];
        for (const event of slice) {
          if (this.#ended.aborted) return;
          const wanted = !filter || filter.wants(event);
          if (wanted) await this.#send(this.#event(event));
          last = event.position;
          await checkpoints?.considered(last, caughtUp);
        }
        if (slice.length < SLICE) break;
      }
      if (!caughtUp) {
        caughtUp = true;
        if (checkpoints) await this.#checkpoint(last);
        await this.#send(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
      }
      await commit;
    }
  }

  async #checkpoint(position: number): Promise<void> {
    const at = String(position);
    await this.#send(
      new streams.ReadResp().setCheckpoint(
        new streams.ReadResp.Checkpoint().setCommitPosition(at).setPreparePosition(at),
      ),
    );
  }
}

/** Tells a filtered subscriber how far it is, or it would read everything again after a reconnection. */
class Checkpoints {
  readonly #filter: Filter;
  readonly #send: (position: number) => Promise<void>;
  #considered = 0;

  constructor(filter: Filter, send: (position: number) => Promise<void>) {
    this.#filter = filter;
    this.#send = send;
  }

  async considered(position: number, live: boolean): Promise<void> {
    this.#considered++;
    const due = live ? this.#filter.window * Math.max(1, this.#filter.multiplier) : this.#filter.window;
    if (this.#considered < due) return;
    this.#considered = 0;
    await this.#send(position);
  }
}

function startOf(options: NonNullable<ReturnType<Options['getAll']>>, last: number): number {
  if (options.hasStart()) return 0;
  if (options.hasEnd()) return last + 1;
  return Number(clamp(BigInt(options.getPosition()?.getCommitPosition() ?? '0'), last + 1));
}

/** 2^64 − 1 means the end; nothing lies beyond it. */
function clamp(position: bigint, end: number): bigint {
  return position >= END || position > BigInt(end) ? BigInt(end) : position;
}
