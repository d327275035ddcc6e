import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** What a network does to a line. */
export type Fault = 'delay' | 'cut-in-frame' | 'black-hole' | 'cut-before-reply' | 'cut-all';
export const FAULTS: readonly Fault[] = [
  'delay',
  'cut-in-frame',
  'black-hole',
  'cut-before-reply',
  'cut-all',
];

const DELAY_MS = 150;
/** Bytes of the next piece that still arrive before the line is cut: less than any frame's head and body together. */
const FRAGMENT_BYTES = 11;

/**
 * A network between one client and one server: bytes pass as they come, until a fault is asked for.
 *
 * - `delay`: everything arrives late, in both directions, until `mend`.
 * - `cut-in-frame`: the next request arrives in part, then its line is cut.
 * - `black-hole`: nothing arrives any more and nothing is said, until `mend` cuts the silent lines.
 * - `cut-before-reply`: the next request arrives, its reply does not: the line is cut instead.
 * - `cut-all`: every line is cut at once.
 */
export class NetworkProxy {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #fault: Fault | undefined;
  #refusing = false;
  #met: () => void = () => undefined;
  /** Lines that a fault has really met. */
  hit = 0;

  private constructor(host: string, port: number) {
    this.#server = createServer((inward) => {
      if (this.#refusing) {
        inward.destroy();
        return;
      }
      const line = new Line(
        inward,
        dial(port, host),
        () => this.#fault,
        () => this.#done(),
      );
      this.#lines.add(line);
      line.closed.then(() => this.#lines.delete(line));
    });
  }

  /** Opens one before a server given by its URI; gives the same URI through the proxy. */
  static async before(uri: string): Promise<{ readonly proxy: NetworkProxy; readonly uri: string }> {
    const url = new URL(uri.replace(/^[a-z]+:/, 'http:'));
    const proxy = new NetworkProxy(url.hostname, Number(url.port));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    const address = proxy.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return { proxy, uri: uri.replace(/:\d+(?=[/?]|$)/, `:${address.port}`) };
  }

  /** Resolves when the fault has met a line. */
  async inflict(fault: Fault): Promise<void> {
    const met = new Promise<void>((resolve) => {
      this.#met = resolve;
    });
    this.#fault = fault;
    if (fault === 'cut-all') {
      for (const line of this.#lines) line.cut();
      this.#done();
    }
    await met;
  }

  /** No new line is taken until {@link mend}. */
  refuse(): void {
    this.#refusing = true;
  }

  /** The network is as it was; lines that had gone silent are cut, as a router does that has forgotten them. */
  mend(): void {
    const silent = this.#fault === 'black-hole';
    this.#fault = undefined;
    this.#refusing = false;
    if (silent) for (const line of this.#lines) line.cut();
  }

  async close(): Promise<void> {
    for (const line of this.#lines) line.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A fault that cuts meets one line; one that lasts meets them all. */
  #done(): void {
    this.hit++;
    this.#met();
    if (this.#fault !== 'delay' && this.#fault !== 'black-hole') this.#fault = undefined;
  }
}

class Line {
  readonly closed: Promise<void>;
  readonly #inward: Socket;
  readonly #outward: Socket;
  readonly #fault: () => Fault | undefined;
  readonly #met: () => void;
  #awaitsReply = false;

  constructor(inward: Socket, outward: Socket, fault: () => Fault | undefined, met: () => void) {
    this.#inward = inward;
    this.#outward = outward;
    this.#fault = fault;
    this.#met = met;
    this.closed = new Promise((resolve) => {
      for (const socket of [inward, outward]) {
        socket.setNoDelay(true);
        // A line that fails at one end fails at the other: what the application makes of it is what is looked at.
        socket.on('error', () => this.cut());
        socket.on('close', () => {
          this.cut();
          resolve();
        });
      }
    });
    inward.on('data', (bytes) => this.#request(bytes));
    outward.on('data', (bytes) => this.#reply(bytes));
  }

  cut(): void {
    this.#inward.destroy();
    this.#outward.destroy();
  }

  #request(bytes: Buffer): void {
    const fault = this.#fault();
    if (fault === 'black-hole') this.#met();
    else if (fault === 'cut-in-frame' && bytes.length > FRAGMENT_BYTES) {
      this.#met();
      this.#outward.write(bytes.subarray(0, FRAGMENT_BYTES), () => this.cut());
    } else {
      if (fault === 'cut-before-reply') this.#awaitsReply = true;
      this.#pass(this.#outward, bytes, fault);
    }
  }

  #reply(bytes: Buffer): void {
    const fault = this.#fault();
    if (fault === 'black-hole') return;
    if (fault === 'cut-before-reply' && this.#awaitsReply) {
      this.#met();
      this.cut();
    } else this.#pass(this.#inward, bytes, fault);
  }

  #pass(to: Socket, bytes: Buffer, fault: Fault | undefined): void {
    if (fault !== 'delay') {
      // What was delayed before must not be overtaken.
      this.#late = this.#late?.then(() => void to.write(bytes));
      if (!this.#late) to.write(bytes);
      return;
    }
    this.#met();
    const before = this.#late ?? Promise.resolve();
    this.#late = Promise.all([before, new Promise((resolve) => setTimeout(resolve, DELAY_MS))]).then(() => {
      to.write(bytes);
    });
  }

  #late: Promise<void> | undefined;
}
