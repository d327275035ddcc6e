import {
  addRatio,
  compareRatio,
  divideRatio,
  multiplyRatio,
  parseMicros,
  type Ratio,
  ratio,
  subtractRatio,
} from '#kernel';
import { type Ask, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import { shown, shownMoney } from '../../figures/shown.ts';
import type { Fact } from '../../projection/change.ts';
import { byDocument, effectOf, inOrderOfEffect, namedUnit, unitOfAsset } from './places.ts';

/** Technology renewal 技术改造, from the asset register. Source: kpis.md L5; docs/figures.md §8. Amounts in millionths. */

interface Stock {
  readonly gross: Ratio;
  readonly net: Ratio;
  readonly obsolete: Ratio;
  /** Assets with a gross value. */
  readonly count: number;
}

const ZERO = ratio(0n);

/** The assets of the scope at the end of a day. */
async function stockAt(ask: Ask, day: number): Promise<Stock> {
  let stock: Stock = { gross: ZERO, net: ZERO, obsolete: ZERO, count: 0 };
  for (const all of byDocument(await ask.register('assets'), 'assetId').values()) {
    const changes = inOrderOfEffect(all).filter((fact) => effectOf(fact) <= day);
    if (changes.length === 0 || !ask.organisation.contains(ask.scope.unit, unitOfAsset(changes, day), day))
      continue;
    const { gross, net } = bookValueOf(changes);
    stock = {
      gross: addRatio(stock.gross, gross),
      net: addRatio(stock.net, net),
      obsolete:
        changes.at(-1)?.data['generation'] === 'obsolete' ? addRatio(stock.obsolete, gross) : stock.obsolete,
      count: stock.count + (gross.numerator === 0n ? 0 : 1),
    };
  }
  return stock;
}

/** Capitalised adds to both, depreciated lowers net, retired lowers gross and the same share of net. */
function bookValueOf(changes: readonly Fact[]): { gross: Ratio; net: Ratio } {
  let gross = ZERO;
  let net = ZERO;
  for (const { data } of changes) {
    const amount = ratio(parseMicros(data['amount'] as string));
    if (data['change'] === 'capitalised') {
      gross = addRatio(gross, amount);
      net = addRatio(net, amount);
    } else if (data['change'] === 'depreciated') {
      net = subtractRatio(net, amount);
    } else if (compareRatio(amount, gross) >= 0) {
      gross = ZERO;
      net = ZERO;
    } else {
      net = subtractRatio(net, multiplyRatio(net, divideRatio(amount, gross)));
      gross = subtractRatio(gross, amount);
    }
  }
  return { gross, net };
}

async function capitalisedIn(ask: Ask): Promise<Ratio> {
  let sum = ZERO;
  for (const all of byDocument(await ask.register('assets'), 'assetId').values()) {
    const changes = inOrderOfEffect(all);
    for (const fact of changes) {
      const day = effectOf(fact);
      if (fact.data['change'] !== 'capitalised' || day < ask.span.start || day >= ask.span.end) continue;
      const unit = namedUnit(fact) ?? unitOfAsset(changes, day);
      if (ask.organisation.contains(ask.scope.unit, unit, day))
        sum = addRatio(sum, ratio(parseMicros(fact.data['amount'] as string)));
    }
  }
  return sum;
}

function assetKpi(
  code: string,
  name: KpiSheet['name'],
  direction: 'up' | 'down',
  formula: string,
  evaluate: (ask: Ask, closing: Stock) => Promise<readonly [Ratio, Ratio]>,
): KpiSheet {
  return {
    code,
    dimension: 'learning',
    name,
    unit: 'fraction',
    formula,
    direction,
    leading: true,
    main: ['assets'],
    async evaluate(ask) {
      const closing = await stockAt(ask, ask.span.end - 1);
      const [numerator, denominator] = await evaluate(ask, closing);
      const parts: Parts = {
        numerator: shownMoney(numerator, ask.currency),
        denominator: shownMoney(denominator, ask.currency),
        ...(ask.currency === undefined ? {} : { currency: ask.currency }),
      };
      if (denominator.numerator === 0n) return undefinedValue('not_measurable', parts, closing.count);
      return { value: shown(divideRatio(numerator, denominator)), parts, n: closing.count };
    },
  };
}

export const assetKpis: readonly KpiSheet[] = [
  assetKpi(
    'asset-newness',
    { en: 'Asset newness', zh: '固定资产成新率' },
    'up',
    '(net opening + net closing) / (gross opening + gross closing)',
    async (ask, closing) => {
      const opening = await stockAt(ask, ask.span.start - 1);
      return [addRatio(opening.net, closing.net), addRatio(opening.gross, closing.gross)];
    },
  ),
  assetKpi(
    'technology-renewal-rate',
    { en: 'Technology renewal rate', zh: '技术改造率' },
    'up',
    'capitalised in the period / gross at opening',
    async (ask) => [await capitalisedIn(ask), (await stockAt(ask, ask.span.start - 1)).gross],
  ),
  assetKpi(
    'obsolete-asset-share',
    { en: 'Share of obsolete assets', zh: '淘汰设备占比' },
    'down',
    'gross of obsolete assets / gross, at closing',
    async (_ask, closing) => [closing.obsolete, closing.gross],
  ),
];
