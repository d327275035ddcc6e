import type { CatchupSubscription, ReadableSubscription } from '@eventstore/db-client';

interface Waiting {
  readonly done: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a subscription brings, and conditions on it to wait for; the test's own deadline ends a wait. */
export class Collector<Item> {
  readonly subscription: ReadableSubscription<Item> & CatchupSubscription;
  readonly items: Item[] = [];
  /** In order of arrival: `caught-up`, or an event. */
  readonly signals: ('caught-up' | Item)[] = [];
  failure: Error | undefined;
  ended = false;
  timesCaughtUp = 0;
  readonly #arrived = new Map<string, number>();
  #waiting: Waiting[] = [];

  constructor(subscription: ReadableSubscription<Item> & CatchupSubscription) {
    this.subscription = subscription;
    subscription.on('data', (item) => {
      this.items.push(item);
      this.signals.push(item);
      const { event } = item as { readonly event?: { readonly streamId: string } };
      if (event) this.#arrived.set(event.streamId, this.arrivedOf(event.streamId) + 1);
      this.#look();
    });
    subscription.on('caughtUp', () => {
      this.signals.push('caught-up');
      this.timesCaughtUp++;
      this.#look();
    });
    subscription.on('error', (error) => {
      this.failure = error;
      this.#look();
    });
    subscription.on('end', () => {
      this.ended = true;
      this.#look();
    });
  }

  /** Events of a stream so far; asked for after every item, and a log may have many of others. */
  arrivedOf(stream: string): number {
    return this.#arrived.get(stream) ?? 0;
  }

  /** Resolves when the condition holds. Errors: the subscription's own. */
  until(done: (collector: this) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ done: () => done(this), resolve, reject });
      this.#look();
    });
  }

  count(items: number): Promise<void> {
    return this.until(() => this.items.length >= items);
  }

  caughtUp(): Promise<void> {
    return this.until(() => this.timesCaughtUp > 0);
  }

  async fails(): Promise<Error> {
    await this.until(() => this.failure !== undefined);
    return this.failure as Error;
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ done, resolve, reject }) => {
      if (done()) resolve();
      else if (this.failure) reject(this.failure);
      else if (this.ended) reject(new Error('the subscription has ended'));
      else return true;
      return false;
    });
  }
}
