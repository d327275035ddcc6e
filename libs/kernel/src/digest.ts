import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Brand } from './brand.ts';
import { isUuid } from './ids.ts';
import { shown, ValueError } from './value-error.ts';

/** A surrogate without its partner; UTF-8 has no form for it. */
const HALF_SURROGATE = /\p{Cs}/u;

/** `sha256:` and 64 hexadecimal digits in lower case. */
export type Digest = Brand<string, 'Digest'>;

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * The digest of a JSON value: SHA-256 over its canonical form (RFC 8785).
 * Figures are decimal strings; a JSON number must be a safe integer, and nothing is dropped in silence.
 */
export function digestOf(value: unknown): Digest {
  return `sha256:${sha256Hex(canonicalJson(value))}` as Digest;
}

/** The RFC 8785 form of a value made of null, booleans, text, safe integers, arrays and plain objects. */
export function canonicalJson(value: unknown): string {
  assertExact(value, '', []);
  const text = canonicalize(value);
  if (text === undefined) throw new ValueError(`${shown(value)} has no JSON form.`);
  return text;
}

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text);
}

/** A name-based UUID, version 5 (RFC 9562): the same namespace and name give the same id for ever. */
export function uuidV5(namespace: string, name: string): string {
  const space = namespace.toLowerCase();
  if (!isUuid(space)) throw new ValueError(`${shown(namespace)} is not a namespace; it must be a UUID.`);
  const bytes = createHash('sha1')
    .update(Buffer.from(space.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function assertExact(value: unknown, path: string, ancestors: readonly object[]): void {
  switch (typeof value) {
    case 'boolean':
      return;
    case 'string':
      if (HALF_SURROGATE.test(value)) throw at(path, `${shown(value)} contains half a surrogate pair.`);
      return;
    case 'number':
      if (!Number.isSafeInteger(value)) {
        throw at(path, `${value} is not a safe integer; write numbers that count as decimal strings.`);
      }
      return;
    case 'object':
      if (value !== null) assertExactMembers(value, path, ancestors);
      return;
    default:
      throw at(path, `${shown(value)} has no JSON form; leave it out or write it as a decimal string.`);
  }
}

function assertExactMembers(value: object, path: string, ancestors: readonly object[]): void {
  if (ancestors.includes(value)) throw at(path, 'The value contains itself.');
  const inside = [...ancestors, value];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) assertExact(value[i], `${path}[${i}]`, inside);
    return;
  }
  // Plain in any realm: its prototype is null or has none itself. A Map or a Date would lose its content.
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw at(path, 'Only plain objects, arrays, text, safe integers, booleans and null have a digest.');
  }
  for (const [key, member] of Object.entries(value)) {
    if (HALF_SURROGATE.test(key)) throw at(path, `The key ${shown(key)} contains half a surrogate pair.`);
    assertExact(member, path === '' ? key : `${path}.${key}`, inside);
  }
}

function at(path: string, sentence: string): ValueError {
  return path === '' ? new ValueError(sentence) : new ValueError(sentence, path);
}
