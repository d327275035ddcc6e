import { ACCOUNT_ROLES } from '#contracts';
import { divideRatio, monthsIn, multiplyRatio, ratio, subtractRatio } from '#kernel';
import { type Ask, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import {
  currencyPart,
  minus,
  moneyFigure,
  moneyParts,
  moneyRatio,
  plus,
  reasonsOf,
  type Sum,
} from '../../figures/money.ts';
import { shown } from '../../figures/shown.ts';
import { ChartOfAccounts } from './accounts.ts';
import { PeriodAmounts } from './amounts.ts';
import { averageCapital, type CapitalRate, capitalRate, onCapital } from './capital.ts';

/** Economic value added 经济增加值 and return on invested capital. Source: Stewart 1991; kpis.md F4; docs/figures.md §5. */

const sheet = {
  dimension: 'financial',
  direction: 'up',
  leading: false,
  main: ['invoices'],
  also: ['ledger'],
  policyFrom: ['net-revenue'],
  reads: ['rates', 'closings', 'capital-rates'],
} as const;

function afterTax(profit: Sum, { taxRate }: CapitalRate): Sum {
  return { ...profit, total: multiplyRatio(profit.total, subtractRatio(ratio(1n), taxRate)) };
}

const eva: KpiSheet = {
  ...sheet,
  code: 'eva',
  name: { en: 'Economic value added', zh: '经济增加值' },
  unit: 'money',
  formula: 'operating profit · (1 − tax rate) − WACC · mean capital · months / 12',
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const capital = await averageCapital(ask);
    const rate = await capitalRate(ask);
    const profit = amounts.operatingProfit();
    if (!rate) {
      const parts: Parts = { ...moneyParts(ask, { capital: capital.average }), ...currencyPart(ask) };
      return undefinedValue(
        'not_measurable',
        { ...parts, ...reasonsOf(profit, capital.average).parts },
        Number(amounts.documents),
      );
    }
    const nopat = afterTax(profit, rate);
    const charge = chargeOn(ask, capital.average, rate);
    const figure = moneyFigure(ask, minus(nopat, charge), amounts.documents, {
      nopat,
      capital: capital.average,
      charge,
    });
    const parts = { ...figure.parts, wacc: shown(rate.wacc), taxRate: shown(rate.taxRate) };
    return onCapital({ ...figure, parts }, capital);
  },
};

const roic: KpiSheet = {
  ...sheet,
  code: 'roic',
  name: { en: 'Return on invested capital', zh: '投入资本回报率' },
  unit: 'fraction',
  formula: 'operating profit · (1 − tax rate) / mean capital',
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const capital = await averageCapital(ask);
    const rate = await capitalRate(ask);
    if (!rate)
      return undefinedValue(
        'not_measurable',
        reasonsOf(amounts.operatingProfit(), capital.average).parts,
        Number(amounts.documents),
      );
    const figure = moneyRatio(
      ask,
      afterTax(amounts.operatingProfit(), rate),
      capital.average,
      amounts.documents,
      { taxRate: shown(rate.taxRate) },
    );
    return onCapital(figure, capital);
  },
};

/** What the capital has to earn in the period. */
function chargeOn(ask: Ask, capital: Sum, { wacc }: CapitalRate): Sum {
  const share = divideRatio(monthsIn(ask.period), ratio(12n));
  return { ...capital, total: multiplyRatio(multiplyRatio(capital.total, wacc), share) };
}

/** 1 − 25 %: the variant's own rate, whatever tax the unit pays. */
const AFTER_TAX = ratio(75n, 100n);

/** The variant of China's state asset commission. Source: 国资委 2012 (SASAC), appendix on economic value added. */
const evaSasac: KpiSheet = {
  ...sheet,
  code: 'eva-sasac',
  name: { en: 'Economic value added (SASAC)', zh: '经济增加值（国资委口径）' },
  unit: 'money',
  formula: 'net profit + (interest + research) · 0.75 − WACC · adjusted capital · months / 12',
  async evaluate(ask) {
    const amounts = await PeriodAmounts.read(ask);
    const capital = await averageCapital(ask, 'construction-in-progress');
    const rate = await capitalRate(ask);
    const { roles } = new ChartOfAccounts(await ask.register('accounts'));
    const missing = ACCOUNT_ROLES.filter((role) => !roles.has(role));
    const netProfit = amounts.netProfit();
    const interest = amounts.withRole('interest-expense');
    const research = amounts.withRole('research-and-development');
    const known = {
      netProfit,
      ...(roles.has('interest-expense') ? { interest } : {}),
      ...(roles.has('research-and-development') ? { research } : {}),
      capital: capital.average,
    };
    if (!rate || missing.length > 0) {
      const parts: Parts = {
        ...currencyPart(ask),
        ...moneyParts(ask, known),
        ...(missing.length > 0 ? { missingRoles: missing.join(',') } : {}),
        ...reasonsOf(...Object.values(known)).parts,
      };
      return undefinedValue('not_measurable', parts, Number(amounts.documents));
    }
    const charge = chargeOn(ask, capital.average, rate);
    const back = plus(interest, research);
    const earned = plus(netProfit, { ...back, total: multiplyRatio(back.total, AFTER_TAX) });
    const figure = moneyFigure(ask, minus(earned, charge), amounts.documents, { ...known, charge });
    return onCapital({ ...figure, parts: { ...figure.parts, wacc: shown(rate.wacc) } }, capital);
  },
};

export const economicValueKpis: readonly KpiSheet[] = [eva, roic, evaSasac];
