import {
  addMonths,
  type Calendar,
  compoundGrowth,
  dateOfDay,
  dayNumber,
  divideRatio,
  type Period,
  previousPeriod,
  samePeriodOfPriorYear,
} from '#kernel';
import { type Ask, type Evaluation, type KpiSheet, undefinedValue } from '../../figures/kpi.ts';
import {
  currencyPart,
  minus,
  moneyFigure,
  moneyParts,
  moneyRatio,
  reasonsOf,
  type Sum,
} from '../../figures/money.ts';
import { shown } from '../../figures/shown.ts';
import { PeriodAmounts } from './amounts.ts';

/** Revenue and its growth 营业收入. Source: kpis.md F1, F2; docs/figures.md §5. */

const sheet = {
  dimension: 'financial',
  direction: 'up',
  leading: false,
  policyFrom: ['net-revenue'],
  reads: ['rates'],
} as const;

const netRevenue: KpiSheet = {
  ...sheet,
  code: 'net-revenue',
  name: { en: 'Net revenue', zh: '营业收入' },
  unit: 'money',
  formula: 'invoices − credit notes, net of tax, each on its own date',
  main: ['invoices'],
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const parts = { invoiced: amounts.invoiced(), credited: amounts.credited() };
    return moneyFigure(ask, amounts.revenue(), amounts.documents, parts);
  },
};

const grossMargin: KpiSheet = {
  ...sheet,
  code: 'gross-margin',
  name: { en: 'Gross margin', zh: '毛利率' },
  unit: 'fraction',
  formula: '(net revenue − cost of sales) / net revenue',
  main: ['invoices'],
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const revenue = amounts.revenue();
    const figure = moneyRatio(ask, minus(revenue, amounts.costOfSales()), revenue, amounts.documents);
    const costless = amounts.count('costless');
    if (costless === 0n) return figure;
    const parts = { ...figure.parts, linesWithoutCost: String(costless) };
    if (amounts.count('costed') === 0n && revenue.total.numerator !== 0n)
      return { ...figure, value: null, status: 'not_measurable', parts };
    return { ...figure, parts, incomplete: true };
  },
};

/** (current − prior) / prior; a base of zero cannot be measured, a negative one has no meaning. `more`: further parts of money. */
export function growth(
  ask: Ask,
  current: Sum,
  prior: Sum,
  n: bigint,
  more: (difference: Sum) => Readonly<Record<string, Sum>> = () => ({}),
): Evaluation {
  const difference = minus(current, prior);
  const reasons = reasonsOf(difference);
  const parts = {
    ...moneyParts(ask, { numerator: difference, denominator: prior, current, prior, ...more(difference) }),
    ...currencyPart(ask),
    ...reasons.parts,
  };
  if (reasons.missing || prior.total.numerator === 0n)
    return undefinedValue('not_measurable', parts, Number(n));
  if (prior.total.numerator < 0n) return undefinedValue('not_meaningful', parts, Number(n));
  return {
    value: shown(divideRatio(difference.total, prior.total)),
    parts,
    n: Number(n),
    incomplete: reasons.incomplete,
  };
}

function revenueGrowth(
  code: string,
  name: KpiSheet['name'],
  formula: string,
  base: (period: Period, calendar: Calendar) => Period,
): KpiSheet {
  return {
    ...sheet,
    code,
    name,
    unit: 'fraction',
    formula,
    main: ['invoices'],
    comparesWith: base,
    async evaluate(ask) {
      const current = await PeriodAmounts.read(ask);
      const prior = await PeriodAmounts.read(ask.at(base(ask.period, ask.calendar)));
      return growth(ask, current.revenue(), prior.revenue(), current.documents);
    },
  };
}

const likeForLike: KpiSheet = {
  ...sheet,
  code: 'revenue-growth-like-for-like',
  name: { en: 'Revenue growth, like for like', zh: '同口径营业收入增长率' },
  unit: 'fraction',
  formula: '(R − R of the prior year) / that, of the units that existed and sold in both periods',
  main: ['invoices'],
  comparesWith: samePeriodOfPriorYear,
  async evaluate(ask) {
    const base = ask.at(samePeriodOfPriorYear(ask.period, ask.calendar));
    const [current, prior] = [await PeriodAmounts.read(ask), await PeriodAmounts.read(base)];
    const [now, then] = [current.unitsWithDocuments, prior.unitsWithDocuments];
    const all = new Set([...now, ...then]);
    const compared = new Set(
      [...all].filter((unit) => {
        const since = ask.organisation.since(unit);
        return now.has(unit) && then.has(unit) && (since === undefined || since <= base.span.start);
      }),
    );
    const alike = current.ofUnits(compared);
    const figure = growth(ask, alike.revenue(), prior.ofUnits(compared).revenue(), alike.documents);
    const units = { units: String(compared.size), unitsLeftOut: String(all.size - compared.size) };
    return { ...figure, parts: { ...figure.parts, ...units } };
  },
};

/** Translated at the asked period's rates: what the currencies did is no growth. Source: kpis.md rule 6, F2. */
const constantCurrency: KpiSheet = {
  ...sheet,
  code: 'revenue-growth-constant-currency',
  name: { en: 'Revenue growth at constant currency', zh: '固定汇率营业收入增长率' },
  unit: 'fraction',
  formula: '(R − R of the prior year at the rates of this period) / the latter',
  main: ['invoices'],
  comparesWith: samePeriodOfPriorYear,
  async evaluate(ask) {
    const current = await PeriodAmounts.read(ask);
    const prior = await PeriodAmounts.read(ask.at(samePeriodOfPriorYear(ask.period, ask.calendar)));
    const yearLater = (day: number) => dayNumber(addMonths(dateOfDay(day), 12));
    const restated = prior.atRatesOf((day) =>
      Math.min(Math.max(yearLater(day), ask.span.start), ask.span.end - 1),
    );
    return growth(ask, current.revenue(), restated.revenue(), current.documents, () => ({
      priorAsReported: prior.revenue(),
    }));
  },
};

const CAGR_YEARS = 3;
function yearsEarlier(period: Period, calendar: Calendar): Period {
  let at = period;
  for (let year = 0; year < CAGR_YEARS; year++) at = samePeriodOfPriorYear(at, calendar);
  return at;
}

const revenueCagr: KpiSheet = {
  ...sheet,
  code: 'revenue-cagr',
  name: { en: 'Revenue growth per year (CAGR, 3 years)', zh: '营业收入复合增长率' },
  unit: 'fraction',
  formula: '(net revenue / net revenue three years before)^(1/3) − 1',
  main: ['invoices'],
  comparesWith: yearsEarlier,
  async evaluate(ask) {
    const current = await PeriodAmounts.read(ask);
    const revenue = current.revenue();
    const prior = (await PeriodAmounts.read(ask.at(yearsEarlier(ask.period, ask.calendar)))).revenue();
    const {
      parts: growthParts,
      status,
      n,
      incomplete = false,
    } = growth(ask, revenue, prior, current.documents);
    const { numerator: _, denominator: __, ...rest } = growthParts;
    const parts = { ...rest, years: String(CAGR_YEARS) };
    if (status === 'not_measurable' || status === 'not_meaningful') return undefinedValue(status, parts, n);
    if (revenue.total.numerator < 0n) return undefinedValue('not_meaningful', parts, n);
    return {
      value: compoundGrowth(divideRatio(revenue.total, prior.total), CAGR_YEARS, 6),
      parts,
      n,
      incomplete,
    };
  },
};

export const revenueKpis: readonly KpiSheet[] = [
  netRevenue,
  grossMargin,
  revenueGrowth(
    'revenue-growth',
    { en: 'Revenue growth on the prior year', zh: '营业收入增长率' },
    '(R − R of the same period of the prior year) / that',
    samePeriodOfPriorYear,
  ),
  revenueGrowth(
    'revenue-growth-sequential',
    { en: 'Revenue growth on the previous period', zh: '营业收入环比增长率' },
    '(R − R of the previous period) / that',
    previousPeriod,
  ),
  likeForLike,
  constantCurrency,
  revenueCagr,
];
