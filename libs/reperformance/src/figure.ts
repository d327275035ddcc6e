import {
  addRatio,
  type Currency,
  currencyOf,
  divideRatio,
  formatMicros,
  formatMoney,
  multiplyRatio,
  parseMicros,
  type Ratio,
  ratio,
  roundRatio,
} from '#kernel';
import type { Customer, Documents } from './documents.ts';
import { type Fact, maybe, text } from './log.ts';
import type { Policy } from './policy.ts';
import type { Parts } from './types.ts';
import type { Scope } from './world.ts';

/** What computing one KPI gives, before status and flags of coverage. */
export interface Result {
  readonly value: string | null;
  readonly status?: 'no_data' | 'not_measurable' | 'not_meaningful' | 'insufficient';
  readonly parts: Parts;
  readonly n: number;
  readonly flags?: readonly string[];
  readonly incomplete?: boolean;
}

/** Everything a KPI is computed from. */
export interface Asked {
  readonly scope: Scope;
  readonly policy: Policy;
  readonly revenueBasis: 'invoice' | 'ledger';
  readonly documents: Documents;
  readonly customers: () => readonly Customer[];
  readonly currency: string | undefined;
  /** The value of another KPI for a period named in text. */
  readonly value: (
    kpi: string,
    period: string,
  ) => { readonly value: string | null; readonly up: boolean; readonly incomplete: boolean };
  /** The first date of a source in the scope. */
  readonly firstDate: (source: string) => string | undefined;
  at(period: Scope['period']): Asked;
}

export const six = (value: Ratio) => roundRatio(value, 6);
export const quantity = (micros: bigint) => formatMicros(micros);

export function moneyText(micros: Ratio, currency: string | undefined): string {
  const whole = BigInt(roundRatio(micros, 0));
  return currency === undefined ? formatMicros(whole) : formatMoney(whole, currencyOf(currency) as Currency);
}

export function counts(numerator: number, denominator: number, n: number, more: Parts = {}): Result {
  const parts = { numerator: String(numerator), denominator: String(denominator), ...more };
  return denominator === 0
    ? { value: null, status: 'not_measurable', parts, n }
    : { value: six(ratio(BigInt(numerator), BigInt(denominator))), parts, n };
}

export function quantities(numerator: bigint, denominator: bigint, n: number, more: Parts = {}): Result {
  const parts = { numerator: quantity(numerator), denominator: quantity(denominator), ...more };
  return denominator === 0n
    ? { value: null, status: 'not_measurable', parts, n }
    : { value: six(ratio(numerator, denominator)), parts, n };
}

export function excluded(reasons: Readonly<Record<string, number>>): Parts {
  const some = Object.entries(reasons).filter(([, count]) => count > 0);
  return some.length === 0
    ? {}
    : { excluded: Object.fromEntries(some.map(([reason, count]) => [reason, String(count)])) };
}

/** Mean, sum, median, 90th percentile by nearest rank, of values in units of 1 / scale. */
export function spread(values: readonly bigint[], scale: bigint, more: Parts): Result {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const n = sorted.length;
  const shown = (value: Ratio) => six(divideRatio(value, ratio(scale)));
  const sum = sorted.reduce((total, value) => total + value, 0n);
  if (n === 0)
    return { value: null, status: 'not_measurable', parts: { sum: six(ratio(0n)), ...more }, n: 0 };
  const at = (index: number) => sorted[index] as bigint;
  const median = n % 2 === 1 ? ratio(at((n - 1) / 2)) : ratio(at(n / 2 - 1) + at(n / 2), 2n);
  return {
    value: shown(ratio(sum, BigInt(n))),
    parts: {
      sum: shown(ratio(sum)),
      median: shown(median),
      p90: shown(ratio(at(Math.ceil((9 * n) / 10) - 1))),
      min: shown(ratio(at(0))),
      max: shown(ratio(at(n - 1))),
      ...more,
    },
    n,
  };
}

/** An amount on a date in a currency ('' = the reporting one). */
export interface Amount {
  readonly amount: bigint;
  readonly currency: string;
  readonly date: string;
}

export interface Sum {
  readonly total: Ratio;
  readonly missing: string | undefined;
  readonly unknown: readonly string[];
}

export const NOTHING: Sum = { total: ratio(0n), missing: undefined, unknown: [] };

export function add(a: Sum, b: Sum, sign: 1n | -1n = 1n): Sum {
  const missing = [a.missing, b.missing].filter((rate) => rate !== undefined).sort()[0];
  return {
    total: addRatio(a.total, multiplyRatio(b.total, ratio(sign))),
    missing,
    unknown: [...new Set([...a.unknown, ...b.unknown])].sort(),
  };
}

export const less = (a: Sum, b: Sum) => add(a, b, -1n);

/** Translates and sums. `kind`: which rate, for which date or periods. */
export function sum(
  asked: Asked,
  amounts: readonly Amount[],
  kind: 'average' | 'daily' | 'closing',
  closingPeriod?: { readonly text: string; readonly lastDay: string },
): Sum {
  let total = ratio(0n);
  const missing: string[] = [];
  for (const { amount, currency, date } of netted(amounts)) {
    if (currency === '' || currency === asked.currency) {
      total = addRatio(total, ratio(amount));
      continue;
    }
    const whens =
      kind === 'daily'
        ? [date]
        : kind === 'closing'
          ? [closingPeriod?.lastDay ?? '', closingPeriod?.text ?? '']
          : [
              date.slice(0, 7),
              `${date.slice(0, 4)}-Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`,
              date.slice(0, 4),
            ];
    const rate = whens.map((when) => rateOf(asked, currency, kind, when)).find((own) => own !== undefined);
    if (!rate) missing.push(`${currency}>${asked.currency}`);
    else total = addRatio(total, multiplyRatio(ratio(amount), rate));
  }
  if (missing.length > 0) return { total: ratio(0n), missing: missing.sort()[0], unknown: [] };
  return { total, missing: undefined, unknown: [] };
}

/** Amounts of one currency and day that cancel out need no rate. */
function netted(amounts: readonly Amount[]): Amount[] {
  const byKey = new Map<string, { amount: bigint; currency: string; date: string }>();
  for (const { amount, currency, date } of amounts) {
    const key = `${currency} ${date}`;
    const known = byKey.get(key);
    if (known) known.amount += amount;
    else byKey.set(key, { amount, currency, date });
  }
  return [...byKey.values()].filter(({ amount }) => amount !== 0n);
}

function rateOf(asked: Asked, currency: string, kind: string, when: string): Ratio | undefined {
  const found = asked.scope.company.of('ExchangeRateSet').findLast((fact: Fact) => {
    return (
      text(fact, 'fromCurrency') === currency &&
      text(fact, 'toCurrency') === asked.currency &&
      text(fact, 'kind') === kind &&
      (maybe(fact, 'validOn') ?? maybe(fact, 'period')) === when
    );
  });
  return found ? ratio(parseMicros(text(found, 'rate')), 1_000_000n) : undefined;
}

/** Sums as parts; one whose rate is missing is left out. */
export function sums(asked: Asked, named: Readonly<Record<string, Sum>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, own] of Object.entries(named))
    if (own.missing === undefined) shown[name] = moneyText(own.total, asked.currency);
  return shown;
}

export function currency(asked: Asked): Record<string, string> {
  return asked.currency === undefined ? {} : { currency: asked.currency };
}

export function money(
  asked: Asked,
  value: Sum,
  n: number,
  named: Readonly<Record<string, Sum>> = {},
  more: Parts = {},
): Result {
  const { parts: reasons, missing, unknown } = reasonsOf([value, ...Object.values(named)]);
  const parts: Parts = { ...currency(asked), ...sums(asked, named), ...reasons, ...more };
  if (missing) return { value: null, status: 'not_measurable', parts, n };
  return { value: moneyText(value.total, asked.currency), parts, n, incomplete: unknown };
}

/** Money over money. `besides`: sums that are parts and need their rates too. */
export function moneyRatio(
  asked: Asked,
  numerator: Sum,
  denominator: Sum,
  n: number,
  more: Parts = {},
  besides: Readonly<Record<string, Sum>> = {},
): Result {
  const { parts: reasons, missing, unknown } = reasonsOf([numerator, denominator, ...Object.values(besides)]);
  const parts: Parts = {
    ...sums(asked, { numerator, denominator, ...besides }),
    ...currency(asked),
    ...more,
    ...reasons,
  };
  if (missing || denominator.total.numerator === 0n)
    return { value: null, status: 'not_measurable', parts, n };
  if (denominator.total.numerator < 0n) return { value: null, status: 'not_meaningful', parts, n };
  return { value: six(divideRatio(numerator.total, denominator.total)), parts, n, incomplete: unknown };
}

export function reasonsOf(sums: readonly Sum[]): { parts: Parts; missing: boolean; unknown: boolean } {
  const missing = sums.flatMap((own) => own.missing ?? []).sort()[0];
  const unknown = [...new Set(sums.flatMap((own) => own.unknown))].sort();
  return {
    parts: {
      ...(missing === undefined ? {} : { missingRate: missing }),
      ...(unknown.length === 0 ? {} : { unknownAccounts: unknown.join(',') }),
    },
    missing: missing !== undefined,
    unknown: unknown.length > 0,
  };
}
