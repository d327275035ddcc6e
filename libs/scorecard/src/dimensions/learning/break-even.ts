import { addRatio, compareRatio, parseMicros, ratio } from '#kernel';
import { distribution, openCases } from '../../figures/distribution.ts';
import { type Ask, type KpiSheet, type Parts, undefinedValue } from '../../figures/kpi.ts';
import { reasonsOf, type Sum, sumOf } from '../../figures/money.ts';
import { excludedPart } from '../../figures/shown.ts';
import type { ForeignAmount } from '../../figures/translation.ts';
import { dayOfText } from '../../projection/organisation.ts';
import { byDocument, unitOfProject } from './places.ts';

interface Launched {
  readonly launched: number;
  readonly approved: number | undefined;
  readonly products: ReadonlySet<string>;
  readonly spends: readonly ForeignAmount[];
}

/** What a product earned on a day: margins by currency, and lines of which nobody knows the cost. */
interface Sale {
  readonly product: string;
  readonly day: number;
  /** Undefined for a line without a cost. */
  readonly margin: ForeignAmount | undefined;
  readonly lines: bigint;
}

/** Break-even time 盈亏平衡时间: from approval until a project's products have earned what it spent. Source: House and Price 1991; kpis.md L1; docs/figures.md §8. */
export const breakEvenTime: KpiSheet = {
  code: 'break-even-time',
  dimension: 'learning',
  name: { en: 'Break-even time', zh: '盈亏平衡时间' },
  unit: 'days',
  formula: 'mean days from approval until margin so far ≥ spend so far, of projects that broke even',
  direction: 'down',
  leading: true,
  main: ['gates'],
  reads: ['invoices', 'launches', 'rates'],
  async evaluate(ask) {
    const projects = await launchedProjects(ask);
    const sales = await salesOf(ask, projects);
    const { start, end } = ask.span;
    const counts = new Map<bigint, bigint>();
    const left = { spend: 0n, approval: 0n, negative: 0n };
    const [open, lacking]: [number[], Sum[]] = [[], []];
    for (const project of projects) {
      const own = sales.filter(({ product }) => project.products.has(product));
      const { day, sums } = breakEven(ask, project, own);
      lacking.push(...sums);
      const within = day !== undefined && day >= start && day < end;
      if (project.spends.length === 0) left.spend += project.launched >= start ? 1n : 0n;
      else if (project.approved === undefined) left.approval += within ? 1n : 0n;
      else if (day === undefined) {
        if (project.approved < end) open.push(project.approved);
      } else if (within && day < project.approved) left.negative++;
      else if (within) {
        const days = BigInt(day - project.approved);
        counts.set(days, (counts.get(days) ?? 0n) + 1n);
      }
    }
    const products = new Set(projects.flatMap(({ products: own }) => [...own]));
    const costless = sales.reduce(
      (sum, { product, day, margin, lines }) =>
        !margin && day >= start && products.has(product) ? sum + lines : sum,
      0n,
    );
    const without: Parts = costless > 0n ? { linesWithoutCost: String(costless) } : {};
    const reasons = reasonsOf(...lacking);
    if (reasons.missing) return undefinedValue('not_measurable', { ...reasons.parts, ...without }, 0);
    const figure = distribution(
      { values: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)), scale: 1n },
      {
        ...openCases(BigInt(open.length), BigInt(open.reduce((sum, day) => sum + day, 0)), end - 1),
        ...excludedPart([
          ['no-spend', left.spend],
          ['no-approval', left.approval],
          ['negative-duration', left.negative],
        ]),
        ...without,
      },
    );
    return { ...figure, incomplete: costless > 0n };
  },
};

/** Projects launched by closing whose unit lies in the scope then. */
async function launchedProjects(ask: Ask): Promise<Launched[]> {
  const { end } = ask.span;
  const products = byDocument(
    (await ask.register('launches')).filter(({ data }) => data['projectId'] !== undefined),
    'projectId',
  );
  return [...byDocument(await ask.register('gates'), 'projectId')].flatMap(([project, gates]) => {
    const first = (gate: string) => {
      const days = gates
        .filter(({ data }) => data['gate'] === gate)
        .map(({ data }) => dayOfText(data['passedOn'] as string));
      return days.length === 0 ? undefined : Math.min(...days);
    };
    const launched = first('launched');
    if (launched === undefined || launched >= end) return [];
    if (!ask.organisation.contains(ask.scope.unit, unitOfProject(gates), end - 1)) return [];
    const named = [
      ...gates.flatMap(({ data }) => data['productIds'] as readonly string[]),
      ...(products.get(project) ?? []).map(({ data }) => data['productId'] as string),
    ];
    const spends = gates.flatMap(({ data }) => {
      const spend = data['spend'] as { amount: string; currency: string } | undefined;
      const day = dayOfText(data['passedOn'] as string);
      if (!spend || day >= end) return [];
      return [{ day, currency: spend.currency, amount: parseMicros(spend.amount) }];
    });
    return [{ launched, approved: first('approved'), products: new Set(named), spends }];
  });
}

/** Everything that was sold from the first launch of a project on, in whatever unit. */
async function salesOf(ask: Ask, projects: readonly Launched[]): Promise<Sale[]> {
  if (projects.length === 0) return [];
  const start = Math.min(ask.span.start, ...projects.map(({ launched }) => launched));
  const span = { ...ask.span, start, startMs: BigInt(start) * 86_400_000n };
  return (await ask.read.amounts({ unit: 'root' }, span)).flatMap(({ day, measure, amount }): Sale[] => {
    const [kind, product = '', currency = ''] = measure.split('|');
    if (kind === 'margx')
      return [{ product: decodeURIComponent(product), day, margin: undefined, lines: amount }];
    if (kind !== 'marg') return [];
    return [{ product: decodeURIComponent(product), day, margin: { day, currency, amount }, lines: 0n }];
  });
}

/** The day on which the margin so far has reached the spend so far; and all sums that it rests on. */
function breakEven(
  ask: Ask,
  { launched, spends }: Launched,
  sales: readonly Sale[],
): { day: number | undefined; sums: readonly Sum[] } {
  const margins = sales.flatMap(({ day, margin }) => (margin && day >= launched ? [margin] : []));
  const days = [...new Set([launched, ...[...margins, ...spends].map(({ day }) => day)])].sort(
    (a, b) => a - b,
  );
  const sums: Sum[] = [];
  let balance = ratio(0n);
  let found: number | undefined;
  for (const day of days) {
    const earned = sumOf(ask.translation.flows(margins.filter((margin) => margin.day === day)));
    const spent = sumOf(
      ask.translation.flows(
        spends
          .filter((spend) => spend.day === day)
          .map(({ amount, ...spend }) => ({ ...spend, amount: -amount })),
      ),
    );
    sums.push(earned, spent);
    balance = addRatio(addRatio(balance, earned.total), spent.total);
    if (found === undefined && day >= launched && compareRatio(balance, ratio(0n)) >= 0) found = day;
  }
  return { day: found, sums };
}
