import { type Period, ValueError } from '#kernel';
import type { Ask } from '../figures/kpi.ts';
import type { Fact } from '../projection/change.ts';
import { dayOfText, ROOT } from '../projection/organisation.ts';

/** Initiatives of the scope that were closed in the period, with the day. Source: docs/figures.md §8. */
export async function initiativesIn(ask: Ask): Promise<readonly { fact: Fact; day: number }[]> {
  return (await ask.register('initiatives')).flatMap((fact) => {
    const day = closingDay(ask, fact);
    if (day === undefined || day < ask.span.start || day >= ask.span.end) return [];
    const unit = (fact.data['unitId'] as string | undefined) ?? fact.unitId ?? ROOT;
    return ask.organisation.contains(ask.scope.unit, unit, day) ? [{ fact, day }] : [];
  });
}

/** The day on which an initiative was closed, else the last day of the period it is measured by. */
function closingDay(ask: Ask, { data }: Fact): number | undefined {
  const closed = data['closedOn'] as string | undefined;
  if (closed !== undefined) return dayOfText(closed);
  const after = periodIn(ask, data['afterPeriod'] as string);
  return after === undefined ? undefined : dayOfText(after.end) - 1;
}

/** A period of the asked unit's calendar; undefined where that calendar has none of the name, as weeks of a fiscal year. */
export function periodIn(ask: Ask, text: string): Period | undefined {
  try {
    return ask.periodOf(text);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}
