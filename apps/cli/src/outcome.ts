import { StoreUnavailable } from '#journal';
import { ValueError } from '#kernel';
import { NotYetKnown, saysStoreIsAway } from '#read-models';
import { QuestionError } from '#scorecard';
import { ConfigError } from './config.ts';

/** Exit codes: 0 ok, 1 the answer is "no", 2 usage, 3 not reachable. */
export type Outcome = number;

export function codeOf(error: unknown): Outcome {
  if (error instanceof StoreUnavailable || error instanceof NotRunning || saysStoreIsAway(error)) return 3;
  if (error instanceof UsageError || error instanceof ConfigError) return 2;
  if (error instanceof QuestionError || error instanceof ValueError) return 2;
  if (error instanceof NotYetKnown) return 1;
  return 1;
}

/** What was asked cannot be meant: a wrong argument, a file that is not there. */
export class UsageError extends Error {}

/** No stores to talk to: none configured, and no `quadrant start` on this data directory. */
export class NotRunning extends Error {}
