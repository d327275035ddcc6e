import { divideRatio, parseMicros, periodsWithin, ratio, ValueError } from '#kernel';
import { type Ask, type Evaluation, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import {
  currencyPart,
  minus,
  moneyParts,
  moneyRatio,
  reasonsOf,
  type Sum,
  sumOf,
} from '../../figures/money.ts';
import type { Amount } from '../../figures/scope.ts';
import { shown, shownQuantity } from '../../figures/shown.ts';
import type { Fact } from '../../projection/change.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';

/** Shares: of revenue by target segments, of the market 市场份额. Source: kpis.md C0, C1; Farris et al. ch. 2; docs/figures.md §6. */

const sheet = { dimension: 'customer', direction: 'up', leading: false, unit: 'fraction' } as const;

const targetShare: KpiSheet = {
  ...sheet,
  code: 'target-segment-revenue-share',
  name: { en: 'Target segments’ share of revenue', zh: '目标客户收入占比' },
  formula: 'net revenue of customers in target segments on the day / net revenue',
  main: ['invoices'],
  reads: ['rates', 'segments', 'membership'],
  async evaluate(ask) {
    const all = await ask.read.amounts(ask.scope, ask.span);
    const n = total(all, '$src:invoices');
    const definitions = await ask.register('segments');
    const codes =
      ask.scope.segment === undefined
        ? [...new Set(definitions.map(({ data }) => data['segmentCode'] as string))].sort()
        : [ask.scope.segment];
    const target: Amount[] = [];
    for (const segment of codes) {
      for (const amount of await ask.read.amounts({ unit: ask.scope.unit, segment }, ask.span)) {
        if (isTarget(definitions, segment, amount.day)) target.push(amount);
      }
    }
    return moneyRatio(ask, revenueOf(ask, target), revenueOf(ask, all), n);
  },
};

/** Whether a segment is a target on a day: by its latest definition in force. */
export function isTarget(definitions: readonly Fact[], segment: string, day: number): boolean {
  return definitionOn(definitions, segment, day)?.data['isTarget'] === true;
}

export function definitionOn(definitions: readonly Fact[], segment: string, day: number): Fact | undefined {
  let best: Fact | undefined;
  for (const fact of definitions) {
    if (fact.data['segmentCode'] !== segment || dayOfText(fact.data['effectiveFrom'] as string) > day)
      continue;
    if (!best || (fact.data['effectiveFrom'] as string) >= (best.data['effectiveFrom'] as string))
      best = fact;
  }
  return best;
}

/** Net revenue: what was invoiced less what was credited. */
function revenueOf(ask: Ask, amounts: readonly Amount[]): Sum {
  const under = (prefix: string) =>
    sumOf(
      ask.translation.flows(
        amounts
          .filter(({ measure }) => measure.startsWith(prefix))
          .map(({ day, measure, amount }) => ({ day, currency: measure.slice(prefix.length), amount })),
      ),
    );
  return minus(under('inv|'), under('cred|'));
}

function total(amounts: readonly Amount[], name: string): bigint {
  return amounts.reduce((sum, { measure, amount }) => (measure === name ? sum + amount : sum), 0n);
}

interface Market {
  readonly basis: 'revenue' | 'units';
  /** Currency of a market in money, unit of measure of one in units. */
  readonly measuredIn: string;
  readonly size: bigint;
  readonly largestCompetitor: bigint | undefined;
}

/** The market of the asked unit and segment in the period; undefined when nothing was reported for it. */
async function marketOf(ask: Ask): Promise<{ reported: boolean; market: Market | undefined }> {
  const own = (await ask.register('market')).filter(({ data, unitId }) => {
    return (
      ((data['unitId'] as string | undefined) ?? unitId ?? ROOT) === ask.scope.unit &&
      data['segmentCode'] === ask.scope.segment
    );
  });
  for (const basis of ['revenue', 'units'] as const) {
    const byPeriod = new Map<string, Fact>();
    for (const fact of own)
      if (fact.data['basis'] === basis) byPeriod.set(fact.data['period'] as string, fact);
    const facts = factsCovering(ask, byPeriod);
    if (!facts) continue;
    const competitors = facts.map(({ data }) => data['largestCompetitorAmount'] as string | undefined);
    return {
      reported: true,
      market: {
        basis,
        measuredIn: (facts[0]?.data[basis === 'revenue' ? 'currency' : 'uom'] as string | undefined) ?? '',
        size: facts.reduce((sum, { data }) => sum + parseMicros(data['amount'] as string), 0n),
        largestCompetitor: competitors.includes(undefined)
          ? undefined
          : competitors.reduce((sum, amount) => sum + parseMicros(amount as string), 0n),
      },
    };
  }
  return { reported: own.length > 0, market: undefined };
}

/** The report of the period itself, or those of all its quarters, or of all its months. */
function factsCovering(ask: Ask, byPeriod: ReadonlyMap<string, Fact>): readonly Fact[] | undefined {
  const whole = byPeriod.get(ask.period.text);
  if (whole) return [whole];
  for (const grain of ['quarter', 'month'] as const) {
    const parts = partsOf(ask, grain).map((text) => byPeriod.get(text));
    if (parts.length > 0 && parts.every((fact) => fact !== undefined)) return parts as readonly Fact[];
  }
  return undefined;
}

function partsOf(ask: Ask, grain: 'quarter' | 'month'): string[] {
  if (ask.period.grain !== 'year' && ask.period.grain !== 'quarter' && ask.period.grain !== 'range')
    return [];
  if (ask.period.grain === grain || (ask.period.grain === 'range' && ask.period.text.includes('W')))
    return [];
  try {
    return periodsWithin(ask.period, grain, ask.calendar).map(({ text }) => text);
  } catch (error) {
    // A period that does not consist of whole quarters or months (weeks, days) has no such parts.
    if (error instanceof ValueError) return [];
    throw error;
  }
}

function share(
  code: string,
  name: KpiSheet['name'],
  formula: string,
  against: (market: Market) => bigint | undefined,
): KpiSheet {
  return {
    ...sheet,
    code,
    name,
    formula,
    main: ['invoices'],
    reads: ['market', 'rates'],
    async evaluate(ask) {
      const { reported, market } = await marketOf(ask);
      const amounts = await ask.read.amounts(ask.scope, ask.span);
      const n = Number(total(amounts, '$src:invoices'));
      if (!reported) return undefinedValue('no_data', {}, 0);
      if (!market) return undefinedValue('not_measurable', {}, n);
      const denominator = against(market);
      return market.basis === 'revenue'
        ? revenueShare(ask, amounts, market, denominator, n)
        : unitShare(amounts, market, denominator, n);
    },
  };
}

function revenueShare(
  ask: Ask,
  amounts: readonly Amount[],
  market: Market,
  size: bigint | undefined,
  n: number,
): Evaluation {
  const own = revenueOf(ask, amounts);
  const whole = sumOf(
    ask.translation.flows([{ currency: market.measuredIn, day: ask.span.start, amount: size ?? 0n }]),
  );
  const reasons = reasonsOf(own, whole);
  const parts: Parts = {
    basis: 'revenue',
    ...currencyPart(ask),
    ...moneyParts(ask, { numerator: own, ...(size === undefined ? {} : { denominator: whole }) }),
    ...reasons.parts,
  };
  if (reasons.missing || whole.total.numerator === 0n) return undefinedValue('not_measurable', parts, n);
  return flagged(divideRatio(own.total, whole.total), parts, n);
}

function unitShare(
  amounts: readonly Amount[],
  market: Market,
  size: bigint | undefined,
  n: number,
): Evaluation {
  const own = total(amounts, 'qty');
  const parts: Parts = {
    basis: 'units',
    ...(market.measuredIn === '' ? {} : { uom: market.measuredIn }),
    numerator: shownQuantity(own),
  };
  if (size === undefined) return undefinedValue('not_measurable', parts, n);
  Object.assign(parts, { denominator: shownQuantity(size) });
  if (size === 0n) return undefinedValue('not_measurable', parts, n);
  return flagged(ratio(own, size), parts, n);
}

/** More than the whole market is a mistake in the data, and is said so. */
function flagged(value: ReturnType<typeof ratio>, parts: Parts, n: number): Evaluation {
  return { value: shown(value), parts, n, flags: value.numerator > value.denominator ? ['data-error'] : [] };
}

export const marketKpis: readonly KpiSheet[] = [
  targetShare,
  share('market-share', { en: 'Market share', zh: '市场份额' }, 'own net sales / market', ({ size }) => size),
  share(
    'relative-market-share',
    { en: 'Relative market share', zh: '相对市场份额' },
    'own net sales / largest competitor',
    ({ largestCompetitor }) => largestCompetitor,
  ),
];
