import type { Position } from '#kernel';
import { cashMoved, freshId } from '../test/cash.ts';
import { startCuttingProxy } from '../test/cutting-proxy.ts';
import { startTestStore, type TestStore } from '../test/store.ts';
import { type Journal, openJournal, type RecordedEvent, type SubscribeAllOptions } from './index.ts';

/** A subscriber that keeps what it gets and can be waited for. */
function subscriber(journal: Journal, options: Partial<SubscribeAllOptions> = {}) {
  const stop = new AbortController();
  const batches: (readonly RecordedEvent[])[] = [];
  const told: string[] = [];
  let wake = (): void => undefined;
  const ended = journal.subscribeAll({
    signal: stop.signal,
    onEvents: (events) => {
      batches.push(events);
      wake();
    },
    onCaughtUp: () => {
      told.push('caught-up');
      wake();
    },
    onAway: () => {
      told.push('away');
      wake();
    },
    onBack: () => {
      told.push('back');
      wake();
    },
    ...options,
  });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve;
        ended.catch(reject);
      });
    }
  };
  return {
    batches,
    told,
    events: () => batches.flat(),
    until,
    stop: async () => {
      stop.abort();
      await ended;
    },
    ended,
  };
}

describe('subscribing to the log', () => {
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

  const append = async (count: number): Promise<Position> => {
    const { position } = await journal.append(
      `cash-${freshId()}`,
      Array.from({ length: count }, (_, i) => cashMoved(`M${i}`)),
      'no_stream',
    );
    return position;
  };

  it('delivers history, says that it has caught up, and goes on live', async () => {
    const from = await journal.head();
    await append(20);
    const follower = subscriber(journal, { from });
    await follower.until(() => follower.told.includes('caught-up'));
    expect(follower.events()).toHaveLength(20);
    const position = await append(3);
    await follower.until(() => follower.events().at(-1)?.position === position);
    expect(follower.events()).toHaveLength(23);
    expect(follower.events().some(({ type }) => type.startsWith('$'))).toBe(false);
    await follower.stop();
  });

  it('starts behind the position it is given', async () => {
    await append(1);
    const from = await journal.head();
    const follower = subscriber(journal, { from });
    await follower.until(() => follower.told.includes('caught-up'));
    expect(follower.events()).toEqual([]);
    await follower.stop();
  });

  it('hands over a catch-up in batches and waits for each', async () => {
    const from = await journal.head();
    await append(900);
    let busy = 0;
    let overlapped = false;
    const sizes: number[] = [];
    const follower = subscriber(journal, {
      from,
      batchMax: 100,
      onEvents: async (events) => {
        busy += 1;
        overlapped ||= busy > 1;
        sizes.push(events.length);
        await new Promise(setImmediate);
        busy -= 1;
      },
    });
    await follower.until(() => follower.told.includes('caught-up'));
    expect(overlapped).toBe(false);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(900);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(sizes.length).toBeLessThan(90);
    await follower.stop();
  });

  it('misses and repeats nothing when the store goes away and comes back', async () => {
    const from = await journal.head();
    const proxy = await startCuttingProxy(store.uri);
    const shaky = openJournal({ uri: proxy.uri, namespace: store.namespace });
    const follower = subscriber(shaky, { from });
    await append(40);
    await follower.until(() => follower.events().length === 40);
    proxy.away();
    await follower.until(() => follower.told.includes('away'));
    const position = await append(40);
    proxy.restore();
    await follower.until(() => follower.events().at(-1)?.position === position);
    expect(follower.told.filter((what) => what === 'away')).toHaveLength(1);
    expect(follower.told).toContain('back');
    const positions = follower.events().map((event) => event.position);
    expect(positions).toHaveLength(80);
    expect(new Set(positions).size).toBe(80);
    await follower.stop();
    await shaky.close();
    await proxy.close();
  });

  it('comes through one cut after the other in the middle of a catch-up', async () => {
    const from = await journal.head();
    const last = await append(1_500);
    const proxy = await startCuttingProxy(store.uri);
    const shaky = openJournal({ uri: proxy.uri, namespace: store.namespace });
    let cuts = 0;
    const seen: Position[] = [];
    const follower = subscriber(shaky, {
      from,
      batchMax: 50,
      onEvents: (events) => {
        seen.push(...events.map((event) => event.position));
        if (cuts < 3 && seen.length > (cuts + 1) * 300) {
          cuts += 1;
          proxy.cut();
        }
      },
    });
    await follower.until(() => follower.told.includes('caught-up') && seen.at(-1) === last);
    expect(cuts).toBe(3);
    expect(seen).toHaveLength(1_500);
    expect(new Set(seen).size).toBe(1_500);
    await follower.stop();
    await shaky.close();
    await proxy.close();
  });

  it('ends with the error of its consumer', async () => {
    const from = await journal.head();
    await append(1);
    const follower = subscriber(journal, {
      from,
      onEvents: () => {
        throw new Error('the consumer is broken');
      },
    });
    await expect(follower.ended).rejects.toThrow('the consumer is broken');
  });

  it('ends when the journal is closed', async () => {
    const own = openJournal({ uri: store.uri, namespace: store.namespace });
    const follower = subscriber(own, { from: await journal.head() });
    await follower.until(() => follower.told.includes('caught-up'));
    await own.close();
    await expect(follower.ended).resolves.toBeUndefined();
  });
});
