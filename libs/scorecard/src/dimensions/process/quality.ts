import { parseMicros } from '#kernel';
import type { KpiSheet } from '../../figures/kpi.ts';
import { moneyRatio, type Sum, sumOf } from '../../figures/money.ts';
import { excludedPart } from '../../figures/shown.ts';
import type { ForeignAmount } from '../../figures/translation.ts';
import { initiativesIn } from '../initiatives.ts';

/** What an initiative has to improve to be one of quality. */
const QUALITY: ReadonlySet<unknown> = new Set([
  ...['quality-return-rate', 'return-rate-all-causes', 'cohort-return-rate', 'return-value-rate'],
  ...['scrap-rate', 'first-pass-yield'],
]);

type Money = { readonly amount: string; readonly currency: string } | undefined;

/** Return on quality 质量投资回报率. Source: Rust, Zahorik and Keiningham 1995; kpis.md P2; docs/figures.md §7. */
export const returnOnQuality: KpiSheet = {
  code: 'return-on-quality',
  dimension: 'process',
  name: { en: 'Return on quality', zh: '质量投资回报率' },
  unit: 'fraction',
  formula: 'benefit of quality initiatives / their cost, as stated',
  direction: 'up',
  leading: true,
  main: ['initiatives'],
  reads: ['rates'],
  async evaluate(ask) {
    const benefits: ForeignAmount[] = [];
    const costs: ForeignAmount[] = [];
    let [withoutBenefit, withoutCost] = [0n, 0n];
    for (const { fact, day } of await initiativesIn(ask)) {
      if (!QUALITY.has(fact.data['kpiCode'])) continue;
      const [benefit, cost] = [fact.data['benefit'] as Money, fact.data['cost'] as Money];
      if (!benefit) withoutBenefit++;
      else if (!cost) withoutCost++;
      else {
        benefits.push({ day, currency: benefit.currency, amount: parseMicros(benefit.amount) });
        costs.push({ day, currency: cost.currency, amount: parseMicros(cost.amount) });
      }
    }
    const excluded = excludedPart([
      ['no-benefit', withoutBenefit],
      ['no-cost', withoutCost],
    ]);
    const [numerator, denominator] = [benefits, costs].map((amounts) =>
      sumOf(ask.translation.flows(amounts)),
    ) as [Sum, Sum];
    return moneyRatio(ask, numerator, denominator, BigInt(costs.length), excluded);
  },
};
