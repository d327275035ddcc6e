import { NO_POSITION, type Position, position } from '#kernel';
import type { StoreClient } from './client.ts';
import type { NewEvent, Receipt } from './entries.ts';
import { type EventPlace, loadStream, readEnd, storedEvents } from './read.ts';

/** An append and the store's answer to it. */
export interface AnsweredAppend {
  readonly events: readonly NewEvent[];
  readonly receipt: Receipt;
}

interface Question {
  readonly appends: readonly AnsweredAppend[];
  readonly since: Position;
  readonly answer: (places: readonly OwnPlaces[]) => void;
  readonly fail: (error: unknown) => void;
}

/** The place of each event of an append; undefined: another call recorded other events under these ids before. */
export type OwnPlaces = readonly EventPlace[] | undefined;

interface Stored extends EventPlace {
  readonly content: string;
}

/** Streams that are read side by side when the log between is too long. */
const STREAMS_AT_ONCE = 32;

/**
 * Whose events lie where an append was answered.
 *
 * The store takes an append whose ids are all on record for a repeat and answers with the place of what is there,
 * whatever that says ("idempotence is based on the event id", EventStoreDB's documentation on appending). Two calls
 * with one source or Idempotency-Key at the same time are both told the same place. So what is recorded there is
 * looked at: it is this call's own when it says the same, metadata included.
 *
 * One reading of the log serves all calls that have waited for it.
 */
export class OwnEvents {
  readonly #store: StoreClient;
  #seen = NO_POSITION;
  #waiting: Question[] = [];
  #reading = false;

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** Told of every answer to an append. */
  answered({ position: at }: Receipt): void {
    if (at > this.#seen) this.#seen = at;
  }

  /** A position that everything lies behind that is appended from now on. The log's end is read only the first time. */
  async since(): Promise<Position> {
    if (this.#seen === NO_POSITION) {
      const end = await readEnd(this.#store);
      if (end > this.#seen) this.#seen = end;
    }
    return this.#seen;
  }

  /** For each append its own places; `since` was asked for before the first of them. */
  places(appends: readonly AnsweredAppend[], since: Position): Promise<readonly OwnPlaces[]> {
    if (appends.length === 0) return Promise.resolve([]);
    return new Promise((answer, fail) => {
      this.#waiting.push({ appends, since, answer, fail });
      if (!this.#reading) void this.#readForAll();
    });
  }

  async #readForAll(): Promise<void> {
    this.#reading = true;
    while (this.#waiting.length > 0) {
      const questions = this.#waiting.splice(0);
      try {
        const stored = await this.#behind(questions);
        await Promise.all(questions.map((each) => this.#answer(each, stored).catch(each.fail)));
      } catch (error) {
        for (const { fail } of questions) fail(error);
      }
    }
    this.#reading = false;
  }

  async #answer({ appends, since, answer }: Question, stored: ReadonlyMap<string, Stored>): Promise<void> {
    const places = new Array<OwnPlaces>(appends.length);
    const work = appends.entries();
    const worker = async (): Promise<void> => {
      for (const [index, append] of work) places[index] = await this.#placesOf(append, since, stored);
    };
    await Promise.all(Array.from({ length: Math.min(STREAMS_AT_ONCE, appends.length) }, worker));
    answer(places);
  }

  async #placesOf(
    { events, receipt }: AnsweredAppend,
    since: Position,
    stored: ReadonlyMap<string, Stored>,
  ): Promise<OwnPlaces> {
    // What is not behind was there before the call.
    if (receipt.position <= since) return undefined;
    const found = events.flatMap(({ id }) => stored.get(keyOf(receipt.stream, id)) ?? []);
    const there = found.length === events.length ? found : await this.#inStream(receipt, events.length);
    return events.every((event, i) => there[i]?.content === contentOf(event)) ? there : undefined;
  }

  async #inStream({ stream, revision }: Receipt, count: number): Promise<readonly Stored[]> {
    const fromRevision = revision + 1n - BigInt(count);
    if (fromRevision < 0n) return [];
    const { events } = await loadStream(this.#store, stream, { fromRevision, maxCount: BigInt(count) });
    return events.map((event) => ({
      revision: event.revision,
      position: event.position,
      content: contentOf({ ...event, id: event.eventId }),
    }));
  }

  /**
   * What the log has between the questions and their answers; nothing for a single append, which is read from its
   * stream. It stops early where others have written much meanwhile: what is missing is read from its stream as well.
   */
  async #behind(questions: readonly Question[]): Promise<ReadonlyMap<string, Stored>> {
    const stored = new Map<string, Stored>();
    const asked = questions.flatMap(({ appends, since }) =>
      appends.filter(({ receipt }) => receipt.position > since),
    );
    const [first] = asked;
    if (first === undefined || asked.length < 2) return stored;
    const from = questions.reduce(
      (least, { since }) => (since < least ? since : least),
      first.receipt.position,
    );
    const upTo = asked.reduce<Position>((most, { receipt }) => later(most, receipt.position), NO_POSITION);
    const wanted = new Set(
      asked.flatMap(({ events, receipt }) => events.map(({ id }) => keyOf(receipt.stream, id))),
    );
    const pageMax = 2 * wanted.size + 256;
    for await (const event of storedEvents(this.#store, { from, upTo, pageMax, everybodys: true })) {
      const key = keyOf(event.streamId.slice(this.#store.namespace.length), event.id);
      if (!wanted.has(key) || !event.streamId.startsWith(this.#store.namespace)) continue;
      stored.set(key, {
        revision: event.revision,
        position: position(event.position.commit),
        content: contentOf(event),
      });
      if (stored.size === wanted.size) break;
    }
    return stored;
  }
}

function keyOf(stream: string, id: string): string {
  return `${stream} ${id}`;
}

function later(a: Position, b: Position): Position {
  return a > b ? a : b;
}

/** What an event says, as it travels. */
function contentOf({ id, type, data, metadata }: Record<keyof NewEvent, unknown>): string {
  return JSON.stringify([id, type, data, metadata]);
}
