import { SetMetadata } from '@nestjs/common';
import type { Answer } from './answers.ts';

const OPERATION = 'openapi-operation';

/** What a route says of itself in the OpenAPI document; its parameters and its body are read from its signature. */
export interface Operation {
  readonly summary: string;
  /** The schema of a 2xx answer, by its name in answers.ts; text/plain for a route that answers a text. */
  readonly answer: Answer | 'text/plain';
}

/** Every route has one; a route without fails at the start. */
export const Answers = (answer: Operation['answer'], summary: string) =>
  SetMetadata(OPERATION, { answer, summary } satisfies Operation);

export function operationOf(handler: object): Operation | undefined {
  return Reflect.getMetadata(OPERATION, handler) as Operation | undefined;
}
