import type { EventLog } from '../log/event-log.ts';
import type { LogRecord } from '../log/record.ts';
import { EventFrame, type IdForm } from '../protocol/event-message.ts';
import type { ResponseWriter } from '../protocol/response-writer.ts';
import { resolveLink } from './links.ts';

/** One consumer of a read or subscription: how it wants its events, and the way to it. */
export class Reader {
  readonly writer: ResponseWriter;
  /** Aborted when the consumer is gone or the store closes. */
  readonly ended: AbortSignal;
  readonly #log: EventLog;
  readonly #resolveLinks: boolean;
  readonly #ids: IdForm;

  constructor(log: EventLog, writer: ResponseWriter, ended: AbortSignal, resolveLinks: boolean, ids: IdForm) {
    this.#log = log;
    this.writer = writer;
    this.ended = ended;
    this.#resolveLinks = resolveLinks;
    this.#ids = ids;
  }

  /** Sends an event; waits only when a pack is full and the consumer has not taken the one before. */
  event(record: LogRecord): Promise<void> | undefined {
    const resolved = this.#resolveLinks ? resolveLink(this.#log, record) : { event: record };
    return this.writer.event(new EventFrame(resolved, this.#ids)) ? this.writer.pass() : undefined;
  }
}
