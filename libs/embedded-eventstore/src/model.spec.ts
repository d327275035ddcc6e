import {
  jsonEvent,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import fc from 'fast-check';
import { type ModelExpectation, ModelStore, type Told } from './model.testkit.ts';
import { consume, type Done, enqueue, goneBack } from './model-consumers.testkit.ts';
import { RealStore } from './model-real.testkit.ts';

/**
 * Goal: whatever is done in whatever order, and however often the store is restarted and the client connects anew in between, it is
 * an array for the log, one for each stream, and for each group the revisions that were answered.
 * Method: random commands on a store and on a model of it; small pools of names and ids, so that repeats are frequent.
 * `MODEL_RUNS` asks for more runs; a failure prints the seed and the shortest list of commands.
 */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 40);
const LIFE_MS = 60_000;
const LIMIT_MS = 2 * LIFE_MS + RUNS * 10_000;
const STREAMS = ['a', 'b', 'c'];
const IDS = Array.from({ length: 8 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);

const done: Done = { deliveries: 0, redeliveries: 0, parked: 0, resumptions: 0, leftHolding: 0 };

type Command = fc.AsyncCommand<ModelStore, RealStore>;

async function told(work: Promise<{ readonly nextExpectedRevision?: bigint }>): Promise<Told> {
  try {
    return { kept: Number((await work).nextExpectedRevision ?? -1) };
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return 'wrong';
    if (error instanceof StreamDeletedError) return 'deleted';
    throw error;
  }
}

function command(name: string, run: (model: ModelStore, real: RealStore) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

function appended(
  { client }: RealStore,
  stream: string,
  expected: ModelExpectation,
  ids: readonly string[],
  classic: boolean,
): Promise<Told> {
  return told(
    client.appendToStream(
      stream,
      ids.map((id) => jsonEvent({ id, type: 'Noted', data: { id } })),
      {
        expectedRevision: typeof expected === 'number' ? BigInt(expected) : expected,
        // Credentials of a single call keep it off the shared BatchAppend stream.
        ...(classic ? { credentials: { username: 'u', password: 'p' } } : {}),
      },
    ),
  );
}

const append = fc
  .record({
    stream: fc.constantFrom(...STREAMS),
    expected: fc.oneof(
      fc.constantFrom<ModelExpectation>('any', 'no_stream', 'stream_exists'),
      fc.integer({ min: 0, max: 6 }),
      fc.constant('last' as const),
    ),
    ids: fc.array(fc.constantFrom(...IDS), { minLength: 1, maxLength: 4 }),
    path: fc.boolean(),
  })
  .map(({ stream, expected, ids, path }) =>
    command(`append ${stream} ${expected} ${ids.map((id) => id.slice(-1)).join('')}`, async (model, real) => {
      const last = model.stream(stream).events.length - 1;
      const meant = expected === 'last' ? (last < 0 ? 'no_stream' : last) : expected;
      expect(await appended(real, stream, meant, ids, path)).toEqual(model.append(stream, meant, ids));
    }),
  );

/** Events that are there already, appended again: with the expectation of the first time, or nearly so. */
const repeat = fc
  .record({
    stream: fc.constantFrom(...STREAMS),
    from: fc.nat(),
    length: fc.integer({ min: 1, max: 3 }),
    expected: fc.constantFrom(
      'as before' as const,
      'one less' as const,
      'any' as const,
      'no_stream' as const,
    ),
    more: fc.boolean(),
  })
  .map(
    ({ stream, from, length, expected, more }): Command => ({
      check: (model) => model.stream(stream).events.length > 0,
      run: async (model, real) => {
        const { events } = model.stream(stream);
        const begin = from % events.length;
        const ids = events.slice(begin, begin + length).map(({ id }) => id);
        if (more) ids.push(crypto.randomUUID());
        const revision = expected === 'as before' ? begin - 1 : begin - 2;
        const meant =
          expected === 'any' || expected === 'no_stream' ? expected : revision < 0 ? 'no_stream' : revision;
        expect(await appended(real, stream, meant, ids, more)).toEqual(model.append(stream, meant, ids));
      },
      toString: () =>
        `repeat ${length} of ${stream} from ${from}, expecting ${expected}${more ? ', and one more' : ''}`,
    }),
  );

const remove = fc
  .record({ stream: fc.constantFrom(...STREAMS), forGood: fc.integer({ min: 0, max: 7 }) })
  .map(({ stream, forGood }) =>
    command(`${forGood === 0 ? 'tombstone' : 'delete'} ${stream}`, async (model, real) => {
      const expected = forGood === 0 ? model.tombstone(stream) : model.delete(stream);
      const removing = forGood === 0 ? real.client.tombstoneStream(stream) : real.client.deleteStream(stream);
      expect(await told(removing.then(() => ({})))).toEqual(expected);
    }),
  );

const limit = fc
  .record({ stream: fc.constantFrom(...STREAMS), maxCount: fc.integer({ min: 1, max: 4 }) })
  .map(
    ({ stream, maxCount }): Command => ({
      check: (model) => !model.stream(stream).tombstoned,
      run: async (model, real) => {
        model.setMaxCount(stream, maxCount);
        await real.client.setStreamMetadata(stream, { maxCount });
      },
      toString: () => `maxCount ${stream} ${maxCount}`,
    }),
  );

async function revisions(reading: AsyncIterable<{ event?: { revision: bigint } }>) {
  try {
    const read: number[] = [];
    for await (const { event } of reading) read.push(Number(event?.revision));
    return read;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return 'none';
    if (error instanceof StreamDeletedError) return 'deleted';
    throw error;
  }
}

const read = fc
  .record({
    stream: fc.constantFrom(...STREAMS),
    from: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    count: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    forwards: fc.boolean(),
  })
  .map(({ stream, from, count, forwards }) =>
    command(`read ${stream} ${forwards ? 'from' : 'down from'} ${from} ${count}`, async (model, real) => {
      const shown = model.read(stream);
      const expected =
        typeof shown === 'string'
          ? shown
          : (forwards
              ? shown.filter((revision) => revision >= (from ?? 0))
              : shown.filter((revision) => revision <= (from ?? Number.POSITIVE_INFINITY)).reverse()
            ).slice(0, count);
      const reading = real.client.readStream(stream, {
        direction: forwards ? 'forwards' : 'backwards',
        fromRevision: from === undefined ? (forwards ? 'start' : 'end') : BigInt(from),
        ...(count === undefined ? {} : { maxCount: count }),
      });
      expect(await revisions(reading)).toEqual(expected);
    }),
  );

/** Everything in the log, as a subscription from the start brings it before it has caught up. */
const follow = fc.constant(
  command('follow $all', async (model, real) => {
    const seen: string[] = [];
    const subscription = real.client.subscribeToAll({ fromPosition: START });
    await new Promise<void>((resolve, reject) => {
      subscription.on('data', ({ event }) => {
        if (event && STREAMS.includes(event.streamId) && event.type === 'Noted')
          seen.push(`${event.streamId}@${event.revision} ${event.id}`);
      });
      subscription.on('caughtUp', () => resolve());
      subscription.on('error', reject);
    });
    await subscription.unsubscribe();
    expect(seen).toEqual(model.log.map(({ stream, revision, id }) => `${stream}@${revision} ${id}`));
  }),
);

/** A subscription to a stream after a revision, and one event more that it has to bring live. */
const subscribe = fc
  .record({ stream: fc.constantFrom(...STREAMS), after: fc.integer({ min: 0, max: 8 }) })
  .map(
    ({ stream, after }): Command => ({
      check: (model) => !model.stream(stream).tombstoned,
      run: async (model, real) => {
        const shown = model.read(stream);
        const history = typeof shown === 'string' ? [] : shown.filter((revision) => revision > after);
        const seen: number[] = [];
        const subscription = real.client.subscribeToStream(stream, { fromRevision: BigInt(after) });
        const caughtUp = new Promise<void>((resolve, reject) => {
          subscription.on('caughtUp', () => resolve());
          subscription.on('error', reject);
        });
        let arrived: () => void = () => undefined;
        subscription.on('data', ({ event }) => {
          seen.push(Number(event?.revision));
          arrived();
        });
        await caughtUp;
        expect(seen).toEqual(history);
        const id = crypto.randomUUID();
        const next = model.append(stream, 'any', [id]) as { readonly kept: number };
        const live = next.kept > after ? [next.kept] : [];
        const brought = new Promise<void>((resolve) => {
          arrived = () => {
            if (seen.length >= history.length + live.length) resolve();
          };
          if (live.length === 0) resolve();
        });
        await real.client.appendToStream(stream, [jsonEvent({ id, type: 'Noted', data: { id } })]);
        await brought;
        expect(seen).toEqual([...history, ...live]);
        await subscription.unsubscribe();
      },
      toString: () => `subscribe ${stream} after ${after}`,
    }),
  );

/** Goes on behind the last event seen, through another connection or another start of the store than the one before. */
const resume = fc.constant(
  command('resume $all', async (model, real) => {
    const seen: string[] = [];
    const subscription = real.client.subscribeToAll({ fromPosition: real.readTo ?? START });
    await new Promise<void>((resolve, reject) => {
      subscription.on('data', ({ event }) => {
        if (event) real.readTo = event.position;
        if (event && STREAMS.includes(event.streamId) && event.type === 'Noted') seen.push(event.id);
      });
      subscription.on('caughtUp', () => resolve());
      subscription.on('error', reject);
    });
    await subscription.unsubscribe();
    expect(seen).toEqual(model.log.slice(model.readTo).map(({ id }) => id));
    model.readTo = model.log.length;
    done.resumptions++;
  }),
);

const reconnect = fc.constant(command('reconnect', (_model, real) => real.reconnect()));

const restart = fc.constant(
  command('restart', async (model, real) => {
    await real.restart();
    await goneBack(model, real);
  }),
);

it(
  `is its model, over ${RUNS} random lives with restarts`,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands(
          [
            append,
            append,
            append,
            repeat,
            repeat,
            remove,
            limit,
            read,
            read,
            read,
            follow,
            resume,
            subscribe,
            enqueue,
            consume(done),
            consume(done),
            reconnect,
            restart,
          ],
          {
            maxCommands: 60,
            size: 'max',
          },
        ),
        async (commands) => {
          const real = await RealStore.open();
          try {
            await fc.asyncModelRun(() => ({ model: new ModelStore(), real }), commands);
          } finally {
            await real.close();
          }
        },
      ),
      // A life that waits for what does not come has failed, too; looking for a shorter one ends in time to be told.
      {
        numRuns: RUNS,
        timeout: LIFE_MS,
        interruptAfterTimeLimit: LIMIT_MS - LIFE_MS,
        markInterruptAsFailure: true,
      },
    );
    // The runs did what they are there for.
    for (const count of Object.values(done)) expect(count).toBeGreaterThan(RUNS / 10);
  },
  LIMIT_MS,
);
