import { setImmediate } from 'node:timers/promises';
import type { Value } from '../bson/value.ts';

/** Takes all documents, letting others go on at the pauses. */
export async function drained(docs: Iterable<Value | undefined>, take: (doc: Value) => void): Promise<void> {
  for (const doc of docs) {
    if (doc) take(doc);
    else await setImmediate();
  }
}
