import type { Fact } from '../projection/change.ts';
import { dayOfText } from '../projection/organisation.ts';
import type { Policy } from './kpi.ts';

/** What holds where nobody has set a policy. Source: docs/figures.md §4. */
export const DEFAULT_POLICY: Policy = {
  retentionWindowDays: 90,
  newProductWindowMonths: 36,
  periodBasis: 'due',
  satisfactionTopBoxes: 2,
  minimumResponses: 30,
  segmentBasis: 'businessDate',
  headcountBasis: 'average',
  cohortDays: 30,
  acquisitionBase: 'active',
  revenueBasis: 'invoice',
  cutOff: 'issuedOn',
};

/**
 * The policy of a KPI for a period that begins on `start`: the latest in force on that day, or the asked revision.
 * `kpis`: the KPI itself, then those whose policy serves it when it has none.
 */
export function policyFor(
  policies: readonly Fact[],
  kpis: readonly string[],
  start: number,
  revision?: string,
): Policy | undefined {
  for (const kpi of kpis) {
    const own = policies.filter(({ data }) => data['kpiCode'] === kpi);
    const chosen =
      revision === undefined ? inForce(own, start) : own.find((fact) => String(fact.revision) === revision);
    if (chosen)
      return {
        ...DEFAULT_POLICY,
        ...(chosen.data['parameters'] as Partial<Policy>),
        revision: String(chosen.revision),
      };
    if (revision !== undefined && kpi === kpis[0]) continue;
  }
  return revision === undefined ? DEFAULT_POLICY : undefined;
}

function inForce(policies: readonly Fact[], start: number): Fact | undefined {
  let best: Fact | undefined;
  let from = Number.NEGATIVE_INFINITY;
  for (const fact of policies) {
    const day = dayOfText(fact.data['effectiveFrom'] as string);
    if (day > start || day < from) continue;
    best = fact;
    from = day;
  }
  return best;
}
