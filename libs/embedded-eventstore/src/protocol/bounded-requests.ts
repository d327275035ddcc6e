import { createRequire } from 'node:module';
import type { BinaryReader } from 'google-protobuf';

const protobuf = createRequire(import.meta.url)('google-protobuf') as {
  readonly BinaryReader: new (bytes: Uint8Array) => BinaryReader;
};

interface RequestType {
  new (): object;
  deserializeBinaryFromReader(request: object, reader: BinaryReader): object;
}

/**
 * The calls of a service, their requests decoded within bounds. google-protobuf believes the length that a text or
 * a nested message gives itself: three gigabytes in a request of eighty bytes kept the whole server busy for minutes (found by
 * fuzzing).
 */
export function withBoundedRequests<Service extends object>(service: Service): Service {
  const calls = Object.entries(service).map(([name, call]: [string, { requestType: RequestType }]) => [
    name,
    { ...call, requestDeserialize: (bytes: Buffer) => decode(call.requestType, bytes) },
  ]);
  return Object.fromEntries(calls) as Service;
}

/** Errors: RangeError, when a part is longer than what holds it; those of the decoder. */
function decode(type: RequestType, bytes: Buffer): object {
  const reader = new protobuf.BinaryReader(new Uint8Array(bytes));
  const readMessage = reader.readMessage.bind(reader);
  const ends = [bytes.length];
  assertWithin(bytes, 0, bytes.length);
  reader.readMessage = (message, read) => {
    const length = varint(bytes, reader.getCursor(), ends.at(-1) as number);
    const end = length.next + length.value;
    assertWithin(bytes, length.next, end);
    ends.push(end);
    readMessage(message, read);
    ends.pop();
  };
  return type.deserializeBinaryFromReader(new type(), reader);
}

/** The fields of a message, which lies between two places, end where it ends. */
function assertWithin(bytes: Buffer, start: number, end: number): void {
  let at = start;
  while (at < end) {
    const tag = varint(bytes, at, end);
    at = tag.next;
    switch (tag.value & 7) {
      case 0:
        at = varint(bytes, at, end).next;
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint(bytes, at, end);
        at = length.next + length.value;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        // Groups, which no request has, and what is no wire type at all.
        throw new RangeError('a field has a wire type that no request has');
    }
  }
  if (at !== end || end > bytes.length) throw new RangeError('a field is longer than what holds it');
}

const VARINT_BYTES_MAX = 10;

function varint(bytes: Buffer, at: number, end: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let i = 0; i < VARINT_BYTES_MAX && at + i < end; i++) {
    const byte = bytes[at + i] as number;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: at + i + 1 };
  }
  throw new RangeError('a number is cut off');
}
