import { secondOpinion } from '../acceptance/second-opinion.ts';
import { ApiBench } from './bench.ts';

/** Goal: revenue by delivery over HTTP on real stores: the policy is set as a fact, and nothing has to be projected again for it. */
describe('cut-off by delivery over HTTP', () => {
  let bench: ApiBench;
  beforeAll(async () => {
    bench = await ApiBench.open();
    await send(
      {
        type: 'OrderPlaced',
        data: {
          orderId: 'O1',
          customerId: 'C1',
          orderedOn: '2024-01-10',
          currency: 'EUR',
          lines: [{ lineNo: 1, productId: 'p', qty: '2', unitPrice: '50' }],
        },
      },
      {
        type: 'InvoiceIssued',
        data: {
          invoiceId: 'I1',
          orderId: 'O1',
          customerId: 'C1',
          issuedOn: '2024-01-31',
          currency: 'EUR',
          lines: [{ productId: 'p', qty: '2', netAmount: '100', taxAmount: '19' }],
        },
      },
      {
        type: 'DeliveryConfirmed',
        data: {
          orderId: 'O1',
          shipmentId: 'S1',
          deliveredOn: '2024-02-02',
          lines: [{ lineNo: 1, acceptedQty: '2' }],
        },
      },
    );
  });
  afterAll(() => bench.close());

  const send = async (...facts: readonly { type: string; data: object }[]) => {
    const body = {
      facts: facts.map((fact, i) => ({ ...fact, source: { system: 'erp', id: `${fact.type}-${i}` } })),
    };
    const { status, json } = await bench.call('POST', '/v1/facts', { body });
    await bench.world.project();
    return { status, results: json.results };
  };
  const policy = (kpiCode: string, cutOff: string) => ({
    type: 'MeasurePolicySet',
    data: { kpiCode, parameters: { cutOff }, effectiveFrom: '2024-01-01', changeClass: 'method' },
  });
  const months = async (more = '') => {
    const { json } = await bench.call('GET', `/v1/kpis/net-revenue/figures?period=2024-01..2024-02${more}`);
    return json.figures.map(({ value }: { value: string }) => value);
  };

  it('is a policy that may be set, asked for by its revision, and set back', async () => {
    expect(await months()).toEqual(['100.00', '0.00']);
    const before = await bench.world.journal.head();
    const set = await send(policy('net-revenue', 'deliveredOn'));
    expect(set.results).toMatchObject([{ status: 'appended', stream: 'policy-net-revenue', revision: '0' }]);
    expect(await months()).toEqual(['0.00', '100.00']);
    expect(await months(`&knownAt=${before}`)).toEqual(['100.00', '0.00']);
    await bench.world.fact('MeasurePolicySet', policy('net-revenue', 'issuedOn').data);
    await bench.world.project();
    expect(await months()).toEqual(['100.00', '0.00']);
    expect(await months('&policy=0')).toEqual(['0.00', '100.00']);
  });

  it('has the digest of a reperformance from the raw log', async () => {
    const second = await secondOpinion(bench.world);
    const knownAt = await bench.world.journal.head();
    for (const policy of ['0', '1']) {
      const asked = { kpi: 'net-revenue', unit: 'root', period: '2024-01..2024-02', total: true, policy };
      const answered = await bench.call(
        'GET',
        `/v1/kpis/net-revenue/figures?period=2024-01..2024-02&total=true&policy=${policy}`,
      );
      expect(answered.json.digest).toBe(second.figures({ ...asked, knownAt }).digest);
    }
  });

  it.each([
    ['customer-retention', 'deliveredOn'],
    ['net-revenue', 'paidOn'],
  ])('is refused for %s with %s, naming the field', async (kpi, cutOff) => {
    const before = await bench.world.journal.head();
    expect((await send(policy(kpi, cutOff))).results).toMatchObject([
      {
        status: 'refused',
        problem: { status: 422, errors: [{ field: 'parameters.cutOff', message: expect.any(String) }] },
      },
    ]);
    expect(await bench.world.journal.head()).toBe(before);
  });
});
