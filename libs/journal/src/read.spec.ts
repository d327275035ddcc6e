import { cashMoved, corrected, freshId } from '../test/cash.ts';
import { startCuttingProxy } from '../test/cutting-proxy.ts';
import { startTestStore, type TestStore } from '../test/store.ts';
import { type Journal, openJournal, type RecordedEvent } from './index.ts';

async function collect(events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('reading', () => {
  let store: TestStore;
  let journal: Journal;

  beforeAll(async () => {
    store = await startTestStore();
    journal = openJournal({ uri: store.uri, namespace: store.namespace });
  });

  afterAll(async () => {
    await journal.close();
    await store.close();
  });

  it('a stream that is not there has revision -1 and no events', async () => {
    expect(await journal.load(`cash-${freshId()}`)).toEqual({ revision: -1n, events: [] });
    expect(await journal.exists(`cash-${freshId()}`)).toBe(false);
  });

  it('a stream that is not there is nothing to warn of', async () => {
    const warned: string[] = [];
    const own = openJournal({ uri: store.uri, logger: { warn: (_, sentence) => warned.push(sentence) } });
    await own.load(`cash-${freshId()}`);
    await own.append(`cash-${freshId()}`, [cashMoved('M1')], 'no_stream');
    await own.close();
    expect(warned).toEqual([]);
  });

  it('gives an event as it was recorded and as it is read', async () => {
    const stream = `cash-${freshId()}`;
    const event = cashMoved('M1');
    const before = Date.now();
    const { position } = await journal.append(stream, [event], 'no_stream');
    const [recorded] = (await journal.load(stream)).events;
    expect(recorded).toMatchObject({
      position,
      stream,
      revision: 0n,
      eventId: event.id,
      type: 'CashMoved',
      data: event.data,
      metadata: event.metadata,
    });
    expect(recorded?.parsed).toMatchObject({ ok: true });
    expect(recorded?.created).toBeGreaterThanOrEqual(before - 1_000);
    expect(await journal.exists(stream)).toBe(true);
  });

  it('reads parts of a stream', async () => {
    const stream = `cash-${freshId()}`;
    await journal.append(
      stream,
      [0, 1, 2, 3].map((i) => cashMoved(`M${i}`)),
      'no_stream',
    );
    const ids = ({ events }: { events: readonly RecordedEvent[] }): unknown[] =>
      events.map(({ data }) => data['movementId']);
    expect(ids(await journal.loadUpTo(stream, 1n))).toEqual(['M0', 'M1']);
    expect(ids(await journal.loadUpTo(stream, -1n))).toEqual([]);
    expect(ids(await journal.loadFrom(stream, 2n, 1))).toEqual(['M2']);
  });

  it('folds a stream as corrected', async () => {
    const stream = `cash-${freshId()}`;
    const [a, b] = [cashMoved('M1', { amount: '1' }), cashMoved('M2', { amount: '2' })];
    await journal.append(
      stream,
      [a, b, corrected(a.id, { ...a.data, amount: '10' }), corrected(b.id, null)],
      'no_stream',
    );
    const { state, revision } = await journal.fold(stream, [] as unknown[], (seen, { data }) => [
      ...seen,
      data['amount'],
    ]);
    expect(state).toEqual(['10']);
    expect(revision).toBe(3n);
  });

  it('reads the log in order, from a position, up to one, and backwards, without system events', async () => {
    const stream = `cash-${freshId()}`;
    const start = await journal.head();
    await journal.append(
      stream,
      Array.from({ length: 30 }, (_, i) => cashMoved(`M${i}`)),
      'no_stream',
    );
    const after = await collect(journal.readAll({ from: start }));
    expect(after.map(({ data }) => data['movementId'])).toEqual(
      Array.from({ length: 30 }, (_, i) => `M${i}`),
    );
    const [tenth, last] = [after[9], after[29]];
    if (!tenth || !last) throw new Error('30 events were expected');
    expect(await journal.head()).toBe(last.position);
    expect(await collect(journal.readAll({ from: start, upTo: tenth.position }))).toHaveLength(10);
    expect(await collect(journal.readAll({ from: tenth.position, maxCount: 5 }))).toEqual(
      after.slice(10, 15),
    );
    const back = await collect(
      journal.readAll({ direction: 'backwards', from: tenth.position, maxCount: 3 }),
    );
    expect(back).toEqual([after[8], after[7], after[6]]);
    const all = await collect(journal.readAll());
    expect(all.some(({ type }) => type.startsWith('$'))).toBe(false);
    expect(all.every(({ position }, i) => i === 0 || position > (all[i - 1]?.position ?? 0n))).toBe(true);
  });

  it('tells where its own events end, wherever those of others do', async () => {
    const namespace = `own${freshId()}`;
    const own = openJournal({ uri: store.uri, namespace });
    // It writes nothing, and learns of all by reading.
    const another = openJournal({ uri: store.uri, namespace });
    try {
      expect(await own.head()).toBe(0n);
      const { position: first } = await own.append(`cash-${freshId()}`, [cashMoved('M1')], 'no_stream');
      for (let i = 0; i < 3; i++) {
        const foreign = await journal.append(
          `cash-${freshId()}`,
          Array.from({ length: 20 }, (_, n) => cashMoved(`M${n}`)),
          'no_stream',
        );
        expect(await own.head()).toBe(first);
        expect(await another.head()).toBe(first);
        expect(await journal.head()).toBe(foreign.position);
      }
      const second = await own.append(`cash-${freshId()}`, [cashMoved('M2')], 'no_stream');
      expect(await own.head()).toBe(second.position);
      expect(await another.head()).toBe(second.position);
    } finally {
      await another.close();
      await own.close();
    }
  });

  it('goes on behind the last event when the line is cut while reading', async () => {
    const start = await journal.head();
    const streams = Array.from({ length: 40 }, () => `cash-${freshId()}`);
    await journal.appendMany(
      streams.map((stream) => ({
        stream,
        events: Array.from({ length: 50 }, (_, i) => cashMoved(`M${i}`)),
        expected: 'no_stream' as const,
      })),
    );
    const proxy = await startCuttingProxy(store.uri);
    const shaky = openJournal({ uri: proxy.uri, namespace: store.namespace });
    const read: RecordedEvent[] = [];
    for await (const event of shaky.readAll({ from: start })) {
      read.push(event);
      if (read.length === 100 || read.length === 900) proxy.cut();
    }
    expect(read.map(({ position }) => position)).toEqual(
      (await collect(journal.readAll({ from: start }))).map(({ position }) => position),
    );
    expect(read).toHaveLength(2_000);
    await shaky.close();
    await proxy.close();
  });

  it('shows the keyless state of bytes from elsewhere: an event that no contract accepts', async () => {
    const stream = `cash-${freshId()}`;
    await journal.append(stream, [{ ...cashMoved('M1'), type: 'SomethingElse' }], 'no_stream');
    const [event] = (await journal.load(stream)).events;
    expect(event?.parsed.ok).toBe(false);
    await expect(journal.fold(stream, 0, (n) => n + 1)).rejects.toMatchObject({ code: 'unreadable-event' });
  });
});
