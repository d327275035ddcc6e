import { cashMoved, corrected, freshId } from '../test/cash.ts';
import { startTestStore, type TestStore } from '../test/store.ts';
import { type Change, currentFacts, type Journal, type NewEvent, openJournal } from './index.ts';

describe('what an event changes', () => {
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

  /** Appends events to a stream of their own and resolves each of them. */
  const resolved = async (...events: NewEvent[]): Promise<(Change | { unresolved: string })[]> => {
    const stream = `cash-${freshId()}`;
    await journal.append(stream, events, 'no_stream');
    const loaded = await journal.load(stream);
    return Promise.all(loaded.events.map((event) => journal.resolveChange(event)));
  };

  it('an ordinary event asserts itself', async () => {
    const event = cashMoved('M1');
    const [change] = (await resolved(event)) as Change[];
    expect(change).toMatchObject({
      eventId: event.id,
      factId: event.id,
      factPosition: change?.position,
      type: 'CashMoved',
      before: null,
      after: event.data,
      metadata: event.metadata,
      revision: 0n,
    });
  });

  it('a correction, a correction of it, one that names the original again, a void, a revival', async () => {
    const fact = cashMoved('M1', { amount: '1' });
    const content = (amount: string): NewEvent['data'] => ({ ...fact.data, amount });
    const two = corrected(fact.id, content('2'));
    const three = corrected(two.id, content('3'));
    const four = corrected(fact.id, content('4'));
    const voided = corrected(three.id, null);
    const revived = corrected(voided.id, content('6'));
    const changes = await resolved(fact, two, three, four, voided, revived);
    const factPosition = (changes[0] as Change).position;
    const amounts = changes.map((change) => {
      if ('unresolved' in change) throw new Error(change.unresolved);
      expect(change).toMatchObject({ factId: fact.id, factPosition, type: 'CashMoved' });
      return [change.before?.['amount'] ?? null, change.after?.['amount'] ?? null];
    });
    expect(amounts).toEqual([
      [null, '1'],
      ['1', '2'],
      ['2', '3'],
      ['3', '4'],
      ['4', null],
      [null, '6'],
    ]);
  });

  it('facts of one stream keep apart', async () => {
    const [a, b] = [cashMoved('M1', { amount: '1' }), cashMoved('M2', { amount: '2' })];
    const changes = await resolved(a, b, corrected(b.id, { ...b.data, amount: '20' }));
    expect(changes[2]).toMatchObject({ factId: b.id, before: { amount: '2' }, after: { amount: '20' } });
  });

  it('a correction without its target is told as such', async () => {
    const [change] = await resolved(corrected('00000000-0000-4000-8000-000000000000', null));
    expect(change).toMatchObject({
      unresolved: expect.stringContaining('00000000-0000-4000-8000-000000000000'),
    });
  });

  it('a correction cannot name an event that comes after it', async () => {
    const later = cashMoved('M1');
    const [change] = await resolved(corrected(later.id, null), later);
    expect(change).toHaveProperty('unresolved');
  });

  it('a replacement that is not of the type of the fact is told as such, and changes nothing', async () => {
    const fact = cashMoved('M1', { amount: '1' });
    const wrong = corrected(fact.id, { movementId: 'M1' });
    const right = corrected(fact.id, { ...fact.data, amount: '3' });
    const [, bad, good] = await resolved(fact, wrong, right);
    expect(bad).toHaveProperty('unresolved');
    expect(good).toMatchObject({ before: { amount: '1' }, after: { amount: '3' } });
  });

  it('an event that no contract accepts is told as such', async () => {
    const [change] = await resolved({ ...cashMoved('M1'), type: 'SomethingElse' });
    expect(change).toHaveProperty('unresolved');
  });

  it('the current facts of a stream stand at their places as corrected', async () => {
    const stream = `cash-${freshId()}`;
    const [a, b, c] = [cashMoved('M1'), cashMoved('M2'), cashMoved('M3')];
    await journal.append(
      stream,
      [a, b, c, corrected(a.id, { ...a.data, amount: '7' }), corrected(b.id, null)],
      'no_stream',
    );
    const facts = currentFacts((await journal.load(stream)).events);
    expect(facts.map(({ eventId, data }) => [eventId, data['amount']])).toEqual([
      [a.id, '7'],
      [c.id, '100.00'],
    ]);
  });
});
