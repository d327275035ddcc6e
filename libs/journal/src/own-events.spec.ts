import { cashMoved, freshId } from '../test/cash.ts';
import { startTestStore, type TestStore } from '../test/store.ts';
import { type AnsweredAppend, type Journal, type NewEvent, openJournal } from './index.ts';

/**
 * Goal: who appends under ids that are on record, or just being recorded, learns whether his own events are there.
 * Method: two journals, as in two processes, append to the same streams; places are compared with the log.
 */
describe('own events', () => {
  let store: TestStore;
  let journal: Journal;
  let another: Journal;

  beforeAll(async () => {
    store = await startTestStore();
    journal = openJournal({ uri: store.uri, namespace: store.namespace });
    another = openJournal({ uri: store.uri, namespace: store.namespace });
  });

  afterAll(async () => {
    await journal.close();
    await another.close();
    await store.close();
  });

  const stream = (): string => `cash-${freshId()}`;
  const append = async (
    by: Journal,
    to: string,
    events: readonly NewEvent[],
    expected: 'no_stream' | bigint = 'no_stream',
  ): Promise<AnsweredAppend> => ({ events, receipt: await by.append(to, events, expected) });
  const inLog = async (to: string): Promise<object[]> =>
    (await journal.load(to)).events.map(({ revision, position }) => ({ revision, position }));
  const movements = (count: number): NewEvent[] =>
    Array.from({ length: count }, (_, i) => cashMoved(`M${i}`));
  const saying = ({ id }: NewEvent, amount: string): NewEvent => cashMoved('M0', { amount }, id);

  it.each([1, 3])('have their places, %i in each append', async (count) => {
    const since = await journal.since();
    const streams = Array.from({ length: 20 }, stream);
    const appends = await Promise.all(streams.map((to) => append(journal, to, movements(count))));
    const places = await journal.ownPlaces(appends, since);
    for (const [i, to] of streams.entries()) expect(places[i]).toMatchObject(await inLog(to));
    const [alone] = await journal.ownPlaces([appends[7] as AnsweredAppend], since);
    expect(alone).toMatchObject(await inLog(streams[7] as string));
  });

  it('are told from those of another, which were recorded first', async () => {
    for (const count of [1, 20]) {
      const since = await journal.since();
      const events = movements(count);
      const to = Array.from(events, stream);
      await Promise.all(events.map((event, i) => append(another, to[i] as string, [event])));
      const appends = await Promise.all(
        events.map((event, i) => append(journal, to[i] as string, [i % 2 ? event : saying(event, '7.00')])),
      );
      const places = await journal.ownPlaces(appends, since);
      // Who sends the same, metadata included, cannot tell who recorded it, and need not.
      expect(places.map((own) => own !== undefined)).toEqual(events.map((_, i) => i % 2 === 1));
    }
  });

  it('are told from those on record since before', async () => {
    const to = stream();
    const [event] = movements(1) as [NewEvent];
    await append(another, to, [event]);
    const since = await journal.since();
    await append(journal, stream(), movements(1));
    const repeated = await append(journal, to, [event]);
    const later = await journal.since();
    expect(later).toBeGreaterThan(since);
    expect(await journal.ownPlaces([repeated], later)).toEqual([undefined]);
  });

  it('are told from those of an append that has another one among them', async () => {
    const since = await journal.since();
    const to = stream();
    const [one, two, three] = movements(3) as [NewEvent, NewEvent, NewEvent];
    await append(another, to, [one, two, three]);
    const repeated = await append(journal, to, [one, saying(two, '7.00'), three]);
    expect(await journal.ownPlaces([repeated], since)).toEqual([undefined]);
  });

  it('are found when others wrote more meanwhile than is read of the log', async () => {
    const since = await journal.since();
    for (let i = 0; i < 3; i += 1) await append(another, stream(), movements(200));
    const streams = [stream(), stream()];
    const appends = await Promise.all(streams.map((to) => append(journal, to, movements(2))));
    const places = await journal.ownPlaces(appends, since);
    for (const [i, to] of streams.entries()) expect(places[i]).toMatchObject(await inLog(to));
  });

  it('of calls at the same time are found by all of them', async () => {
    const calls = Array.from({ length: 30 }, async (_, i) => {
      const since = await journal.since();
      const to = stream();
      const answered = await append(journal, to, movements(1 + (i % 3)));
      const [own] = await journal.ownPlaces([answered], since);
      expect(own).toMatchObject(await inLog(to));
    });
    await Promise.all(calls);
    expect(await journal.ownPlaces([], await journal.since())).toEqual([]);
  });

  it('lie behind what was asked for before, in a log that is empty as well', async () => {
    const empty = openJournal({ uri: store.uri, namespace: `own${freshId()}` });
    const since = await empty.since();
    const answered = await append(empty, stream(), movements(2));
    expect(answered.receipt.position).toBeGreaterThan(since);
    expect(await empty.ownPlaces([answered], since)).toEqual([[expect.anything(), expect.anything()]]);
    await empty.close();
  });
});
