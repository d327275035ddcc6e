import { distribution, histogram, openCases } from '../../figures/distribution.ts';
import type { Ask, Evaluation, KpiSheet } from '../../figures/kpi.ts';
import type { Measures } from '../../figures/scope.ts';
import { excludedPart } from '../../figures/shown.ts';

type Sheet = Pick<
  KpiSheet,
  'code' | 'name' | 'unit' | 'formula' | 'direction' | 'main' | 'mainUnder' | 'reads'
>;

/** The sheet of a KPI that is computed from the flows of its period. */
export function kpi(
  sheet: Sheet,
  evaluate: (ask: Ask, flow: Measures) => Evaluation | Promise<Evaluation>,
): KpiSheet {
  return {
    ...sheet,
    dimension: 'process',
    leading: true,
    evaluate: async (ask) => evaluate(ask, await ask.read.flow(ask.scope, ask.span)),
  };
}

/** A distribution of durations with the cases that are still open at closing. */
export async function durations(
  ask: Ask,
  flow: Measures,
  name: string,
  scale: bigint,
  { open, steps = false }: { readonly open: boolean; readonly steps?: boolean },
): Promise<Evaluation> {
  const parts = excludedPart([
    ['negative-duration', flow.get(`${name}x`)],
    ['negative-step', steps ? flow.get('negstep') : 0n],
  ]);
  if (open) {
    const stock = await ask.read.stock(ask.scope, ask.span);
    Object.assign(
      parts,
      openCases(stock.get(`$open:${name}`), stock.get(`$opensum:${name}`), ask.span.end - 1),
    );
  }
  return distribution(histogram(flow.under(`${name}:`), scale), parts);
}
