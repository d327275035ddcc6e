import { addRatio, type Currency, multiplyRatio, parseMicros, type Ratio, ratio } from '#kernel';
import type { Fact } from '../projection/change.ts';
import { civilOfDay } from '../projection/days.ts';
import { textOfDay } from '../projection/organisation.ts';

/** An amount in a currency on a day; currency '' is the reporting currency. */
export interface ForeignAmount {
  readonly currency: string;
  readonly day: number;
  readonly amount: bigint;
}

/** Money in millionths of the reporting currency, or the rate that is missing. */
export type Translated = { readonly total: Ratio } | { readonly missingRate: string };

/**
 * Translation into the reporting currency. A missing rate is never 1: the figure is then not measurable.
 * Source: IAS 7.25 (cash), IAS 21.39–40 (average and closing rates); docs/figures.md §2.
 */
export class Translation {
  readonly #rates = new Map<string, Ratio>();
  readonly #to: Currency | undefined;

  /** `rates`: standing `ExchangeRateSet` facts in order of record; `to`: the reporting currency. */
  constructor(rates: readonly Fact[], to: Currency | undefined) {
    this.#to = to;
    for (const { data } of rates) {
      if (data['toCurrency'] !== to) continue;
      const when = (data['validOn'] ?? data['period']) as string;
      this.#rates.set(
        `${data['kind']} ${data['fromCurrency']} ${when}`,
        ratio(parseMicros(data['rate'] as string), 1_000_000n),
      );
    }
  }

  get currency(): Currency | undefined {
    return this.#to;
  }

  /** Invoices and ledger flows: the average rate of the month, quarter or year of the day. */
  flows(amounts: Iterable<ForeignAmount>): Translated {
    return this.#sum(amounts, (currency, day) => {
      const { year, month } = civilOfDay(day);
      const name = String(year).padStart(4, '0');
      const periods = [`${name}-${String(month).padStart(2, '0')}`, `${name}-Q${Math.ceil(month / 3)}`, name];
      return periods
        .map((text) => this.#rates.get(`average ${currency} ${text}`))
        .find((rate) => rate !== undefined);
    });
  }

  /** Cash: the rate of the day itself. */
  cash(amounts: Iterable<ForeignAmount>): Translated {
    return this.#sum(amounts, (currency, day) => this.#rates.get(`daily ${currency} ${textOfDay(day)}`));
  }

  /** Balances: the closing rate of the period's last day, or of the period by name. */
  balances(amounts: Iterable<ForeignAmount>, lastDay: number, periodText: string): Translated {
    return this.#sum(
      amounts,
      (currency) =>
        this.#rates.get(`closing ${currency} ${textOfDay(lastDay)}`) ??
        this.#rates.get(`closing ${currency} ${periodText}`),
    );
  }

  #sum(
    amounts: Iterable<ForeignAmount>,
    rateOf: (currency: string, day: number) => Ratio | undefined,
  ): Translated {
    // Amounts of one currency under one rate are summed first: the fractions stay small and the result is the same.
    const sums = new Map<string, { rate: Ratio; amount: bigint }>();
    const missing: string[] = [];
    for (const { currency, day, amount } of netted(amounts)) {
      const home = currency === '' || currency === this.#to;
      const rate = home ? ratio(1n) : rateOf(currency, day);
      if (!rate) {
        missing.push(`${currency}>${this.#to}`);
        continue;
      }
      const key = `${rate.numerator}/${rate.denominator}`;
      const known = sums.get(key);
      if (known) known.amount += amount;
      else sums.set(key, { rate, amount });
    }
    if (missing.length > 0) return { missingRate: missing.sort()[0] as string };
    let total = ratio(0n);
    for (const { rate, amount } of sums.values()) total = addRatio(total, multiplyRatio(ratio(amount), rate));
    return { total };
  }
}

/** Amounts by currency and day; what cancels out there needs no rate. */
function netted(amounts: Iterable<ForeignAmount>): ForeignAmount[] {
  const sums = new Map<string, { currency: string; day: number; amount: bigint }>();
  for (const { currency, day, amount } of amounts) {
    const key = `${currency} ${day}`;
    const known = sums.get(key);
    if (known) known.amount += amount;
    else sums.set(key, { currency, day, amount });
  }
  return [...sums.values()].filter(({ amount }) => amount !== 0n);
}
