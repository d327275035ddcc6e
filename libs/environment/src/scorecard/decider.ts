import type { FactRules } from '#commands';
import type { EventOf } from '#contracts';
import { compareRatio, type Ratio, ratioOfDecimal, refuse } from '#kernel';

/**
 * A target with its limits; a later target for the same KPI, unit and period replaces the earlier.
 *
 * Refusals, in order of precedence: band-without-limits, limits-not-ordered.
 */
export const targetRules: FactRules<null, EventOf<'TargetSet'>> = {
  types: ['TargetSet'],
  initial: null,
  refusal: (_state, { data: { direction, target, lower, upper } }) => {
    if (direction === 'band' && (lower === undefined || upper === undefined)) {
      return refuse(
        'band-without-limits',
        'A band needs both a lower and an upper limit.',
        lower === undefined ? 'lower' : 'upper',
      );
    }
    const ascending = [lower, target, upper].filter((limit) => limit !== undefined).map(ratioOfDecimal);
    return ascending.every((limit, i) => notBelow(limit, ascending[i - 1]))
      ? undefined
      : refuse('limits-not-ordered', 'The target lies between its lower and its upper limit.', 'target');
  },
  evolve: () => null,
};

function notBelow(limit: Ratio, previous: Ratio | undefined): boolean {
  return previous === undefined || compareRatio(limit, previous) >= 0;
}
