import { CellError } from './refused.ts';

/** A decimal number: `digits` / 10^`scale`. */
export interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

/** Decimals that a fact may have. Source: kpis.md, exactness of money measures. */
const DECIMALS_MAX = 6;
const DIGITS_MAX = 60;

/** How numbers are written in a file. */
export interface NumberStyle {
  readonly decimal: '.' | ',';
  readonly thousands: string | undefined;
}

export const PLAIN: NumberStyle = { decimal: '.', thousands: undefined };

const escaped = (sign: string): string => sign.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A reader of numbers written in one style: `1.234,50` with decimal `,` and thousands `.`. */
export function numberReader({ decimal, thousands }: NumberStyle): (text: string) => Exact {
  const grouped = thousands === undefined ? '' : `|\\d{1,3}(?:${escaped(thousands)}\\d{3})+`;
  const shape = new RegExp(`^([+-]?)(\\d+${grouped})?(?:${escaped(decimal)}(\\d+))?$`);
  return (text) => {
    const match = shape.exec(text);
    const [, sign = '', whole, fraction = ''] = match ?? [];
    if (match === null || (whole === undefined && fraction === '')) {
      throw new CellError(complaint(decimal, thousands));
    }
    const digits = (whole ?? '').replaceAll(thousands ?? ',', '') + fraction;
    if (digits.length > DIGITS_MAX) throw new CellError(`has more than ${DIGITS_MAX} digits`);
    const magnitude = BigInt(digits);
    return { digits: sign === '-' ? -magnitude : magnitude, scale: fraction.length };
  };
}

function complaint(decimal: string, thousands: string | undefined): string {
  const groups = thousands === undefined ? 'no sign between thousands' : `"${thousands}" between thousands`;
  return `is not a number as the mapping describes it: decimal sign "${decimal}", ${groups}`;
}

export function multiply(a: Exact, b: Exact): Exact {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

export function add(a: Exact, b: Exact): Exact {
  const scale = Math.max(a.scale, b.scale);
  return { digits: scaled(a, scale) + scaled(b, scale), scale };
}

export function subtract(a: Exact, b: Exact): Exact {
  return add(a, { digits: -b.digits, scale: b.scale });
}

/** Negative, zero or positive as a is below, equal to or above b. */
export function compare(a: Exact, b: Exact): number {
  const { digits } = subtract(a, b);
  return digits < 0n ? -1 : digits > 0n ? 1 : 0;
}

/** The decimal string of a fact, without trailing zeros; more than six decimals are refused, never rounded. */
export function decimalText(number: Exact): string {
  let { digits, scale } = number;
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale -= 1;
  }
  if (scale > DECIMALS_MAX) {
    throw new CellError(`has ${scale} decimals; at most ${DECIMALS_MAX} are kept, and nothing is rounded`);
  }
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const sign = digits < 0n ? '-' : '';
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(text.length - scale)}`;
}

function scaled({ digits, scale }: Exact, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}
