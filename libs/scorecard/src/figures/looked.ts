import type { Position } from '#kernel';
import { timeOfMeasure } from '../projection/contribution.ts';
import type { Group, Totals } from '../projection/page.ts';
import type { LookedFor, Reader } from './reader.ts';

/** What of a page was looked at: all of it, or where facts are and the slots below one (0: none). */
export interface LookedAt {
  readonly all: boolean;
  readonly presence: boolean;
  readonly slotsBelow: number;
}

function joined(known: LookedAt | undefined, lookedFor: LookedFor | undefined): LookedAt {
  const slotsBelow = typeof lookedFor === 'object' ? lookedFor.slotsBelow : 0;
  return {
    all: known?.all === true || lookedFor === undefined,
    presence: known?.presence === true || lookedFor === 'presence',
    slotsBelow: Math.max(known?.slotsBelow ?? 0, slotsBelow),
  };
}

/** What an answer has looked at in one dimension: while none of it changes, the answer does not. */
export class Looked {
  /** Pages, and what of them matters. */
  readonly pages = new Map<string, LookedAt>();
  readonly histories = new Set<string>();
  /** Beginnings of keys of which all histories were read. */
  readonly prefixes = new Set<string>();

  /** The same reader, with what is read of it written down here. */
  through(reader: Reader): Reader {
    return {
      knownAt: reader.knownAt,
      pages: (keys, lookedFor) => {
        for (const key of keys) this.pages.set(key, joined(this.pages.get(key), lookedFor));
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
