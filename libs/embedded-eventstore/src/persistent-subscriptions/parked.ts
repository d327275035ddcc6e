import { randomUUID } from 'node:crypto';
import type { EventLog } from '../log/event-log.ts';
import { LINK_TYPE, type LogRecord } from '../log/record.ts';
import type { ResolvedRecord } from '../protocol/event-message.ts';
import { parkedStream } from './definition.ts';

const NOTHING = Buffer.alloc(0);

/** Puts a link to a message into the group's parked stream; false when somebody has ended that stream for good. */
export async function parkMessage(
  log: EventLog,
  key: string,
  { event, link }: ResolvedRecord,
  reason: string,
): Promise<boolean> {
  // A link that leads nowhere is parked as what it says.
  const target = event ? `${event.revision}@${event.stream}` : (link as LogRecord).data.toString('utf8');
  const metadata = {
    added: new Date(log.now).toISOString(),
    reason,
    subscriptionEventNumber: Number((link ?? (event as LogRecord)).revision),
  };
  const outcome = await log.append(parkedStream(key), 'any', [
    {
      id: randomUUID(),
      type: LINK_TYPE,
      json: false,
      data: Buffer.from(target),
      metadata: Buffer.from(JSON.stringify(metadata)),
    },
  ]);
  return outcome.kind === 'done';
}

/** Hides the parked messages below a revision. */
export async function cutParked(log: EventLog, key: string, before: number): Promise<void> {
  const metadata = {
    $tb: before,
    $acl: { $r: '$admins', $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' },
  };
  await log.append(`$$${parkedStream(key)}`, 'any', [
    {
      id: randomUUID(),
      type: '$metadata',
      json: true,
      data: Buffer.from(JSON.stringify(metadata)),
      metadata: NOTHING,
    },
  ]);
}
