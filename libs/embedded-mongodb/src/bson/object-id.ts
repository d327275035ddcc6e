import { randomBytes } from 'node:crypto';
import { TYPE, Value } from './value.ts';

const process = randomBytes(5);
let counter = randomBytes(3).readUIntBE(0, 3);

/** A new ObjectId: seconds, five bytes of this process, a counter. Source: BSON specification, "ObjectId". */
export function newObjectId(): Value {
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeUInt32BE(Math.floor(Date.now() / 1000), 0);
  process.copy(bytes, 4);
  counter = (counter + 1) & 0xff_ffff;
  bytes.writeUIntBE(counter, 9, 3);
  return new Value(TYPE.objectId, bytes, 0, 12);
}
