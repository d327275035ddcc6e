import { isRefusal } from '#kernel';
import { cash, context, freshId, openWorkbench, type Workbench } from '../test/workbench.ts';
import { type CommandContext, type FactResult, recordedOnce, type SubmittedFact } from './index.ts';
import { Newness } from './new-streams.ts';

/**
 * Goal: a call on many streams takes them for new and reads none of them, and nobody can tell.
 * Method: every call here is on enough streams for that; what it answers is compared with the log.
 */
describe('facts on many streams at once', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench({
      rules: [recordedOnce('CashMoved', 'movementId'), recordedOnce('GoodsShipped', 'shipmentId')],
    });
  });

  afterAll(async () => {
    await bench.close();
  });

  const record = async (
    facts: readonly SubmittedFact[],
    change: Partial<CommandContext> = {},
  ): Promise<readonly FactResult[]> => {
    const outcome = await bench.recorder.recordFacts(facts, context(change));
    if (isRefusal(outcome)) throw new Error(outcome.detail);
    return outcome;
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
    expect(await places(first)).toHaveLength(facts.length);
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
