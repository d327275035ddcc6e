import { readFileSync } from 'node:fs';
import type { EmbeddedEventStore } from '#embedded-eventstore';
import type { EmbeddedMongoDb } from '#embedded-mongodb';
import type { Observations, OperationFigures, StoreName } from './observations.ts';

export type { StoreName };

/** A store as it is now. */
export interface StoreCondition {
  /** `ok`, or why it cannot be used. */
  readonly health: string;
  /** Sizes, and what is open. */
  readonly figures: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, OperationFigures>>;
}

/** The process of the stores as it is now: what `quadrant stores status --json` prints. */
export interface Condition {
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly memory: Memory;
  /** From how many milliseconds on an operation is slow. */
  readonly slowMs: number;
  readonly stores: Readonly<Partial<Record<StoreName, StoreCondition>>>;
}

/** Bytes. */
export interface Memory {
  readonly resident: number;
  /** Without the pages of files that are mapped, which the system takes back when it needs them; Linux only. */
  readonly anonymous?: number;
}

export interface Watched {
  readonly eventStore: EmbeddedEventStore | undefined;
  readonly mongo: EmbeddedMongoDb | undefined;
  readonly observations: Observations;
}

export function conditionOf({ eventStore, mongo, observations }: Watched): Condition {
  const condition = (
    name: StoreName,
    store: { ailment(): string | undefined; stats(): object },
  ): StoreCondition => ({
    health: store.ailment() ?? 'ok',
    figures: store.stats() as Record<string, number>,
    operations: Object.fromEntries(observations.of(name)),
  });
  return {
    pid: process.pid,
    uptimeSeconds: Math.floor(process.uptime()),
    memory: memoryNow(),
    slowMs: observations.slowMs,
    stores: {
      ...(eventStore ? { eventstore: condition('eventstore', eventStore) } : {}),
      ...(mongo ? { mongodb: condition('mongodb', mongo) } : {}),
    },
  };
}

/** Source: proc(5). */
function memoryNow(): Memory {
  const resident = process.memoryUsage.rss();
  if (process.platform !== 'linux') return { resident };
  const [, anonymous] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return { resident, ...(anonymous === undefined ? {} : { anonymous: Number(anonymous) * 1024 }) };
}
