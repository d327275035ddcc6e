import { type Content, factChains, type RecordedEvent } from '#journal';
import { canonicalJson, type Refusal, refuse } from '#kernel';
import { type Excluded, refusalOfCorrection } from './correction.ts';
import type { AnyFactRules } from './decider.ts';
import { exclusionsAfter } from './exclusion.ts';
import { type JudgingRoom, type KnownFact, stateAfter } from './known-facts.ts';
import type { PreparedFact } from './prepared-fact.ts';
import { sameAsRecorded } from './same-content.ts';

/** A fact that may be recorded; `factType` is the type of what is: for a correction that of the fact it corrects. */
export interface Accepted {
  readonly verdict: 'accepted';
  readonly fact: PreparedFact;
  readonly factType: string;
}

/** What is to become of one fact. */
export type Judged =
  | Accepted
  /** Recorded before, at the place of `earlier`. */
  | { readonly verdict: 'recorded'; readonly fact: PreparedFact; readonly earlier: RecordedEvent }
  /** The same as an accepted fact of this batch. */
  | { readonly verdict: 'repeated'; readonly fact: PreparedFact; readonly twin: PreparedFact }
  | { readonly verdict: 'refused'; readonly fact: PreparedFact; readonly problem: Refusal };

/**
 * Judges the facts one after the other, each on what the stream and the earlier ones of the batch leave behind. What corrections
 * exclude is judged by what all of them leave behind: two facts may exchange what they say.
 */
export async function judge(
  room: JudgingRoom,
  group: readonly PreparedFact[],
  events: readonly RecordedEvent[],
): Promise<readonly Judged[]> {
  const stored = new Map(events.map((event) => [event.eventId, event]));
  const taken = new Map<string, PreparedFact>();
  const course = new Course(room.rulesOf, events);
  const judged: Judged[] = [];
  const excluding = new Map<PreparedFact, readonly Excluded[]>();
  for (const fact of group) {
    const earlier = stored.get(fact.eventId);
    const twin = taken.get(fact.eventId);
    if (earlier !== undefined) judged.push(againstEarlier(room, fact, earlier));
    else if (twin !== undefined) judged.push(againstTwin(fact, twin));
    else {
      const { excludes = [], ...verdict } = await onCourse(room, fact, course);
      excluding.set(fact, excludes);
      if (verdict.verdict === 'accepted') taken.set(fact.eventId, fact);
      judged.push(verdict);
    }
  }
  return judged.map((each) => withoutExclusions(each, excluding.get(each.fact), course));
}

/** Refused when one of the facts that it excluded is still excluded in the end. */
function withoutExclusions(
  judged: Judged,
  excludes: readonly Excluded[] | undefined,
  course: Course,
): Judged {
  if (judged.verdict !== 'accepted' || excludes === undefined || excludes.length === 0) return judged;
  const excluded = course.excluded(judged.factType);
  const still = excludes.find(({ index }) => excluded.has(index));
  return still === undefined ? judged : { verdict: 'refused', fact: judged.fact, problem: still.problem };
}

async function onCourse(
  room: JudgingRoom,
  fact: PreparedFact,
  course: Course,
): Promise<Judged & { readonly excludes?: readonly Excluded[] }> {
  if (fact.type === 'FactCorrected') {
    const judged = await refusalOfCorrection(room, fact, course.facts);
    if ('refused' in judged) return { verdict: 'refused', fact, problem: judged };
    course.correct(judged.index, fact);
    return { verdict: 'accepted', fact, factType: judged.factType, excludes: judged.excludes };
  }
  const problem = (await room.references.refusal(fact.type, fact.data)) ?? course.refusal(fact);
  if (problem !== undefined) return { verdict: 'refused', fact, problem };
  course.add(fact);
  return { verdict: 'accepted', fact, factType: fact.type };
}

function againstEarlier(room: JudgingRoom, fact: PreparedFact, earlier: RecordedEvent): Judged {
  return sameAsRecorded(room.journal.keys, fact, earlier)
    ? { verdict: 'recorded', fact, earlier }
    : { verdict: 'refused', fact, problem: conflict(fact, `event ${earlier.eventId}`) };
}

function againstTwin(fact: PreparedFact, twin: PreparedFact): Judged {
  const same = twin.type === fact.type && canonicalJson(twin.data) === canonicalJson(fact.data);
  return same
    ? { verdict: 'repeated', fact, twin }
    : { verdict: 'refused', fact, problem: conflict(fact, `fact ${twin.index} of this batch`) };
}

function conflict({ source }: PreparedFact, where: string): Refusal {
  return source === undefined
    ? refuse(
        'idempotency-key-reused',
        `This Idempotency-Key was used with another content (${where}); use a new key for new facts.`,
      )
    : refuse(
        'source-conflict',
        `${source.system} ${source.id} has been recorded with another content (${where}); send a FactCorrected.`,
        'source.id',
      );
}

/** A stream as it would be, with the state that its rules make of it. */
class Course {
  readonly #rulesOf: ReadonlyMap<string, AnyFactRules>;
  readonly facts: KnownFact[];
  /** State of the stream's rules; absent before it is asked for and after a correction. */
  #state: { readonly of: unknown } | undefined;

  constructor(rulesOf: ReadonlyMap<string, AnyFactRules>, events: readonly RecordedEvent[]) {
    this.#rulesOf = rulesOf;
    this.facts = factChains(events).map(({ root, ids, content }) => ({ type: root.type, ids, content }));
  }

  refusal(fact: PreparedFact): Refusal | undefined {
    const rules = this.#rules(fact.type);
    return rules.refusal(this.#stateOf(rules), fact, fact.source !== undefined);
  }

  add(fact: PreparedFact): void {
    const rules = this.#rules(fact.type);
    this.#state = { of: rules.evolve(this.#stateOf(rules), fact) };
    this.facts.push({ type: fact.type, ids: new Set([fact.eventId]), content: fact.data });
  }

  correct(index: number, correction: PreparedFact): void {
    const fact = this.facts[index];
    if (fact === undefined)
      throw new Error(`There is no fact ${index} to be corrected in ${correction.stream}.`);
    const content = correction.data['replacement'] as Content | null;
    this.facts[index] = { ...fact, ids: new Set(fact.ids).add(correction.eventId), content };
    this.#state = undefined;
  }

  /** Places of the facts that those before them exclude. */
  excluded(type: string): ReadonlySet<number> {
    return new Set(exclusionsAfter(this.#rules(type), this.facts, -1).map(({ index }) => index));
  }

  #stateOf(rules: AnyFactRules): unknown {
    this.#state ??= { of: stateAfter(rules, this.facts) };
    return this.#state.of;
  }

  #rules(type: string): AnyFactRules {
    const rules = this.#rulesOf.get(type);
    if (rules === undefined) throw new Error(`${type} has no rules, yet it was taken as a fact.`);
    return rules;
  }
}
