import type { EventLog } from '../log/event-log.ts';
import { closing, type WireError } from '../protocol/errors.ts';
import { ALL, checkpointStream, type GroupDefinition, groupKey, parkedStream } from './definition.ts';
import { Group } from './group.ts';
import { doesNotExist, dropped, exists, failed } from './refusals.ts';
import { storeDefinitions, storedDefinitions } from './stored-definitions.ts';

/** What a request says of a group; the rest is the store's to know. */
export type RequestedGroup = Omit<GroupDefinition, 'endWas'>;

/** Which group. */
export interface GroupName {
  readonly stream: string | undefined;
  readonly group: string;
}

/** All groups of a store. Changes happen one after the other, and are on disk before they are answered. */
export class Groups {
  readonly #log: EventLog;
  readonly #groups = new Map<string, Group>();
  /** Sources that have or had a group since the start. */
  readonly #sources = new Set<string>();
  #changes: Promise<unknown> = Promise.resolve();

  /** Errors: the written-down groups cannot be read. */
  constructor(log: EventLog) {
    this.#log = log;
    this.#load();
  }

  /** Errors: does-not-exist. */
  get(name: GroupName): Group {
    const group = this.#groups.get(groupKey(name.stream, name.group));
    if (!group) throw doesNotExist(name);
    return group;
  }

  /** Errors: does-not-exist without a group's name, when the source never had one. */
  of(stream: string | undefined): readonly Group[] {
    if (!this.#sources.has(stream ?? ALL)) throw doesNotExist({ stream, group: '' });
    return [...this.#groups.values()].filter(({ definition }) => definition.stream === stream);
  }

  get all(): readonly Group[] {
    return [...this.#groups.values()];
  }

  /** Errors: exists. */
  create(requested: RequestedGroup): Promise<void> {
    return this.#change(async () => {
      const key = groupKey(requested.stream, requested.group);
      if (this.#groups.has(key)) throw exists(requested);
      const definition = this.#placed(requested);
      await this.#store([...this.all.map((group) => group.definition), definition], definition);
      this.#begin(definition);
    });
  }

  /** Consumers are dropped; the group goes on from its last checkpoint. Errors: does-not-exist. */
  update(requested: Omit<RequestedGroup, 'filter'>): Promise<void> {
    return this.#change(async () => {
      const old = this.get(requested);
      const definition = this.#placed({ ...requested, filter: old.definition.filter });
      await this.#store(
        this.all.map((group) => (group === old ? definition : group.definition)),
        definition,
      );
      await old.stop(dropped(requested));
      this.#begin(definition);
    });
  }

  /** Its checkpoint and its parked messages go with it. Errors: does-not-exist. */
  delete(name: GroupName): Promise<void> {
    return this.#change(async () => {
      const group = this.get(name);
      await this.#store(
        this.all.filter((other) => other !== group).map((other) => other.definition),
        name,
      );
      this.#groups.delete(group.key);
      await group.stop(doesNotExist(name));
      // A group that never had one, or the other, has nothing to delete.
      for (const stream of [checkpointStream(group.key), parkedStream(group.key)])
        await this.#log.delete(stream, 'any');
    });
  }

  /** All groups anew, as after a start of the store: consumers are dropped, delivery goes on from the last checkpoints. */
  restart(): Promise<void> {
    return this.#change(async () => {
      await this.#stop((group) => dropped(group.definition));
      this.#load();
    });
  }

  async close(): Promise<void> {
    await this.#changes;
    await this.#stop(closing);
  }

  #change(change: () => Promise<void>): Promise<void> {
    const changed = this.#changes.then(change);
    // Whoever asked for it hears of its error; the next change is none the worse for it.
    this.#changes = changed.catch(() => undefined);
    return changed;
  }

  async #stop(why: (group: Group) => WireError): Promise<void> {
    const groups = this.all;
    this.#groups.clear();
    await Promise.all(groups.map((group) => group.stop(why(group))));
  }

  #load(): void {
    this.#sources.clear();
    for (const definition of storedDefinitions(this.#log)) this.#begin(definition);
  }

  #begin(definition: GroupDefinition): void {
    this.#sources.add(definition.stream ?? ALL);
    this.#groups.set(groupKey(definition.stream, definition.group), new Group(this.#log, definition));
  }

  /** `end` is where it is now. */
  #placed(requested: RequestedGroup): GroupDefinition {
    const { stream, startFrom } = requested;
    if (startFrom !== 'end') return { ...requested, endWas: undefined };
    const endWas =
      stream === undefined ? this.#log.lastPosition + 1 : (this.#log.state(stream)?.last ?? -1) + 1;
    return { ...requested, endWas };
  }

  async #store(definitions: readonly GroupDefinition[], name: GroupName): Promise<void> {
    if (!(await storeDefinitions(this.#log, definitions)))
      throw failed(name, 'The stream in which groups are written down has been ended.');
  }
}
