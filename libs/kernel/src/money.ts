import type { Brand } from './brand.ts';
import { MINOR_UNITS } from './currencies.ts';
import { formatMicros, parseMicros } from './decimal.ts';
import { shown, ValueError } from './value-error.ts';

/** An ISO 4217 alphabetic code. */
export type Currency = Brand<string, 'Currency'>;

/** An exact amount: integer millionths of the currency unit, and the currency. */
export interface Money {
  readonly amount: bigint;
  readonly currency: Currency;
}

/** Reads an ISO 4217 code in capitals. */
export function currencyOf(text: string): Currency {
  if (!MINOR_UNITS.has(text)) {
    throw new ValueError(
      `${shown(text)} is not a currency; write an ISO 4217 code in capitals, such as EUR or CNY.`,
    );
  }
  return text as Currency;
}

/** Decimals of the currency's minor unit: JPY 0, EUR 2, KWD 3. */
export function minorUnits(currency: Currency): number {
  const digits = MINOR_UNITS.get(currency);
  if (digits === undefined) throw new ValueError(`${shown(currency)} is not a currency.`);
  return digits;
}

/** Reads an amount from its wire form: `money("1234.50", "EUR")`. */
export function money(amount: string, currency: string): Money {
  return { amount: parseMicros(amount), currency: currencyOf(currency) };
}

/** Writes millionths with at least the currency's decimals and no trailing zeros beyond: `1234.50`, `0.0395`. */
export function formatMoney(micros: bigint, currency: Currency): string {
  return formatMicros(micros, minorUnits(currency));
}

/** The sum of two amounts of one currency; two currencies are a mistake of the caller. */
export function addMoney(a: Money, b: Money): Money {
  if (a.currency !== b.currency) {
    throw new ValueError(`${a.currency} and ${b.currency} cannot be added; translate one of them first.`);
  }
  return { amount: a.amount + b.amount, currency: a.currency };
}

export function negateMoney({ amount, currency }: Money): Money {
  return { amount: -amount, currency };
}
