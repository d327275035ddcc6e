import { persistent } from '../protocol/definitions.ts';
import { framed } from '../protocol/read-messages.ts';
import { type ByteWriter, byteLengthOfVarint, writeVarint } from '../varint.ts';

const RETRY_COUNT_TAG = 0x28;

/** The field `retry_count` of a delivered event; written when it is 0, too. */
export function encodedRetryCount(count: number): Buffer {
  const writer: ByteWriter = { bytes: Buffer.allocUnsafe(1 + byteLengthOfVarint(count)), at: 1 };
  writer.bytes[0] = RETRY_COUNT_TAG;
  writeVarint(writer, count);
  return writer.bytes;
}

export const subscriptionConfirmation = (id: string) =>
  framed(
    new persistent.ReadResp().setSubscriptionConfirmation(
      new persistent.ReadResp.SubscriptionConfirmation().setSubscriptionId(id),
    ),
  );
