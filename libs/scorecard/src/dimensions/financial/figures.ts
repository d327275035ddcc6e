import { divideRatio } from '#kernel';
import { type Ask, type Evaluation, type Parts, undefinedValue } from '../../figures/kpi.ts';
import { shown, shownMoney } from '../../figures/shown.ts';
import type { Sum } from './amounts.ts';

/** What a sum's gaps mean for its figure: a missing rate undefines it, an unknown account makes it incomplete. */
export function reasonsOf(...sums: readonly Sum[]): { parts: Parts; missing: boolean; incomplete: boolean } {
  const missing = sums
    .flatMap(({ missingRate }) => (missingRate === undefined ? [] : [missingRate]))
    .sort()[0];
  const unknown = [...new Set(sums.flatMap((sum) => sum.unknown))].sort();
  return {
    parts: {
      ...(missing === undefined ? {} : { missingRate: missing }),
      ...(unknown.length === 0 ? {} : { unknownAccounts: unknown.join(',') }),
    },
    missing: missing !== undefined,
    incomplete: unknown.length > 0,
  };
}

/** The figure of an amount of money; `parts` are amounts too. */
export function moneyFigure(
  ask: Ask,
  sum: Sum,
  n: bigint,
  parts: Readonly<Record<string, Sum>> = {},
): Evaluation {
  const reasons = reasonsOf(sum, ...Object.values(parts));
  const shownParts: Parts = { ...(ask.currency === undefined ? {} : { currency: ask.currency }) };
  for (const [name, part] of Object.entries(parts)) shownParts[name] = shownMoney(part.total, ask.currency);
  Object.assign(shownParts, reasons.parts);
  if (reasons.missing) return undefinedValue('not_measurable', shownParts, Number(n));
  return {
    value: shownMoney(sum.total, ask.currency),
    parts: shownParts,
    n: Number(n),
    incomplete: reasons.incomplete,
  };
}

/** The figure of money over money: zero cannot be measured, a negative base has no meaning. */
export function moneyRatio(
  ask: Ask,
  numerator: Sum,
  denominator: Sum,
  n: bigint,
  more: Parts = {},
): Evaluation {
  const reasons = reasonsOf(numerator, denominator);
  const parts: Parts = {
    numerator: shownMoney(numerator.total, ask.currency),
    denominator: shownMoney(denominator.total, ask.currency),
    ...(ask.currency === undefined ? {} : { currency: ask.currency }),
    ...more,
    ...reasons.parts,
  };
  if (reasons.missing || denominator.total.numerator === 0n)
    return undefinedValue('not_measurable', parts, Number(n));
  if (denominator.total.numerator < 0n) return undefinedValue('not_meaningful', parts, Number(n));
  return {
    value: shown(divideRatio(numerator.total, denominator.total)),
    parts,
    n: Number(n),
    incomplete: reasons.incomplete,
  };
}
