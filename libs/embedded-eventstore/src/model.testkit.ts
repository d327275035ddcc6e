import { ModelQueue } from './model-group.testkit.ts';

/** What an append, delete or tombstone is told; `kept`: the revision of a success. */
export type Told = { readonly kept: number } | 'wrong' | 'deleted';

export interface ModelEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
}

interface ModelStream {
  readonly events: ModelEvent[];
  described: boolean;
  softDeleted: boolean;
  tombstoned: boolean;
  before: number;
  maxCount: number;
}

export type ModelExpectation = 'any' | 'no_stream' | 'stream_exists' | number;

/** A slow, obvious event store: an array for the log, and one for each stream. */
export class ModelStore {
  readonly log: ModelEvent[] = [];
  readonly queue = new ModelQueue();
  /** How much of the log a reader that remembers its place has seen. */
  readTo = 0;
  readonly #streams = new Map<string, ModelStream>();

  stream(name: string): ModelStream {
    const known = this.#streams.get(name);
    if (known) return known;
    const made: ModelStream = {
      events: [],
      described: false,
      softDeleted: false,
      tombstoned: false,
      before: 0,
      maxCount: Number.POSITIVE_INFINITY,
    };
    this.#streams.set(name, made);
    return made;
  }

  append(name: string, expected: ModelExpectation, ids: readonly string[]): Told {
    const stream = this.stream(name);
    const last = stream.events.length - 1;
    if (stream.tombstoned) return 'deleted';
    if (expected === 'stream_exists') {
      if (stream.softDeleted) return 'deleted';
      if (last < 0 && !stream.described) return 'wrong';
    }
    const isAt = (from: number) => ids.every((id, i) => stream.events[from + i]?.id === id);
    if (expected === 'any' || expected === 'stream_exists') {
      const from = stream.events.findIndex(({ id }) => id === ids[0]);
      if (from >= 0) return isAt(from) ? { kept: from + ids.length - 1 } : 'wrong';
      return this.#write(name, ids);
    }
    const revision = expected === 'no_stream' ? -1 : expected;
    if (revision === last) return this.#write(name, ids);
    if (revision > last) return 'wrong';
    if (isAt(revision + 1)) return { kept: revision + ids.length };
    const begun = stream.events[revision + 1]?.id === ids[0];
    if (expected === 'no_stream' && stream.softDeleted && !begun) return this.#write(name, ids);
    return 'wrong';
  }

  #write(name: string, ids: readonly string[]): Told {
    const stream = this.stream(name);
    if (stream.softDeleted) {
      stream.softDeleted = false;
      stream.before = stream.events.length;
    }
    for (const id of ids) {
      const event = { stream: name, revision: stream.events.length, id };
      stream.events.push(event);
      this.log.push(event);
    }
    return { kept: stream.events.length - 1 };
  }

  delete(name: string): Told {
    const stream = this.stream(name);
    if (stream.tombstoned) return 'deleted';
    if (stream.events.length === 0 && !stream.described) return 'wrong';
    Object.assign(stream, { described: true, softDeleted: true, maxCount: Number.POSITIVE_INFINITY });
    return { kept: -1 };
  }

  tombstone(name: string): Told {
    const stream = this.stream(name);
    if (stream.tombstoned) return 'deleted';
    stream.tombstoned = true;
    return { kept: -1 };
  }

  setMaxCount(name: string, maxCount: number): void {
    const stream = this.stream(name);
    stream.before = stream.softDeleted ? stream.events.length : 0;
    Object.assign(stream, { described: true, softDeleted: false, maxCount });
  }

  /** Revisions that a reader sees. */
  read(name: string): readonly number[] | 'none' | 'deleted' {
    const stream = this.stream(name);
    if (stream.tombstoned) return 'deleted';
    if (stream.events.length === 0 || stream.softDeleted) return 'none';
    const first = Math.max(stream.before, stream.events.length - stream.maxCount);
    return stream.events.map(({ revision }) => revision).filter((revision) => revision >= first);
  }
}
