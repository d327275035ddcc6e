import { currentFacts, openJournal } from '#journal';
import { isRefusal } from '#kernel';
import {
  account,
  cash,
  context,
  customer,
  freshId,
  openWorkbench,
  order,
  plainRules,
  unit,
  type Workbench,
} from '../test/workbench.ts';
import {
  type CommandContext,
  FactRecorder,
  type FactResult,
  References,
  type SubmittedFact,
} from './index.ts';

describe('recording facts', () => {
  let bench: Workbench;
  const located = new Map<string, string>();

  beforeAll(async () => {
    bench = await openWorkbench({ locate: (eventId) => located.get(eventId) });
  });

  afterAll(async () => {
    await bench.close();
  });

  const record = async (
    facts: SubmittedFact[],
    change: Partial<CommandContext> = {},
  ): Promise<readonly FactResult[]> => {
    const outcome = await bench.recorder.recordFacts(facts, context(change));
    if (isRefusal(outcome)) throw new Error(outcome.detail);
    return outcome;
  };
  const codes = (results: readonly FactResult[]): string[] =>
    results.map((result) => (result.status === 'refused' ? result.problem.code : result.status));
  const from = (fact: SubmittedFact, id: string): SubmittedFact => ({
    ...fact,
    source: { system: 'erp', id },
  });

  it('says what is wrong with facts also when the store is away', async () => {
    const journal = openJournal({ uri: 'esdb://127.0.0.1:1?tls=false', totalTimeoutMs: 300 });
    const recorder = new FactRecorder({ journal, references: new References(journal), rules: plainRules });
    const [result] = (await recorder.recordFacts(
      [cash('M1', { amount: 'much' })],
      context(),
    )) as FactResult[];
    expect(result).toMatchObject({ status: 'refused', problem: { code: 'invalid-input' } });
    await journal.close();
  });

  it('answers where each fact is', async () => {
    const [a, b] = [freshId(), freshId()];
    const results = await record([cash(a), cash(b)]);
    expect(codes(results)).toEqual(['appended', 'appended']);
    for (const [i, id] of [a, b].entries()) {
      const [event] = (await bench.journal.load(`cash-${id}`)).events;
      expect(results[i]).toMatchObject({
        index: i,
        stream: `cash-${id}`,
        revision: 0n,
        position: event?.position,
        eventId: event?.eventId,
      });
    }
  });

  it('keeps the order of one stream and gives each fact its own place', async () => {
    const codesOf = Array.from({ length: 12 }, () => freshId());
    const results = await record(codesOf.map(account));
    const { events } = await bench.journal.load('ledger-chart');
    const mine = events.filter(({ data }) => codesOf.includes(String(data['accountCode'])));
    expect(mine.map(({ data }) => data['accountCode'])).toEqual(codesOf);
    expect(results).toEqual(
      mine.map(({ eventId, revision, position, stream }, index) => ({
        index,
        status: 'appended',
        stream,
        revision,
        position,
        eventId,
      })),
    );
  });

  it('knows a fact again by its source', async () => {
    const id = freshId();
    const [first] = await record([from(cash(id), id)]);
    const [again] = await record([from(cash(id), id)]);
    expect(again).toEqual({ ...first, status: 'duplicate' });
    expect((await bench.journal.load(`cash-${id}`)).revision).toBe(0n);
  });

  it('refuses another content of the same source', async () => {
    const id = freshId();
    await record([from(cash(id), id)]);
    expect(codes(await record([from(cash(id, { amount: '101.00' }), id)]))).toEqual(['source-conflict']);
  });

  it('compares personal data opened, not sealed', async () => {
    const id = freshId();
    await record([from(customer(id), id)]);
    expect(codes(await record([from(customer(id), id)]))).toEqual(['duplicate']);
    expect(codes(await record([from(customer(id, { name: 'Somebody else' }), id)]))).toEqual([
      'source-conflict',
    ]);
    await bench.keys.destroy(`customer-${id}`);
    expect(codes(await record([from(customer(id), id)]))).toEqual(['duplicate']);
  });

  it('knows a source twice in one batch', async () => {
    const id = freshId();
    const results = await record([from(cash(id), id), from(cash(id), id)]);
    expect(codes(results)).toEqual(['appended', 'duplicate']);
    const other = freshId();
    expect(
      codes(await record([from(cash(other), other), from(cash(other, { amount: '1.00' }), other)])),
    ).toEqual(['stream-refused', 'source-conflict']);
  });

  it('answers the repeat of a call like the call, with and without sources', async () => {
    const [a, b] = [freshId(), freshId()];
    const facts = [cash(a), from(cash(b), b)];
    const first = await record(facts, { idempotencyKey: `import-${a}` });
    expect(await record(facts, { idempotencyKey: `import-${a}` })).toEqual(first);
    expect(codes(await record([cash(a, { amount: '5.00' })], { idempotencyKey: `import-${a}` }))).toEqual([
      'idempotency-key-reused',
    ]);
  });

  it('holds a stream back for a fact of it that is not even what its contract says', async () => {
    const [bad, known, other] = [freshId(), freshId(), freshId()];
    await record([from(account(known), known)]);
    const results = await record([
      account(bad),
      { ...account(bad), data: { ...account(bad).data, surprise: 1 } },
      from(account(known), known),
      cash(other),
    ]);
    expect(codes(results)).toEqual(['stream-refused', 'invalid-input', 'duplicate', 'appended']);
    const { events } = await bench.journal.load('ledger-chart');
    expect(events.some(({ data }) => data['accountCode'] === bad)).toBe(false);
  });

  it('records the facts of one stream together or not at all, and those of others all the same', async () => {
    const [twice, other] = [freshId(), freshId()];
    const results = await record([account(twice), cash(other), account(twice)]);
    expect(codes(results)).toEqual(['stream-refused', 'appended', 'already-recorded']);
    const { events } = await bench.journal.load('ledger-chart');
    expect(events.some(({ data }) => data['accountCode'] === twice)).toBe(false);
  });

  it('refuses what is no fact, with what would be right', async () => {
    const results = await record([
      { type: 'OrderPlacd', data: {} },
      { type: 'EditionPublished', data: {} },
      cash('', {}),
      { ...cash(freshId()), source: { system: '', id: 'x' } },
    ]);
    expect(codes(results)).toEqual(['unknown-type', 'not-a-fact', 'invalid-input', 'invalid-input']);
  });

  it('refuses a customer and a unit that nobody knows', async () => {
    const results = await record([order(freshId(), freshId()), cash(freshId(), { unitId: freshId() })]);
    expect(codes(results)).toEqual(['unknown-customer', 'unknown-unit']);
  });

  it('a batch may bring its own master data, in any order', async () => {
    const [orderId, customerId, unitId] = [freshId(), freshId(), freshId()];
    const results = await record([
      order(orderId, customerId, { unitId }),
      customer(customerId, { homeUnitId: unitId }),
      unit(unitId, 'root'),
    ]);
    expect(codes(results)).toEqual(['appended', 'appended', 'appended']);
  });

  it('takes no more than a thousand facts', async () => {
    const outcome = await bench.recorder.recordFacts(
      Array.from({ length: 1_001 }, () => cash('M')),
      context(),
    );
    expect(outcome).toMatchObject({ refused: true, code: 'too-many-facts' });
  });

  it('batches at the same time on one stream all land once', async () => {
    const codesOf = Array.from({ length: 6 }, () => freshId());
    const results = await Promise.all(codesOf.map((code) => record([account(code)])));
    expect(results.flatMap(codes)).toEqual(codesOf.map(() => 'appended'));
  });

  describe('corrections', () => {
    const correction = (
      targetEventId: string,
      replacement: object | null,
      change: object = {},
    ): SubmittedFact => ({
      type: 'FactCorrected',
      data: { targetEventId, replacement, reason: 'mistyped', authorisedBy: 'approver' },
      ...change,
    });
    const recorded = async (fact: SubmittedFact): Promise<{ eventId: string; stream: string }> => {
      const [result] = await record([fact]);
      if (result === undefined || result.status === 'refused') throw new Error('The fact was refused.');
      located.set(result.eventId, result.stream);
      return result;
    };

    it('are recorded in the stream of their target, named or looked up', async () => {
      const id = freshId();
      const { eventId, stream } = await recorded(cash(id));
      const fixed = { ...cash(id).data, amount: '7.00' };
      const [byLookUp] = await record([correction(eventId, fixed)]);
      expect(byLookUp).toMatchObject({ status: 'appended', stream, revision: 1n });
      const [byName] = await record([correction(eventId, null, { stream })]);
      expect(byName).toMatchObject({ status: 'appended', stream, revision: 2n });
    });

    it('may correct a correction, also one of the same batch', async () => {
      const id = freshId();
      const { eventId, stream } = await recorded(cash(id));
      const [first] = await record([correction(eventId, { ...cash(id).data, amount: '2.00' }, { stream })]);
      if (first === undefined || first.status === 'refused') throw new Error('The correction was refused.');
      expect(codes(await record([correction(first.eventId, null, { stream })]))).toEqual(['appended']);
    });

    it('need a target, content that fits, and the same stream', async () => {
      const id = freshId();
      const { eventId, stream } = await recorded(cash(id));
      const nowhere = '00000000-0000-4000-8000-000000000000';
      expect(codes(await record([correction(nowhere, null)]))).toEqual(['unknown-target']);
      expect(codes(await record([correction(nowhere, null, { stream })]))).toEqual(['unknown-target']);
      const [invalid] = await record([correction(eventId, { ...cash(id).data, amount: 'x' })]);
      expect(invalid).toMatchObject({ problem: { code: 'invalid-input', field: 'replacement.amount' } });
      expect(codes(await record([correction(eventId, cash(freshId()).data)]))).toEqual(['moves-stream']);
      const [stranger] = await record([correction(eventId, { ...cash(id).data, unitId: freshId() })]);
      expect(stranger).toMatchObject({ problem: { code: 'unknown-unit', field: 'replacement.unitId' } });
    });

    it('void a fact once; it may then be recorded again', async () => {
      const code = freshId();
      const { eventId } = await recorded(account(code));
      expect(codes(await record([account(code)]))).toEqual(['already-recorded']);
      expect(codes(await record([correction(eventId, null)]))).toEqual(['appended']);
      expect(codes(await record([correction(eventId, null)]))).toEqual(['already-void']);
      expect(codes(await record([account(code)]))).toEqual(['appended']);
    });

    it('do not give a voided fact back beside the one that was recorded anew', async () => {
      const code = freshId();
      const { eventId, stream } = await recorded(account(code));
      await record([correction(eventId, null)]);
      const anew = await recorded(account(code));
      const [refused] = await record([correction(eventId, account(code).data)]);
      expect(refused).toMatchObject({ problem: { code: 'already-recorded', field: 'replacement' } });
      expect(refused).toMatchObject({ problem: { detail: expect.stringContaining(anew.eventId) } });
      expect(
        codes(await record([correction(anew.eventId, null), correction(eventId, account(code).data)])),
      ).toEqual(['appended', 'appended']);
      const { events } = await bench.journal.load(stream);
      const standing = currentFacts(events).filter(({ data }) => data['accountCode'] === code);
      expect(standing.map((fact) => fact.eventId)).toEqual([eventId]);
    });

    it('may hand back an envelope they cannot open, but none that is not in the fact', async () => {
      const id = freshId();
      const { eventId, stream } = await recorded(customer(id));
      const [event] = (await bench.journal.load(stream)).events;
      const kept = { ...customer(id).data, name: event?.data['name'], kind: 'contractual' };
      expect(codes(await record([correction(eventId, kept)]))).toEqual(['appended']);
      const forged = { ...kept, name: { sealed: { keyId: 'k', iv: 'i', tag: 't', ciphertext: 'c' } } };
      const [refused] = await record([correction(eventId, forged)]);
      expect(refused).toMatchObject({ problem: { code: 'invalid-input', field: 'replacement.name' } });
      expect(codes(await record([customer(freshId(), { name: forged.name })]))).toEqual(['invalid-input']);
    });

    it('seal the personal data of a replacement', async () => {
      const id = freshId();
      const { eventId, stream } = await recorded(customer(id));
      expect(
        codes(await record([correction(eventId, customer(id, { name: 'Marie Bertrand' }).data)])),
      ).toEqual(['appended']);
      const { events } = await bench.journal.load(stream);
      expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('Bertrand');
    });
  });
});
