/**
 * Several gRPC messages, each already framed (a zero byte and its length before it), written to the connection at once:
 * a server that writes every event by itself spends three times the CPU, and its client a fifth more (measured).
 *
 * grpc-js frames what a serializer returns: it allocates `byteLength` + 5 bytes, writes the frame's five, and calls `copy`
 * with 5. Ours copies over those five, since the messages bring their own.
 */
export class FramedMessages {
  readonly #frames: Buffer;
  readonly #copied: (() => void) | undefined;

  /** `copied` = called when the frames are with the connection, so that their buffer can be filled again. */
  constructor(frames: Buffer, copied?: () => void) {
    this.#frames = frames;
    this.#copied = copied;
  }

  get byteLength(): number {
    return this.#frames.length - FRAME_BYTES;
  }

  copy(target: Uint8Array, at: number): number {
    const bytes = this.#frames.copy(target, at - FRAME_BYTES);
    this.#copied?.();
    return bytes;
  }
}

export const FRAME_BYTES = 5;

/** The serializer of an RPC whose responses are framed by us. */
export function alreadyFramed(messages: FramedMessages): Buffer {
  return messages as unknown as Buffer;
}
