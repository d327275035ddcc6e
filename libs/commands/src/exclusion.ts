import type { Refusal } from '#kernel';
import type { AnyFactRules, Content, Fact } from './decider.ts';

/** A fact of a stream; content null: voided. */
export interface StandingFact {
  readonly type: string;
  readonly content: Content | null;
}

/** A fact that would be excluded, by its place among the facts, and what its rules say to it. */
export interface Exclusion {
  readonly index: number;
  readonly refusal: Refusal;
}

/**
 * The facts after `index` that are excluded once the fact there says `content` (null: is voided), and are not now.
 *
 * A correction is judged by what stood before the fact it corrects. Facts recorded since may claim what it would claim: an order
 * that was voided, placed anew and is given back. Other contradictions are left to be corrected one after the other.
 */
export function exclusionsBy(
  rules: AnyFactRules,
  facts: readonly StandingFact[],
  index: number,
  content: Content | null,
): readonly Exclusion[] {
  const corrected = facts.map((fact, i) => (i === index ? { ...fact, content } : fact));
  const excluded = exclusionsAfter(rules, corrected, index);
  if (excluded.length === 0) return [];
  const before = new Set(exclusionsAfter(rules, facts, index).map((exclusion) => exclusion.index));
  return excluded.filter((exclusion) => !before.has(exclusion.index));
}

/** Facts after `index` that those before them exclude. */
export function exclusionsAfter(
  rules: AnyFactRules,
  facts: readonly StandingFact[],
  index: number,
): readonly Exclusion[] {
  if (rules.exclusions === undefined) return [];
  const found: Exclusion[] = [];
  let state: unknown = rules.initial;
  for (const [i, { type, content }] of facts.entries()) {
    if (content === null || !rules.types.includes(type)) continue;
    const fact: Fact = { type, data: content };
    const refusal = i > index ? rules.refusal(state, fact, true) : undefined;
    if (refusal !== undefined && rules.exclusions.includes(refusal.code)) found.push({ index: i, refusal });
    state = rules.evolve(state, fact);
  }
  return found;
}

/** What a correction excludes: `nothing`, or the code of the refusal. For specifications of deciders. */
export function excludedBy(
  rules: AnyFactRules,
  story: {
    readonly given: readonly Fact[];
    readonly voided?: number;
    readonly corrected: number;
    readonly to: Fact | null;
  },
): string {
  const facts = story.given.map(({ type, data }, i) => ({ type, content: i === story.voided ? null : data }));
  const [first] = exclusionsBy(rules, facts, story.corrected, story.to?.data ?? null);
  return first?.refusal.code ?? 'nothing';
}
