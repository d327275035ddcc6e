import type { EventType } from '#contracts';
import type { Position } from '#kernel';
import type { Change, Content, Fact } from './change.ts';

/** What one position added to one key. Plain JSON, so that any store can keep it. */
export interface Entry {
  readonly p: Position;
  readonly items: readonly unknown[];
}

/**
 * The keyed history of one key: append-only, ordered by position, one entry per position.
 *
 * Its prefix up to p−1 is the state with which p is projected, also when a crash left later entries behind; that is
 * why state is kept as a history and not as a latest value.
 */
export class History {
  readonly key: string;
  readonly #entries: Entry[];
  readonly #folds = new Map<object, { upTo: number; state: unknown }>();

  constructor(key: string, entries: readonly Entry[] = []) {
    this.key = key;
    this.#entries = [...entries];
  }

  /** The last position with an entry, or 0. */
  get hi(): Position {
    return this.#entries.at(-1)?.p ?? (0n as Position);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Whether there is an entry with position ≤ `upTo`. */
  hasEntryUpTo(upTo: Position): boolean {
    const first = this.#entries[0];
    return first !== undefined && first.p <= upTo;
  }

  /** Adds an entry; one that is at or below the last position is already there and is ignored. */
  append(entry: Entry): boolean {
    if (entry.p <= this.hi) return false;
    this.#entries.push(entry);
    return true;
  }

  /** Entries with position ≤ `upTo`, in order. */
  *until(upTo: Position): Generator<Entry> {
    for (const entry of this.#entries) {
      if (entry.p > upTo) return;
      yield entry;
    }
  }

  /**
   * The state of a fold over the entries with position ≤ `upTo`.
   * The fold that stands at the end is kept and continued; a look into the past is folded afresh and forgotten.
   */
  fold<S>(fold: Fold<S>, upTo: Position): S {
    const kept = this.#folds.get(fold) as { upTo: number; state: S } | undefined;
    if (upTo >= this.hi) {
      const from = kept ?? { upTo: 0, state: fold.initial() };
      for (let i = from.upTo; i < this.#entries.length; i++)
        fold.apply(from.state, this.#entries[i] as Entry);
      from.upTo = this.#entries.length;
      this.#folds.set(fold, from);
      return from.state;
    }
    const state = fold.initial();
    for (const entry of this.until(upTo)) fold.apply(state, entry);
    return state;
  }
}

/** A fold over a history; `apply` may change `state` in place. The object's identity names the fold. */
export interface Fold<S> {
  initial(): S;
  apply(state: S, entry: Entry): void;
}

/**
 * An item of a history of facts: f = fact, o = position of its original where the entry is of another one, t = type, r = revision,
 * u = unit of the metadata, d = content or null.
 */
interface FactItem {
  readonly f: string;
  readonly o?: string;
  readonly t: EventType;
  readonly r: string;
  readonly u?: string;
  readonly d: Content | null;
}

const factItems = new WeakMap<Change, FactItem>();

/** The same change gives the same item, so that it is made to JSON once for all dimensions. */
export function factItem(change: Change): FactItem {
  const known = factItems.get(change);
  if (known) return known;
  const item = itemOf(change);
  factItems.set(change, item);
  return item;
}

function itemOf(change: Change): FactItem {
  return {
    f: change.factId,
    ...(change.factPosition === change.position ? {} : { o: String(change.factPosition) }),
    t: change.type,
    r: String(change.revision),
    ...(change.unitId === undefined ? {} : { u: change.unitId }),
    d: change.after,
  };
}

/** The facts of a history as they stand: fact id → fact. One may be new to the history long after it was recorded. */
export const standingFacts: Fold<Map<string, Fact & { readonly voided: boolean }>> = {
  initial: () => new Map(),
  apply(state, { p, items }) {
    for (const item of items as readonly FactItem[]) {
      const known = state.get(item.f);
      state.set(item.f, {
        factId: item.f,
        type: item.t,
        position: known?.position ?? (item.o === undefined ? p : (BigInt(item.o) as Position)),
        revision: known?.revision ?? BigInt(item.r),
        ...(item.u === undefined ? {} : { unitId: item.u }),
        data: item.d ?? {},
        voided: item.d === null,
      });
    }
  },
};

const standing = new WeakMap<History, { readonly size: number; readonly facts: readonly Fact[] }>();

/** The facts of `history` at `upTo`, voided ones left out, in the order of their originals. */
export function factsAt(history: History | undefined, upTo: Position): readonly Fact[] {
  if (!history) return [];
  const atEnd = upTo >= history.hi;
  const known = atEnd ? standing.get(history) : undefined;
  if (known?.size === history.size) return known.facts;
  const facts = inOrderOfRecord(
    [...history.fold(standingFacts, upTo).values()].filter((fact) => !fact.voided),
  );
  if (atEnd) standing.set(history, { size: history.size, facts });
  return facts;
}

function inOrderOfRecord(facts: Fact[]): readonly Fact[] {
  const ordered = facts.every((fact, i) => i === 0 || (facts[i - 1] as Fact).position < fact.position);
  return ordered ? facts : facts.sort((a, b) => (a.position < b.position ? -1 : 1));
}

/**
 * `facts` after `change`, without touching the history they came from: what `factsAt` says from there on. A fact that comes
 * back, or from another document, takes the place at which it was recorded.
 */
export function withChange(facts: readonly Fact[], change: Change): Fact[] {
  const at = facts.findIndex((fact) => fact.factId === change.factId);
  if (change.after === null) return at < 0 ? [...facts] : facts.toSpliced(at, 1);
  const known = facts[at];
  const fact: Fact = {
    factId: change.factId,
    type: change.type,
    position: change.factPosition,
    revision: known?.revision ?? change.revision,
    ...(change.unitId === undefined ? {} : { unitId: change.unitId }),
    data: change.after,
  };
  if (known) return facts.with(at, fact);
  const before = facts.findLastIndex(({ position }) => position < change.factPosition);
  return facts.toSpliced(before + 1, 0, fact);
}
