/** What is known of a stream: one row per name. */
export interface StreamState {
  /** Its number in this log, from 1. */
  readonly number: number;
  /** Revision of its last event; −1: none yet. A tombstone does not count. */
  readonly last: number;
  readonly tombstoned: boolean;
  /** Whether its metadata stream has ever been written. */
  readonly hasMetadata: boolean;
  readonly truncation: Truncation;
}

/** What stream metadata hides from readers of the stream. `$all` shows it all the same. */
export interface Truncation {
  /** `$tb`: the first revision that is shown; 2^63 − 1: soft-deleted. */
  readonly before?: number;
  readonly maxCount?: number;
  readonly maxAgeSeconds?: number;
}

/** 2^63 − 1, the revision of a tombstone and the `$tb` of a soft-deleted stream. As a number it is 2^63. */
export const END_OF_STREAM = 9_223_372_036_854_775_807n;
const END_AS_NUMBER = Number(END_OF_STREAM);

export function isSoftDeleted(state: StreamState): boolean {
  return state.truncation.before !== undefined && state.truncation.before >= END_AS_NUMBER;
}

/** Reads the limits out of `$metadata` JSON. Malformed metadata limits nothing. */
export function truncationOf(metadata: Uint8Array): Truncation {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(metadata).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null) return {};
  const fields = parsed as Readonly<Record<string, unknown>>;
  const before = fields['$tb'];
  const maxCount = fields['$maxCount'];
  const maxAge = fields['$maxAge'];
  return {
    ...(isCount(before) ? { before } : {}),
    ...(isCount(maxCount) && maxCount > 0 ? { maxCount } : {}),
    ...(isCount(maxAge) && maxAge > 0 ? { maxAgeSeconds: maxAge } : {}),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** Little endian: number, last revision, flags, before, max count, max age; −1 for what is not set. */
const STATE_BYTES = 41;
const TOMBSTONED = 1;
const HAS_METADATA = 2;

export function encodeState(state: StreamState): Buffer {
  const bytes = Buffer.allocUnsafe(STATE_BYTES);
  bytes.writeDoubleLE(state.number, 0);
  bytes.writeDoubleLE(state.last, 8);
  bytes[16] = (state.tombstoned ? TOMBSTONED : 0) | (state.hasMetadata ? HAS_METADATA : 0);
  bytes.writeDoubleLE(state.truncation.before ?? -1, 17);
  bytes.writeDoubleLE(state.truncation.maxCount ?? -1, 25);
  bytes.writeDoubleLE(state.truncation.maxAgeSeconds ?? -1, 33);
  return bytes;
}

export function decodeState(bytes: Buffer): StreamState {
  if (bytes.length !== STATE_BYTES)
    throw new Error(`A stream's state has ${bytes.length} bytes instead of ${STATE_BYTES}.`);
  const flags = bytes[16] as number;
  const before = bytes.readDoubleLE(17);
  const maxCount = bytes.readDoubleLE(25);
  const maxAgeSeconds = bytes.readDoubleLE(33);
  return {
    number: bytes.readDoubleLE(0),
    last: bytes.readDoubleLE(8),
    tombstoned: (flags & TOMBSTONED) !== 0,
    hasMetadata: (flags & HAS_METADATA) !== 0,
    truncation:
      before < 0 && maxCount < 0 && maxAgeSeconds < 0 ? NO_LIMITS : limits(before, maxCount, maxAgeSeconds),
  };
}

/** Nearly every stream's. */
const NO_LIMITS: Truncation = {};

function limits(before: number, maxCount: number, maxAgeSeconds: number): Truncation {
  return {
    ...(before < 0 ? {} : { before }),
    ...(maxCount < 0 ? {} : { maxCount }),
    ...(maxAgeSeconds < 0 ? {} : { maxAgeSeconds }),
  };
}
