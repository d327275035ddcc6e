import { randomUUID } from 'node:crypto';
import { type EventData, EventStoreDBClient, jsonEvent, type Position } from '@eventstore/db-client';
import {
  type EventStoreUnderTest,
  openEventStore,
  openEventStoreOfGroups,
  TURN_TIMEOUT_MS,
} from '../../lib/event-store.ts';

/**
 * The contract of the store: what the application and the official client rest on. Every test addresses a server by its URI
 * only (`ESDB_URL`, else an embedded store), takes names that nobody else has, and assumes nothing of what else is in `$all`,
 * of other writers, or of the size of a position.
 */
export class EventStoreContract {
  #store: EventStoreUnderTest | undefined;
  #client: EventStoreDBClient | undefined;

  get uri(): string {
    if (!this.#store) throw new Error('the store is not open yet');
    return this.#store.uri;
  }

  get client(): EventStoreDBClient {
    if (!this.#client) throw new Error('the store is not open yet');
    return this.#client;
  }

  async open(opened: Promise<EventStoreUnderTest>): Promise<void> {
    this.#store = await opened;
    this.#client = EventStoreDBClient.connectionString(this.#store.uri);
  }

  async close(): Promise<void> {
    await this.#client?.dispose();
    await this.#store?.close();
  }
}

/** Opens the store for the tests of a file; those of persistent subscriptions take turns. */
export function eventStoreContract(about?: 'groups'): EventStoreContract {
  const contract = new EventStoreContract();
  const opened = about === 'groups' ? openEventStoreOfGroups : openEventStore;
  beforeAll(() => contract.open(opened()), TURN_TIMEOUT_MS);
  afterAll(() => contract.close());
  return contract;
}

/** A stream's name that nobody else has. */
export function uniqueStream(label = 'orders'): string {
  return `contract-${randomUUID().slice(0, 13)}-${label}`;
}

export function someEvents(count: number, type = 'OrderPlaced'): EventData[] {
  return Array.from({ length: count }, (_, n) => jsonEvent({ type, data: { n } }));
}

/** By which of the two calls an append goes: credentials of a single call keep it off the shared BatchAppend stream. */
export type Path = 'BatchAppend' | 'Append';
export const PATHS: readonly Path[] = ['BatchAppend', 'Append'];

export function by(path: Path): { readonly credentials?: Credentials } {
  if (path !== 'Append') return {};
  return {
    credentials: credentialsIn(process.env['ESDB_URL'] ?? '') ?? { username: 'admin', password: 'changeit' },
  };
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The name and password of a URI. */
export function credentialsIn(uri: string): Credentials | undefined {
  const [, username, password] = /^esdb(?:\+discover)?:\/\/([^:@/]+):([^@/]*)@/.exec(uri) ?? [];
  if (username === undefined || password === undefined) return undefined;
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** Revisions of what a read returned. */
export async function revisionsOf(
  reading: AsyncIterable<{ readonly event?: { readonly revision: bigint } }>,
): Promise<number[]> {
  const revisions: number[] = [];
  for await (const { event } of reading) if (event) revisions.push(Number(event.revision));
  return revisions;
}

export async function all<T>(reading: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of reading) items.push(item);
  return items;
}

/** The error that a promise ends with; a promise that does not is a failure of the test. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

export function place({ position }: { readonly position?: Position | undefined }): Position {
  if (!position) throw new Error('no position was given');
  return position;
}
