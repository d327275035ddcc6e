import { ACCOUNT_CLASSES } from '#contracts';
import {
  compoundGrowth,
  divideRatio,
  monthsIn,
  multiplyRatio,
  type Period,
  parseMicros,
  parsePeriod,
  previousPeriod,
  ratio,
  ratioOfDecimal,
  samePeriodOfPriorYear,
  subtractRatio,
} from '#kernel';
import { unitOf } from './documents.ts';
import {
  type Amount,
  type Asked,
  add,
  currency,
  less,
  money,
  moneyRatio,
  NOTHING,
  type Result,
  reasonsOf,
  type Sum,
  six,
  sum,
  sums,
} from './figure.ts';
import { type Fact, latest, maybe, text } from './log.ts';
import type { Scope } from './world.ts';

/** The financial dimension, from lists of invoices, postings and movements. Source: docs/figures.md §5. */

const documentsIn = ({ scope, documents }: Asked) =>
  documents.invoices.filter((own) => scope.when(own.date) && scope.has(own.unit, own.date, own.customer));

function net(asked: Asked, kind: 'invoice' | 'credit'): Sum {
  return sum(
    asked,
    documentsIn(asked)
      .filter((own) => own.kind === kind)
      .flatMap(({ lines, currency, date }) =>
        lines.map(({ net: amount }): Amount => ({ amount, currency, date })),
      ),
    'average',
  );
}

function cost(asked: Asked, kind: 'invoice' | 'credit'): Sum {
  return sum(
    asked,
    documentsIn(asked)
      .filter((own) => own.kind === kind)
      .flatMap(({ lines, currency, date }) =>
        lines.flatMap((line) => (line.cost === undefined ? [] : [{ amount: line.cost, currency, date }])),
      ),
    'average',
  );
}

function classOf({ scope }: Asked, posting: Fact): string | undefined {
  const code = text(posting, 'accountCode');
  const defined = latest(
    scope.company
      .of('AccountDefined')
      .filter(
        (fact) =>
          text(fact, 'accountCode') === code && text(fact, 'effectiveFrom') <= text(posting, 'postedOn'),
      ),
    (fact) => text(fact, 'effectiveFrom'),
  );
  if (defined) return text(defined, 'accountClass');
  const [head] = code.split(':');
  return ACCOUNT_CLASSES.find((name) => name === head);
}

/** Whether a posting is between units of the scope. */
function internal({ scope }: Asked, posting: Fact, date: string): boolean {
  const counter = maybe(posting, 'counterUnitId');
  return counter !== undefined && scope.company.inside(scope.unit, counter, date);
}

function ledger(asked: Asked, wanted: string): Sum {
  const { scope } = asked;
  const unknown = new Set<string>();
  const amounts: Amount[] = [];
  for (const posting of scope.company.of('LedgerAmountPosted')) {
    const date = text(posting, 'postedOn');
    if (
      !scope.when(date) ||
      !scope.has(unitOf(posting) ?? 'root', date, undefined) ||
      posting.data['opening'] === true ||
      internal(asked, posting, date)
    )
      continue;
    const own = classOf(asked, posting);
    if (own === undefined) unknown.add(text(posting, 'accountCode'));
    if (own === wanted)
      amounts.push({
        amount: parseMicros(text(posting, 'amount')),
        currency: text(posting, 'currency'),
        date,
      });
  }
  return { ...sum(asked, amounts, 'average'), unknown: [...unknown].sort() };
}

const revenue = (asked: Asked) =>
  asked.revenueBasis === 'ledger'
    ? less(NOTHING, ledger(asked, 'revenue'))
    : less(net(asked, 'invoice'), net(asked, 'credit'));
const costOfSales = (asked: Asked) =>
  asked.revenueBasis === 'ledger'
    ? ledger(asked, 'cost-of-sales')
    : less(cost(asked, 'invoice'), cost(asked, 'credit'));
const operatingProfit = (asked: Asked) =>
  less(less(revenue(asked), costOfSales(asked)), ledger(asked, 'operating-expense'));
const netProfit = (asked: Asked) =>
  less(less(operatingProfit(asked), ledger(asked, 'finance-result')), ledger(asked, 'income-tax'));

const ASSETS = ['asset', 'construction-in-progress', 'cash'];
const BALANCES = ACCOUNT_CLASSES.slice(5) as readonly string[];

function capital(asked: Asked, lastDay: string, periodText: string): Sum & { known: boolean } {
  const { scope } = asked;
  const unknown = new Set<string>();
  const amounts: Amount[] = [];
  let known = false;
  for (const posting of scope.company.of('LedgerAmountPosted')) {
    const date = text(posting, 'postedOn');
    const unit = unitOf(posting) ?? 'root';
    if (
      date > lastDay ||
      scope.segment !== undefined ||
      !scope.company.inside(scope.unit, unit, lastDay) ||
      internal(asked, posting, date)
    )
      continue;
    const own = classOf(asked, posting);
    if (own === undefined) unknown.add(text(posting, 'accountCode'));
    else if (BALANCES.includes(own)) known = true;
    if (own !== undefined && (ASSETS.includes(own) || own === 'liability-current-non-interest-bearing'))
      amounts.push({
        amount: parseMicros(text(posting, 'amount')),
        currency: text(posting, 'currency'),
        date: lastDay,
      });
  }
  return {
    ...sum(asked, amounts, 'closing', { text: periodText, lastDay }),
    unknown: [...unknown].sort(),
    known,
  };
}

function averageCapital(asked: Asked) {
  const { scope } = asked;
  const opening = capital(asked, scope.opening, previousPeriod(scope.period, scope.calendar).text);
  const closing = capital(asked, scope.closing, scope.period.text);
  const both = add(opening, closing);
  const later = scope.company
    .of('LedgerAmountPosted')
    .some(
      (posting) =>
        text(posting, 'postedOn') > scope.closing &&
        scope.has(unitOf(posting) ?? 'root', text(posting, 'postedOn'), undefined),
    );
  const closed = scope.company
    .of('PeriodClosed')
    .some(
      (fact) =>
        text(fact, 'unitId') === scope.unit &&
        parsePeriod(text(fact, 'period'), scope.calendar).end >= scope.period.end,
    );
  return {
    opening,
    closing,
    average: { ...both, total: divideRatio(both.total, ratio(2n)) },
    settled: later || closed,
  };
}

function onCapital(result: Result, { closing, settled }: ReturnType<typeof averageCapital>): Result {
  if (!closing.known) return { ...result, value: null, status: 'not_measurable' };
  return result.status ? result : { ...result, incomplete: result.incomplete === true || !settled };
}

function rateOf({ scope }: Asked): { wacc: string; taxRate: string } | undefined {
  for (const unit of scope.company.chain(scope.unit, scope.closing)) {
    const own = latest(
      scope.company
        .of('CapitalCostRateSet')
        .filter((fact) => text(fact, 'unitId') === unit && text(fact, 'effectiveFrom') <= scope.period.start),
      (fact) => text(fact, 'effectiveFrom'),
    );
    if (own) return { wacc: text(own, 'wacc'), taxRate: text(own, 'taxRate') };
  }
  return undefined;
}

function growth(asked: Asked, of: (asked: Asked) => Sum, base: Period, withDifference = false): Result {
  const current = of(asked);
  const prior = of(asked.at(base));
  const difference = less(current, prior);
  const { parts: reasons, missing, unknown } = reasonsOf([difference]);
  const n = documentsIn(asked).length;
  const parts = {
    ...sums(asked, {
      numerator: difference,
      denominator: prior,
      current,
      prior,
      ...(withDifference ? { difference } : {}),
    }),
    ...currency(asked),
    ...reasons,
  };
  if (missing || prior.total.numerator === 0n) return { value: null, status: 'not_measurable', parts, n };
  if (prior.total.numerator < 0n) return { value: null, status: 'not_meaningful', parts, n };
  return { value: six(divideRatio(difference.total, prior.total)), parts, n, incomplete: unknown };
}

export function yearsBefore(scope: Scope, years: number): Period {
  let period = scope.period;
  for (let i = 0; i < years; i++) period = samePeriodOfPriorYear(period, scope.calendar);
  return period;
}

function cashOf(asked: Asked, activities: readonly string[], named: boolean): Result {
  const { scope } = asked;
  const moves = scope.company
    .of('CashMoved')
    .filter(
      (fact) =>
        text(fact, 'category') !== 'internal-transfer' &&
        activities.includes(text(fact, 'activity')) &&
        scope.when(text(fact, 'valueDate')) &&
        scope.has(unitOf(fact) ?? 'root', text(fact, 'valueDate'), undefined),
    );
  const of = (activity: string) =>
    sum(
      asked,
      moves
        .filter((fact) => text(fact, 'activity') === activity)
        .map((fact) => ({
          amount: parseMicros(text(fact, 'amount')),
          currency: text(fact, 'currency'),
          date: text(fact, 'valueDate'),
        })),
      'daily',
    );
  const parts = Object.fromEntries(activities.map((activity) => [activity, of(activity)]));
  return money(
    asked,
    Object.values(parts).reduce((a, b) => add(a, b), NOTHING),
    moves.length,
    named ? parts : {},
  );
}

export const financial: Readonly<Record<string, (asked: Asked) => Result>> = {
  'net-revenue': (asked) =>
    money(asked, revenue(asked), documentsIn(asked).length, {
      invoiced: net(asked, 'invoice'),
      credited: net(asked, 'credit'),
    }),
  'gross-margin': (asked) => {
    const own = revenue(asked);
    const result = moneyRatio(asked, less(own, costOfSales(asked)), own, documentsIn(asked).length);
    const lines = documentsIn(asked)
      .filter(({ kind }) => kind === 'invoice')
      .flatMap((invoice) => invoice.lines);
    const without = lines.filter((line) => line.cost === undefined).length;
    if (without === 0) return result;
    const parts = { ...result.parts, linesWithoutCost: String(without) };
    if (without === lines.length && own.total.numerator !== 0n)
      return { ...result, value: null, status: 'not_measurable', parts };
    return { ...result, parts, incomplete: true };
  },
  'operating-margin': (asked) =>
    moneyRatio(asked, operatingProfit(asked), revenue(asked), documentsIn(asked).length),
  'net-margin': (asked) => moneyRatio(asked, netProfit(asked), revenue(asked), documentsIn(asked).length),
  roce: (asked) => {
    const average = averageCapital(asked);
    const parts = sums(asked, { openingCapital: average.opening, closingCapital: average.closing });
    return onCapital(
      moneyRatio(asked, operatingProfit(asked), average.average, documentsIn(asked).length, parts),
      average,
    );
  },
  'revenue-growth': (asked) => growth(asked, revenue, yearsBefore(asked.scope, 1)),
  'revenue-growth-sequential': (asked) =>
    growth(asked, revenue, previousPeriod(asked.scope.period, asked.scope.calendar)),
  'revenue-cagr': (asked) => {
    const base = yearsBefore(asked.scope, 3);
    const result = growth(asked, revenue, base);
    const { numerator: _, denominator: __, ...rest } = result.parts;
    const parts = { ...rest, years: '3' };
    if (result.status) return { ...result, value: null, parts };
    const current = revenue(asked);
    if (current.total.numerator < 0n) return { ...result, value: null, status: 'not_meaningful', parts };
    return {
      ...result,
      value: compoundGrowth(divideRatio(current.total, revenue(asked.at(base)).total), 3, 6),
      parts,
    };
  },
  'earnings-growth': (asked) => growth(asked, operatingProfit, yearsBefore(asked.scope, 1), true),
  'operating-cash-flow': (asked) => cashOf(asked, ['operating'], false),
  'investing-cash-flow': (asked) => cashOf(asked, ['investing'], false),
  'financing-cash-flow': (asked) => cashOf(asked, ['financing'], false),
  'net-cash-change': (asked) => cashOf(asked, ['operating', 'investing', 'financing'], true),
  'free-cash-flow': (asked) => cashOf(asked, ['operating', 'investing'], true),
  eva: (asked) => {
    const average = averageCapital(asked);
    const rate = rateOf(asked);
    const profit = operatingProfit(asked);
    const n = documentsIn(asked).length;
    if (!rate)
      return {
        value: null,
        status: 'not_measurable',
        parts: {
          ...sums(asked, { capital: average.average }),
          ...currency(asked),
          ...reasonsOf([profit, average.average]).parts,
        },
        n,
      };
    const nopat = {
      ...profit,
      total: multiplyRatio(profit.total, subtractRatio(ratio(1n), ratioOfDecimal(rate.taxRate))),
    };
    const charge = {
      ...average.average,
      total: divideRatio(
        multiplyRatio(
          multiplyRatio(average.average.total, ratioOfDecimal(rate.wacc)),
          monthsIn(asked.scope.period),
        ),
        ratio(12n),
      ),
    };
    const more = { wacc: six(ratioOfDecimal(rate.wacc)), taxRate: six(ratioOfDecimal(rate.taxRate)) };
    return onCapital(
      money(asked, less(nopat, charge), n, { nopat, capital: average.average, charge }, more),
      average,
    );
  },
  roic: (asked) => {
    const average = averageCapital(asked);
    const rate = rateOf(asked);
    const profit = operatingProfit(asked);
    const n = documentsIn(asked).length;
    if (!rate)
      return { value: null, status: 'not_measurable', parts: reasonsOf([profit, average.average]).parts, n };
    const nopat = {
      ...profit,
      total: multiplyRatio(profit.total, subtractRatio(ratio(1n), ratioOfDecimal(rate.taxRate))),
    };
    return onCapital(
      moneyRatio(asked, nopat, average.average, n, { taxRate: six(ratioOfDecimal(rate.taxRate)) }),
      average,
    );
  },
};
