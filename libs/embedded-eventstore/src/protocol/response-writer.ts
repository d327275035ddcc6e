import type { ServerWritableStream } from '@grpc/grpc-js';
import { FramedMessages } from './framed-messages.ts';

/** So much is written at once. */
const PACK_BYTES = 32 * 1024;

/**
 * Messages on their way to one consumer. Nothing is queued beyond one pack: when the connection is full the writer waits, and
 * its reader with it, holding nothing but a place in the log.
 */
export class ResponseWriter {
  readonly #call: ServerWritableStream<unknown, FramedMessages>;
  readonly #ended: AbortSignal;
  #frames: Buffer[] = [];
  #bytes = 0;
  /** Milliseconds for which the consumer took nothing. */
  waitedMs = 0;

  constructor(call: ServerWritableStream<unknown, FramedMessages>, ended: AbortSignal) {
    this.#call = call;
    this.#ended = ended;
  }

  /** Adds a framed message; true when it is time to flush. */
  add(frame: Buffer): boolean {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    return this.#bytes >= PACK_BYTES;
  }

  /** Writes what has been added; resolves when the consumer can take more, or is gone. */
  async flush(): Promise<void> {
    if (this.#frames.length === 0 || this.#ended.aborted) return;
    const pack = new FramedMessages(
      this.#frames.length === 1 ? (this.#frames[0] as Buffer) : Buffer.concat(this.#frames, this.#bytes),
    );
    this.#frames = [];
    this.#bytes = 0;
    if (this.#call.write(pack)) return;
    const began = performance.now();
    await new Promise<void>((resolve) => {
      const goOn = () => {
        this.#call.off('drain', goOn);
        this.#ended.removeEventListener('abort', goOn);
        resolve();
      };
      this.#call.on('drain', goOn);
      this.#ended.addEventListener('abort', goOn);
    });
    this.waitedMs += performance.now() - began;
  }

  async send(frame: Buffer): Promise<void> {
    this.add(frame);
    await this.flush();
  }
}
