import { addMonths, dateOfDay, dayNumber, type LocalDate, localDate } from '#kernel';
import { Coverage } from '../../figures/coverage.ts';
import type { Ask, KpiSheet } from '../../figures/kpi.ts';
import { moneyParts, moneyRatio, type Sum, sumOf } from '../../figures/money.ts';
import type { ForeignAmount } from '../../figures/translation.ts';
import { dayOfText } from '../../projection/organisation.ts';

interface Launch {
  readonly day: number;
  readonly windowMonths: number | undefined;
}

/** New-product sales ratio 新产品销售比率 (vitality index). Source: kpis.md L2; docs/figures.md §8. */
export const newProductSalesRatio: KpiSheet = {
  code: 'new-product-sales-ratio',
  dimension: 'learning',
  name: { en: 'New-product sales ratio', zh: '新产品销售比率' },
  unit: 'fraction',
  formula: 'net revenue of products within their window since launch / net revenue',
  direction: 'up',
  leading: true,
  main: ['invoices'],
  reads: ['launches', 'rates'],
  async evaluate(ask) {
    const launches = await launchesOf(ask);
    const fresh: ForeignAmount[] = [];
    const all: ForeignAmount[] = [];
    const unlaunched: ForeignAmount[] = [];
    let unlaunchedLines = 0n;
    let documents = 0n;
    for (const { day, measure, amount } of await ask.read.amounts(ask.scope, ask.span)) {
      if (measure === '$src:invoices') documents += amount;
      const [kind, product = '', currency = ''] = measure.split('|');
      const known = launches.get(decodeURIComponent(product));
      if (kind === 'prodn' && !known) unlaunchedLines += amount;
      if (kind !== 'prod') continue;
      all.push({ day, currency, amount });
      if (!known) unlaunched.push({ day, currency, amount });
      else if (known.some((launch) => day >= launch.day) && isNew(ask, known, day))
        fresh.push({ day, currency, amount });
    }
    const [numerator, denominator, withoutLaunch] = [fresh, all, unlaunched].map((amounts) =>
      sumOf(ask.translation.flows(amounts)),
    ) as [Sum, Sum, Sum];
    const without = unlaunchedLines > 0n ? { withoutLaunch } : {};
    const flags = (await censored(ask)) ? ['left-censored'] : [];
    const figure = moneyRatio(
      ask,
      numerator,
      denominator,
      documents,
      moneyParts(ask, without),
      Object.values(without),
    );
    return { ...figure, flags };
  },
};

/** Launches of each product that has one; those that count as new, earliest first. */
async function launchesOf(ask: Ask): Promise<ReadonlyMap<string, readonly Launch[]>> {
  const launches = new Map<string, Launch[]>();
  for (const { data } of await ask.register('launches')) {
    const product = data['productId'] as string;
    const known = launches.get(product) ?? [];
    launches.set(product, known);
    if (data['countsAsNew'] === true)
      known.push({
        day: dayOfText(data['launchedOn'] as string),
        windowMonths: data['windowMonths'] as number | undefined,
      });
  }
  for (const known of launches.values()) known.sort((a, b) => a.day - b.day);
  return launches;
}

/** Whether a sale on `day` lies in the window that the product's first launch opened. */
function isNew(ask: Ask, [first]: readonly Launch[], day: number): boolean {
  if (!first || day < first.day) return false;
  if (first.windowMonths === undefined && ask.policy.newProductWindowDays !== undefined)
    return day < first.day + ask.policy.newProductWindowDays;
  const months = first.windowMonths ?? ask.policy.newProductWindowMonths;
  return day < dayNumber(addMonths(dateOfDay(first.day), months));
}

/** The window reaches back before the first sale: a launch that is taken from the first sale may be too late. */
async function censored(ask: Ask): Promise<boolean> {
  const first = await Coverage.of(ask.read, ask.scope, 'invoices').firstDay();
  const start = localDate(ask.period.start) as LocalDate;
  const reach =
    ask.policy.newProductWindowDays === undefined
      ? dayNumber(addMonths(start, -ask.policy.newProductWindowMonths))
      : ask.span.start - ask.policy.newProductWindowDays;
  return first !== undefined && reach < first;
}
