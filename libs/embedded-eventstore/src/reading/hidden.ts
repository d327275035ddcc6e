import type { LogRecord } from '../log/record.ts';

const PREFIX = Buffer.from('$persistentsubscription-$all::');

/**
 * Checkpoints and parked messages of groups on `$all` are not seen in `$all`: a group would have its own checkpoint to
 * process, and then the next one. Source: EventStoreDB 24.6.0, recorded.
 */
export function isHiddenInAll(record: LogRecord): boolean {
  if (!record.streamBegins(PREFIX)) return false;
  const stream = record.stream;
  return stream.endsWith('-checkpoint') || stream.endsWith('-parked');
}
