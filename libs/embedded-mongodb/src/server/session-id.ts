import { randomUUID } from 'node:crypto';
import { TYPE, Value } from '../bson/value.ts';

/** A new session's id: a UUID as binary data of subtype 4. */
export function newSessionId(): Value {
  const bytes = Buffer.alloc(21);
  bytes.writeInt32LE(16, 0);
  bytes[4] = 4;
  bytes.write(randomUUID().replaceAll('-', ''), 5, 'hex');
  return new Value(TYPE.binary, bytes, 0, 21);
}
