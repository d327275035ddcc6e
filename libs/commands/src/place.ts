import { streamOf } from '#contracts';

/** The stream of a customer's file; the customer exists when the stream does. */
export function customerStream(customerId: string): string {
  return streamOf('CustomerRegistered', { customerId });
}
