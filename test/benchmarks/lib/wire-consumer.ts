import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { shared, streams } from '../../../libs/embedded-eventstore/src/protocol/definitions.ts';
import { Seen } from './seen.ts';

/** Where a subscription begins: at an end of the log, or after the event of a position. */
export type Beginning = 'start' | 'end' | { readonly after: number };

/**
 * Subscribers that look at nothing but positions: a hundred of them cost less than two of the official client, so that
 * what is measured is the server.
 */
const READ = '/event_store.client.streams.Streams/Read';
/** What may be on its way to a connection before it has been read. */
const WINDOW_BYTES = 1024 * 1024;

/** A connection to an event store, for subscriptions. */
export class WireConnection {
  readonly #session: ClientHttp2Session;
  readonly #authorization: string | undefined;

  constructor(uri: string) {
    const url = new URL(uri.replace(/^esdb:/, 'http:'));
    const plain = url.searchParams.get('tls') === 'false';
    const authority = url.searchParams.get('tlsCAFile');
    this.#session = connect(`${plain ? 'http' : 'https'}://${url.host}`, {
      settings: { initialWindowSize: WINDOW_BYTES },
      ...(authority === null ? {} : { ca: readFileSync(authority) }),
    });
    // Its subscriptions are told as well, and they are listened to.
    this.#session.on('error', () => undefined);
    this.#session.once('connect', () => this.#session.setLocalWindowSize(WINDOW_BYTES));
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    this.#authorization = plain ? undefined : `Basic ${Buffer.from(user).toString('base64')}`;
  }

  /** A subscription to `$all`; confirmed when it comes back. Errors: the connection's, the server's status. */
  async subscribe(from: Beginning): Promise<WireConsumer> {
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': READ,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
    });
    const consumer = new WireConsumer(stream);
    stream.end(framed(subscription(from)));
    await consumer.confirmed;
    return consumer;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#session.once('close', resolve);
      this.#session.destroy();
    });
  }
}

export class WireConsumer {
  readonly seen = new Seen();
  readonly confirmed: Promise<void>;
  readonly #stream: ClientHttp2Stream;
  #rest: Buffer = Buffer.alloc(0);
  #confirm: () => void = () => undefined;
  #wanted = Number.POSITIVE_INFINITY;
  #reached: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(stream: ClientHttp2Stream) {
    this.#stream = stream;
    this.confirmed = new Promise((resolve, reject) => {
      this.#confirm = resolve;
      this.#fail = reject;
    });
    const ended = (why: string) => this.#fail(new Error(`a subscription has ended: ${why}`));
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('error', (error) => ended(error.message));
    stream.on('trailers', (trailers) => ended(`status ${String(trailers['grpc-status'])}`));
    stream.on('close', () => ended('closed'));
  }

  /** Resolves when it has seen so many events. Errors: it ended before. */
  has(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#reached = resolve;
      this.#wanted = count;
      if (this.seen.count >= count) resolve();
    });
  }

  close(): void {
    this.#fail = () => undefined;
    this.#stream.close();
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 5) {
      const end = at + 5 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      this.#message(bytes, at + 5);
      at = end;
    }
    this.#rest = at === bytes.length ? EMPTY : bytes.subarray(at);
  }

  /** `ReadResp`: field 1 is an event, 2 the confirmation; of the event field 1 is the recorded one, 3 its position. */
  #message(bytes: Buffer, start: number): void {
    if (bytes[start] === 0x12) this.#confirm();
    if (bytes[start] !== 0x0a) return;
    const cursor = { at: start + 1 };
    varint(bytes, cursor);
    if (bytes[cursor.at++] !== 0x0a) throw new Error('an event without its record');
    const length = varint(bytes, cursor);
    cursor.at += length;
    if (bytes[cursor.at++] !== 0x18) throw new Error('an event without its position');
    this.seen.event(varint(bytes, cursor));
    if (this.seen.count >= this.#wanted) this.#reached();
  }
}

const EMPTY = Buffer.alloc(0);

function varint(bytes: Buffer, cursor: { at: number }): number {
  let [value, scale] = [0, 1];
  for (;;) {
    const byte = bytes[cursor.at++] as number;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

function subscription(from: Beginning): Uint8Array {
  const { Options } = streams.ReadReq;
  const all = new Options.AllOptions();
  if (from === 'start') all.setStart(new shared.Empty());
  else if (from === 'end') all.setEnd(new shared.Empty());
  else {
    const position = String(from.after);
    all.setPosition(new Options.Position().setCommitPosition(position).setPreparePosition(position));
  }
  const options = new Options()
    .setAll(all)
    .setReadDirection(Options.ReadDirection.FORWARDS)
    .setSubscription(new Options.SubscriptionOptions())
    .setNoFilter(new shared.Empty())
    .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()));
  return new streams.ReadReq().setOptions(options).serializeBinary();
}

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
