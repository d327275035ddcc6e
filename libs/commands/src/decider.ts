import { type Refusal, refuse } from '#kernel';

/** The content of a fact as JSON. */
export type Content = Readonly<Record<string, unknown>>;

/** A fact as a decider folds it: today's version of its type, its content as corrected. */
export interface Fact<Type extends string = string, Data = Content> {
  readonly type: Type;
  readonly data: Data;
}

/** An event that a decider wants appended. */
export interface ProposedEvent<Type extends string = string, Data = Content> {
  readonly type: Type;
  readonly data: Data;
}

/** Events to append (none: nothing has to change), or the reason why not. */
export type Decision<Event extends ProposedEvent = ProposedEvent> = readonly Event[] | Refusal;

/**
 * An aggregate: where it starts, what may happen next, what has happened.
 *
 * All three are pure; time and new ids arrive in the command.
 */
export interface Decider<State, Command, Known extends Fact = Fact> {
  readonly initial: State;
  decide(state: State, command: Command): Decision;
  evolve(state: State, fact: Known): State;
}

/**
 * A fact that somebody wants recorded.
 *
 * `late` says that it comes from a source system: it has happened, and what it refers to may arrive after it. A
 * decider then refuses clear contradictions only; entered by hand, it also refuses what is out of order.
 */
export interface Proposal<Type extends string = string, Data = Content> extends Fact<Type, Data> {
  readonly late: boolean;
}

/** The rules of one kind of stream: which facts it takes, and when not. */
export interface FactRules<State, Known extends Fact = Fact> {
  /** Event types whose facts live in such a stream. */
  readonly types: readonly Known['type'][];
  /** Types among these that have a command of their own, which does more than record: never sent as facts. */
  readonly byCommandOnly?: readonly Known['type'][];
  /**
   * Codes of refusals that say that two facts exclude each other, whichever was recorded first. A correction may not bring
   * one about for a fact that was recorded after the corrected one.
   */
  readonly exclusions?: readonly string[];
  readonly initial: State;
  /** Undefined when the fact may be recorded. `late`: see {@link Proposal}. */
  refusal(state: State, fact: Known, late: boolean): Refusal | undefined;
  evolve(state: State, fact: Known): State;
}

/** Rules whose state and facts only they know; a registry hands them nothing but their own types. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds the rules of many streams side by side
export type AnyFactRules = FactRules<any, any>;

/** Makes a decider out of the rules of a stream: the command is the fact, the event is the fact. */
export function recording<State>(rules: FactRules<State>): Decider<State, Proposal> {
  return {
    initial: rules.initial,
    decide: (state, { late, ...fact }) => rules.refusal(state, fact, late) ?? [fact],
    evolve: (state, fact) => (rules.types.includes(fact.type) ? rules.evolve(state, fact) : state),
  };
}

/**
 * Rules of a stream that takes facts of one type, each told once; `keys` are the fields that say which one it is.
 *
 * Refusal: already-recorded.
 */
export function recordedOnce(
  type: string,
  ...keys: readonly [string, ...string[]]
): FactRules<ReadonlySet<string>> {
  const keyOf = ({ data }: Fact): string => JSON.stringify(keys.map((key) => data[key] ?? null));
  return {
    types: [type],
    exclusions: ['already-recorded'],
    initial: new Set(),
    refusal: (recorded, fact) => {
      if (!recorded.has(keyOf(fact))) return undefined;
      const named = keys.map((key) => `${key} ${String(fact.data[key] ?? 'none')}`).join(', ');
      return refuse(
        'already-recorded',
        `${type} with ${named} has been recorded before; change it with FactCorrected.`,
        keys[0],
      );
    },
    evolve: (recorded, fact) => new Set(recorded).add(keyOf(fact)),
  };
}

/** Rules of a stream whose facts are dated revisions of each other: the last one recorded holds. Refusals: none. */
export function revised(...types: readonly string[]): FactRules<null> {
  return { types, initial: null, refusal: () => undefined, evolve: () => null };
}

/** What rules say to a fact after others: `recorded`, or the code of the refusal. For specifications of deciders. */
export function verdictOn<State, Known extends Fact>(
  rules: FactRules<State, Known>,
  story: { readonly given: readonly Known[]; readonly when: Known; readonly late?: boolean },
): string {
  const state = story.given.reduce(rules.evolve, rules.initial);
  return rules.refusal(state, story.when, story.late ?? false)?.code ?? 'recorded';
}
