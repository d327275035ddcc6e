import { isSoftDeleted, type StreamState } from './stream-state.ts';

const TICKS_PER_MS = 10_000n;

/** The first revision of a stream that its metadata let readers see; beyond the last one when they let them see none. */
export function firstVisible(stream: string, state: StreamState): number {
  if (isSoftDeleted(state)) return state.last + 1;
  const { before = 0, maxCount } = state.truncation;
  // A metadata stream shows its last event only.
  const kept = stream.startsWith('$$') ? 1 : maxCount;
  return Math.max(before, kept === undefined ? 0 : state.last - kept + 1);
}

/** Events of the stream that were created before this have expired; ticks. */
export function expiredBefore(state: StreamState, nowMs: number): bigint {
  const { maxAgeSeconds } = state.truncation;
  return maxAgeSeconds === undefined ? 0n : (BigInt(nowMs) - BigInt(maxAgeSeconds) * 1000n) * TICKS_PER_MS;
}
