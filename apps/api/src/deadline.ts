import { type CallHandler, type ExecutionContext, type NestInterceptor, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { type Observable, throwError, timeout } from 'rxjs';
import { ANSWER_MS, LIMITS } from './limits.ts';
import { ProblemError, problem } from './problems.ts';

const KIND = 'answer-time';
export type AnswerTimes = Readonly<Record<keyof typeof ANSWER_MS, number>>;

/** This route takes files: it may take as long as they take to be recorded. */
export const TakesFiles = () => SetMetadata(KIND, 'import');

/**
 * Every request is answered. A store that has gone silent (a machine that hangs, a line that swallows packets) gives no
 * error; the caller gets a 503 when the time is over, and may repeat.
 */
export class Deadline implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly times: AnswerTimes,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method, query } = context.switchToHttp().getRequest<FastifyRequest>();
    const kind =
      this.reflector.get<keyof AnswerTimes | undefined>(KIND, context.getHandler()) ??
      (method === 'GET' ? 'question' : 'command');
    const waits = kind === 'question' && (query as { after?: unknown }).after !== undefined;
    const ms = this.times[kind] + (waits ? LIMITS.waitMs : 0);
    const late = () =>
      throwError(
        () =>
          new ProblemError(
            problem(
              'store-away',
              `No answer within ${ms} ms: a store is silent. Repeat the request with the same Idempotency-Key: nothing is recorded twice.`,
            ),
          ),
      );
    return next.handle().pipe(timeout({ each: ms, with: late }));
  }
}
