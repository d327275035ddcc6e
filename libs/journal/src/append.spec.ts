import { cashMoved, freshId } from '../test/cash.ts';
import { type CuttingProxy, startCuttingProxy } from '../test/cutting-proxy.ts';
import { startTestStore, type TestStore } from '../test/store.ts';
import { AppendTooLarge, ConcurrencyConflict, type Journal, openJournal, StoreUnavailable } from './index.ts';

describe('appending', () => {
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

  it('tells where the events are', async () => {
    const stream = `cash-${freshId()}`;
    const [one, two] = [cashMoved('M1'), cashMoved('M2')];
    const receipt = await journal.append(stream, [one, two], 'no_stream');
    expect(receipt).toMatchObject({ stream, revision: 1n, eventIds: [one.id, two.id] });
    const { revision, events } = await journal.load(stream);
    expect(revision).toBe(1n);
    expect(events.map(({ eventId }) => eventId)).toEqual([one.id, two.id]);
    expect(events.at(-1)?.position).toBe(receipt.position);
  });

  it('says that a stream moved on', async () => {
    const stream = `cash-${freshId()}`;
    await journal.append(stream, [cashMoved('M1')], 'no_stream');
    await expect(journal.append(stream, [cashMoved('M2')], 'no_stream')).rejects.toThrow(ConcurrencyConflict);
    await expect(journal.append(stream, [cashMoved('M2')], 7n)).rejects.toMatchObject({
      code: 'concurrency-conflict',
      stream,
      expected: '7',
      actual: '0',
    });
  });

  it('answers the repeat of an append with the first receipt', async () => {
    const stream = `cash-${freshId()}`;
    const events = [cashMoved('M1'), cashMoved('M2')];
    const first = await journal.append(stream, events, 'no_stream');
    await journal.append(stream, [cashMoved('M3')], 1n);
    expect(await journal.append(stream, events, 'no_stream')).toEqual(first);
    expect((await journal.load(stream)).revision).toBe(2n);
  });

  it('of many writers with one expected revision lets one through', async () => {
    const stream = `cash-${freshId()}`;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => journal.append(stream, [cashMoved(`M${i}`)], 'no_stream')),
    );
    const failures = outcomes.filter((each) => each.status === 'rejected');
    expect(failures).toHaveLength(11);
    expect(failures.every(({ reason }) => reason instanceof ConcurrencyConflict)).toBe(true);
    expect((await journal.load(stream)).revision).toBe(0n);
  });

  it('refuses more than the store takes at once, and writes nothing', async () => {
    const stream = `cash-${freshId()}`;
    const events = Array.from({ length: 12 }, (_, i) =>
      cashMoved(`M${i}`, { category: 'x'.repeat(100_000) }),
    );
    await expect(journal.append(stream, events, 'no_stream')).rejects.toThrow(AppendTooLarge);
    expect((await journal.load(stream)).revision).toBe(-1n);
  });

  it('appends many batches and keeps the order of each stream', async () => {
    const streams = Array.from({ length: 40 }, () => `cash-${freshId()}`);
    const batches = [0, 1, 2].flatMap((round) =>
      streams.map((stream) => ({
        stream,
        events: [cashMoved(`${round}`)],
        expected: round === 0 ? ('no_stream' as const) : BigInt(round - 1),
      })),
    );
    const outcomes = await journal.appendMany(batches);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    for (const stream of streams) {
      const { events } = await journal.load(stream);
      expect(events.map(({ data }) => data['movementId'])).toEqual(['0', '1', '2']);
    }
  });

  it('does not try the later batches of a stream after one of them failed', async () => {
    const [bad, good] = [`cash-${freshId()}`, `cash-${freshId()}`];
    const outcomes = await journal.appendMany([
      { stream: bad, events: [cashMoved('M1')], expected: 5n },
      { stream: bad, events: [cashMoved('M2')], expected: 'any' },
      { stream: good, events: [cashMoved('M3')], expected: 'any' },
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true]);
    expect((await journal.load(bad)).revision).toBe(-1n);
  });

  describe('over a line that fails', () => {
    let proxy: CuttingProxy;
    let shaky: Journal;

    beforeEach(async () => {
      proxy = await startCuttingProxy(store.uri);
      shaky = openJournal({
        uri: proxy.uri,
        namespace: store.namespace,
        totalTimeoutMs: 8_000,
        attemptTimeoutMs: 2_000,
      });
    });

    afterEach(async () => {
      await shaky.close();
      await proxy.close();
    });

    /** Loses the answer to an append that the store has carried out, then cuts the line. */
    const loseAnswer = async (
      stream: string,
      revision: bigint,
      append: () => Promise<unknown>,
    ): Promise<unknown> => {
      await shaky.load(stream);
      proxy.mute();
      const outcome = append();
      while ((await journal.load(stream)).revision < revision) await new Promise(setImmediate);
      proxy.cut();
      return outcome;
    };

    it('repeats an append whose answer was lost, and stores it once', async () => {
      const stream = `cash-${freshId()}`;
      const event = cashMoved('M1');
      const receipt = await loseAnswer(stream, 0n, () => shaky.append(stream, [event], 'no_stream'));
      expect(receipt).toMatchObject({ stream, revision: 0n, eventIds: [event.id] });
      expect((await journal.load(stream)).events).toHaveLength(1);
    });

    it('finds its own events when others have written behind them meanwhile', async () => {
      const stream = `cash-${freshId()}`;
      await journal.append(stream, [cashMoved('M0')], 'no_stream');
      const events = [cashMoved('M1'), cashMoved('M2')];
      await shaky.load(stream);
      proxy.mute();
      const outcome = shaky.append(stream, events, 0n);
      while ((await journal.load(stream)).revision < 2n) await new Promise(setImmediate);
      await journal.append(stream, [cashMoved('M3')], 2n);
      proxy.cut();
      expect(await outcome).toMatchObject({ revision: 2n, eventIds: events.map(({ id }) => id) });
      expect((await journal.load(stream)).revision).toBe(3n);
    });

    it('does not take the events of others for its own', async () => {
      const stream = `cash-${freshId()}`;
      await shaky.load(stream);
      proxy.away();
      const outcome = shaky.append(stream, [cashMoved('mine')], 'no_stream');
      await journal.append(stream, [cashMoved('theirs')], 'no_stream');
      proxy.restore();
      await expect(outcome).rejects.toThrow(ConcurrencyConflict);
      expect((await journal.load(stream)).events.map(({ data }) => data['movementId'])).toEqual(['theirs']);
    });

    it('comes through an absence that is shorter than its patience', async () => {
      const stream = `cash-${freshId()}`;
      await shaky.load(stream);
      proxy.away();
      const outcomes = Promise.all(
        Array.from({ length: 8 }, (_, i) => shaky.append(`${stream}-${i}`, [cashMoved('M')], 'no_stream')),
      );
      await expect(
        Promise.race([outcomes, new Promise((wake) => setTimeout(wake, 300, 'waiting'))]),
      ).resolves.toBe('waiting');
      proxy.restore();
      expect(await outcomes).toHaveLength(8);
    });
  });

  it('says in bounded time that the store is away, and what to do', async () => {
    const proxy = await startCuttingProxy(store.uri);
    proxy.away();
    const impatient = openJournal({ uri: proxy.uri, namespace: store.namespace, totalTimeoutMs: 700 });
    const startedAt = performance.now();
    const failure = await impatient
      .append('cash-x', [cashMoved('M1')], 'any')
      .catch((error: unknown) => error);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(String(failure)).toContain('Idempotency-Key');
    await impatient.close();
    await proxy.close();
  });
});
