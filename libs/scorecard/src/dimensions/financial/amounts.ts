import type { AccountClass, AccountRole } from '#contracts';
import type { Period } from '#kernel';
import type { Ask } from '../../figures/kpi.ts';
import { minus, type Sum, sumOf, ZERO } from '../../figures/money.ts';
import type { Amount } from '../../figures/scope.ts';
import type { ForeignAmount } from '../../figures/translation.ts';
import { civilOfDay, dayOfCivil } from '../../projection/days.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { ALL_TIME, monthSheet, monthSlot, pageKey } from '../../projection/page.ts';
import { ASSET_CLASSES, BALANCE_CLASSES, ChartOfAccounts } from './accounts.ts';
import { atCutOff } from './cut-off.ts';

/** Amounts that financial KPIs are made of, in millionths of the reporting currency, exact. Source: docs/figures.md §5. */

/** Everything that the scope's pages say about a period, read once. */
export class PeriodAmounts {
  readonly #ask: Ask;
  readonly #amounts: readonly Amount[];
  readonly #chart: ChartOfAccounts;
  readonly #rateDay: (day: number) => number;

  private constructor(
    ask: Ask,
    amounts: readonly Amount[],
    chart: ChartOfAccounts,
    rateDay = (day: number) => day,
  ) {
    this.#ask = ask;
    this.#amounts = amounts;
    this.#chart = chart;
    this.#rateDay = rateDay;
  }

  static async read(ask: Ask): Promise<PeriodAmounts> {
    const chart = new ChartOfAccounts(await ask.register('accounts'));
    return new PeriodAmounts(ask, atCutOff(ask, await ask.read.amounts(ask.scope, ask.span)), chart);
  }

  /** The same, of some units alone. */
  ofUnits(units: ReadonlySet<string>): PeriodAmounts {
    const amounts = this.#amounts.filter(({ unit }) => units.has(unit));
    return new PeriodAmounts(this.#ask, amounts, this.#chart, this.#rateDay);
  }

  /** The same, translated by the rates of other days. */
  atRatesOf(rateDay: (day: number) => number): PeriodAmounts {
    return new PeriodAmounts(this.#ask, this.#amounts, this.#chart, rateDay);
  }

  /** Units with a document in the period. */
  get unitsWithDocuments(): ReadonlySet<string> {
    const counts = new Map<string, bigint>();
    for (const { unit, measure, amount } of this.#amounts)
      if (measure === '$src:invoices') counts.set(unit, (counts.get(unit) ?? 0n) + amount);
    return new Set([...counts].filter(([, count]) => count > 0n).map(([unit]) => unit));
  }

  count(measure: string): bigint {
    return this.#amounts.reduce(
      (sum, amount) => (amount.measure === measure ? sum + amount.amount : sum),
      0n,
    );
  }

  get documents(): bigint {
    return this.count('$src:invoices');
  }

  invoiced(): Sum {
    return this.#documentsOf('inv');
  }

  credited(): Sum {
    return this.#documentsOf('cred');
  }

  /** R: net revenue, from invoices or (policy) from the ledger. */
  revenue(): Sum {
    if (this.#ask.policyOf('net-revenue').revenueBasis === 'ledger')
      return minus(ZERO, this.ledger('revenue'));
    return minus(this.invoiced(), this.credited());
  }

  /** C: cost of sales. */
  costOfSales(): Sum {
    if (this.#ask.policyOf('net-revenue').revenueBasis === 'ledger') return this.ledger('cost-of-sales');
    return minus(this.#documentsOf('cost'), this.#documentsOf('credcost'));
  }

  /** OP: operating profit. */
  operatingProfit(): Sum {
    return minus(minus(this.revenue(), this.costOfSales()), this.ledger('operating-expense'));
  }

  /** NP: net profit. */
  netProfit(): Sum {
    return minus(minus(this.operatingProfit(), this.ledger('finance-result')), this.ledger('income-tax'));
  }

  cash(activity: string): Sum {
    return sumOf(this.#ask.translation.cash(this.#under(`cash|${activity}|`)));
  }

  /** Gross sales: invoices less credit notes, with tax. */
  grossSales(): Sum {
    return minus(
      sumOf(this.#flows([...this.#under('inv|'), ...this.#under('tax|')])),
      sumOf(this.#flows([...this.#under('cred|'), ...this.#under('credtax|')])),
    );
  }

  /** Postings of a class in the period, opening balances and eliminated lines left out. */
  ledger(accountClass: AccountClass): Sum {
    return this.#postings((account, day) => this.#chart.classOf(account, day) === accountClass);
  }

  /** Postings of accounts with a role, likewise. */
  withRole(role: AccountRole): Sum {
    return this.#postings((account, day) => this.#chart.roleOf(account, day) === role);
  }

  #postings(wanted: (account: string, day: number) => boolean): Sum {
    const unknown = new Set<string>();
    const own: ForeignAmount[] = [];
    for (const { day, measure, amount } of this.#amounts) {
      const posting = postingOf(measure);
      if (!posting || posting.opening || eliminated(this.#ask, posting.counter, day)) continue;
      const { account, currency } = posting;
      if (currency !== undefined) {
        if (wanted(account, day)) own.push({ currency, day, amount });
      } else if (this.#chart.classOf(account, day) === undefined) unknown.add(account);
    }
    return sumOf(this.#flows(own), [...unknown].sort());
  }

  #flows(amounts: readonly ForeignAmount[]) {
    return this.#ask.translation.flows(
      amounts.map((amount) => ({ ...amount, day: this.#rateDay(amount.day) })),
    );
  }

  #documentsOf(measure: string): Sum {
    return sumOf(this.#flows(this.#under(`${measure}|`)));
  }

  #under(prefix: string): ForeignAmount[] {
    return this.#amounts
      .filter(({ measure }) => measure.startsWith(prefix))
      .map(({ day, measure, amount }) => ({ currency: measure.slice(prefix.length), day, amount }));
  }
}

interface Posting {
  readonly account: string;
  /** Undefined: the amount is a number of postings. */
  readonly currency: string | undefined;
  readonly counter: string;
  readonly opening: boolean;
}

function isPosted(measure: string): boolean {
  return measure.startsWith('$led|') || measure.startsWith('$ledn|');
}

function postingOf(measure: string): Posting | undefined {
  if (!isPosted(measure)) return undefined;
  const [kind, account = '', ...rest] = measure.split('|');
  const currency = kind === '$led' ? rest.shift() : undefined;
  const [counter = '', opening] = rest;
  return {
    account: decodeURIComponent(account),
    currency,
    counter: decodeURIComponent(counter),
    opening: opening === 'o',
  };
}

export function eliminated(ask: Ask, counter: string, day: number): boolean {
  return counter !== '' && ask.organisation.contains(ask.scope.unit, counter, day);
}

/** K and whether anything is known of the balances. */
export interface Capital extends Sum {
  /** Some posting of a balance class lies in the scope up to the day. */
  readonly known: boolean;
}

/**
 * Capital employed at the end of a day: assets less current liabilities without interest. `period`: for closing rates by name;
 * `leftOut`: an asset class that does not count.
 */
export async function capitalAt(
  ask: Ask,
  day: number,
  period: Period,
  leftOut?: AccountClass,
): Promise<Capital> {
  const chart = new ChartOfAccounts(await ask.register('accounts'));
  const unknown = new Set<string>();
  const balances: ForeignAmount[] = [];
  let known = false;
  for (const { measure, day: postedOn, amount } of await postingsUpTo(ask, day)) {
    const posting = postingOf(measure);
    if (!posting || eliminated(ask, posting.counter, day)) continue;
    const { account, currency } = posting;
    const accountClass = chart.classOf(account, postedOn);
    if (currency === undefined) {
      if (accountClass === undefined) unknown.add(account);
      else if (BALANCE_CLASSES.has(accountClass)) known = true;
    } else if (
      accountClass !== undefined &&
      accountClass !== leftOut &&
      (ASSET_CLASSES.has(accountClass) || accountClass === 'liability-current-non-interest-bearing')
    ) {
      balances.push({ currency, day, amount });
    }
  }
  return { ...sumOf(ask.translation.balances(balances, day, period.text), [...unknown].sort()), known };
}

/**
 * Ledger postings up to a day, of the units that lie in the subtree on that day. Summed by month; a month in which an
 * account's class or the tree changes, and the last one, are opened by days.
 */
async function postingsUpTo(ask: Ask, day: number): Promise<Amount[]> {
  const units = (await ask.read.units()).filter((unit) =>
    ask.organisation.contains(ask.scope.unit, unit, day),
  );
  const segment = ask.scope.segment ?? '';
  const { year, month } = civilOfDay(day);
  const last = monthSlot(year, month);
  const opened = new Set([last, ...(await turningMonths(ask)).filter((slot) => slot < last)]);
  const allTimeOf = (unit: string) => pageKey('U', unit, segment, ALL_TIME);
  const monthOf = (unit: string, slot: number) =>
    pageKey('U', unit, segment, monthSheet(Math.floor(slot / 12), (slot % 12) + 1));
  const { reader } = ask.read;
  const [allTime, pages] = await Promise.all([
    reader.pages(units.map(allTimeOf), { slotsBelow: last }),
    reader.pages(units.flatMap((unit) => [...opened].map((slot) => monthOf(unit, slot)))),
  ]);
  const out: Amount[] = [];
  for (const unit of units) {
    for (const [slot, measure, amount] of allTime.get(allTimeOf(unit))?.entries() ?? []) {
      if (!isPosted(measure) || slot >= last || opened.has(slot)) continue;
      out.push({ unit, day: dayOfCivil(Math.floor(slot / 12), (slot % 12) + 1, 1), measure, amount });
    }
    for (const slot of opened) {
      const first = dayOfCivil(Math.floor(slot / 12), (slot % 12) + 1, 1) - 1;
      for (const [dayOfMonth, measure, amount] of pages.get(monthOf(unit, slot))?.entries() ?? []) {
        if (isPosted(measure) && first + dayOfMonth <= day)
          out.push({ unit, day: first + dayOfMonth, measure, amount });
      }
    }
  }
  return out;
}

/** Months inside which the class of some account or the tree changes. */
async function turningMonths(ask: Ask): Promise<number[]> {
  const turns = (await ask.register('accounts')).map(({ data }) =>
    dayOfText(data['effectiveFrom'] as string),
  );
  return [...turns, ...ask.organisation.turningDays]
    .map((day) => civilOfDay(day))
    .filter(({ day }) => day !== 1)
    .map(({ year, month }) => monthSlot(year, month));
}
