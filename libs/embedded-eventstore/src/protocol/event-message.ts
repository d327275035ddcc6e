import { ID_FIELD_BYTES, type LogRecord } from '../log/record.ts';
import { type ByteWriter, byteLengthOfVarint, writeVarint } from '../varint.ts';
import { FRAME_BYTES } from './framed-messages.ts';
import { uuidHalves } from './identifiers.ts';

/** What a reader is sent of an event: the event, or a link with what it points to, if that is there to be seen. */
export interface ResolvedRecord {
  readonly event?: LogRecord;
  readonly link?: LogRecord;
}

/** How ids are written. */
export type IdForm = 'text' | 'structured';

/** Fields of the `…ReadEvent` message that differ from service to service, encoded. */
const NO_MORE = Buffer.alloc(0);

/**
 * A framed `ReadResp { event }`, of streams or of persistent subscriptions: both have event, link and commit position in the
 * fields 1, 2 and 3 of the field 1. `more` = further encoded fields of the event message.
 */
export function framedEvent(resolved: ResolvedRecord, ids: IdForm, more: Buffer = NO_MORE): Buffer {
  const event = resolved.event && recorded(resolved.event, ids);
  const link = resolved.link && recorded(resolved.link, ids);
  const position = (resolved.link ?? resolved.event)?.position ?? 0;
  const inner =
    (event ? lengthOf(event) : 0) +
    (link ? lengthOf(link) : 0) +
    1 +
    byteLengthOfVarint(position) +
    more.length;
  const message = 1 + byteLengthOfVarint(inner) + inner;
  const bytes = Buffer.allocUnsafe(FRAME_BYTES + message);
  bytes[0] = 0;
  bytes.writeUInt32BE(message, 1);
  const writer: ByteWriter = { bytes, at: FRAME_BYTES };
  bytes[writer.at++] = 0x0a;
  writeVarint(writer, inner);
  if (event) putRecorded(writer, 0x0a, event);
  if (link) putRecorded(writer, 0x12, link);
  bytes[writer.at++] = 0x18;
  writeVarint(writer, position);
  writer.at += more.copy(bytes, writer.at);
  return bytes;
}

/** A `RecordedEvent` in two parts, so that the stored one need not be copied to change its id. */
interface Recorded {
  readonly id: Buffer;
  readonly rest: Buffer;
}

function recorded(record: LogRecord, ids: IdForm): Recorded {
  const message = record.message;
  if (ids === 'text') return { id: NO_MORE, rest: message };
  return { id: structuredId(record.id), rest: message.subarray(ID_FIELD_BYTES) };
}

function lengthOf({ id, rest }: Recorded): number {
  const length = id.length + rest.length;
  return 1 + byteLengthOfVarint(length) + length;
}

function putRecorded(writer: ByteWriter, tag: number, { id, rest }: Recorded): void {
  writer.bytes[writer.at++] = tag;
  writeVarint(writer, id.length + rest.length);
  writer.at += id.copy(writer.bytes, writer.at);
  writer.at += rest.copy(writer.bytes, writer.at);
}

/** The field `id` of a `RecordedEvent` with a structured UUID. */
function structuredId(id: string): Buffer {
  const [most, least] = uuidHalves(id);
  const inner = 2 + byteLengthOfVarint(most) + byteLengthOfVarint(least);
  const bytes = Buffer.allocUnsafe(inner + 4);
  const writer: ByteWriter = { bytes, at: 0 };
  for (const byte of [0x0a, inner + 2, 0x0a, inner, 0x08]) bytes[writer.at++] = byte;
  writeVarint(writer, most);
  bytes[writer.at++] = 0x10;
  writeVarint(writer, least);
  return bytes;
}
