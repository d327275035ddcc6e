import { shown, ValueError } from './value-error.ts';

const MICROS = 1_000_000n;
const MICRO_DECIMALS = 6;

/** Longer numbers are mistakes, and reading them costs more than linear time. */
const MAX_INTEGER_DIGITS = 40;
const MAX_DECIMALS = 40;

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;

/** A decimal string read exactly: value = `digits` / 10^`decimals`. */
interface ScaledDecimal {
  readonly digits: bigint;
  readonly decimals: number;
}

/**
 * Reads a plain decimal string such as `-12.50` with at most `maxDecimals` decimals.
 * Refused: exponents, a plus sign, blanks, group separators, a bare point, NaN and Infinity.
 */
export function parseScaled(text: string, maxDecimals: number = MAX_DECIMALS): ScaledDecimal {
  if (typeof text !== 'string') {
    throw new ValueError(
      `${shown(text)} is not a decimal string; send numbers that count as text, such as "12.50".`,
    );
  }
  const match = PLAIN.exec(text);
  if (match === null) throw new ValueError(complaint(text));
  const [, sign, integer = '', fraction = ''] = match;
  if (fraction.length > maxDecimals) {
    throw new ValueError(
      `${shown(text)} has ${fraction.length} decimals; at most ${maxDecimals} are kept exactly, so more are refused, never rounded.`,
    );
  }
  if (integer.length > MAX_INTEGER_DIGITS) {
    throw new ValueError(
      `${shown(text)} has ${integer.length} digits before the point; at most ${MAX_INTEGER_DIGITS} are accepted.`,
    );
  }
  const magnitude = BigInt(integer + fraction);
  return { digits: sign === '-' ? -magnitude : magnitude, decimals: fraction.length };
}

/** Reads a decimal string with at most six decimals as an integer number of millionths: `"14.5"` → `14500000n`. */
export function parseMicros(text: string): bigint {
  const { digits, decimals } = parseScaled(text, MICRO_DECIMALS);
  return digits * 10n ** BigInt(MICRO_DECIMALS - decimals);
}

/** Writes millionths as a decimal string without trailing zeros beyond `minimumDecimals` (0 to 6, default 0). */
export function formatMicros(micros: bigint, minimumDecimals = 0): string {
  if (!Number.isInteger(minimumDecimals) || minimumDecimals < 0 || minimumDecimals > MICRO_DECIMALS) {
    throw new ValueError(
      `minimumDecimals is ${shown(minimumDecimals)}; it must be a whole number from 0 to 6.`,
    );
  }
  const magnitude = micros < 0n ? -micros : micros;
  const all = (magnitude % MICROS).toString().padStart(MICRO_DECIMALS, '0');
  let kept = MICRO_DECIMALS;
  while (kept > minimumDecimals && all[kept - 1] === '0') kept -= 1;
  const fraction = all.slice(0, kept);
  const text = fraction === '' ? `${magnitude / MICROS}` : `${magnitude / MICROS}.${fraction}`;
  return micros < 0n ? `-${text}` : text;
}

/** True exactly when `parseMicros` would accept the text. */
export function isDecimalText(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const match = PLAIN.exec(text);
  if (match === null) return false;
  return (match[2] ?? '').length <= MAX_INTEGER_DIGITS && (match[3] ?? '').length <= MICRO_DECIMALS;
}

function complaint(text: string): string {
  const right = 'write a plain decimal such as "12.50" or "-3"';
  if (text.trim() === '') return `An empty text is not a number; ${right}.`;
  if (text !== text.trim()) return `${shown(text)} has blanks around the number; ${right}.`;
  if (text.startsWith('+')) return `${shown(text)} starts with a plus sign; ${right}.`;
  if (/^-?[\d.]+[eE][+-]?\d+$/.test(text)) return `${shown(text)} is in exponent form; ${right}.`;
  if (/^-?\d+,\d+$/.test(text)) return `${shown(text)} has a comma; the decimal sign is a point: ${right}.`;
  if (/^[+-]?(nan|inf(inity)?)$/i.test(text)) return `${shown(text)} is not a finite number; ${right}.`;
  return `${shown(text)} is not a decimal number; ${right}.`;
}
