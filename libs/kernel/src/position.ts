import type { Brand } from './brand.ts';
import { shown, ValueError } from './value-error.ts';

/** A commit position in `$all`: the axis of knowledge. A non-negative 64-bit integer, never a JSON number. */
export type Position = Brand<bigint, 'Position'>;

/** Before the first event: nothing is known. */
export const NO_POSITION = 0n as Position;

/** The log and the read models keep positions as signed 64-bit integers. */
const LAST = 2n ** 63n - 1n;

/** Reads a position from a bigint or from decimal digits. */
export function position(value: bigint | string): Position {
  if (typeof value === 'bigint') return inRange(value);
  if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return inRange(BigInt(value));
  throw new ValueError(`${shown(value)} is not a position; write its decimal digits, such as "73429".`);
}

export function comparePositions(a: Position, b: Position): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function maxPosition(a: Position, b: Position): Position {
  return a > b ? a : b;
}

/** The decimal digits of a position, as it appears on the wire. */
export function positionText(p: Position): string {
  return p.toString();
}

function inRange(value: bigint): Position {
  if (value < 0n || value > LAST) {
    throw new ValueError(`${value} is not a position; positions go from 0 to ${LAST}.`);
  }
  return value as Position;
}
