import type { FastifyRequest } from 'fastify';
import type { Identity } from '#access';
import type { CommandContext } from '#commands';
import { ProblemError, problem } from './problems.ts';

const KEY_LENGTH_MAX = 200;

/** What a command is told about its caller. The clock is read here and nowhere further in. */
export function commandContext(request: FastifyRequest, caller: Identity): CommandContext {
  const key = request.headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || key.length === 0 || key.length > KEY_LENGTH_MAX)) {
    throw new ProblemError(
      problem('bad-request', `Idempotency-Key must have 1 to ${KEY_LENGTH_MAX} characters.`),
    );
  }
  return {
    actor: caller.subject,
    now: new Date(),
    correlationId: request.id,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  };
}
