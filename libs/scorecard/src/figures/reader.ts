import type { Position } from '#kernel';
import type { History } from '../projection/history.ts';
import type { Totals } from '../projection/page.ts';

/** Whether there are facts of a source (`$src:…`) in a slot, not how many; or the slots below one. */
export type LookedFor = 'presence' | { readonly slotsBelow: number };

/**
 * One dimension's read model as known at one position. Implemented by the room that knows the store.
 * Whatever it returns never changes for the same `knownAt`.
 */
export interface Reader {
  readonly knownAt: Position;
  /**
   * Totals of each page as of `knownAt`; a page that nothing was written to is absent.
   * `lookedFor`: what of it matters to who asks; absent: everything.
   */
  pages(keys: readonly string[], lookedFor?: LookedFor): Promise<ReadonlyMap<string, Totals>>;
  /** Histories by key; entries beyond `knownAt` may be present and must not be looked at. A key never written gives an empty history. */
  histories(keys: readonly string[]): Promise<ReadonlyMap<string, History>>;
  /** All histories whose key starts with `prefix`, by key. Costs as much as there are keys. */
  historiesUnder(prefix: string): Promise<readonly History[]>;
}
