import { randomUUID } from 'node:crypto';
import {
  binaryEvent,
  EventStoreDBClient,
  jsonEvent,
  type PersistentSubscriptionToStreamSettings,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import { type EventStoreUnderTest, openEventStoreOfGroups } from '../../../lib/event-store.ts';
import { Consumer } from './consumer.ts';

/** What these suites do with a store again and again; names are new for each test, so that a shared server will do. */
export class GroupStore {
  readonly client: EventStoreDBClient;
  readonly #store: EventStoreUnderTest;
  readonly #consumers: Consumer[] = [];

  private constructor(store: EventStoreUnderTest) {
    this.#store = store;
    this.client = EventStoreDBClient.connectionString(store.uri);
  }

  static async open(): Promise<GroupStore> {
    return new GroupStore(await openEventStoreOfGroups());
  }

  /** Consumers of a test leave with it. */
  async leaveAll(): Promise<void> {
    for (const consumer of this.#consumers.splice(0)) await consumer.leave();
  }

  async close(): Promise<void> {
    await this.leaveAll();
    await this.client.dispose();
    await this.#store.close();
  }

  fresh(name: string): string {
    return `${name}-${randomUUID().slice(0, 8)}`;
  }

  /** Appends events without links, all of one type; returns where they are. */
  async append(stream: string, count: number, type = 'note'): Promise<string[]> {
    const events = Array.from({ length: count }, (_, n) => jsonEvent({ type, data: { n } }));
    const { nextExpectedRevision } = await this.client.appendToStream(stream, events);
    const first = Number(nextExpectedRevision) - count + 1;
    return events.map((_, i) => `${stream}@${first + i}`);
  }

  async link(stream: string, target: string): Promise<void> {
    await this.client.appendToStream(stream, binaryEvent({ type: '$>', data: Buffer.from(target) }));
  }

  /** A group on a stream, from its start unless told otherwise. */
  async group(
    stream: string,
    settings: Partial<PersistentSubscriptionToStreamSettings> = {},
    group = 'g',
  ): Promise<string> {
    await this.client.createPersistentSubscriptionToStream(stream, group, streamSettings(settings));
    return group;
  }

  consumer(stream: string, bufferSize?: number, group = 'g'): Consumer {
    const consumer = Consumer.toStream(this.client, stream, group, bufferSize);
    this.#consumers.push(consumer);
    return consumer;
  }

  consumerOfAll(group: string, bufferSize?: number): Consumer {
    const consumer = Consumer.toAll(this.client, group, bufferSize);
    this.#consumers.push(consumer);
    return consumer;
  }

  info(stream: string, group = 'g') {
    return this.client.getPersistentSubscriptionToStreamInfo(stream, group);
  }

  /** The links in a group's parked stream, each with its reason. */
  async parked(stream: string, group = 'g'): Promise<{ readonly target: string; readonly reason: string }[]> {
    const found: { readonly target: string; readonly reason: string }[] = [];
    for await (const { event } of this.client.readStream(
      `$persistentsubscription-${stream}::${group}-parked`,
    )) {
      if (!event) continue;
      found.push({
        target: Buffer.from(event.data as Uint8Array).toString('utf8'),
        reason: (event.metadata as { readonly reason: string }).reason,
      });
    }
    return found;
  }
}

export function streamSettings(settings: Partial<PersistentSubscriptionToStreamSettings>) {
  return persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...settings });
}

export function allSettings(settings: Parameters<typeof persistentSubscriptionToAllSettingsFromDefaults>[0]) {
  return persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START, ...settings });
}
