import {
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  StreamNotFoundError,
} from '@eventstore/db-client';
import fc from 'fast-check';
import { Consumer, type Delivered, eventually } from '../../../test/contracts/eventstore/lib/consumer.ts';
import type { ModelStore } from './model.testkit.ts';
import { type Answer, ModelGroup } from './model-group.testkit.ts';
import type { RealStore } from './model-real.testkit.ts';

/** What all runs together did, so that a run that does nothing is seen. */
export interface Done {
  deliveries: number;
  redeliveries: number;
  parked: number;
  resumptions: number;
  leftHolding: number;
}

type Command = fc.AsyncCommand<ModelStore, RealStore>;

const QUEUE = 'queue';
/** Groups by how many events they let pass between two checkpoints. */
const GROUPS: Readonly<Record<string, number>> = { g: 1, h: 4 };
const MAX_RETRY_COUNT = 2;
const NEVER_MS = 3_600_000;

function revisionOf(place: string): number {
  return Number(place.slice(place.lastIndexOf('@') + 1));
}

async function append(model: ModelStore, real: RealStore, count: number): Promise<void> {
  const events = Array.from({ length: count }, () => jsonEvent({ type: 'Queued', data: {} }));
  await real.client.appendToStream(QUEUE, events);
  model.queue.length += count;
}

export const enqueue = fc.integer({ min: 1, max: 5 }).map(
  (count): Command => ({
    check: () => true,
    run: (model, real) => append(model, real, count),
    toString: () => `enqueue ${count}`,
  }),
);

async function groupOf(model: ModelStore, real: RealStore, name: string): Promise<ModelGroup> {
  const known = model.queue.groups.get(name);
  if (known) return known;
  await real.client.createPersistentSubscriptionToStream(
    QUEUE,
    name,
    persistentSubscriptionToStreamSettingsFromDefaults({
      startFrom: START,
      checkPointLowerBound: 1,
      checkPointUpperBound: GROUPS[name] as number,
      checkPointAfter: NEVER_MS,
      messageTimeout: NEVER_MS,
      maxRetryCount: MAX_RETRY_COUNT,
    }),
  );
  const made = new ModelGroup(MAX_RETRY_COUNT);
  model.queue.groups.set(name, made);
  return made;
}

async function parkedOf(real: RealStore, name: string): Promise<number[]> {
  const stream = `$persistentsubscription-${QUEUE}::${name}-parked`;
  const parked: number[] = [];
  try {
    for await (const { event } of real.client.readStream(stream))
      parked.push(Number.parseInt(Buffer.from(event?.data as Uint8Array).toString('utf8'), 10));
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
  return parked;
}

const infoOf = (real: RealStore, name: string) =>
  real.client.getPersistentSubscriptionToStreamInfo(QUEUE, name);

/** After a restart every group goes on behind its checkpoint, which leaves nothing behind that is open. */
export async function goneBack(model: ModelStore, real: RealStore): Promise<void> {
  for (const [name, group] of model.queue.groups) {
    const { lastCheckpointedEventRevision: checkpoint } = (await infoOf(real, name)).stats;
    expect(group.restarted(Number(checkpoint ?? -1), await parkedOf(real, name))).toEqual([]);
  }
}

type Step = { readonly answer: Answer; readonly which: number } | { readonly enqueue: number };
type Leaving = 'unsubscribe' | 'reconnect' | 'restart';

/** A consumer of a group: what it is brought, in which order and how often, whatever it answers and however it leaves. */
export const consume = (done: Done): fc.Arbitrary<Command> =>
  fc
    .record({
      name: fc.constantFrom(...Object.keys(GROUPS)),
      bufferSize: fc.integer({ min: 1, max: 3 }),
      steps: fc.array(
        fc.oneof(
          {
            weight: 5,
            arbitrary: fc.record({
              answer: fc.constantFrom<Answer>('ack', 'ack', 'ack', 'skip', 'park', 'retry'),
              which: fc.nat(2),
            }),
          },
          { weight: 1, arbitrary: fc.record({ enqueue: fc.integer({ min: 1, max: 3 }) }) },
        ),
        { maxLength: 8 },
      ),
      leaving: fc.constantFrom<Leaving>('unsubscribe', 'unsubscribe', 'reconnect', 'restart'),
    })
    .map(({ name, bufferSize, steps, leaving }) => ({
      check: () => true,
      run: async (model: ModelStore, real: RealStore) => {
        const group = await groupOf(model, real, name);
        const visit = new Visit(model, real, name, group, bufferSize, done);
        await visit.brought();
        for (const step of steps) await visit.take(step);
        await visit.leave(leaving);
      },
      toString: () => `consume ${name} by ${bufferSize}: ${steps.map(shown).join(', ')}; ${leaving}`,
    }));

function shown(step: Step): string {
  return 'enqueue' in step ? `enqueue ${step.enqueue}` : `${step.answer} ${step.which}`;
}

class Visit {
  readonly #model: ModelStore;
  readonly #real: RealStore;
  readonly #name: string;
  readonly #group: ModelGroup;
  readonly #bufferSize: number;
  readonly #done: Done;
  readonly #consumer: Consumer;
  readonly #held = new Map<number, Delivered>();

  constructor(
    model: ModelStore,
    real: RealStore,
    name: string,
    group: ModelGroup,
    bufferSize: number,
    done: Done,
  ) {
    this.#model = model;
    this.#real = real;
    this.#name = name;
    this.#group = group;
    this.#bufferSize = bufferSize;
    this.#done = done;
    this.#consumer = Consumer.toStream(real.client, QUEUE, name, bufferSize);
  }

  /** Takes what has to come, in its order. */
  async brought(): Promise<void> {
    while (this.#group.held.size < this.#bufferSize) {
      const expected = this.#group.next(this.#model.queue.length);
      if (!expected) return;
      const delivered = await this.#consumer.next();
      expect({ revision: revisionOf(delivered.at), retry: delivered.retry }).toEqual(expected);
      this.#group.held.add(expected.revision);
      this.#held.set(expected.revision, delivered);
      this.#done.deliveries++;
      if (expected.retry > 0) this.#done.redeliveries++;
    }
  }

  async take(step: Step): Promise<void> {
    if ('enqueue' in step) await append(this.#model, this.#real, step.enqueue);
    else if (this.#held.size > 0) await this.#answer(step);
    await this.brought();
  }

  async #answer({ answer, which }: Extract<Step, { readonly answer: Answer }>): Promise<void> {
    const revision = [...this.#held.keys()][which % this.#held.size] as number;
    const delivered = this.#held.get(revision) as Delivered;
    this.#held.delete(revision);
    const parked = this.#group.parked.length;
    this.#group.answer(revision, answer);
    this.#done.parked += this.#group.parked.length - parked;
    await (answer === 'ack'
      ? this.#consumer.ack(delivered)
      : this.#consumer.nack(answer, 'a reason', delivered));
  }

  async leave(leaving: Leaving): Promise<void> {
    if (this.#held.size > 0) this.#done.leftHolding++;
    if (leaving === 'restart') {
      // Answers may still be on their way: what of them counts is what the restarted store shows.
      await this.#real.restart();
      await goneBack(this.#model, this.#real);
      return;
    }
    await this.#taken();
    expect(this.#consumer.waiting).toBe(0);
    if (leaving === 'unsubscribe') await this.#consumer.leave();
    else await this.#real.reconnect();
    await eventually(
      () => infoOf(this.#real, this.#name),
      ({ connections }) => connections.length === 0,
    );
    this.#group.left();
  }

  /** Until the store has taken every answer, and has parked what was to be parked. */
  async #taken(): Promise<void> {
    await eventually(
      () => infoOf(this.#real, this.#name),
      ({ connections }) => connections[0]?.inFlightMessages === this.#held.size,
    );
    const parked = await eventually(
      () => parkedOf(this.#real, this.#name),
      (found) => found.length >= this.#group.parked.length,
    );
    expect(parked).toEqual(this.#group.parked);
  }
}
