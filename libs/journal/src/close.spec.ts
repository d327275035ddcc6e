import type { Position } from '#kernel';
import { cashMoved, freshId } from '../test/cash.ts';
import { startCuttingProxy } from '../test/cutting-proxy.ts';
import { startTestStore, type TestStore } from '../test/store.ts';
import { type Journal, type JournalOptions, openJournal, StoreUnavailable } from './index.ts';

/** More than a read holds on its way when nobody takes it: the client's and the call's buffers. */
const MORE_THAN_BUFFERS = 513;

/** Goal: closing ends, and nothing that it cuts off looks like a whole. The first was found by the storm `kill`, once. */
describe('closing the journal', () => {
  let store: TestStore;
  let journal: Journal;
  let stream: string;
  let from: Position;

  beforeAll(async () => {
    store = await startTestStore();
    journal = openJournal({ uri: store.uri, namespace: store.namespace });
    stream = `cash-${freshId()}`;
    from = await journal.head();
    await journal.append(
      stream,
      Array.from({ length: MORE_THAN_BUFFERS }, (_, i) => cashMoved(`M${i}`)),
      'no_stream',
    );
  });

  afterAll(async () => {
    await journal.close();
    await store.close();
  });

  const own = (options: Partial<JournalOptions> = {}): Journal =>
    openJournal({ uri: store.uri, namespace: store.namespace, ...options });

  it.each([0, 7])('ends though a read was left that the store has long completed (%i more)', async (more) => {
    if (more > 0)
      await journal.append(
        stream,
        Array.from({ length: more }, (_, i) => cashMoved(`N${i}`)),
        'any',
      );
    const warned: string[] = [];
    const left = own({ logger: { warn: (_, sentence) => warned.push(sentence) } });
    const reading = left.readAll({ from })[Symbol.asyncIterator]();
    expect((await reading.next()).done).toBe(false);
    // Another read of the same store that is answered after it: by then the first one has arrived as far as it will.
    await left.load(stream);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await left.close();
    expect(warned).toEqual([]);
  });

  it('a read that closing cuts off fails; it does not end', async () => {
    const closing = own();
    let seen = 0;
    const read = async (): Promise<void> => {
      for await (const _ of closing.readAll({ from })) {
        seen += 1;
        if (seen === 10) void closing.close();
      }
    };
    await expect(read()).rejects.toThrow(StoreUnavailable);
    expect(seen).toBeLessThan(MORE_THAN_BUFFERS);
  });

  it('a stream that is loaded while the journal closes is whole or a fault', async () => {
    const whole = (await journal.load(stream)).events.length;
    const outcomes: unknown[] = [];
    for (let turns = 0; turns < 30; turns += 3) {
      const closing = own();
      await closing.head();
      const loaded = closing.load(stream).then(
        ({ events }) => events.length,
        (error: unknown) => error,
      );
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      await closing.close();
      outcomes.push(await loaded);
    }
    expect(outcomes.filter((outcome) => outcome !== whole && !(outcome instanceof StoreUnavailable))).toEqual(
      [],
    );
    expect(outcomes.some((outcome) => outcome instanceof StoreUnavailable)).toBe(true);
  });

  it('ends a subscription whose consumer has not taken what has arrived', async () => {
    const closing = own();
    let release = (): void => undefined;
    const busy = new Promise<void>((resolve) => {
      release = resolve;
    });
    let began = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const subscribed = closing.subscribeAll({
      from,
      signal: new AbortController().signal,
      batchMax: 10,
      onEvents: () => {
        began();
        return busy;
      },
    });
    await begun;
    await closing.close();
    release();
    await expect(subscribed).resolves.toBeUndefined();
  });
});

/** Goal: no call waits for ever for a store that takes requests and answers nothing. */
describe('a store that goes silent', () => {
  it.each<[string, (journal: Journal) => Promise<unknown>]>([
    ['head', (journal) => journal.head()],
    [
      'readAll',
      async (journal) => {
        for await (const _ of journal.readAll());
      },
    ],
    ['load', (journal) => journal.load('cash-x')],
    ['exists', (journal) => journal.exists('cash-x')],
    [
      'ownPlaces',
      (journal) => {
        const receipt = { stream: 'cash-x', revision: 0n, position: 9n as Position, eventIds: ['x'] };
        return journal.ownPlaces([{ events: [cashMoved('M1')], receipt }], 0n as Position);
      },
    ],
    ['append', (journal) => journal.append('cash-x', [cashMoved('M1')], 'any')],
  ])('%s is a fault, and the journal can be closed', async (_, call) => {
    const store = await startTestStore();
    const proxy = await startCuttingProxy(store.uri);
    const journal = openJournal({
      uri: proxy.uri,
      namespace: store.namespace,
      attemptTimeoutMs: 200,
      totalTimeoutMs: 600,
    });
    await journal.append('cash-x', [cashMoved('M0')], 'any');
    proxy.mute();
    await expect(call(journal)).rejects.toThrow(StoreUnavailable);
    await journal.close();
    await proxy.close();
    await store.close();
  });
});
