import { type FactRules, revised } from '#commands';
import type { EventOf } from '#contracts';
import { type Refusal, ROOT_UNIT, refuse } from '#kernel';

interface Dated {
  readonly from: string;
  readonly parentId: string | undefined;
}

/** The tree of units; each unit's place as dated, in order of record. Stream: `organisation`. */
export interface Organisation {
  readonly units: ReadonlyMap<string, readonly Dated[]>;
}

/**
 * One root, `root`; every other unit hangs below a unit that exists, on every day from which something changes.
 * A second definition of a unit is a revision from its date on.
 *
 * Refusals, in order of precedence: root-has-parent, second-root, unknown-parent, parent-cycle.
 */
export const organisationRules: FactRules<Organisation, EventOf<'UnitDefined'>> = {
  types: ['UnitDefined'],
  exclusions: ['parent-cycle'],
  initial: { units: new Map() },
  refusal: (organisation, { data }): Refusal | undefined => {
    const { unitId, parentId } = data;
    if (unitId === ROOT_UNIT) {
      return parentId === undefined
        ? undefined
        : refuse(
            'root-has-parent',
            `Unit ${ROOT_UNIT} is the top of the tree; leave out parentId.`,
            'parentId',
          );
    }
    if (parentId === undefined) {
      return refuse(
        'second-root',
        `Unit ${unitId} needs a parentId: the tree has one root, ${ROOT_UNIT}.`,
        'parentId',
      );
    }
    if (parentId !== ROOT_UNIT && !organisation.units.has(parentId)) {
      return refuse('unknown-parent', `Unit ${parentId} is not defined; define it first.`, 'parentId');
    }
    return closesCycle(organisation, data)
      ? refuse('parent-cycle', `Unit ${parentId} is ${unitId} itself or lies below it.`, 'parentId')
      : undefined;
  },
  evolve: ({ units }, { data: { unitId, parentId, effectiveFrom } }) => ({
    units: new Map(units).set(unitId, [...(units.get(unitId) ?? []), { from: effectiveFrom, parentId }]),
  }),
};

/** Chart of accounts and calendars: a later definition of the same code is a revision from its date on. */
export const accountRules = revised('AccountDefined');
export const calendarRules = revised('CalendarDefined');

/**
 * Judged on the day of the change and on every later day on which some unit moves: a move that is harmless today
 * may close a cycle with one that is already dated for next year. A unit's earliest definition holds before its date as well
 * (docs/figures.md §1), so that one is judged on all days.
 */
function closesCycle({ units }: Organisation, moved: EventOf<'UnitDefined'>['data']): boolean {
  const { unitId, parentId, effectiveFrom } = moved;
  const after = new Map(units).set(unitId, [...(units.get(unitId) ?? []), { from: effectiveFrom, parentId }]);
  const changes = [...after.values()].flat().map(({ from }) => from);
  const earliest = after.get(unitId)?.every(({ from }) => from >= effectiveFrom) ?? true;
  const days = new Set([effectiveFrom, ...changes.filter((day) => earliest || day > effectiveFrom)]);
  return [...days].some((day) => reachesItself(after, unitId, day));
}

function reachesItself(units: Organisation['units'], unitId: string, day: string): boolean {
  const seen = new Set<string>();
  for (let at = parentOn(units, unitId, day); at !== undefined; at = parentOn(units, at, day)) {
    if (at === unitId) return true;
    if (seen.has(at)) return false;
    seen.add(at);
  }
  return false;
}

/** The definition with the latest date up to that day, else the earliest; of two with one date the later record holds, of two earliest the first. */
function parentOn(units: Organisation['units'], unitId: string, day: string): string | undefined {
  let best: Dated | undefined;
  for (const dated of units.get(unitId) ?? []) {
    if (dated.from <= day && (best === undefined || dated.from >= best.from)) best = dated;
  }
  if (best === undefined)
    for (const dated of units.get(unitId) ?? [])
      if (best === undefined || dated.from < best.from) best = dated;
  return best?.parentId;
}
