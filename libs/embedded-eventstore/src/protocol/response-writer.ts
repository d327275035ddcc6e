import { setImmediate } from 'node:timers/promises';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ByteWriter } from '../varint.ts';
import type { EventFrame } from './event-message.ts';
import { FramedMessages } from './framed-messages.ts';

/** So much is written at once: little more, and the window of the official clients (65,535 bytes) would hold some of it back. */
const PACK_BYTES = 60 * 1024;
/** A pack begins small, as most live ones stay, and grows. */
const FIRST_BYTES = 1024;
const GROWTH = 6;
/** Room for the event with which a pack becomes full. */
const FULL_BYTES = PACK_BYTES + 4 * 1024;

/**
 * Messages on their way to one consumer. Nothing is queued beyond two packs, the one that the connection has and the next:
 * when the connection is full the writer waits, and its reader with it, holding nothing else but a place in the log.
 */
export class ResponseWriter {
  readonly #call: ServerWritableStream<unknown, FramedMessages>;
  readonly #ended: AbortSignal;
  #pack: ByteWriter | undefined;
  /** Resolves when the consumer can take more; absent: it can. */
  #taken: Promise<void> | undefined;
  /** Milliseconds for which the consumer took nothing. */
  waitedMs = 0;

  constructor(call: ServerWritableStream<unknown, FramedMessages>, ended: AbortSignal) {
    this.#call = call;
    this.#ended = ended;
  }

  /** Adds an event; true when it is time to flush. */
  event(frame: EventFrame): boolean {
    const pack = this.#room(frame.length);
    frame.put(pack);
    return pack.at >= PACK_BYTES;
  }

  /** Adds another framed message. */
  add(frame: Buffer): void {
    const pack = this.#room(frame.length);
    pack.at += frame.copy(pack.bytes, pack.at);
  }

  #room(length: number): ByteWriter {
    const pack = this.#pack;
    const at = pack?.at ?? 0;
    if (pack && at + length <= pack.bytes.length) return pack;
    const size = pack ? Math.min(pack.bytes.length * GROWTH, FULL_BYTES) : FIRST_BYTES;
    const bytes = Buffer.allocUnsafe(Math.max(size, at + length));
    pack?.bytes.copy(bytes, 0, 0, at);
    this.#pack = { bytes, at };
    return this.#pack;
  }

  /** Writes what has been added; resolves when the consumer can take more, or is gone. */
  async flush(): Promise<void> {
    await this.pass();
    await this.#wait(this.#taken);
  }

  /**
   * Writes what has been added as soon as the consumer can take it, and does not wait until it can take more: the next
   * pack is made while this one is on its way.
   */
  async pass(): Promise<void> {
    if (!this.#pack || this.#ended.aborted) return;
    const pack = new FramedMessages(this.#pack.bytes.subarray(0, this.#pack.at));
    this.#pack = undefined;
    await this.#wait(this.#taken);
    if (this.#ended.aborted || this.#call.write(pack)) return;
    this.#taken = this.#drained();
    // What was written leaves when the loop turns; the next pack would keep it here.
    await this.#wait(setImmediate());
  }

  async #wait(taken: Promise<void> | undefined): Promise<void> {
    if (taken === undefined) return;
    const began = performance.now();
    await taken;
    this.waitedMs += performance.now() - began;
  }

  #drained(): Promise<void> {
    return new Promise<void>((resolve) => {
      const goOn = () => {
        this.#call.off('drain', goOn);
        this.#ended.removeEventListener('abort', goOn);
        this.#taken = undefined;
        resolve();
      };
      this.#call.on('drain', goOn);
      this.#ended.addEventListener('abort', goOn);
    });
  }

  async send(frame: Buffer): Promise<void> {
    this.add(frame);
    await this.flush();
  }
}
