import type {
  EventStoreDBClient,
  PersistentAction,
  PersistentSubscriptionToAll,
  PersistentSubscriptionToStream,
  ResolvedEvent,
} from '@eventstore/db-client';

export interface Delivered {
  /** `stream@revision` of what the group read: the link, if it is one. */
  readonly at: string;
  /** The same of what the link leads to; null: nowhere. */
  readonly target: string | null | undefined;
  readonly retry: number;
  readonly resolved: ResolvedEvent;
}

type Subscription = PersistentSubscriptionToStream | PersistentSubscriptionToAll;

/** A consumer of a group, as a test reads it: one delivery after the other, or the error that ended it. */
export class Consumer {
  readonly #subscription: Subscription;
  readonly #waiting: Delivered[] = [];
  #wake: () => void = () => undefined;
  #error: Error | undefined;
  /** The error that ends it. */
  readonly ended: Promise<Error>;

  constructor(subscription: Subscription) {
    this.#subscription = subscription;
    subscription.on('data', (resolved: ResolvedEvent & { readonly retryCount: number }) => {
      const { event, link } = resolved;
      const name = (one: typeof event) => `${one?.streamId}@${one?.revision}`;
      this.#waiting.push({
        at: name(link ?? event),
        target: link ? (event ? name(event) : null) : undefined,
        retry: resolved.retryCount,
        resolved,
      });
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      subscription.on('error', (error: Error) => {
        this.#error = error;
        resolve(error);
        this.#wake();
      });
    });
  }

  static toStream(client: EventStoreDBClient, stream: string, group: string, bufferSize = 10): Consumer {
    return new Consumer(client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize }));
  }

  static toAll(client: EventStoreDBClient, group: string, bufferSize = 10): Consumer {
    return new Consumer(client.subscribeToPersistentSubscriptionToAll(group, { bufferSize }));
  }

  /** What has been delivered and not been taken by `next`. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when the server has taken it in. */
  async confirmed(): Promise<this> {
    if (this.#subscription.id !== undefined) return this;
    await Promise.race([
      new Promise((resolve) => this.#subscription.once('confirmation', () => resolve(undefined))),
      this.ended.then((error) => Promise.reject(error)),
    ]);
    return this;
  }

  /** Errors: what ended the subscription. */
  async next(): Promise<Delivered> {
    for (;;) {
      const delivered = this.#waiting.shift();
      if (delivered) return delivered;
      if (this.#error) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async take(count: number): Promise<Delivered[]> {
    const taken: Delivered[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }

  ack(...delivered: readonly Delivered[]): Promise<void> {
    return this.#subscription.ack(...delivered.map(({ resolved }) => resolved));
  }

  nack(action: PersistentAction, reason: string, ...delivered: readonly Delivered[]): Promise<void> {
    return this.#subscription.nack(action, reason, ...delivered.map(({ resolved }) => resolved));
  }

  /** Acknowledges what comes until that of this place has come; all of it, in order. */
  async ackUntil(at: string): Promise<Delivered[]> {
    const taken: Delivered[] = [];
    while (taken.at(-1)?.at !== at) {
      const delivered = await this.next();
      taken.push(delivered);
      await this.ack(delivered);
    }
    return taken;
  }

  leave(): Promise<void> {
    return this.#subscription.unsubscribe();
  }
}

/** Asks again and again until the answer is right; the test's own time-out ends it. */
export async function eventually<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
