import { type EventType, isEventType, parseRecorded } from '#contracts';
import { compareText, type Position } from '#kernel';
import type { LogEvent } from './types.ts';

/** A fact as it stands at the asked position: its original's place, its corrected content. */
export interface Fact {
  readonly type: EventType;
  readonly position: Position;
  readonly revision: bigint;
  readonly unitId: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What is known at a position: facts in order of record, the record time, and the types of events that could not be read. */
export interface Known {
  readonly facts: readonly Fact[];
  readonly timeMs: bigint | undefined;
  readonly unreadable: ReadonlySet<string>;
  /** Currency of the first money fact as it was recorded. */
  readonly firstCurrency: string | undefined;
}

const MONEY = ['InvoiceIssued', 'OrderPlaced', 'CashMoved', 'LedgerAmountPosted'];

/** Reads the log up to a position: replacements instead of originals, voids taken out. Source: docs/figures.md §1. */
export function knownAt(events: readonly LogEvent[], position: Position): Known {
  const standing = new Map<
    string,
    { fact: Fact; content: Readonly<Record<string, unknown>> | null; root: LogEvent }
  >();
  const rootOf = new Map<string, string>();
  const unreadable = new Set<string>();
  let timeMs: bigint | undefined;
  let firstCurrency: string | undefined;
  for (const event of events) {
    if (event.position > position) break;
    if (event.type.startsWith('$')) continue;
    if (timeMs === undefined || event.created > timeMs) timeMs = event.created;
    if (!isEventType(event.type)) continue;
    const read = parseRecorded(event.type, event.data, event.metadata);
    if (!read.ok) {
      unreadable.add(event.type);
      continue;
    }
    if (event.type !== 'FactCorrected') {
      const unitId = (event.metadata as { unitId?: string }).unitId;
      const fact: Fact = {
        type: event.type,
        position: event.position,
        revision: event.revision ?? 0n,
        unitId,
        data: read.data,
      };
      standing.set(event.eventId, { fact, content: read.data, root: event });
      rootOf.set(event.eventId, event.eventId);
      if (firstCurrency === undefined && MONEY.includes(event.type))
        firstCurrency = read.data['currency'] as string;
      continue;
    }
    const target = rootOf.get(read.data['targetEventId'] as string);
    const known = target === undefined ? undefined : standing.get(target);
    if (!known || known.root.stream !== event.stream) {
      unreadable.add(event.type);
      continue;
    }
    const replacement = read.data['replacement'] as Readonly<Record<string, unknown>> | null;
    const version =
      (event.metadata as { factSchemaVersion?: number }).factSchemaVersion ??
      (known.root.metadata as { schemaVersion?: number }).schemaVersion;
    const content =
      replacement === null ? null : parseRecorded(known.fact.type, replacement, { schemaVersion: version });
    if (content !== null && !content.ok) {
      unreadable.add(event.type);
      continue;
    }
    known.content = content === null ? null : content.data;
    rootOf.set(event.eventId, target as string);
  }
  const facts = [...standing.values()].flatMap(({ fact, content }) =>
    content === null ? [] : [{ ...fact, data: content }],
  );
  return { facts, timeMs, unreadable, firstCurrency };
}

export function text(fact: Fact, field: string): string {
  return fact.data[field] as string;
}

export function maybe(fact: Fact | undefined, field: string): string | undefined {
  const value = fact?.data[field];
  return typeof value === 'string' ? value : undefined;
}

export function latest<T>(items: readonly T[], dateOf: (item: T) => string): T | undefined {
  let best: T | undefined;
  for (const item of items)
    if (best === undefined || compareText(dateOf(item), dateOf(best)) >= 0) best = item;
  return best;
}
