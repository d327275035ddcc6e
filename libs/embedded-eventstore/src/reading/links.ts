import type { EventLog } from '../log/event-log.ts';
import type { LogRecord } from '../log/record.ts';
import type { ResolvedRecord } from '../protocol/event-message.ts';

const TARGET = /^(\d{1,19})@(.+)$/s;

/** What a reader that asked for links to be resolved is sent: a link with its target, if that can be seen. */
export function resolveLink(log: EventLog, record: LogRecord): ResolvedRecord {
  if (!record.isLink) return { event: record };
  const target = TARGET.exec(record.data.toString('utf8'));
  if (!target) return { link: record };
  const revision = Number(target[1]);
  const view = log.view(target[2] as string);
  if (view.kind !== 'there' || revision < view.first || revision > view.last) return { link: record };
  const event = log.revisions(view.number, revision, revision, 1)[0];
  return event && event.created >= view.notBefore ? { event, link: record } : { link: record };
}
