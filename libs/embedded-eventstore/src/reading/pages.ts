import type { EventLog } from '../log/event-log.ts';
import type { LogRecord } from '../log/record.ts';
import { isHiddenInAll } from './hidden.ts';

/** Events from a place on, as one short look into the log gives them. */
export interface Page {
  readonly records: readonly LogRecord[];
  /** Where the next page begins. */
  readonly next: number;
  /** There was nothing more. */
  readonly ended: boolean;
}

/** What a reader may see of a stream from a revision on, at most `limit` revisions; nothing of one that is not there or ended for good. */
export function streamPage(log: EventLog, stream: string, from: number, limit: number): Page {
  const view = log.view(stream);
  if (view.kind !== 'there') return { records: [], next: from, ended: true };
  const begin = Math.max(from, view.first);
  if (begin > view.last) return { records: [], next: begin, ended: true };
  const slice = log.revisions(view.number, begin, view.last, limit);
  const newest = slice.at(-1);
  if (!newest) return { records: [], next: begin, ended: true };
  const next = Number(newest.revision) + 1;
  return {
    records: slice.filter((record) => record.created >= view.notBefore),
    next,
    ended: next > view.last,
  };
}

/** What a reader may see of `$all` from a position on, at most `limit` events. */
export function allPage(log: EventLog, from: number, limit: number): Page {
  const slice = log.all(from, 'forwards', limit);
  const newest = slice.at(-1);
  return {
    records: slice.filter((record) => !isHiddenInAll(record)),
    next: newest ? newest.position + 1 : from,
    ended: slice.length < limit,
  };
}
