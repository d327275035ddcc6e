import { StoreUnavailable } from '#journal';
import { QuestionError } from '#scorecard';

/** Exit codes: 0 ok, 1 the answer is "no", 2 usage, 3 not reachable. */
export type Outcome = number;

export function codeOf(error: unknown): Outcome {
  if (
    error instanceof StoreUnavailable ||
    (error instanceof Error && /^Mongo(Network|ServerSelection)/.test(error.name))
  )
    return 3;
  if (error instanceof NotRunning) return 3;
  if (error instanceof QuestionError) return 2;
  return 1;
}

/** No stores to talk to: none configured, and no `quadrant start` on this data directory. */
export class NotRunning extends Error {}
