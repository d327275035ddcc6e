import type { EventLog } from './event-log.ts';

/**
 * A new log begins with a system event, as every EventStoreDB's does: a consumer of `$all` that forgets to leave system events
 * out is found on its first run.
 */
export async function writeFirstEvent(log: EventLog): Promise<void> {
  if (log.lastPosition > 0) return;
  await log.append('$$$stats-127.0.0.1', 'any', [
    {
      id: crypto.randomUUID(),
      type: '$metadata',
      json: true,
      data: Buffer.from('{"$maxAge":86400}'),
      metadata: Buffer.alloc(0),
    },
  ]);
}
