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
 * The first fact after `index` that the fact there excludes once it says `content` (null: is voided), and does not exclude now.
 *
 * A correction is judged by what stood before the fact it corrects. Facts recorded since may claim what it would claim: an order
 * that was voided, placed anew and is given back. Other contradictions are left to be corrected one after the other.
 */
export function exclusionBy(
  rules: AnyFactRules,
  facts: readonly StandingFact[],
  index: number,
  content: Content | null,
): Exclusion | undefined {
  if (rules.exclusions === undefined) return undefined;
  const corrected = facts.map((fact, i) => (i === index ? { ...fact, content } : fact));
  const excluded = exclusions(rules, corrected, index);
  if (excluded.length === 0) return undefined;
  const before = new Set(exclusions(rules, facts, index).map((exclusion) => exclusion.index));
  return excluded.find((exclusion) => !before.has(exclusion.index));
}

/** Facts after `index` that those before them exclude. */
function exclusions(rules: AnyFactRules, facts: readonly StandingFact[], index: number): Exclusion[] {
  const found: Exclusion[] = [];
  let state: unknown = rules.initial;
  for (const [i, { type, content }] of facts.entries()) {
    if (content === null || !rules.types.includes(type)) continue;
    const fact: Fact = { type, data: content };
    const refusal = i > index ? rules.refusal(state, fact, true) : undefined;
    if (refusal !== undefined && rules.exclusions?.includes(refusal.code)) found.push({ index: i, refusal });
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
  return exclusionBy(rules, facts, story.corrected, story.to?.data ?? null)?.refusal.code ?? 'nothing';
}
