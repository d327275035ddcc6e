import { streamOf } from '#contracts';
import type { Content } from './decider.ts';

/**
 * The stream that a fact is recorded in; it follows from its type and ids. Only asked for content that is valid.
 *
 * A merge stands in the file that is absorbed, not in the survivor's: there one expected revision decides, and of
 * two survivors that ask for the same file at once only one gets it.
 */
export function placeOf(type: string, data: Content): string {
  switch (type) {
    case 'CustomersMerged':
      return customerStream(String(data['absorbedId']));
    case 'CustomersUnmerged':
      return customerStream(String(data['restoredId']));
    default:
      return streamOf(type, data);
  }
}

/** The stream of a customer's file; the customer exists when the stream does. */
export function customerStream(customerId: string): string {
  return streamOf('CustomerRegistered', { customerId });
}
