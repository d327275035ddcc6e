import type { Position } from '#kernel';
import { timeOfMeasure } from '../projection/contribution.ts';
import type { Group, Totals } from '../projection/page.ts';
import type { Reader } from './reader.ts';

/** What an answer has looked at in one dimension: while none of it changes, the answer does not. */
export class Looked {
  /** Pages, and whether all that they say matters or only where there are facts. */
  readonly pages = new Map<string, 'all' | 'presence'>();
  readonly histories = new Set<string>();
  /** Beginnings of keys of which all histories were read. */
  readonly prefixes = new Set<string>();

  /** The same reader, with what is read of it written down here. */
  through(reader: Reader): Reader {
    return {
      knownAt: reader.knownAt,
      pages: (keys, lookedFor) => {
        for (const key of keys)
          if (lookedFor === undefined || !this.pages.has(key)) this.pages.set(key, lookedFor ?? 'all');
        return reader.pages(keys, lookedFor);
      },
      histories: (keys) => {
        for (const key of keys) this.histories.add(key);
        return reader.histories(keys);
      },
      historiesUnder: (prefix) => {
        this.prefixes.add(prefix);
        return reader.historiesUnder(prefix);
      },
    };
  }
}

/**
 * The last of `groups` (of one page, in order of position) after which some slot has facts of a source and had none before, or the
 * other way round; undefined when none does that. `totals`: the page's totals after the last group.
 */
export function lastPresenceChange(totals: Totals, groups: readonly Group[]): Position | undefined {
  const counts = new Map<string, bigint>();
  for (const [slot, measure, amount] of totals.entries())
    if (isSource(measure)) counts.set(`${slot} ${measure}`, amount);
  for (const { position, deltas } of groups.toReversed()) {
    let changed = false;
    for (const { slot, measure, amount } of deltas) {
      if (!isSource(measure)) continue;
      const key = `${slot} ${measure}`;
      const after = counts.get(key) ?? 0n;
      const before = after - amount;
      counts.set(key, before);
      if ((before === 0n) !== (after === 0n)) changed = true;
    }
    if (changed) return position;
  }
  return undefined;
}

function isSource(measure: string): boolean {
  return (timeOfMeasure(measure)?.name ?? measure).startsWith('$src:');
}
