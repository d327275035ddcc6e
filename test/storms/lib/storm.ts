/** What a storm is asked for: everything it does follows from these. */
export interface StormOrder {
  /** The first seed; the n-th point of the run uses `seed + n`, so that one point can be replayed alone. */
  readonly seed: number;
  /** How many points: seeds of a simulation, instants of a kill, rounds of a network. */
  readonly points: number;
  /** An empty directory for data and logs. It is kept when the storm fails. */
  readonly directory: string;
  /** A sentence about how far it is, for a person who waits. */
  say(sentence: string): void;
}

/** One invariant that did not hold, and how to see it again. */
export interface StormFailure {
  /** The seed that replays this point when it is given with one point. */
  readonly seed: number;
  /** Which invariant, and the values that show it. */
  readonly what: string;
}

/** What a storm did. Counts are what the report and docs/storms.md quote. */
export interface StormReport {
  /** Points that were really done. */
  readonly points: number;
  readonly failures: readonly StormFailure[];
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * A storm: real or simulated trouble at points that follow from seeds, and a check of the invariants afterwards.
 *
 * A file `test/storms/<name>.storm.ts` exports one as `storm`; the runner finds it there, nothing else has to know it.
 */
export interface Storm {
  readonly name: string;
  /** One sentence: what is done to what. */
  readonly does: string;
  /** Points in `npm run storm`, and in `npm run storm:quick`. */
  readonly points: { readonly full: number; readonly quick: number };
  run(order: StormOrder): Promise<StormReport>;
}
