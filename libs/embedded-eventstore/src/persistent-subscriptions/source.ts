import type { EventLog } from '../log/event-log.ts';
import type { LogRecord } from '../log/record.ts';
import type { ResolvedRecord } from '../protocol/event-message.ts';
import type { EventFilter } from '../reading/filter.ts';
import { SLICE } from '../reading/finite-reads.ts';
import { resolveLink } from '../reading/links.ts';
import { allPage, streamPage } from '../reading/pages.ts';
import type { Strategy } from './core/consumers.ts';
import type { Considered, Read } from './core/step.ts';
import { ALL, filterOf, type GroupDefinition, parkedStream } from './definition.ts';

export interface Page {
  readonly parts: readonly Considered<ResolvedRecord>[];
  readonly next: number;
  readonly ended: boolean;
}

/** So many events of `$all` are looked at for one page, wanted or not. */
const CONSIDERED_MAX = 4096;

/** What a group reads: a stream, or `$all` with or without a filter. */
export class Source {
  /** The name under which the log tells of changes. */
  readonly name: string;
  readonly #log: EventLog;
  readonly #definition: GroupDefinition;
  readonly #filter: EventFilter | undefined;

  constructor(log: EventLog, definition: GroupDefinition) {
    this.#log = log;
    this.#definition = definition;
    this.name = definition.stream ?? ALL;
    if (!definition.filter) return;
    const filter = filterOf(definition.filter);
    if ('field' in filter) throw new Error(`The filter of the group ${definition.group} ${filter.right}.`);
    this.#filter = filter;
  }

  /** The next events from a place on, including it; at most `count` that the group wants. */
  page(from: number, count: number): Page {
    return this.#definition.stream === undefined
      ? this.#pageOfAll(from, count)
      : this.#pageOfStream(this.#definition.stream, from, count);
  }

  #pageOfStream(stream: string, from: number, count: number): Page {
    const page = streamPage(this.#log, stream, from, count);
    const parts = page.records.map((record) => ({
      place: Number(record.revision),
      count: 1,
      wanted: this.#read(record, this.#definition.resolveLinks),
    }));
    return { parts, next: page.next, ended: page.ended };
  }

  #pageOfAll(from: number, count: number): Page {
    const parts: Considered<ResolvedRecord>[] = [];
    let next = from;
    let considered = 0;
    let wanted = 0;
    let unwanted = 0;
    const closeRun = () => {
      if (unwanted > 0) parts.push({ place: next - 1, count: unwanted, wanted: undefined });
      unwanted = 0;
    };
    while (wanted < count && considered < CONSIDERED_MAX) {
      const page = allPage(this.#log, next, this.#filter ? SLICE : count - wanted);
      for (const record of page.records) {
        if (wanted === count) return { parts, next, ended: false };
        considered++;
        if (this.#filter && !this.#filter.wants(record)) {
          unwanted++;
          next = record.position + 1;
          continue;
        }
        closeRun();
        next = record.position + 1;
        wanted++;
        parts.push({
          place: record.position,
          count: 1,
          wanted: this.#read(record, this.#definition.resolveLinks),
        });
      }
      next = page.next;
      if (!page.ended) continue;
      closeRun();
      return { parts, next, ended: true };
    }
    closeRun();
    return { parts, next, ended: false };
  }

  /** Parked messages, each with what it points to; `next` is beyond what was looked at, seen or not. */
  parkedPage(key: string, from: number, stop: number, count: number) {
    const page = streamPage(this.#log, parkedStream(key), from, count);
    const messages = page.records
      .filter((record) => Number(record.revision) < stop)
      .map((record) => ({ ...this.#read(record, true), place: Number(record.revision) }));
    return { messages, next: page.ended ? stop : Math.min(page.next, stop) };
  }

  #read(record: LogRecord, resolve: boolean): Read<ResolvedRecord> {
    const event = resolve ? resolveLink(this.#log, record) : { event: record };
    return { id: record.id, event, pin: pinOf(this.#definition.strategy, event) };
  }
}

const TARGET_STREAM = /^\d+@(.+)$/s;

/** What decides in the pinned strategies who gets an event: the stream that it is of, or its correlation. */
function pinOf(strategy: Strategy, { event, link }: ResolvedRecord): string {
  if (strategy !== 'Pinned' && strategy !== 'PinnedByCorrelation') return '';
  const record = (event ?? link) as LogRecord;
  if (strategy === 'PinnedByCorrelation') {
    const correlation = correlationOf(record.metadata);
    if (correlation !== undefined) return correlation;
  }
  const target = record.isLink ? TARGET_STREAM.exec(record.data.toString('utf8'))?.[1] : undefined;
  return target ?? record.stream;
}

function correlationOf(metadata: Buffer): string | undefined {
  if (metadata.length === 0) return undefined;
  try {
    const parsed: unknown = JSON.parse(metadata.toString('utf8'));
    const correlation = (parsed as { readonly $correlationId?: unknown } | null)?.$correlationId;
    return typeof correlation === 'string' ? correlation : undefined;
  } catch (error) {
    // Metadata may be anything.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
