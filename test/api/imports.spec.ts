import { ApiBench, STATEMENTS } from './bench.ts';

describe('imports over HTTP', () => {
  let bench: ApiBench;
  beforeAll(async () => {
    bench = await ApiBench.open();
  });
  afterAll(() => bench.close());

  const send = (rows: string, query = '') =>
    bench.call('POST', `/v1/imports${query}`, { body: { mapping: STATEMENTS, files: { rows } } });
  const revoke = (batchId: string, body: object = { reason: 'wrong month', authorisedBy: 'mei' }) =>
    bench.call('POST', `/v1/imports/${batchId}/revoke`, { body });
  const cashIn = async () => {
    await bench.world.project();
    return (await bench.world.figure('operating-cash-flow', '2024-03')).value;
  };

  it('are checked, recorded once, on record, and taken back as a unit', async () => {
    const rows = 'id,day,amount\nM1,2024-03-05,100.00\nM2,2024-03-06,20.50\n';
    const before = await bench.world.journal.head();
    expect((await send(rows, '?dryRun=true')).json).toMatchObject({ status: 'checked', factsPlanned: 2 });
    expect(await bench.world.journal.head()).toBe(before);

    const { json: report } = await send(rows);
    expect(report).toMatchObject({ status: 'accepted', factsAppended: 2, rowsRead: 2 });
    expect((await send(rows)).json).toMatchObject({ factsAppended: 0, duplicates: 2 });
    expect((await bench.call('GET', `/v1/imports/${report.batchId}`)).json).toMatchObject({
      batchId: report.batchId,
      status: 'accepted',
      rowsRead: 2,
      rowsAccepted: 2,
      mapping: 'statements',
      actor: 'tester',
      position: expect.stringMatching(/^\d+$/),
    });
    expect(await cashIn()).toBe('120.50');

    const known = await bench.world.journal.head();
    expect(await revoke(report.batchId)).toMatchObject({
      status: 200,
      json: { facts: 3, voided: 3, refused: [] },
    });
    expect((await revoke(report.batchId)).json).toMatchObject({ facts: 3, voided: 0, alreadyVoid: 3 });
    expect((await bench.call('GET', `/v1/imports/${report.batchId}`)).json).toMatchObject({
      status: 'revoked',
      rowsRead: 2,
    });
    expect(await cashIn()).toBeNull();
    const then = await bench.world.figure('operating-cash-flow', '2024-03', { knownAt: { position: known } });
    expect(then.value).toBe('120.50');
  });

  it.each([
    ['GET', '/v1/imports/nothing', undefined, 404, 'not-found'],
    ['GET', '/v1/imports/%20', undefined, 404, 'not-found'],
    ['POST', '/v1/imports/nothing/revoke', { reason: 'x', authorisedBy: 'mei' }, 404, 'not-found'],
    ['POST', '/v1/imports/nothing/revoke', { reason: '' }, 422, 'invalid-input'],
  ] as const)('%s %s', async (method, url, body, status, type) => {
    const answer = await bench.call(method, url, { body });
    expect([answer.status, answer.json.type]).toEqual([status, expect.stringMatching(`${type}$`)]);
  });
});
