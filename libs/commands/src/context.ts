import { randomUUID } from 'node:crypto';
import type { Position, Refusal } from '#kernel';

/** Where an imported fact comes from; system and id together say which fact it is. */
export interface Source {
  readonly system: string;
  readonly id: string;
  readonly batchId?: string;
  readonly row?: number;
}

/** Who wants something, when, and how a repeat of it is known. */
export interface CommandContext {
  /** Subject of the token. */
  readonly actor: string;
  /** Wall clock at the edge; deciders see no other. */
  readonly now: Date;
  readonly idempotencyKey?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
}

/**
 * The context with a correlation id, a random one where the caller gave none: what a call records differs from what
 * another one records under the same event ids at the same time, even when both say the same.
 */
export function identified(context: CommandContext): CommandContext {
  return context.correlationId === undefined ? { ...context, correlationId: randomUUID() } : context;
}

/** The answer to a command: where its events are. The same again for a repeat. */
export interface CommandReceipt {
  /** Position of the last event; wait for it to read your own write. */
  readonly position: Position;
  readonly stream: string;
  readonly revision: bigint;
  /** Empty when nothing had to change. */
  readonly eventIds: readonly string[];
}

/** One thing wrong with the input, with the path of its field. */
export interface InputProblem {
  readonly field: string;
  readonly detail: string;
}

/** The input is not what its contract says: nothing was decided, nothing written. */
export interface InvalidInput extends Refusal<'invalid-input'> {
  readonly problems: readonly InputProblem[];
}

export function invalidInput(problems: readonly InputProblem[]): InvalidInput {
  const first = problems[0];
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return {
    refused: true,
    code: 'invalid-input',
    detail: first
      ? `${first.field === '' ? '' : `${first.field}: `}${first.detail}${more}`
      : 'The input is not valid.',
    ...(first && first.field !== '' && { field: first.field }),
    problems,
  };
}
