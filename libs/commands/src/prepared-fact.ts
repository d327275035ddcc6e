import { eventTypes, streamOf } from '#contracts';
import { type Refusal, refuse } from '#kernel';
import { type CommandContext, type InvalidInput, invalidInput, type Source } from './context.ts';
import type { AnyFactRules, Content } from './decider.ts';
import { factEventId } from './event-ids.ts';
import { problemsOf } from './new-event.ts';

/** A fact as it is sent in: its type, its content, and where it comes from. */
export interface SubmittedFact {
  readonly type: string;
  readonly data: Content;
  readonly source?: Source;
  /** Only for FactCorrected, when the sender knows the stream of its target. */
  readonly stream?: string;
}

/** Looks up the stream that holds an event; undefined when there is none. */
export type Locate = (eventId: string) => Promise<string | undefined> | string | undefined;

/** A fact whose form is right and whose place is known; whether it may be recorded is still open. */
export interface PreparedFact {
  readonly index: number;
  readonly type: string;
  readonly data: Content;
  readonly source: Source | undefined;
  readonly stream: string;
  readonly eventId: string;
  /** The rules of its stream; undefined for a correction, which takes those of its target. */
  readonly rules: AnyFactRules | undefined;
}

export interface RefusedFact {
  readonly index: number;
  readonly status: 'refused';
  readonly stream: string | undefined;
  readonly problem: Refusal | InvalidInput;
}

/**
 * Checks a fact on its own and finds its stream.
 *
 * Refusals, in order of precedence: unknown-type, not-a-fact, invalid-input, unknown-target.
 */
export async function prepareFact(options: {
  readonly index: number;
  readonly fact: SubmittedFact;
  readonly context: CommandContext;
  readonly rules: ReadonlyMap<string, AnyFactRules>;
  readonly locate: Locate | undefined;
}): Promise<PreparedFact | RefusedFact> {
  const { index, fact, context, locate } = options;
  const { type, data, source } = fact;
  const rules = options.rules.get(type);
  const refused = (problem: Refusal): RefusedFact => ({
    index,
    status: 'refused',
    stream: undefined,
    problem,
  });
  if (rules === undefined && type !== 'FactCorrected') return refused(notRecordable(type));
  const problems = problemsOf(type, data) ?? sourceProblem(source);
  if (problems !== undefined) return { ...refused(problems), stream: fact.stream ?? streamMeant(type, data) };
  const stream = type === 'FactCorrected' ? await targetStream(fact, locate) : streamOf(type, data);
  if (stream === undefined) {
    return refused(
      refuse('unknown-target', `No event ${String(data['targetEventId'])} is known.`, 'targetEventId'),
    );
  }
  const eventId = factEventId({ type, stream, index, source, context });
  return { index, type, data, source, stream, eventId, rules };
}

/** The stream that content which is not valid was meant for: known when its ids are there. */
function streamMeant(type: string, data: Content): string | undefined {
  if (type === 'FactCorrected' || data === null || typeof data !== 'object') return undefined;
  try {
    return streamOf(type, data);
  } catch {
    // Without all its ids it names no stream, and holds back no other fact.
    return undefined;
  }
}

async function targetStream(
  { data, stream }: SubmittedFact,
  locate: Locate | undefined,
): Promise<string | undefined> {
  if (stream !== undefined) return stream;
  return locate?.(String(data['targetEventId']));
}

function notRecordable(type: string): Refusal {
  return (eventTypes as readonly string[]).includes(type)
    ? refuse(
        'not-a-fact',
        `${type} is the result of a command of its own; it cannot be sent as a fact.`,
        'type',
      )
    : refuse('unknown-type', `There is no event type ${type}; GET /v1/schemas lists them.`, 'type');
}

function sourceProblem(source: Source | undefined): InvalidInput | undefined {
  if (source === undefined) return undefined;
  const problems = (['system', 'id'] as const)
    .filter((field) => typeof source[field] !== 'string' || source[field].trim() === '')
    .map((field) => ({ field: `source.${field}`, detail: 'must be a text that is not empty' }));
  return problems.length === 0 ? undefined : invalidInput(problems);
}
