import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { JournalFault, StoreUnavailable } from '#journal';
import { isRefusal, type Refusal } from '#kernel';
import { NotYetKnown, saysStoreIsAway } from '#read-models';
import { QuestionError } from '#scorecard';

/** Problems as they leave the house: RFC 9457. One row for each; the code is the end of the stable `type`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

const ROWS = {
  'invalid-input': [422, 'The input is not what its contract says'],
  'bad-request': [400, 'The request cannot be understood'],
  'no-token': [401, 'A bearer token is needed'],
  'bad-token': [401, 'The token is not accepted'],
  'not-allowed': [403, 'The token does not allow this'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'This cannot be done here'],
  conflict: [409, 'What is recorded says otherwise'],
  'not-yet-known': [409, 'The position has not been projected yet'],
  'too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'The content type is not understood'],
  refused: [422, 'The rules say no'],
  'too-many-waiting': [429, 'Too many questions wait at the same time'],
  'store-away': [503, 'A store does not answer'],
  internal: [500, 'Something went wrong here'],
} as const;
export type ProblemCode = keyof typeof ROWS;

const TYPE_BASE = 'https://quadrant.dev/problems/';

export function problem(
  code: ProblemCode,
  detail: string,
  more: Pick<Problem, 'errors'> & { readonly type?: string } = {},
): Problem {
  const [status, title] = ROWS[code];
  const { type = code, errors } = more;
  return { type: TYPE_BASE + type, title, status, detail, ...(errors === undefined ? {} : { errors }) };
}

/** A problem thrown as an exception: where a value cannot travel. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(given: Problem) {
    super(given.detail);
    this.problem = given;
  }
}

const REFUSAL_CODES: Readonly<Record<string, ProblemCode>> = {
  'invalid-input': 'invalid-input',
  'source-conflict': 'conflict',
  'idempotency-key-reused': 'conflict',
  'already-registered': 'conflict',
  'too-many-facts': 'too-large',
};

/** A refusal of the domain as a problem: its own code stays the type. */
export function problemOf(refusal: Refusal): Problem {
  const listed = (refusal as { problems?: readonly { field: string; detail: string }[] }).problems;
  const errors =
    listed?.map(({ field, detail }) => ({ field, message: detail })) ??
    (refusal.field === undefined ? undefined : [{ field: refusal.field, message: refusal.detail }]);
  return problem(REFUSAL_CODES[refusal.code] ?? 'refused', refusal.detail, {
    type: refusal.code,
    ...(errors === undefined ? {} : { errors }),
  });
}

/** The value of a command, or its refusal as a problem. */
export function accepted<T>(outcome: T): Exclude<T, Refusal> {
  if (isRefusal(outcome)) throw new ProblemError(problemOf(outcome));
  return outcome as Exclude<T, Refusal>;
}

/** What anything thrown means to a client. Never a stack trace, never the inside of an error that nobody expected. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof StoreUnavailable) return problem('store-away', error.message);
  if (error instanceof JournalFault) return problem('conflict', error.message, { type: error.code });
  if (error instanceof NotYetKnown) return problem('not-yet-known', error.message);
  if (error instanceof QuestionError) {
    const code = error.code.startsWith('unknown') ? 'not-found' : 'invalid-input';
    return problem(code, error.message, {
      type: error.code,
      errors: [{ field: error.field, message: error.message }],
    });
  }
  if (error instanceof HttpException) return problemOfStatus(error.getStatus(), error.message);
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string };
  if (typeof statusCode === 'number' && statusCode < 500) return problemOfStatus(statusCode, message);
  if (saysStoreIsAway(error))
    return problem('store-away', 'The read models do not answer at the moment; nothing is lost. Try again.');
  return problem(
    'internal',
    'The request failed and has been logged. It may be repeated with the same Idempotency-Key.',
  );
}

function problemOfStatus(status: number, detail: string): Problem {
  const code =
    (Object.keys(ROWS) as ProblemCode[]).find((own) => ROWS[own][0] === status) ??
    (status < 500 ? 'bad-request' : 'internal');
  return problem(status === 400 ? 'bad-request' : code, detail);
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const given = problemOfError(error);
    if (given.status >= 500)
      this.log.error({ err: error, requestId: request.id, route: request.routeOptions?.url }, given.title);
    sendProblem(reply, given, request.id);
  }
}

/** `instance`: the id of the request, as in the log. */
export function sendProblem(reply: FastifyReply, given: Problem, instance: string): void {
  if (given.status === 503 || given.status === 429) void reply.header('retry-after', '2');
  if (given.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply
    .status(given.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({ ...given, instance }));
}
