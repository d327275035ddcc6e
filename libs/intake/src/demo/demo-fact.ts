import type { Source, SubmittedFact } from '#commands';
import { formatMicros } from '#kernel';

/** A fact of the demo company; its source says whether it is Northwind's or made up. */
export interface DemoFact extends SubmittedFact {
  readonly source: Source;
}

/** The source system of everything that Northwind's files do not hold. */
export const SYNTHETIC = 'synthetic';

export function synthetic(type: string, id: string, data: DemoFact['data']): DemoFact {
  return { type, data, source: { system: SYNTHETIC, id } };
}

export const REGIONS = ['europe', 'north-america', 'rest-of-world'] as const;
export type Region = (typeof REGIONS)[number];

export const CURRENCY = 'USD';

const MICROS_IN_CENT = 10_000n;
const CENTS_IN_DOLLAR = 100n;

/** Whole dollars as millionths. */
export function dollars(whole: number): bigint {
  return BigInt(whole) * CENTS_IN_DOLLAR * MICROS_IN_CENT;
}

/** A part of an amount, in hundredths, cut to whole cents. */
export function percent(amount: bigint, hundredths: number): bigint {
  return cents((amount * BigInt(hundredths)) / 100n);
}

/** Cut to whole cents, towards zero: what is paid has no fractions of a cent. */
export function cents(micros: bigint): bigint {
  return (micros / MICROS_IN_CENT) * MICROS_IN_CENT;
}

/** An amount as it stands in a fact. */
export function amount(micros: bigint): string {
  return formatMicros(micros, 2);
}
