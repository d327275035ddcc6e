import type { RecordedEvent } from '#journal';
import type { Position } from '#kernel';
import type { Client } from './client.ts';
import type { Site } from './site.ts';
import { nameOfFact } from './workload.ts';

/** Durability: acknowledged ⊆ recovered ⊆ attempted; one effect per command id; streams without gaps. */
export class LogCheck {
  #at: Position | undefined;
  readonly #revisions = new Map<string, bigint>();
  readonly #names = new Map<string, RecordedEvent>();
  readonly #ids = new Set<string>();
  #acknowledgedSeen = 0;
  events = 0;

  /** Looks at what has come since the last look; call it when nothing is under way. The violations, as sentences. */
  async look(site: Site, client: Client): Promise<string[]> {
    const wrong: string[] = [];
    for await (const event of site.journal.readAll(this.#at === undefined ? {} : { from: this.#at })) {
      if (this.#at !== undefined && event.position <= this.#at)
        wrong.push(`Durability: position ${event.position} comes after ${this.#at}`);
      this.#at = event.position;
      this.events++;
      wrong.push(...this.#event(event, client));
    }
    for (const name of client.attempted)
      if (!this.#names.has(name))
        wrong.push(`Durability: ${name} was answered as recorded and is not in the log`);
    for (const told of client.acknowledged.slice(this.#acknowledgedSeen)) {
      const event = this.#names.get(told.name);
      const same =
        event?.eventId === told.eventId &&
        event.stream === told.stream &&
        event.revision === told.revision &&
        event.position === told.position;
      if (!same)
        wrong.push(
          `Durability: ${told.name} was acknowledged at ${told.stream}/${told.revision} (${told.position}), the log has ${event ? `${event.stream}/${event.revision} (${event.position})` : 'nothing'}`,
        );
    }
    this.#acknowledgedSeen = client.acknowledged.length;
    return wrong;
  }

  #event(event: RecordedEvent, client: Client): string[] {
    const { stream, revision, eventId, type, data } = event;
    const wrong: string[] = [];
    const expected = (this.#revisions.get(stream) ?? -1n) + 1n;
    if (revision !== expected) wrong.push(`Durability: ${stream} goes from ${expected - 1n} to ${revision}`);
    this.#revisions.set(stream, revision);
    if (this.#ids.has(eventId)) wrong.push(`Once: event id ${eventId} is in the log twice`);
    this.#ids.add(eventId);
    if (event.metadata['actor'] === 'first-start') return wrong;
    const name = nameOfFact(type, data);
    if (name === undefined || !client.attempted.has(name))
      wrong.push(`Durability: ${type} in ${stream}/${revision} was never attempted`);
    else if (this.#names.has(name))
      wrong.push(`Once: ${name} has two effects, the second in ${stream}/${revision}`);
    else this.#names.set(name, event);
    return wrong;
  }
}
