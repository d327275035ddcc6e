import { randomUUID } from 'node:crypto';
import { sourceEventId } from '#contracts';
import { uuidV5 } from '#kernel';
import type { CommandContext, Source } from './context.ts';

/** Namespace of the ids that follow from an idempotency key; never to be changed. */
const COMMANDS = '5b0c9ad2-6a2e-5f55-9a0f-3f6d1f3c7e11';

/**
 * The id of a command that has an idempotency key: what its events name as their cause, unless the caller knows one.
 */
export function commandId({ actor, idempotencyKey, causationId }: CommandContext): string | undefined {
  if (idempotencyKey === undefined) return causationId;
  if (causationId !== undefined) return causationId;
  return uuidV5(COMMANDS, JSON.stringify([actor, idempotencyKey]));
}

/**
 * The id of the n-th event of a command on a stream: the same for the same actor and idempotency key, so that a
 * repeat is known as one; random without a key.
 */
export function commandEventId(options: {
  readonly stream: string;
  readonly index: number;
  readonly context: CommandContext;
}): string {
  const { stream, index, context } = options;
  if (context.idempotencyKey === undefined) return randomUUID();
  return uuidV5(COMMANDS, JSON.stringify([context.actor, context.idempotencyKey, stream, index]));
}

/**
 * The id of a fact: it follows from its source, else from the idempotency key and its place in the batch, else it is
 * random.
 */
export function factEventId(options: {
  readonly type: string;
  readonly stream: string;
  readonly index: number;
  readonly source: Source | undefined;
  readonly context: CommandContext;
}): string {
  const { type, stream, index, source, context } = options;
  return source === undefined ? commandEventId({ stream, index, context }) : sourceEventId(source, type);
}
