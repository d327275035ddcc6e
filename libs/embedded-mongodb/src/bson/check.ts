import { TYPE } from './value.ts';

/** Bytes that are no BSON. Everything behind the check may rely on what it checked. */
export class InvalidBson extends Error {}

/** MongoDB nests 200 levels at most. */
const DEPTH_MAX = 200;

/** Checks the document at `at` and gives its end, which lies at or before `limit`. */
export function checkDocument(bytes: Buffer, at: number, limit: number, depth = 0): number {
  if (depth > DEPTH_MAX) throw new InvalidBson(`documents nest ${DEPTH_MAX} levels at most`);
  if (at + 5 > limit) throw new InvalidBson('a document ends before it has begun');
  const end = at + bytes.readInt32LE(at);
  if (end < at + 5 || end > limit) throw new InvalidBson('a document ends beyond what contains it');
  if (bytes[end - 1] !== 0) throw new InvalidBson('a document does not end with a zero byte');
  let next = at + 4;
  while (next < end - 1)
    next = checkValue(bytes, bytes[next] as number, zero(bytes, next + 1, end - 1), end - 1, depth);
  if (next !== end - 1) throw new InvalidBson('a value ends beyond its document');
  return end;
}

/** The position after the zero byte that ends a name. */
function zero(bytes: Buffer, at: number, limit: number): number {
  for (let i = at; i < limit; i++) if (bytes[i] === 0) return i + 1;
  throw new InvalidBson('a name does not end');
}

function checkValue(bytes: Buffer, type: number, at: number, limit: number, depth: number): number {
  switch (type) {
    case TYPE.double:
    case TYPE.date:
    case TYPE.long:
    case TYPE.timestamp:
      return within(at + 8, limit);
    case TYPE.int:
      return within(at + 4, limit);
    case TYPE.decimal:
      return within(at + 16, limit);
    case TYPE.objectId:
      return within(at + 12, limit);
    case TYPE.bool:
      if ((bytes[at] as number) > 1) throw new InvalidBson('a boolean is neither 0 nor 1');
      return within(at + 1, limit);
    case TYPE.null:
    case TYPE.undefined:
    case TYPE.minKey:
    case TYPE.maxKey:
      return at;
    case TYPE.string:
    case TYPE.symbol:
    case TYPE.javascript:
      return checkString(bytes, at, limit);
    case TYPE.object:
    case TYPE.array:
      return checkDocument(bytes, at, limit, depth + 1);
    case TYPE.binary:
      return checkBinary(bytes, at, limit);
    case TYPE.regex:
      return zero(bytes, zero(bytes, at, limit), limit);
    case TYPE.dbPointer:
      return within(checkString(bytes, at, limit) + 12, limit);
    case TYPE.javascriptWithScope:
      return checkScoped(bytes, at, limit, depth);
    default:
      throw new InvalidBson(`type ${type} is not known`);
  }
}

function within(end: number, limit: number): number {
  if (end > limit) throw new InvalidBson('a value ends beyond its document');
  return end;
}

function checkString(bytes: Buffer, at: number, limit: number): number {
  within(at + 4, limit);
  const length = bytes.readInt32LE(at);
  if (length < 1) throw new InvalidBson('a text without its end');
  const end = within(at + 4 + length, limit);
  if (bytes[end - 1] !== 0) throw new InvalidBson('a text does not end with a zero byte');
  return end;
}

function checkBinary(bytes: Buffer, at: number, limit: number): number {
  within(at + 5, limit);
  const length = bytes.readInt32LE(at);
  if (length < 0) throw new InvalidBson('binary data of a negative length');
  return within(at + 5 + length, limit);
}

function checkScoped(bytes: Buffer, at: number, limit: number, depth: number): number {
  within(at + 4, limit);
  const end = within(at + bytes.readInt32LE(at), limit);
  const code = checkString(bytes, at + 4, end);
  if (end < at + 14 || checkDocument(bytes, code, end, depth + 1) !== end)
    throw new InvalidBson('code and scope do not fill their length');
  return end;
}
