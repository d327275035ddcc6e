import { addRatio, divideRatio, type Ratio, ratio, subtractRatio } from '#kernel';
import { type Ask, type Evaluation, type Parts, undefinedValue } from './kpi.ts';
import { shown, shownMoney } from './shown.ts';
import type { Translated } from './translation.ts';

/** Sums of money and the figures made of them, in millionths of the reporting currency, exact. Source: docs/figures.md §2, §3. */

/** A sum, or the rate that it lacks; `unknown`: accounts whose class nobody has said. */
export interface Sum {
  readonly total: Ratio;
  readonly missingRate?: string;
  readonly unknown: readonly string[];
}

export const ZERO: Sum = { total: ratio(0n), unknown: [] };

export function plus(a: Sum, b: Sum): Sum {
  return joined(addRatio(a.total, b.total), a, b);
}

export function minus(a: Sum, b: Sum): Sum {
  return joined(subtractRatio(a.total, b.total), a, b);
}

function joined(total: Ratio, a: Sum, b: Sum): Sum {
  const missing = [a.missingRate, b.missingRate].filter((rate) => rate !== undefined).sort()[0];
  return {
    total,
    ...(missing === undefined ? {} : { missingRate: missing }),
    unknown: [...new Set([...a.unknown, ...b.unknown])].sort(),
  };
}

export function sumOf(translated: Translated, unknown: readonly string[] = []): Sum {
  return 'total' in translated
    ? { total: translated.total, unknown }
    : { total: ratio(0n), missingRate: translated.missingRate, unknown };
}

/** What gaps mean for a figure: a missing rate undefines it, an unknown account makes it incomplete. */
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

/** Sums as parts of a figure; one that lacks a rate is not there. */
export function moneyParts(ask: Ask, sums: Readonly<Record<string, Sum>>): Parts {
  return Object.fromEntries(
    Object.entries(sums).flatMap(([name, { total, missingRate }]) =>
      missingRate === undefined ? [[name, shownMoney(total, ask.currency)]] : [],
    ),
  );
}

export function currencyPart({ currency }: Ask): Parts {
  return currency === undefined ? {} : { currency };
}

/** The figure of an amount of money; `parts` are amounts that it rests on too. */
export function moneyFigure(
  ask: Ask,
  sum: Sum,
  n: bigint,
  parts: Readonly<Record<string, Sum>> = {},
): Evaluation {
  const reasons = reasonsOf(sum, ...Object.values(parts));
  const all = { ...currencyPart(ask), ...moneyParts(ask, parts), ...reasons.parts };
  if (reasons.missing) return undefinedValue('not_measurable', all, Number(n));
  return {
    value: shownMoney(sum.total, ask.currency),
    parts: all,
    n: Number(n),
    incomplete: reasons.incomplete,
  };
}

/** The figure of money over money: zero cannot be measured, a negative base has no meaning. `rest`: sums that it needs besides. */
export function moneyRatio(
  ask: Ask,
  numerator: Sum,
  denominator: Sum,
  n: bigint,
  more: Parts = {},
  rest: readonly Sum[] = [],
): Evaluation {
  const reasons = reasonsOf(numerator, denominator, ...rest);
  const parts: Parts = {
    ...moneyParts(ask, { numerator, denominator }),
    ...currencyPart(ask),
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
