import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectWithTls } from 'node:tls';
import { credentialsIn } from '../contract.ts';

/** Frame types and codes of HTTP/2: RFC 9113, sections 6 and 7. */
const DATA = 0x0;
const HEADERS = 0x1;
const RST_STREAM = 0x3;
const SETTINGS = 0x4;
const PING = 0x6;
const ACK = 0x1;
const END_HEADERS = 0x4;
const CANCEL = Buffer.from([0, 0, 0, 8]);
const FRAME_HEADER_BYTES = 9;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/**
 * A connection on which requests are begun and never ended. Node's own HTTP/2 client cannot do that for certain: closing a
 * stream it ends its side first, and END_STREAM is on the wire before the reset now and then: then the request was whole.
 */
export class CutRequests {
  /** The stream of the last request: a client's have odd numbers. */
  #stream = -1;

  private constructor(
    private readonly line: Socket,
    private readonly socket: Socket,
    private readonly headers: Buffer,
  ) {}

  /** `uri`: of the store, with its authority and user where it has them. Errors: those of the socket. */
  static async connect(uri: string, path: string): Promise<CutRequests> {
    const { hostname, port, searchParams } = new URL(uri.replace(/^esdb(\+discover)?:/, 'http:'));
    const plain = searchParams.get('tls') === 'false';
    const authority = searchParams.get('tlsCAFile');
    const line = connect({ host: hostname, port: Number(port) });
    await once(line, 'connect');
    const ca = authority === null ? {} : { ca: readFileSync(authority) };
    const socket = plain
      ? line
      : connectWithTls({ socket: line, host: hostname, ALPNProtocols: ['h2'], ...ca });
    if (!plain) await once(socket, 'secureConnect');
    const user = credentialsIn(uri);
    const basic = user && Buffer.from(`${user.username}:${user.password}`).toString('base64');
    const headers = Object.entries({
      ':method': 'POST',
      ':scheme': plain ? 'http' : 'https',
      ':path': path,
      ':authority': `${hostname}:${port}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(basic && !plain ? { authorization: `Basic ${basic}` } : {}),
    });
    socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, Buffer.alloc(0))]));
    return new CutRequests(line, socket, Buffer.concat(headers.map(literal)));
  }

  /** Sends the beginning of a request, its last `missing` bytes left out. */
  begin(messages: readonly Uint8Array[], missing = 0): void {
    this.#stream += 2;
    this.socket.write(this.#beginning(messages, missing));
  }

  /** Begins a request and cancels it: `atOnce` with the same write, else the server may have had the messages for a while. */
  async cut(messages: readonly Uint8Array[], missing: number, atOnce: boolean): Promise<void> {
    this.#stream += 2;
    const sent = this.#beginning(messages, missing);
    const cancel = frame(RST_STREAM, 0, this.#stream, CANCEL);
    if (atOnce) {
      this.socket.write(Buffer.concat([sent, cancel]));
      return;
    }
    this.socket.write(sent);
    await new Promise((resolve) => setImmediate(resolve));
    this.socket.write(cancel);
  }

  #beginning(messages: readonly Uint8Array[], missing: number): Buffer {
    const body = Buffer.concat(messages.map(lengthPrefixed));
    return Buffer.concat([
      frame(HEADERS, END_HEADERS, this.#stream, this.headers),
      frame(DATA, 0, this.#stream, body.subarray(0, body.length - missing)),
    ]);
  }

  /** Resolves when the server has seen everything that was sent before. */
  async seen(): Promise<void> {
    const mark = Buffer.from('cut-seen');
    const answered = new Promise<void>((resolve, reject) => {
      let bytes = Buffer.alloc(0);
      this.socket.on('data', (more: Buffer) => {
        bytes = Buffer.concat([bytes, more]);
        while (bytes.length >= FRAME_HEADER_BYTES) {
          const end = FRAME_HEADER_BYTES + bytes.readUIntBE(0, 3);
          if (bytes.length < end) return;
          if (bytes[3] === PING && bytes[4] === ACK && bytes.subarray(FRAME_HEADER_BYTES, end).equals(mark))
            resolve();
          bytes = bytes.subarray(end);
        }
      });
      this.socket.on('error', reject);
      this.socket.on('close', () => reject(new Error('the server closed the connection')));
    });
    this.socket.write(frame(PING, 0, 0, mark));
    await answered;
  }

  /** Breaks the connection off: what was begun on it is never ended. */
  async break(): Promise<void> {
    this.socket.removeAllListeners('close');
    const closed = once(this.socket, 'close');
    this.line.resetAndDestroy();
    await closed;
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** A gRPC message: not compressed, its length, its bytes. */
function lengthPrefixed(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** A header field as a literal without indexing, no Huffman code: RFC 7541, section 6.2.2. */
function literal([name, value]: readonly [string, string]): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length >= 127 + 128) throw new Error(`a header of ${bytes.length} bytes`);
  const length = bytes.length < 127 ? [bytes.length] : [127, bytes.length - 127];
  return Buffer.concat([Buffer.from(length), bytes]);
}
