import type { FactChain, Journal } from '#journal';
import type { AnyFactRules } from './decider.ts';
import type { References } from './references.ts';

/** What judging a fact needs to look at. */
export interface JudgingRoom {
  readonly journal: Journal;
  readonly references: References;
  /** Rules by event type. */
  readonly rulesOf: ReadonlyMap<string, AnyFactRules>;
}

/** A fact of the stream or of the batch before it, with what corrections may call it. */
export type KnownFact = Pick<FactChain, 'ids' | 'content'> & { readonly type: string };

/** What the rules of a stream make of its facts; voided ones and those of other rooms do not count. */
export function stateAfter(rules: AnyFactRules, facts: readonly KnownFact[]): unknown {
  const own = facts.filter(({ type, content }) => content !== null && rules.types.includes(type));
  return own.reduce<unknown>(
    (state, { type, content }) => rules.evolve(state, { type, data: content }),
    rules.initial,
  );
}
