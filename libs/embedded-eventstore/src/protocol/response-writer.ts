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
/** Buffers for full packs that can be filled again, of all consumers: made anew, they had all of the heap collected twice a second. */
const spare: Buffer[] = [];
const SPARE_MAX = 16;

/** One that the connection is sending, and one that follows it without a pause. A stream of grpc-js would queue sixteen. */
const PACKS_ON_THEIR_WAY = 2;

/**
 * Messages on their way to one consumer. Nothing is queued beyond two packs that the connection has not sent yet and the next:
 * then the writer waits, and its reader with it, holding nothing else but a place in the log.
 */
export class ResponseWriter {
  readonly #call: ServerWritableStream<unknown, FramedMessages>;
  readonly #ended: AbortSignal;
  #pack: ByteWriter | undefined;
  /** Large after a full pack: the next one will be full as well. */
  #firstBytes = FIRST_BYTES;
  #onTheirWay = 0;
  #goOn: (() => void) | undefined;
  /** Milliseconds for which the consumer took nothing. */
  waitedMs = 0;

  constructor(call: ServerWritableStream<unknown, FramedMessages>, ended: AbortSignal) {
    this.#call = call;
    this.#ended = ended;
  }

  /** Adds an event; true when it is time to flush. */
  event(frame: EventFrame): boolean {
    const pack = this.#roomFor(frame.length);
    frame.put(pack);
    return pack.at >= PACK_BYTES;
  }

  /** Adds another framed message. */
  add(frame: Buffer): void {
    const pack = this.#roomFor(frame.length);
    pack.at += frame.copy(pack.bytes, pack.at);
  }

  #roomFor(length: number): ByteWriter {
    const pack = this.#pack;
    const at = pack?.at ?? 0;
    if (pack && at + length <= pack.bytes.length) return pack;
    const size = pack ? Math.min(pack.bytes.length * GROWTH, FULL_BYTES) : this.#firstBytes;
    const bytes = bufferOf(Math.max(size, at + length));
    pack?.bytes.copy(bytes, 0, 0, at);
    this.#pack = { bytes, at };
    return this.#pack;
  }

  /** Writes what has been added; resolves when the consumer can take more, or is gone. */
  async flush(): Promise<void> {
    await this.pass();
    await this.#taken();
  }

  /**
   * Writes what has been added as soon as the consumer can take it, and does not wait until it can take more: the next
   * pack is made while this one is on its way.
   */
  async pass(): Promise<void> {
    if (!this.#pack || this.#ended.aborted) return;
    const { bytes, at } = this.#pack;
    this.#pack = undefined;
    await this.#taken();
    if (this.#ended.aborted) return;
    this.#onTheirWay++;
    this.#call.write(new FramedMessages(bytes.subarray(0, at), () => giveBack(bytes)), () => {
      this.#onTheirWay--;
      this.#goOn?.();
    });
    const full = at >= PACK_BYTES;
    this.#firstBytes = full ? FULL_BYTES : FIRST_BYTES;
    // What was written leaves when the loop turns; making the next pack at once would keep it here.
    if (full) await setImmediate();
  }

  /** Resolves when one more pack may be written, or the consumer is gone. */
  async #taken(): Promise<void> {
    if (this.#onTheirWay < PACKS_ON_THEIR_WAY || this.#ended.aborted) return;
    const began = performance.now();
    await new Promise<void>((resolve) => {
      const goOn = () => {
        this.#ended.removeEventListener('abort', goOn);
        this.#goOn = undefined;
        resolve();
      };
      this.#goOn = goOn;
      this.#ended.addEventListener('abort', goOn);
    });
    this.waitedMs += performance.now() - began;
  }

  async send(frame: Buffer): Promise<void> {
    this.add(frame);
    await this.flush();
  }
}

function bufferOf(size: number): Buffer {
  return (size === FULL_BYTES ? spare.pop() : undefined) ?? Buffer.allocUnsafe(size);
}

function giveBack(bytes: Buffer): void {
  if (bytes.length === FULL_BYTES && spare.length < SPARE_MAX) spare.push(bytes);
}
