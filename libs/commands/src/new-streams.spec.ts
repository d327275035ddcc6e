import { openJournal } from '#journal';
import { isRefusal } from '#kernel';
import { cash, context, freshId, openWorkbench, type Workbench } from '../test/workbench.ts';
import {
  type CommandContext,
  FactRecorder,
  type FactResult,
  References,
  recordedOnce,
  type SubmittedFact,
} from './index.ts';
import { Newness } from './new-streams.ts';

/**
 * Goal: a call on many streams takes them for new and reads none of them, and nobody can tell.
 * Method: every call here is on enough streams for that; what it answers is compared with the log.
 */
describe('facts on many streams at once', () => {
  const rules = [recordedOnce('CashMoved', 'movementId'), recordedOnce('GoodsShipped', 'shipmentId')];
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench({ rules });
  });

  afterAll(async () => {
    await bench.close();
  });

  const record = async (
    facts: readonly SubmittedFact[],
    change: Partial<CommandContext> = {},
    recorder = bench.recorder,
  ): Promise<readonly FactResult[]> => {
    const outcome = await recorder.recordFacts(facts, context(change));
    if (isRefusal(outcome)) throw new Error(outcome.detail);
    return outcome;
  };
  /** Another process of the same company: it shares the store with this one, and nothing else. */
  const anotherProcess = async (): Promise<{ recorder: FactRecorder; close(): Promise<void> }> => {
    const journal = openJournal({ uri: bench.uri, namespace: bench.namespace, keys: bench.keys });
    const recorder = new FactRecorder({ journal, references: new References(journal), rules });
    return { recorder, close: () => journal.close() };
  };
  const codes = (results: readonly FactResult[]): string[] =>
    results.map((result) => (result.status === 'refused' ? result.problem.code : result.status));
  const movement = (id: string, change: object = {}): SubmittedFact => ({
    ...cash(id, change),
    source: { system: 'erp', id },
  });
  const shipment = (orderId: string, number: number, change: object = {}): SubmittedFact => ({
    type: 'GoodsShipped',
    data: {
      orderId,
      shipmentId: `${orderId}-${number}`,
      shippedOn: '2024-02-01',
      lines: [{ lineNo: 1, qty: '1' }],
      ...change,
    },
    source: { system: 'erp', id: `${orderId}-${number}` },
  });
  const many = (): string[] => Array.from({ length: 20 }, freshId);
  const places = async (results: readonly FactResult[]): Promise<unknown[]> => {
    const found = [];
    for (const { stream = '' } of new Map(results.map((each) => [each.stream, each])).values()) {
      for (const { eventId, revision, position } of (await bench.journal.load(stream)).events)
        found.push({ eventId, stream, revision, position });
    }
    return found;
  };
  const told = (results: readonly FactResult[]): unknown[] =>
    results.map((each) => {
      if (each.status === 'refused') throw new Error(each.problem.detail);
      const { eventId, stream, revision, position } = each;
      return { eventId, stream, revision, position };
    });

  it('are answered each with its own place', async () => {
    const facts = many().flatMap((id) => [movement(id), shipment(id, 1), shipment(id, 2), shipment(id, 3)]);
    const results = await record(facts);
    expect(new Set(codes(results))).toEqual(new Set(['appended']));
    expect(told(results)).toEqual(expect.arrayContaining(await places(results)));
    expect(new Set(results.map(({ index }) => index)).size).toBe(facts.length);
    expect(results.map(({ index }) => index)).toEqual(facts.map((_, i) => i));
  });

  it('are known again, and only what is new is added', async () => {
    const ids = many();
    const first = await record(ids.flatMap((id) => [shipment(id, 1), shipment(id, 2)]));
    const again = await record(ids.flatMap((id) => [shipment(id, 1), shipment(id, 2)]));
    expect(again).toEqual(first.map((each) => ({ ...each, status: 'duplicate' })));
    const more = await record(ids.flatMap((id) => [shipment(id, 2), shipment(id, 3)]));
    expect(codes(more)).toEqual(ids.flatMap(() => ['duplicate', 'appended']));
    expect(told(more).map((each) => (each as { revision: bigint }).revision)).toEqual(
      ids.flatMap(() => [1n, 2n]),
    );
  });

  it('of one stream that says something else under a known source are refused, and those of others recorded', async () => {
    for (const known of [1, 2]) {
      const [changed = '', ...others] = many();
      await record([1, 2].slice(0, known).map((number) => shipment(changed, number)));
      const results = await record([
        shipment(changed, 1, { shippedOn: '2024-02-09' }),
        shipment(changed, 2),
        ...others.flatMap((id) => [shipment(id, 1), shipment(id, 2)]),
      ]);
      const second = known === 1 ? 'stream-refused' : 'duplicate';
      expect(codes(results)).toEqual([
        'source-conflict',
        second,
        ...others.flatMap(() => ['appended', 'appended']),
      ]);
      expect((await bench.journal.load(`order-${changed}`)).revision).toBe(BigInt(known - 1));
    }
  });

  it('are answered like the call when it is repeated with its key', async () => {
    const key = { idempotencyKey: `call-${freshId()}` };
    const facts = many().flatMap((id) => [cash(id), shipment(id, 1), shipment(id, 2)]);
    const first = await record(facts, key);
    expect(new Set(codes(first))).toEqual(new Set(['appended']));
    expect(await record(facts, key)).toEqual(first);
    const changed = facts.map((fact, i) =>
      i === 0 ? cash(String(fact.data['movementId']), { amount: '9.00' }) : fact,
    );
    expect(codes(await record(changed, key))[0]).toBe('idempotency-key-reused');
  });

  it('of calls at the same time land once', async () => {
    const facts = many().flatMap((id) => [movement(id), shipment(id, 1), shipment(id, 2)]);
    const answers = await Promise.all([record(facts), record(facts), record(facts)]);
    const [first = []] = answers;
    for (const answer of answers) expect(told(answer)).toEqual(told(first));
    for (const index of facts.keys()) {
      const status = codes(answers.flatMap((answer) => answer[index] ?? []));
      expect(status.toSorted()).toEqual(['appended', 'duplicate', 'duplicate']);
    }
    expect(await places(first)).toHaveLength(facts.length);
  });

  it.each(['one after the other', 'all at once'])(
    'say two things under one source at the same time: one is recorded, the other refused (%s)',
    async (streams) => {
      const elsewhere = await anotherProcess();
      for (const one of [bench.recorder, elsewhere.recorder]) {
        for (const calls of streams === 'all at once' ? [many()] : many().map((id) => [id])) {
          const saying = (amount: string): readonly SubmittedFact[] =>
            calls.map((id) => movement(id, { amount }));
          const answers = await Promise.all([
            record(saying('1.00'), {}, one),
            record(saying('2.00')),
            record(saying('3.00')),
          ]);
          for (const [index, id] of calls.entries()) {
            const told = codes(answers.flatMap((answer) => answer[index] ?? []));
            expect(told.toSorted()).toEqual(['appended', 'source-conflict', 'source-conflict']);
            const { events } = await bench.journal.load(`cash-${id}`);
            expect(events.map(({ data }) => data['amount'])).toEqual([`${told.indexOf('appended') + 1}.00`]);
          }
        }
      }
      await elsewhere.close();
    },
  );

  it('say two things under one key at the same time: one is recorded, the other refused', async () => {
    for (const id of many()) {
      const key = { idempotencyKey: `call-${freshId()}` };
      const answers = await Promise.all(
        ['1.00', '2.00'].map((amount) => record([cash(id, { amount }), cash(`${id}-2`, { amount })], key)),
      );
      const told = answers.map((answer) => codes(answer));
      expect(told.flat().toSorted()).toEqual([
        'appended',
        'appended',
        'idempotency-key-reused',
        'idempotency-key-reused',
      ]);
    }
  });

  it('that another process recorded meanwhile are known again', async () => {
    const elsewhere = await anotherProcess();
    await record([movement(freshId())], {}, elsewhere.recorder);
    const facts = many().map((id) => movement(id));
    const first = await record(facts);
    const again = await record(facts, {}, elsewhere.recorder);
    expect(again).toEqual(first.map((each) => ({ ...each, status: 'duplicate' })));
    await elsewhere.close();
  });

  it('are guessed from those before', () => {
    const newness = new Newness();
    expect(newness.likely).toBe(true);
    for (let i = 0; i < 16; i += 1) newness.saw(false);
    expect(newness.likely).toBe(false);
    for (let i = 0; i < 16; i += 1) newness.saw(true);
    expect(newness.likely).toBe(true);
  });
});
