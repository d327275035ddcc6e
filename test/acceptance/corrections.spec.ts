import { randomUUID } from 'node:crypto';
import type { SubmittedFact } from '#commands';
import { revokeBatch } from '#intake';
import { isRefusal } from '#kernel';
import { secondOpinion } from './second-opinion.ts';
import { World } from './world.ts';

/** Goal: corrections, voids and revocations leave a log of which both ways to a figure say the same, and refuse what cannot stand. */
describe('corrections by commands', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  }, 120_000);
  afterAll(() => world.close());

  const context = () => ({ actor: 'steward', now: new Date() });
  /** Records facts in one call; what became of each: its event id, or the code of its refusal. */
  const record = async (...facts: readonly SubmittedFact[]): Promise<string[]> => {
    const results = await world.recorder.recordFacts(facts, context());
    if (isRefusal(results)) throw new Error(results.detail);
    return results.map((result) => (result.status === 'refused' ? result.problem.code : result.eventId));
  };
  const one = async (type: string, data: SubmittedFact['data']): Promise<string> => {
    const [id = ''] = await record({ type, data });
    if (!/^[0-9a-f]{8}-/.test(id)) throw new Error(`${type} was refused: ${id}`);
    return id;
  };
  const correction = (targetEventId: string, replacement: object | null, stream: string): SubmittedFact => ({
    type: 'FactCorrected',
    stream,
    data: { targetEventId, replacement, reason: 'mistaken', authorisedBy: 'mei' },
  });
  const inBatch = (batchId: string, type: string, data: SubmittedFact['data']): SubmittedFact => ({
    type,
    data,
    source: { system: 'erp', id: randomUUID(), batchId },
  });
  const revoke = (batchId: string) =>
    revokeBatch({
      batchId,
      events: world.journal.readAll(),
      recorder: world.recorder,
      context: context(),
      reason: 'wrong file',
      authorisedBy: 'mei',
    });
  const registered = async (...customers: readonly string[]): Promise<void> => {
    for (const customerId of customers)
      await one('CustomerRegistered', {
        customerId,
        name: customerId,
        kind: 'transactional',
        homeUnitId: 'root',
        registeredOn: '2023-01-01',
        externalIds: [],
      });
  };
  const order = (orderId: string, customerId: string, orderedOn: string, unitId = 'root') => ({
    orderId,
    customerId,
    unitId,
    orderedOn,
    currency: 'EUR',
    lines: [{ lineNo: 1, productId: 'p', qty: '1', unitPrice: '1' }],
  });
  const unit = (unitId: string, parentId: string, effectiveFrom: string) => ({
    unitId,
    name: unitId,
    parentId,
    effectiveFrom,
  });
  const merge = (absorbedId: string, survivorId: string, reason = 'same') =>
    one('CustomersMerged', { survivorId, absorbedId, reason });
  const part = (restoredId: string, survivorId: string) =>
    one('CustomersUnmerged', { survivorId, restoredId, reason: 'mistaken' });
  const expectSameInBothWays = async (kpi: string, period: string, unit = 'root'): Promise<void> => {
    await world.project();
    const question = { kpi, unit, period };
    const head = await world.journal.head();
    const projected = await world.readModels.figures({ ...question, knownAt: { position: head } });
    const reperformed = (await secondOpinion(world)).figures({ ...question, knownAt: head });
    expect(projected.figures).toEqual(reperformed.figures);
  };

  it('a fact that is voided and given back takes its old place', async () => {
    await registered('v1');
    const assign = (segmentCode: string) =>
      one('CustomerSegmentAssigned', { customerId: 'v1', segmentCode, effectiveFrom: '2024-01-01' });
    for (const segmentCode of ['gold', 'silver'])
      await one('SegmentDefined', {
        segmentCode,
        name: segmentCode,
        isTarget: segmentCode === 'gold',
        valueProposition: [],
        effectiveFrom: '2000-01-01',
      });
    const gold = await assign('gold');
    await assign('silver');
    await one('OrderPlaced', order('vo', 'v1', '2024-02-10'));
    await record(correction(gold, null, 'customer-v1'));
    const back = { customerId: 'v1', segmentCode: 'gold', effectiveFrom: '2024-01-01' };
    await record(correction(gold, back, 'customer-v1'));
    await world.project();
    const orders = async (segment: string) => {
      const { figures } = await world.readModels.figures({
        kpi: 'orders-placed',
        unit: 'root',
        period: '2024-02',
        segment,
        knownAt: { position: await world.journal.head() },
      });
      return figures[0]?.n;
    };
    expect(await orders('silver')).toBe(1);
    expect(await orders('gold')).toBe(0);
  });

  it('merges do not close a circle when a parting between them is voided', async () => {
    await registered('c1', 'c2');
    await one('OrderPlaced', order('co1', 'c1', '2024-01-10'));
    await one('OrderPlaced', order('co2', 'c2', '2024-02-10'));
    await merge('c1', 'c2');
    const parting = await part('c1', 'c2');
    await merge('c2', 'c1');
    expect(await record(correction(parting, null, 'customer-c1'))).toEqual(['merge-circle']);
    await expectSameInBothWays('active-customers', '2024-02');
  });

  it('the reason of a merge is corrected, also when its survivor has been absorbed since', async () => {
    await registered('d1', 'd2', 'd3');
    const first = await merge('d1', 'd2');
    await merge('d2', 'd3');
    const better = { survivorId: 'd2', absorbedId: 'd1', reason: 'the same address' };
    expect(await record(correction(first, better, 'customer-d1'))).not.toEqual(['already-merged']);
    expect((await world.journal.load('customer-d1')).events.at(-1)?.data['replacement']).toEqual(better);
  });

  it('a gate lies in the unit that it names, also when its project lies in another', async () => {
    for (const unitId of ['east', 'west']) await one('UnitDefined', unit(unitId, 'root', '2000-01-01'));
    for (const [gate, unitId, passedOn] of [
      ['approved', 'east', '2024-01-10'],
      ['developed', 'west', '2024-03-10'],
    ] as const)
      await one('DevelopmentGatePassed', {
        projectId: 'moving',
        gate,
        passedOn,
        projectClass: 'newLine',
        productIds: [],
        unitId,
      });
    for (const unitId of ['east', 'west']) await expectSameInBothWays('npd-cycle', '2024-03', unitId);
  });

  it('a batch is revoked whose last fact rests on its first', async () => {
    await one('UnitDefined', unit('A', 'root', '2000-01-01'));
    await one('UnitDefined', unit('B', 'A', '2000-01-01'));
    const moves = [unit('B', 'root', '2022-01-01'), unit('A', 'B', '2022-01-01')];
    await record(...moves.map((data) => inBatch('moves', 'UnitDefined', data)));
    expect(await revoke('moves')).toMatchObject({ voided: 2, alreadyVoid: 0, refused: [] });

    await registered('m1', 'm2', 'm3');
    await merge('m3', 'm1');
    await record(
      inBatch('merges', 'CustomersUnmerged', { survivorId: 'm1', restoredId: 'm3', reason: 'no' }),
      inBatch('merges', 'CustomersMerged', { survivorId: 'm2', absorbedId: 'm3', reason: 'yes' }),
    );
    expect(await revoke('merges')).toMatchObject({ voided: 2, alreadyVoid: 0, refused: [] });
    await expectSameInBothWays('active-customers', '2024');
  });

  it('a batch is revoked with what was voided and given back, and again after that', async () => {
    const cash = {
      movementId: 'x1',
      unitId: 'root',
      valueDate: '2024-01-01',
      amount: '5',
      currency: 'EUR',
      activity: 'operating',
      category: 'sales',
    };
    const [fact = ''] = await record(inBatch('paid', 'CashMoved', cash));
    for (const times of [1, 2]) {
      if (times === 1) await record(correction(fact, null, 'cash-x1'));
      await record(correction(fact, cash, 'cash-x1'));
      expect(await revoke('paid')).toMatchObject({ voided: 1, alreadyVoid: 0 });
      expect(await revoke('paid')).toMatchObject({ voided: 0, alreadyVoid: 1 });
    }
  });

  it.each([
    ['the first one first', [0, 1]],
    ['the last one first', [1, 0]],
  ])('two facts exchange what they say in one call: %s', async (name, order) => {
    const projectId = name.replaceAll(' ', '-');
    const gate = (kind: string, passedOn: string) => ({
      projectId,
      gate: kind,
      passedOn,
      projectClass: 'newLine',
      productIds: [],
      unitId: 'root',
    });
    const stopped = inBatch(name, 'DevelopmentGatePassed', gate('stopped', '2024-03-01'));
    const approved = inBatch(name, 'DevelopmentGatePassed', gate('approved', '2024-02-01'));
    const ids = await record(stopped, approved);
    const stream = `development-${projectId}`;
    const swaps = [
      correction(ids[0] as string, gate('approved', '2024-01-01'), stream),
      correction(ids[1] as string, gate('stopped', '2024-03-01'), stream),
    ];
    expect(await record(swaps[0] as SubmittedFact)).toEqual(['gate-passed']);
    await record(...order.map((at) => swaps[at] as SubmittedFact));
    expect((await world.journal.load(stream)).events).toHaveLength(4);
  });
});
