import { streams } from './definitions.ts';
import { FRAME_BYTES } from './framed-messages.ts';
import { streamIdentifier } from './identifiers.ts';

/** Framed `ReadResp` messages other than events. */

export function framed(message: { serializeBinary(): Uint8Array }): Buffer {
  const body = message.serializeBinary();
  const bytes = Buffer.allocUnsafe(FRAME_BYTES + body.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(body.length, 1);
  bytes.set(body, FRAME_BYTES);
  return bytes;
}

const response = () => new streams.ReadResp();

export const streamNotFound = (stream: string) =>
  framed(
    response().setStreamNotFound(
      new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream)),
    ),
  );

export const firstStreamPosition = (revision: number) =>
  framed(response().setFirstStreamPosition(String(revision)));

export const lastStreamPosition = (revision: number) =>
  framed(response().setLastStreamPosition(String(revision)));

export const confirmation = (subscriptionId: string) =>
  framed(
    response().setConfirmation(
      new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId),
    ),
  );

export const caughtUp = () => framed(response().setCaughtUp(new streams.ReadResp.CaughtUp()));

export const checkpoint = (position: number) =>
  framed(
    response().setCheckpoint(
      new streams.ReadResp.Checkpoint()
        .setCommitPosition(String(position))
        .setPreparePosition(String(position)),
    ),
  );
