import type { Position } from '#kernel';
import {
  addHash,
  type Change,
  contentHashOf,
  type Delta,
  type Dimension,
  type DimensionName,
  type Entry,
  History,
  likelyNeeds,
  NO_CONTENT,
  step,
  Totals,
  WRITE_ORDER,
  type Write,
} from '#scorecard';
import { randomChanges, TYPES } from './lib/changes.ts';
import { Random } from './lib/random.ts';

/**
 * Simulation: several projectors over the pure step, a model store, and a scheduler that decides by a seed who does the
 * next thing. It redelivers, loses replies, crashes a projector between any two writes and lets a stale one go on. A seed replays
 * the whole run. After every write the order of writes is checked, at the end the pages against a plain run of the same log.
 */
export interface SimulationOptions {
  readonly dimension: Dimension;
  readonly seed: number;
  readonly events?: number;
  /** A defect to be found. The alarm itself is tested with these. */
  readonly defect?: 'histories-first' | 'checkpoint-first' | 'split-group' | 'latest-state';
}

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly decisions: number;
  readonly crashes: number;
}

interface Page {
  hi: bigint;
  readonly groups: Map<bigint, readonly Delta[]>;
}

/** What the stores keep: everything else dies with a projector. */
class ModelStore {
  readonly pages = new Map<string, Page>();
  readonly histories = new Map<string, Entry[]>();
  checkpoint = { position: 0n, content: NO_CONTENT };

  appendToPage(page: string, position: bigint, deltas: readonly Delta[], expectedHi: bigint): boolean {
    const known = this.pages.get(page) ?? { hi: 0n, groups: new Map() };
    if (known.hi !== expectedHi) return false;
    known.groups.set(position, [...(known.groups.get(position) ?? []), ...deltas]);
    known.hi = position;
    this.pages.set(page, known);
    return true;
  }

  appendToHistory(key: string, entry: Entry, expectedHi: bigint): boolean {
    const known = this.histories.get(key) ?? [];
    if ((known.at(-1)?.p ?? 0n) !== expectedHi) return false;
    this.histories.set(key, [...known, entry]);
    return true;
  }
}

type Action = () => boolean;

/** One projector: its beliefs are its own and may be stale. */
class SimulatedProjector {
  readonly #store: ModelStore;
  readonly #options: SimulationOptions;
  readonly #log: readonly Change[];
  #position = 0n;
  #content = NO_CONTENT;
  #pageEnds = new Map<string, bigint>();
  #histories = new Map<string, History>();
  #stored = new Map<string, bigint>();
  #actions: Action[] = [];
  /** Entries of the batch in hand: part of what a history shows before they are written. */
  #planned: [string, Entry][] = [];

  constructor(store: ModelStore, log: readonly Change[], options: SimulationOptions) {
    this.#store = store;
    this.#log = log;
    this.#options = options;
    this.restart();
  }

  /** Forgets everything and begins at the checkpoint, as a new process does. */
  restart(): void {
    this.#position = this.#store.checkpoint.position;
    this.#content = this.#store.checkpoint.content;
    this.#pageEnds.clear();
    this.#histories.clear();
    this.#stored.clear();
    this.#actions = [];
    this.#planned = [];
  }

  get idle(): boolean {
    return this.#actions.length === 0;
  }

  get behind(): boolean {
    return this.#position < (this.#log.at(-1)?.position ?? 0n);
  }

  /** Takes a batch of the log (redelivered events included) and plans its writes. */
  take(size: number, redelivered: number): void {
    const next = this.#log.findIndex(({ position }) => position > this.#position);
    if (next < 0) return;
    const batch = this.#log
      .slice(Math.max(0, next - redelivered), next + size)
      .filter(({ position }) => position > this.#position);
    const pageWrites: Action[] = [];
    const entries = this.#planned;
    let content = this.#content;
    for (const change of batch) {
      const effects = this.#effectsOf(change);
      for (const [page, deltas] of effects.pages) {
        content = addHash(content, contentHashOf(page, change.position, deltas));
        const parts =
          this.#options.defect === 'split-group' && deltas.length > 1
            ? [deltas.slice(0, 1), deltas.slice(1)]
            : [deltas];
        for (const part of parts) pageWrites.push(() => this.#writeGroup(page, change.position, part));
      }
      for (const [key, items] of effects.items) {
        const entry = { p: change.position, items };
        this.#histories.get(key)?.append(entry);
        entries.push([key, entry]);
      }
    }
    const last = (batch.at(-1) as Change).position;
    const writes: Record<Write, Action[]> = {
      chunks: pageWrites,
      histories: [...entries].map(
        ([key, entry]) =>
          () =>
            this.#writeEntry(key, entry),
      ),
      checkpoint: [() => this.#moveCheckpoint(last, content)],
    };
    this.#actions = orderOf(this.#options.defect).flatMap((write) => writes[write]);
  }

  #effectsOf(change: Change) {
    this.#load(likelyNeeds(this.#options.dimension, change));
    for (;;) {
      const latest = this.#options.defect === 'latest-state';
      const result = step(
        this.#options.dimension,
        (key) => (latest ? shifted(this.#histories.get(key), change.position) : this.#histories.get(key)),
        change,
      );
      if (!('needs' in result)) return result;
      this.#load(result.needs);
    }
  }

  #load(keys: readonly string[]): void {
    for (const key of keys) {
      if (this.#histories.has(key)) continue;
      const entries = this.#store.histories.get(key) ?? [];
      const history = new History(key, entries);
      for (const [planned, entry] of this.#planned) if (planned === key) history.append(entry);
      this.#histories.set(key, history);
    }
  }

  /** Does the next write; a belief that turns out wrong ends the attempt, as in the real projector. */
  act(): boolean {
    const action = this.#actions.shift();
    if (!action) return true;
    if (action()) return true;
    this.restart();
    return false;
  }

  #writeGroup(page: string, position: bigint, deltas: readonly Delta[]): boolean {
    const hi = this.#pageEnds.get(page) ?? this.#store.pages.get(page)?.hi ?? 0n;
    const split = this.#options.defect === 'split-group';
    if (position < hi || (position === hi && !split)) return true;
    if (split && position === hi && (this.#store.pages.get(page)?.groups.get(position)?.length ?? 0) > 1)
      return true;
    if (!this.#store.appendToPage(page, position, deltas, hi)) return false;
    this.#pageEnds.set(page, position);
    return true;
  }

  #writeEntry(key: string, entry: Entry): boolean {
    const hi = this.#stored.get(key) ?? this.#store.histories.get(key)?.at(-1)?.p ?? 0n;
    if (entry.p <= hi) return true;
    if (!this.#store.appendToHistory(key, entry, hi)) return false;
    this.#stored.set(key, entry.p);
    return true;
  }

  #moveCheckpoint(position: bigint, content: string): boolean {
    if (this.#store.checkpoint.position !== this.#position) return false;
    this.#store.checkpoint = { position, content };
    this.#position = position;
    this.#content = content;
    this.#planned = [];
    return true;
  }
}

/** The defect of taking the latest state for the state before: later entries are shown as if they were older. */
function shifted(history: History | undefined, position: Position): History | undefined {
  if (!history || history.hi < position) return history;
  const entries = [...history.until(history.hi)];
  const old = entries.filter(({ p }) => p < position);
  const rest = entries.filter(({ p }) => p >= position).flatMap(({ items }) => items);
  return new History(
    history.key,
    rest.length > 0
      ? [...old, { p: (position - 1n) as Position, items: rest }].sort((a, b) => (a.p < b.p ? -1 : 1))
      : old,
  );
}

function orderOf(defect: SimulationOptions['defect']): readonly Write[] {
  if (defect === 'histories-first' || defect === 'latest-state') return ['histories', 'chunks', 'checkpoint'];
  if (defect === 'checkpoint-first') return ['checkpoint', 'chunks', 'histories'];
  return WRITE_ORDER;
}

export function simulate(options: SimulationOptions): SimulationResult {
  const random = new Random(options.seed);
  const length = options.events ?? 4 + random.below(14);
  const log = randomChanges(random, length, TYPES[options.dimension.name as DimensionName]);
  const expected = plainRun(options.dimension, log);
  const store = new ModelStore();
  const projectors = Array.from(
    { length: 1 + random.below(2) },
    () => new SimulatedProjector(store, log, options),
  );
  const violations: string[] = [];
  let decisions = 0;
  let crashes = 0;
  while (
    projectors.some((projector) => !projector.idle || projector.behind) &&
    violations.length === 0 &&
    decisions < 20_000
  ) {
    decisions++;
    const projector = random.pick(projectors);
    const calm = decisions > 2_000;
    if (!calm && random.chance(4)) {
      crashes++;
      projector.restart();
    } else if (projector.idle) {
      // A projector that is overtaken by another one keeps its stale beliefs until a write tells it.
      if (projector.behind) projector.take(1 + random.below(4), random.below(3));
    } else {
      projector.act();
      // A lost reply: the write has happened, the projector does not know.
      if (!calm && random.chance(2)) projector.restart();
      // Looking at everything after each write would be most of the run; one write in ten is looked at.
      if (random.chance(10)) violations.push(...orderViolations(store, expected));
    }
  }
  if (violations.length === 0) violations.push(...finalViolations(store, expected, log, random));
  return { violations, decisions, crashes };
}

interface Expected {
  readonly pages: ReadonlyMap<string, ReadonlyMap<bigint, readonly Delta[]>>;
  readonly content: string;
  /** Pages that each position writes to. */
  readonly pagesOf: ReadonlyMap<bigint, readonly string[]>;
}

/** The log projected once, in one go: what every run has to end with. */
function plainRun(dimension: Dimension, log: readonly Change[]): Expected {
  const histories = new Map<string, History>();
  const at = (key: string): History => {
    const known = histories.get(key) ?? new History(key);
    histories.set(key, known);
    return known;
  };
  const pages = new Map<string, Map<bigint, readonly Delta[]>>();
  const pagesOf = new Map<bigint, string[]>();
  let content = NO_CONTENT;
  for (const change of log) {
    const effects = step(dimension, at, change);
    if ('needs' in effects) throw new Error('a plain run has every history at hand');
    for (const [page, deltas] of effects.pages) {
      const groups = pages.get(page) ?? new Map<bigint, readonly Delta[]>();
      groups.set(change.position, deltas);
      pages.set(page, groups);
      content = addHash(content, contentHashOf(page, change.position, deltas));
    }
    pagesOf.set(change.position, [...effects.pages.keys()]);
    for (const [key, items] of effects.items) at(key).append({ p: change.position, items });
  }
  return { pages, content, pagesOf };
}

/** History: no key state ahead of its chunks. Checkpoint: everything at or below it is there. Group: none in part. */
function orderViolations(store: ModelStore, expected: Expected): string[] {
  const out: string[] = [];
  const whole = (page: string, position: bigint) => {
    const have = store.pages.get(page)?.groups.get(position);
    return have !== undefined && have.length === expected.pages.get(page)?.get(position)?.length;
  };
  for (const [key, entries] of store.histories) {
    const last = entries.at(-1) as Entry;
    for (const page of expected.pagesOf.get(last.p) ?? [])
      if (!whole(page, last.p)) out.push(`History: ${key} is at ${last.p} before page ${page}`);
  }
  for (const [position, pages] of expected.pagesOf) {
    if (position > store.checkpoint.position) continue;
    for (const page of pages)
      if (!whole(page, position))
        out.push(`Checkpoint: ${store.checkpoint.position} is ahead of page ${page} at ${position}`);
  }
  for (const [page, { groups, hi }] of store.pages)
    if (!whole(page, hi))
      out.push(`Group: page ${page} holds a part of ${hi} (${groups.get(hi)?.length} deltas)`);
  return out;
}

function finalViolations(
  store: ModelStore,
  expected: Expected,
  log: readonly Change[],
  random: Random,
): string[] {
  const out: string[] = [];
  if (store.checkpoint.position !== log.at(-1)?.position)
    out.push(`not caught up: ${store.checkpoint.position}`);
  if (store.checkpoint.content !== expected.content)
    out.push('Once: the content hash differs from that of a plain run');
  for (const page of new Set([...expected.pages.keys(), ...store.pages.keys()])) {
    const upTo = random.pick(log).position;
    const want = totalsAt(expected.pages.get(page), upTo);
    const have = totalsAt(store.pages.get(page)?.groups, upTo);
    if (want !== have) out.push(`Conservation: page ${page} at ${upTo}: ${have}, expected ${want}`);
  }
  return out;
}

function totalsAt(groups: ReadonlyMap<bigint, readonly Delta[]> | undefined, upTo: bigint): string {
  const totals = new Totals();
  for (const [position, deltas] of groups ?? []) {
    if (position > upTo) continue;
    for (const { slot, measure, amount } of deltas) totals.add(slot, measure, amount);
  }
  return totals
    .deltas()
    .map(({ slot, measure, amount }) => `${slot} ${measure} ${amount}`)
    .join('; ');
}
