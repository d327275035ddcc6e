import { randomUUID } from 'node:crypto';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { Random } from './random.ts';

/** An append as its writer knows it; `answer` is there once it was acknowledged. */
export interface Attempt {
  readonly stream: string;
  readonly ids: readonly string[];
  /** The revision that the stream's only writer expects; undefined where many write. */
  readonly after: number | undefined;
  answer?: { readonly revision: number; readonly position: bigint };
}

/**
 * Writers that append without a pause until the server is gone: each to a stream of its own, expecting its revision, and to one
 * that all share. Every id that was ever sent is remembered, and every acknowledgement.
 */
export class Writers {
  readonly attempts: Attempt[] = [];
  /** How many have been acknowledged so far. */
  acknowledgedCount = 0;
  readonly #random: Random;
  readonly #round: string;
  readonly #count: number;

  constructor(random: Random, round: string, count: number) {
    this.#random = random;
    this.#round = round;
    this.#count = count;
  }

  get acknowledged(): readonly Attempt[] {
    return this.attempts.filter(({ answer }) => answer !== undefined);
  }

  /** Writes until each writer has met its first error. */
  async run(uri: string): Promise<void> {
    const client = EventStoreDBClient.connectionString(uri);
    await Promise.all(Array.from({ length: this.#count }, (_, n) => this.#write(client, n)));
    await client.dispose();
  }

  /** Repeats what was not answered, with the same ids: now it has to be taken, once. */
  async repeat(uri: string): Promise<void> {
    const client = EventStoreDBClient.connectionString(uri);
    for (const attempt of this.attempts) if (!attempt.answer) await this.#append(client, attempt);
    await client.dispose();
  }

  async #write(client: EventStoreDBClient, writer: number): Promise<void> {
    let last = -1;
    for (;;) {
      const shared = this.#random.chance(30);
      const attempt: Attempt = {
        stream: `${this.#round}-${shared ? 'shared' : writer}`,
        ids: Array.from({ length: 1 + this.#random.below(4) }, () => randomUUID()),
        after: shared ? undefined : last,
      };
      this.attempts.push(attempt);
      try {
        await this.#append(client, attempt);
      } catch {
        // Killed: the outcome is unknown, and stays so until it is repeated.
        return;
      }
      if (!shared) last = (attempt.answer as { revision: number }).revision;
    }
  }

  async #append(client: EventStoreDBClient, attempt: Attempt): Promise<void> {
    const { nextExpectedRevision, position } = await client.appendToStream(
      attempt.stream,
      attempt.ids.map((id) => jsonEvent({ id, type: 'Stormed', data: { padding: 'x'.repeat(100) } })),
      {
        expectedRevision:
          attempt.after === undefined ? ANY : attempt.after < 0 ? 'no_stream' : BigInt(attempt.after),
      },
    );
    this.acknowledgedCount++;
    attempt.answer = { revision: Number(nextExpectedRevision), position: position?.commit ?? -1n };
  }
}
