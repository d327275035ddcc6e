import { randomUUID } from 'node:crypto';
import type { EventLog } from '../log/event-log.ts';
import { checkpointStream, placeOfText, placeText } from './definition.ts';

const CHECKPOINT_TYPE = '$SubscriptionCheckpoint';
const NOTHING = Buffer.alloc(0);
/** Readers see this many; only the last one counts. */
const KEPT = 2;

/**
 * The checkpoints of a group, in a stream of their own. One is written at a time; of those that come meanwhile only the newest
 * is written next.
 */
export class Checkpoints {
  readonly #log: EventLog;
  readonly #stream: string;
  readonly #source: string | undefined;
  #waiting: number | undefined;
  #writing: Promise<void> | undefined;
  /** The last one that is on disk. */
  written: number | undefined;

  constructor(log: EventLog, key: string, source: string | undefined) {
    this.#log = log;
    this.#stream = checkpointStream(key);
    this.#source = source;
    this.written = this.last();
  }

  /** The place of the last checkpoint; undefined: there is none. */
  last(): number | undefined {
    const view = this.#log.view(this.#stream);
    if (view.kind !== 'there' || view.last < view.first) return undefined;
    const record = this.#log.revisions(view.number, view.last, view.last, 1)[0];
    if (!record) return undefined;
    const text: unknown = JSON.parse(record.data.toString('utf8'));
    return placeOfText(String(text));
  }

  write(place: number): Promise<void> {
    this.#waiting = place;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    if (this.#log.state(this.#stream)?.truncation.maxCount === undefined)
      await this.#append(`$$${this.#stream}`, '$metadata', `{"$maxCount":${KEPT}}`);
    for (let place = this.#waiting; place !== undefined; place = this.#waiting) {
      this.#waiting = undefined;
      const done = await this.#append(
        this.#stream,
        CHECKPOINT_TYPE,
        JSON.stringify(placeText(this.#source, place)),
      );
      if (done) this.written = place;
    }
  }

  /** False when somebody has ended the stream for good: then there are no checkpoints, and nothing is skipped. */
  async #append(stream: string, type: string, json: string): Promise<boolean> {
    const event = { id: randomUUID(), type, json: true, data: Buffer.from(json), metadata: NOTHING };
    const outcome = await this.#log.append(stream, 'any', [event]);
    return outcome.kind === 'done';
  }
}
