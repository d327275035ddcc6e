import { ACCOUNT_CLASSES, CUT_OFF_KPIS } from '#contracts';
import {
  addMonths,
  addRatio,
  compoundGrowth,
  divideRatio,
  lengthInDays,
  localDate,
  monthsIn,
  multiplyRatio,
  type Period,
  parseMicros,
  previousPeriod,
  type Ratio,
  ratio,
  ratioOfDecimal,
  samePeriodOfPriorYear,
  subtractRatio,
} from '#kernel';
import { paymentsOf, unitOf } from './documents.ts';
import {
  type Amount,
  type Asked,
  add,
  currency,
  excluded,
  less,
  money,
  moneyRatio,
  moneyText,
  NOTHING,
  type Result,
  reasonsOf,
  type Sum,
  six,
  sum,
  sums,
} from './figure.ts';
import { cost, documentsIn, flows, type Narrowed, net, undelivered } from './invoiced.ts';
import { type Fact, latest, maybe, text } from './log.ts';
import { periodNamed, type Scope } from './world.ts';

/** The financial dimension, from lists of invoices, postings and movements. Source: docs/figures.md §5. */

function definitionOf({ scope }: Asked, posting: Fact): Fact | undefined {
  const code = text(posting, 'accountCode');
  return latest(
    scope.company
      .of('AccountDefined')
      .filter(
        (fact) =>
          text(fact, 'accountCode') === code && text(fact, 'effectiveFrom') <= text(posting, 'postedOn'),
      ),
    (fact) => text(fact, 'effectiveFrom'),
  );
}

function classOf(asked: Asked, posting: Fact): string | undefined {
  const defined = definitionOf(asked, posting);
  if (defined) return text(defined, 'accountClass');
  const [head] = text(posting, 'accountCode').split(':');
  return ACCOUNT_CLASSES.find((name) => name === head);
}

/** Whether a posting is between units of the scope. */
function internal({ scope }: Asked, posting: Fact, date: string): boolean {
  const counter = maybe(posting, 'counterUnitId');
  return counter !== undefined && scope.company.inside(scope.unit, counter, date);
}

function ledger(asked: Narrowed, wanted: string): Sum {
  return posted(asked, (posting) => classOf(asked, posting) === wanted);
}

function posted(asked: Narrowed, wanted: (posting: Fact) => boolean): Sum {
  const { scope, units } = asked;
  const unknown = new Set<string>();
  const amounts: Amount[] = [];
  for (const posting of scope.company.of('LedgerAmountPosted')) {
    const date = text(posting, 'postedOn');
    if (
      !scope.when(date) ||
      !scope.has(unitOf(posting) ?? 'root', date, undefined) ||
      (units !== undefined && !units.has(unitOf(posting) ?? 'root')) ||
      posting.data['opening'] === true ||
      internal(asked, posting, date)
    )
      continue;
    if (classOf(asked, posting) === undefined) unknown.add(text(posting, 'accountCode'));
    else if (wanted(posting))
      amounts.push({
        amount: parseMicros(text(posting, 'amount')),
        currency: text(posting, 'currency'),
        date,
      });
  }
  return { ...flows(asked, amounts), unknown: [...unknown].sort() };
}

const revenue = (asked: Narrowed) =>
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

function capital(
  asked: Asked,
  lastDay: string,
  periodText: string,
  assets: readonly string[],
): Sum & { known: boolean } {
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
      internal(asked, posting, lastDay)
    )
      continue;
    const own = classOf(asked, posting);
    if (own === undefined) unknown.add(text(posting, 'accountCode'));
    else if (BALANCES.includes(own)) known = true;
    if (own !== undefined && (assets.includes(own) || own === 'liability-current-non-interest-bearing'))
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

function averageCapital(asked: Asked, assets: readonly string[] = ASSETS) {
  const { scope } = asked;
  const opening = capital(asked, scope.opening, previousPeriod(scope.period, scope.calendar).text, assets);
  const closing = capital(asked, scope.closing, scope.period.text, assets);
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
        (periodNamed(text(fact, 'period'), scope.calendar)?.end ?? '') >= scope.period.end,
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
  const [current, prior] = [of(asked), of(asked.at(base))];
  return compared(asked, current, prior, {
    documents: documentsIn(asked).length,
    named: withDifference ? { difference: less(current, prior) } : {},
  });
}

function compared(
  asked: Asked,
  current: Sum,
  prior: Sum,
  { documents: n, named = {} }: { documents: number; named?: Readonly<Record<string, Sum>> },
): Result {
  const difference = less(current, prior);
  const { parts: reasons, missing, unknown } = reasonsOf([difference]);
  const parts = {
    ...sums(asked, { numerator: difference, denominator: prior, current, prior, ...named }),
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

const byDate: Readonly<Record<string, (asked: Asked) => Result>> = {
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
  'revenue-growth-like-for-like': (asked) => {
    const before = asked.at(yearsBefore(asked.scope, 1));
    const [now, then] = [asked, before].map((own) => new Set(documentsIn(own).map(({ unit }) => unit))) as [
      Set<string>,
      Set<string>,
    ];
    const both = new Set([...now, ...then]);
    const units = new Set(
      [...both].filter((unit) => {
        const defined = asked.scope.company.of('UnitDefined').filter((fact) => text(fact, 'unitId') === unit);
        const existed =
          defined.length === 0 ||
          defined.some((fact) => text(fact, 'effectiveFrom') <= before.scope.period.start);
        return existed && now.has(unit) && then.has(unit);
      }),
    );
    const result = compared(asked, revenue({ ...asked, units }), revenue({ ...before, units }), {
      documents: documentsIn({ ...asked, units }).length,
    });
    return {
      ...result,
      parts: { ...result.parts, units: String(units.size), unitsLeftOut: String(both.size - units.size) },
    };
  },
  'revenue-growth-constant-currency': (asked) => {
    const before = asked.at(yearsBefore(asked.scope, 1));
    const { opening: _, closing, period } = asked.scope;
    const rateDate = (date: string) => {
      const later = addMonths(localDate(date), 12);
      return later < period.start ? period.start : later > closing ? closing : later;
    };
    return compared(asked, revenue(asked), revenue({ ...before, rateDate }), {
      documents: documentsIn(asked).length,
      named: { priorAsReported: revenue(before) },
    });
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
  'eva-sasac': (asked) => {
    const average = averageCapital(asked, ['asset', 'cash']);
    const rate = rateOf(asked);
    const n = documentsIn(asked).length;
    const chart = asked.scope.company.of('AccountDefined').map((fact) => maybe(fact, 'role'));
    const missing = ['interest-expense', 'research-and-development'].filter((role) => !chart.includes(role));
    const inRole = (role: string) =>
      posted(asked, (posting) => maybe(definitionOf(asked, posting), 'role') === role);
    const interest = inRole('interest-expense');
    const research = inRole('research-and-development');
    const parts = {
      netProfit: netProfit(asked),
      ...(missing.includes('interest-expense') ? {} : { interest }),
      ...(missing.includes('research-and-development') ? {} : { research }),
      capital: average.average,
    };
    if (!rate || missing.length > 0)
      return {
        value: null,
        status: 'not_measurable',
        parts: {
          ...currency(asked),
          ...sums(asked, parts),
          ...(missing.length > 0 ? { missingRoles: missing.join(',') } : {}),
          ...reasonsOf(Object.values(parts)).parts,
        },
        n,
      };
    const times = (own: Sum, factor: Ratio): Sum => ({ ...own, total: multiplyRatio(own.total, factor) });
    const wacc = ratioOfDecimal(rate.wacc);
    const months = divideRatio(monthsIn(asked.scope.period), ratio(12n));
    const charge = times(average.average, multiplyRatio(wacc, months));
    const addBack = times(add(interest, research), ratio(3n, 4n));
    const value = less(add(parts.netProfit, addBack), charge);
    return onCapital(money(asked, value, n, { ...parts, charge }, { wacc: six(wacc) }), average);
  },
  'days-sales-outstanding': (asked) => {
    const { scope, documents } = asked;
    const here = (unit: string, date: string, customer: string | undefined, invoiced: string) =>
      date <= scope.closing &&
      scope.company.inside(scope.unit, unit, scope.closing) &&
      (scope.segment === undefined ||
        (customer !== undefined && scope.segmentOf(customer, invoiced) === scope.segment));
    const gross = (own: (typeof documents.invoices)[number]) =>
      own.lines.reduce((total, line) => total + line.net + line.tax, 0n);
    const owed: Amount[] = [
      ...documents.invoices
        .filter(({ unit, date, customer, invoiced = date }) => here(unit, date, customer, invoiced))
        .map((own) => ({
          amount: own.kind === 'invoice' ? gross(own) : -gross(own),
          currency: own.currency,
          date: scope.closing,
        })),
      ...paymentsOf(scope.company, documents)
        .filter(({ unit, date, customer, invoiced }) => here(unit, date, customer, invoiced))
        .map((own) => ({ amount: -own.amount, currency: own.currency, date: scope.closing })),
    ];
    const receivables = sum(asked, owed, 'closing', { text: scope.period.text, lastDay: scope.closing });
    const of = (kind: 'invoice' | 'credit') =>
      flows(
        asked,
        documentsIn(asked)
          .filter((own) => own.kind === kind)
          .map((own) => ({ amount: gross(own), currency: own.currency, date: own.date })),
      );
    const sales = less(of('invoice'), of('credit'));
    const length = lengthInDays(scope.period);
    const result = moneyRatio(asked, receivables, sales, documentsIn(asked).length, {
      days: String(length),
    });
    if (result.status) return result;
    const days = multiplyRatio(divideRatio(receivables.total, sales.total), ratio(BigInt(length)));
    return { ...result, value: six(days) };
  },
  'customer-profitability': customerProfitability,
};

/** KPIs whose cut-off can be set say by delivery what they leave out. */
export const financial: Readonly<Record<string, (asked: Asked) => Result>> = Object.fromEntries(
  Object.entries(byDate).map(([kpi, compute]) => [
    kpi,
    (asked: Asked) => {
      const result = compute(asked);
      if (asked.policy.cutOff !== 'deliveredOn' || !CUT_OFF_KPIS.includes(kpi)) return result;
      return { ...result, parts: { ...result.parts, ...excluded({ 'not-delivered': undelivered(asked) }) } };
    },
  ]),
);

/** Customer by customer: revenue less cost of sales less what it cost to serve. */
function customerProfitability(asked: Asked): Result {
  const { scope } = asked;
  const { company } = scope;
  const identityOf = (file: string | undefined) => (file === undefined ? undefined : company.identity(file));
  const documents = documentsIn(asked);
  const postings = company.of('LedgerAmountPosted').filter((posting) => {
    const date = text(posting, 'postedOn');
    const file = maybe(posting, 'customerId');
    return (
      file !== undefined &&
      scope.when(date) &&
      scope.has(unitOf(posting) ?? 'root', date, file) &&
      posting.data['opening'] !== true &&
      !internal(asked, posting, date)
    );
  });
  const unknown = new Set<string>();
  for (const posting of postings)
    if (classOf(asked, posting) === undefined) unknown.add(text(posting, 'accountCode'));
  const serving = postings.filter((posting) => classOf(asked, posting) === 'operating-expense');
  const customers = new Set(
    [
      ...documents.map((own) => identityOf(own.customer)),
      ...serving.map((posting) => identityOf(maybe(posting, 'customerId'))),
    ].filter((identity) => identity !== undefined),
  );
  const total = { revenue: NOTHING, costOfSales: NOTHING, costToServe: NOTHING };
  let [profitable, unprofitable, without, lines] = [0, 0, 0, 0];
  let loss = ratio(0n);
  for (const identity of customers) {
    const own = documents.filter((document) => identityOf(document.customer) === identity);
    const of = (kind: 'invoice' | 'credit', field: 'net' | 'cost') =>
      flows(
        asked,
        own
          .filter((document) => document.kind === kind)
          .flatMap((document) =>
            document.lines.flatMap((line) => {
              const amount = line[field];
              return amount === undefined
                ? []
                : [{ amount, currency: document.currency, date: document.date }];
            }),
          ),
      );
    const sold = less(of('invoice', 'net'), of('credit', 'net'));
    const made = less(of('invoice', 'cost'), of('credit', 'cost'));
    const served = flows(
      asked,
      serving
        .filter((posting) => identityOf(maybe(posting, 'customerId')) === identity)
        .map((posting) => ({
          amount: parseMicros(text(posting, 'amount')),
          currency: text(posting, 'currency'),
          date: text(posting, 'postedOn'),
        })),
    );
    const profit = less(less(sold, made), served).total;
    if (profit.numerator > 0n) profitable++;
    if (profit.numerator < 0n) {
      unprofitable++;
      loss = addRatio(loss, profit);
    }
    total.revenue = add(total.revenue, sold);
    total.costOfSales = add(total.costOfSales, made);
    total.costToServe = add(total.costToServe, served);
    const invoiceLines = own.filter(({ kind }) => kind === 'invoice').flatMap((document) => document.lines);
    lines += invoiceLines.length;
    without += invoiceLines.filter(({ cost: own }) => own === undefined).length;
  }
  const named = {
    ...total,
    costToServe: { ...total.costToServe, unknown: [...unknown].sort() },
  };
  const profit = less(less(named.revenue, named.costOfSales), named.costToServe);
  const result = money(asked, profit, customers.size, named);
  const parts = {
    ...result.parts,
    ...(profit.missing === undefined
      ? {
          profitable: String(profitable),
          unprofitable: String(unprofitable),
          lossOfUnprofitable: moneyText(loss, asked.currency),
        }
      : {}),
    ...(without > 0 ? { linesWithoutCost: String(without) } : {}),
  };
  if (without > 0 && without === lines && named.revenue.total.numerator !== 0n)
    return { ...result, value: null, status: 'not_measurable', parts };
  return { ...result, parts, incomplete: result.incomplete === true || without > 0 };
}
