import {
  AccessDeniedError,
  CancelledError,
  DeadlineExceededError,
  InvalidArgumentError,
  isCommandError,
  NotLeaderError,
  StreamDeletedError,
  TimeoutError,
  UnavailableError,
  UnknownError,
  UnsupportedError,
} from '@eventstore/db-client';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { StoreClient } from './client.ts';
import { JournalClosed, NoAnswer, StoreUnavailable } from './faults.ts';

const GRPC_INTERNAL = 13;
const BACKOFF = { initialDelay: 50, maxDelay: 1_000 } as const;

/**
 * True when the outcome is unknown and the same call with the same ids may be repeated.
 *
 * A cluster whose discovery failed reports a plain Error; nothing was sent then.
 */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof UnavailableError ||
    error instanceof DeadlineExceededError ||
    error instanceof NotLeaderError ||
    error instanceof CancelledError ||
    error instanceof TimeoutError ||
    error instanceof NoAnswer ||
    error instanceof JournalClosed ||
    (error instanceof Error && !isCommandError(error) && /^Failed to discover/.test(error.message)) ||
    isChannelClosed(error) ||
    isBrokenOff(error)
  );
}

/** True when repeating cannot help: the store understood and says no. */
export function isLasting(error: unknown): boolean {
  return (
    error instanceof AccessDeniedError ||
    error instanceof InvalidArgumentError ||
    error instanceof UnsupportedError ||
    error instanceof StreamDeletedError
  );
}

/** A server that dies in the middle of a call may leave a reset stream, which the client has no class for. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof UnknownError && error.code === GRPC_INTERNAL;
}

/** A call that meets a channel which another failing call has just closed: nothing was sent. */
function isChannelClosed(error: unknown): boolean {
  return error instanceof Error && /channel (has been )?(shut ?down|closed)/i.test(error.message);
}

/**
 * Runs a call until it is answered or the total time is over, with growing pauses.
 *
 * Fault: store-unavailable. Every other error is the caller's to understand.
 */
export async function repeatWhileAway<Result>(
  store: StoreClient,
  doing: string,
  call: (attempt: { readonly number: number; readonly deadlineMs: number }) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  const spentMs = (): number => Math.round(performance.now() - startedAt);
  let attempts = 0;
  const attempt = (): Promise<Result> => {
    attempts += 1;
    const deadlineMs = Math.max(1, Math.min(store.attemptTimeoutMs, store.totalTimeoutMs - spentMs()));
    return within(deadlineMs, call({ number: attempts, deadlineMs }));
  };
  // Nearly every call is answered at once; a policy and its signals are made for those that are not.
  const failed = await attempt().then(
    (result) => ({ result }),
    (cause: unknown) => ({ cause }),
  );
  if ('result' in failed) return failed.result;
  if (!isPassing(failed.cause)) throw failed.cause;
  const timeOver = AbortSignal.any([
    AbortSignal.timeout(Math.max(0, store.totalTimeoutMs - spentMs())),
    store.closed,
  ]);
  const policy = retry(handleWhen(isPassing), {
    maxAttempts: Number.MAX_SAFE_INTEGER,
    backoff: new ExponentialBackoff(BACKOFF),
  });
  try {
    return await policy.execute(
      ({ attempt: number }) => (number === 0 ? Promise.reject(failed.cause) : attempt()),
      timeOver,
    );
  } catch (cause) {
    if (!isPassing(cause)) throw cause;
    store.logger?.warn({ attempts, waitedMs: spentMs(), cause }, `The event store is away: ${doing}.`);
    throw new StoreUnavailable({ doing, attempts, waitedMs: spentMs(), cause });
  }
}

/** Some failures of the client never settle a call; half a second beyond its deadline nobody waits any more. */
async function within<Result>(deadlineMs: number, call: Promise<Result>): Promise<Result> {
  const graceMs = deadlineMs + 500;
  let timer: NodeJS.Timeout | undefined;
  const noAnswer = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(graceMs)), graceMs);
  });
  try {
    return await Promise.race([call, noAnswer]);
  } finally {
    clearTimeout(timer);
  }
}
