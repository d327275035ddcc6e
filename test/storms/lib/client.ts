import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from './site.ts';
import { type Call, type Correctable, nameOfFact } from './workload.ts';

/** Where an acknowledged fact is said to be. */
export interface Acknowledged {
  readonly name: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly eventId: string;
}

/** An answer that a client of the storm must not get. */
export class WrongAnswer extends Error {}

const PATIENCE_MS = 120_000;
const ANSWER_MS = 40_000;
const PAUSE_MS = 60;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * A client that does what the API asks of it: after an error whose outcome is unknown it sends the same request with the
 * same Idempotency-Key, until it is answered. It writes down what it was told, before it goes on.
 */
export class Client {
  readonly #site: Site;
  readonly #remembered = new Set<string>();
  readonly acknowledged: Acknowledged[] = [];
  readonly attempted = new Set<string>();
  readonly correctable: Correctable[] = [];
  /** Requests that were sent again because nobody knows what became of them. */
  repeats = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Sends the lanes side by side, the calls of each lane one after the other. */
  async send(lanes: readonly (readonly Call[])[]): Promise<void> {
    await Promise.all(
      lanes.map(async (calls) => {
        for (const call of calls) await this.call(call);
      }),
    );
  }

  async call(call: Call): Promise<readonly Acknowledged[]> {
    for (const name of call.facts) this.attempted.add(name);
    const { status, body } = await this.#untilAnswered(call);
    if (status >= 300) throw new WrongAnswer(`${call.key}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
    const told = acknowledgedBy(call, body);
    appendFileSync(
      join(this.#site.directory, 'acknowledged.jsonl'),
      `${JSON.stringify({ key: call.key, status, body })}\n`,
    );
    this.acknowledged.push(...told);
    this.#remember(call, told);
    return told;
  }

  async #untilAnswered(call: Call): Promise<Answer> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let last = 'nothing'; ; this.repeats++) {
      if (Date.now() > deadline)
        throw new WrongAnswer(`${call.key}: no answer in ${PATIENCE_MS} ms, last ${last}`);
      try {
        const answer = await this.#once(call);
        if (answer.status < 500) return answer;
        // 503 is the one answer that means "again"; anything else of the five hundreds is a defect.
        if (answer.status >= 500 && answer.status !== 503) return answer;
        last = JSON.stringify(answer);
      } catch (error) {
        last = String((error as Error).cause ?? error);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #once({ key, path, body }: Call): Promise<Answer> {
    const response = await fetch(`${this.#site.apiUrl}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#site.token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: response.status, body: await response.json() };
  }

  #remember(call: Call, told: readonly Acknowledged[]): void {
    const { facts } = call.body as { facts?: readonly { type: string; data: Record<string, unknown> }[] };
    for (const { type, data } of facts ?? []) {
      if (type !== 'OrderPlaced' && type !== 'InvoiceIssued') continue;
      const eventId = told.find(({ name }) => name === nameOfFact(type, data))?.eventId;
      // A request that is sent once more has the same answer: corrected twice, a fact might be voided twice.
      if (eventId === undefined || this.#remembered.has(eventId)) continue;
      this.#remembered.add(eventId);
      this.correctable.push({ eventId, type, data });
    }
  }
}

interface Receipt {
  readonly stream: string;
  readonly revision: string;
  readonly position: string;
}

function acknowledgedBy(call: Call, body: unknown): Acknowledged[] {
  const { results, eventIds, status, factsPlanned, factsAppended, duplicates } = body as {
    results?: readonly (Receipt & { index: number; status: string; eventId: string })[];
    eventIds?: readonly string[];
    status?: string;
    factsPlanned?: number;
    factsAppended?: number;
    duplicates?: number;
  };
  if (results) {
    return results.map(({ index, status: own, eventId, ...receipt }) => {
      if (own === 'refused')
        throw new WrongAnswer(`${call.key}: fact ${index}: ${JSON.stringify(body).slice(0, 800)}`);
      return { name: call.facts[index] as string, eventId, ...placeOf(receipt) };
    });
  }
  if (eventIds) {
    return [{ name: call.facts[0] as string, eventId: eventIds[0] as string, ...placeOf(body as Receipt) }];
  }
  // An import tells numbers, not places: all of its facts are acknowledged by name.
  if (status !== 'accepted' || Number(factsAppended) + Number(duplicates) !== factsPlanned)
    throw new WrongAnswer(`${call.key}: ${JSON.stringify(body).slice(0, 800)}`);
  return [];
}

function placeOf({ stream, revision, position }: Receipt) {
  return { stream, revision: BigInt(revision), position: BigInt(position) };
}
