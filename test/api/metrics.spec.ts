import { ApiBench } from './bench.ts';

describe('GET /metrics', () => {
  let bench: ApiBench;
  beforeAll(async () => {
    bench = await ApiBench.open();
  });
  afterAll(() => bench.close());

  const scrape = async (): Promise<ReadonlyMap<string, number>> => {
    const { text, status, headers } = await bench.call('GET', '/metrics');
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain; version=/)]);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' ') + 1)),
      ]),
    );
  };
  const movement = (movementId: string, amount: string) => ({
    type: 'CashMoved',
    source: { system: 'bank', id: movementId },
    data: {
      movementId,
      valueDate: '2024-03-01',
      amount,
      currency: 'EUR',
      activity: 'operating',
      category: 'x',
    },
  });

  it('counts requests by route and status, and facts by what became of them', async () => {
    const facts = [movement('A', '1.00'), movement('B', '1.0000001'), movement('C', '2.00')];
    await bench.call('POST', '/v1/facts', { body: { facts } });
    await bench.call('POST', '/v1/facts', { body: { facts: facts.slice(0, 1) } });
    await bench.call('GET', '/v1/customers/C1');
    await bench.call('GET', '/v1/customers/nobody');
    const seen = await scrape();
    const requests = (route: string, status: number, method = 'GET') =>
      seen.get(`quadrant_http_request_seconds_count{method="${method}",route="${route}",status="${status}"}`);
    expect(requests('/v1/customers/:id', 200)).toBe(1);
    expect(requests('/v1/customers/:id', 404)).toBe(1);
    expect(requests('/v1/facts', 200, 'POST')).toBe(2);
    for (const [result, count] of [
      ['appended', 2],
      ['duplicate', 1],
      ['refused', 1],
    ] as const)
      expect([result, seen.get(`quadrant_facts_total{result="${result}"}`)]).toEqual([result, count]);
  });

  it('says how far the read models are behind the log, and that the stores answer', async () => {
    await bench.world.project();
    expect((await scrape()).get('quadrant_projection_lag_seconds')).toBe(0);
    await bench.call('POST', '/v1/facts', { body: { facts: [movement('D', '3.00')] } });
    const behind = await scrape();
    expect(behind.get('quadrant_projection_lag_seconds')).toBeGreaterThan(0);
    const head = behind.get('quadrant_log_position') as number;
    expect(behind.get('quadrant_projection_position{projection="financial"}')).toBeLessThan(head);
    for (const store of ['eventstore', 'mongodb'])
      expect(behind.get(`quadrant_store_up{store="${store}"}`)).toBe(1);
    await bench.world.project();
    expect((await scrape()).get('quadrant_projection_position{projection="financial"}')).toBe(head);
  });
});
