import { streamOf } from '#contracts';
import { type Refusal, refuse } from '#kernel';
import { invalidInput } from './context.ts';
import type { Content } from './decider.ts';
import { exclusionsBy } from './exclusion.ts';
import { type JudgingRoom, type KnownFact, stateAfter } from './known-facts.ts';
import { problemsOf } from './new-event.ts';
import type { PreparedFact } from './prepared-fact.ts';

/** Which fact a correction corrects, when it may. */
interface Correctable {
  readonly index: number;
  readonly factType: string;
  /** Facts that exclude each other by it, and its refusal for that: it holds unless they are corrected in the same call. */
  readonly excludes: readonly Excluded[];
}

export interface Excluded {
  /** Place of the excluded fact among those of the stream: a later one, or the corrected one itself. */
  readonly index: number;
  readonly problem: Refusal;
}

/**
 * Whether a correction may be recorded. It may name the fact itself or an earlier correction of it.
 *
 * The replacement is judged like a fact told late, on what the stream held before the fact it replaces. What it excludes of
 * what was recorded after that is told, and decided on when all corrections of the call are known.
 *
 * Refusals, in order of precedence: unknown-target, not-correctable, already-void, invalid-input, moves-stream,
 * unknown-customer, unknown-unit, those of the stream's rules, merge-circle.
 */
export async function refusalOfCorrection(
  room: JudgingRoom,
  correction: PreparedFact,
  facts: readonly KnownFact[],
): Promise<Correctable | Refusal> {
  const { targetEventId, replacement } = correction.data;
  const index = facts.findIndex(({ ids }) => ids.has(String(targetEventId)));
  const target = facts[index];
  if (target === undefined) {
    return refuse(
      'unknown-target',
      `Stream ${correction.stream} has no event ${String(targetEventId)}.`,
      'targetEventId',
    );
  }
  const rules = room.rulesOf.get(target.type);
  if (rules === undefined) {
    return refuse(
      'not-correctable',
      `${target.type} is not a recorded fact; it cannot be corrected.`,
      'targetEventId',
    );
  }
  if (replacement === null && target.content === null)
    return refuse(
      'already-void',
      'The fact has been voided before; there is nothing left to void.',
      'replacement',
    );
  const content = replacement as Content | null;
  const excludes: Excluded[] = [];
  if (content !== null) {
    const unfit =
      formProblem(target, content, correction.stream) ??
      (await room.references.refusalOfReplacement(target.type, content));
    if (unfit !== undefined) return inReplacement(unfit);
    const before = stateAfter(rules, facts.slice(0, index));
    const problem = rules.refusal(before, { type: target.type, data: content }, true);
    // What an earlier fact excludes may be freed by a correction of that one in the same call.
    if (problem !== undefined && rules.exclusions?.includes(problem.code))
      excludes.push({ index, problem: inReplacement(problem) });
    else if (problem !== undefined) return inReplacement(problem);
  }
  const circle = await room.references.mergeCircle(facts.with(index, { ...target, content }), target.type);
  if (circle !== undefined) return circle;
  for (const { index: at, refusal } of exclusionsBy(rules, facts, index, content))
    excludes.push({ index: at, problem: ofCorrection(refusal, facts[at] as KnownFact) });
  return { index, factType: target.type, excludes };
}

/** The refusal of a later fact that a correction would bring about, told of the correction. */
function ofCorrection({ code, detail }: Refusal, { type, ids }: KnownFact): Refusal {
  return refuse(
    code,
    `${type} ${[...ids][0]} was recorded after this fact and cannot stand beside it so corrected; correct or void that one first, or in the same call. (${detail})`,
    'replacement',
  );
}

function formProblem(target: KnownFact, content: Content, stream: string): Refusal | undefined {
  const { type } = target;
  const invalid = problemsOf(type, content, target.content);
  if (invalid !== undefined) return invalid;
  const moved = streamOf(type, content);
  return moved === stream
    ? undefined
    : refuse(
        'moves-stream',
        `The replacement belongs to ${moved}; void this fact and record the right one as a new fact.`,
      );
}

/** The field of a refused replacement, as the sender of the correction wrote it. */
function inReplacement(problem: Refusal): Refusal {
  if ('problems' in problem && Array.isArray(problem.problems)) {
    return invalidInput(problem.problems.map((each) => ({ ...each, field: `replacement.${each.field}` })));
  }
  return { ...problem, field: problem.field === undefined ? 'replacement' : `replacement.${problem.field}` };
}
