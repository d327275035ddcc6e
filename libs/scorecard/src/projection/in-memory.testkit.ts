import type { Position } from '#kernel';
import type { Reader } from '../figures/reader.ts';
import type { Change } from './change.ts';
import type { Dimension } from './dimension.ts';
import { History } from './history.ts';
import { type Group, Totals } from './page.ts';
import { type Effects, likelyNeeds, step, unreadable } from './step.ts';

/**
 * A read model in plain maps, for tests of measures and figures: the real `step()` over changes, its effects applied as a
 * store would, read back as known at any position. No chunks, no checkpoint: those are the storage's own tests.
 *
 * Histories that a step did not ask for are withheld from it, so that a forgotten need shows here as well.
 */
export class InMemoryReadModel {
  readonly dimension: Dimension;
  readonly #histories = new Map<string, History>();
  readonly #pages = new Map<string, Group[]>();

  constructor(dimension: Dimension, changes: Iterable<Change> = []) {
    this.dimension = dimension;
    for (const change of changes) this.apply(change);
  }

  /** Projects one change and keeps its effects. Changes come in order of position. */
  apply(change: Change): Effects {
    return this.#keep(this.#project(change));
  }

  /** Parks an event that nobody can read. */
  park(event: Parameters<typeof unreadable>[0]): Effects {
    return this.#keep(unreadable(event));
  }

  #keep(effects: Effects): Effects {
    for (const [page, deltas] of effects.pages) {
      const groups = this.#pages.get(page) ?? [];
      groups.push({ position: effects.position, deltas });
      this.#pages.set(page, groups);
    }
    for (const [key, items] of effects.items) this.#history(key).append({ p: effects.position, items });
    return effects;
  }

  /** The read model as known at a position. */
  reader(knownAt: Position): Reader {
    return {
      knownAt,
      pages: async (keys) =>
        new Map(keys.flatMap((key) => (this.#pages.has(key) ? [[key, this.totals(key, knownAt)]] : []))),
      histories: async (keys) => new Map(keys.map((key) => [key, this.#history(key)])),
      historiesUnder: async (prefix) =>
        [...this.#histories].filter(([key]) => key.startsWith(prefix)).map(([, history]) => history),
    };
  }

  /** What one page adds up to at a position. */
  totals(page: string, knownAt: Position): Totals {
    const totals = new Totals();
    for (const { position, deltas } of this.#pages.get(page) ?? []) {
      if (position > knownAt) break;
      for (const { slot, measure, amount } of deltas) totals.add(slot, measure, amount);
    }
    return totals;
  }

  /** Every page that adds up to something at a position, as `slot measure amount` lines: two read models compare by these. */
  content(knownAt: Position): Readonly<Record<string, readonly string[]>> {
    const out: Record<string, readonly string[]> = {};
    for (const page of [...this.#pages.keys()].sort()) {
      const deltas = this.totals(page, knownAt).deltas();
      if (deltas.length > 0)
        out[page] = deltas.map(({ slot, measure, amount }) => `${slot} ${measure} ${amount}`);
    }
    return out;
  }

  #project(change: Change): Effects {
    const asked = new Set(likelyNeeds(this.dimension, change));
    for (;;) {
      const result = step(this.dimension, (key) => (asked.has(key) ? this.#history(key) : undefined), change);
      if (!('needs' in result)) return result;
      for (const key of result.needs) {
        if (asked.has(key)) throw new Error(`step asks again for history "${key}"`);
        asked.add(key);
      }
    }
  }

  #history(key: string): History {
    let history = this.#histories.get(key);
    if (!history) {
      history = new History(key);
      this.#histories.set(key, history);
    }
    return history;
  }
}
