import { isUtf8 } from 'node:buffer';
import { type Shared, shared } from './definitions.ts';

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id as lower-case text, whether it came as text or as two signed 64-bit integers; undefined when it is none. */
export function uuidText(id: InstanceType<Shared['UUID']> | undefined): string | undefined {
  if (!id) return undefined;
  const structured = id.getStructured();
  if (structured)
    return uuidOfHex(hex(structured.getMostSignificantBits()) + hex(structured.getLeastSignificantBits()));
  const text = id.getString().toLowerCase();
  return UUID_TEXT.test(text) ? text : undefined;
}

export function uuidOfHex(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

function hex(signed: string): string {
  return BigInt.asUintN(64, BigInt(signed)).toString(16).padStart(16, '0');
}

/** The two halves of an id, as signed 64-bit integers, most significant first. */
export function uuidHalves(text: string): readonly [bigint, bigint] {
  const digits = text.replaceAll('-', '');
  return [
    BigInt.asIntN(64, BigInt(`0x${digits.slice(0, 16)}`)),
    BigInt.asIntN(64, BigInt(`0x${digits.slice(16)}`)),
  ];
}

/** A stream's name; undefined when it is absent, empty or not UTF-8. */
export function streamName(id: InstanceType<Shared['StreamIdentifier']> | undefined): string | undefined {
  if (!id) return undefined;
  const bytes = Buffer.from(id.getStreamName_asU8());
  return isUtf8(bytes) ? bytes.toString('utf8') || undefined : undefined;
}

export function streamIdentifier(name: string): InstanceType<Shared['StreamIdentifier']> {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(name).toString('base64'));
}
