import { ApiBench } from './bench.ts';

/** Goal: how a figure came to be what it is, over HTTP on real stores; each vintage is the figure as known at its position. */
describe('vintages over HTTP', () => {
  let bench: ApiBench;
  /** Positions of the events, by what they did. */
  const at: Record<string, string> = {};
  const invoice = (invoiceId: string, issuedOn: string, netAmount: string) => ({
    invoiceId,
    customerId: 'C1',
    unitId: 'north',
    issuedOn,
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount, taxAmount: '0' }],
  });

  beforeAll(async () => {
    bench = await ApiBench.open();
    const { world } = bench;
    const record = async (what: string, type: string, data: object) => {
      const { eventId, position } = await world.fact(type, data as Record<string, unknown>);
      at[what] = String(position);
      return eventId;
    };
    await record('a month before', 'InvoiceIssued', invoice('I0', '2024-01-09', '5'));
    const first = await record('first', 'InvoiceIssued', invoice('I1', '2024-02-09', '100'));
    await record('another month', 'InvoiceIssued', invoice('I2', '2024-04-09', '7'));
    await record('late', 'InvoiceIssued', invoice('I3', '2024-02-20', '20.50'));
    const correct = async (what: string, netAmount: string) => {
      const data = {
        targetEventId: first,
        replacement: invoice('I1', '2024-02-09', netAmount),
        reason: 'typo',
        authorisedBy: 'mei',
      };
      const [result] = await world.record({ type: 'FactCorrected', stream: 'invoice-I1', data });
      if (result?.status !== 'appended') throw new Error('the correction was not recorded');
      at[what] = String(result.position);
    };
    await correct('corrected', '90');
    await record('something else', 'OrderPlaced', {
      orderId: 'O1',
      customerId: 'C1',
      orderedOn: '2024-02-01',
      currency: 'EUR',
      lines: [{ lineNo: 1, productId: 'p', qty: '1', unitPrice: '1' }],
    });
    await correct('corrected back', '100');
    await world.project();
  });
  afterAll(() => bench.close());

  const vintages = async (query = '') =>
    (await bench.call('GET', `/v1/kpis/net-revenue/vintages?period=2024-02${query}`)).json;
  const told = ({ vintages }: { vintages: { knownAt: { position: string }; figure: { value: string } }[] }) =>
    vintages.map(({ knownAt, figure }) => [knownAt.position, figure.value]);

  it('are the positions at which the figure changed, the latest first', async () => {
    expect(told(await vintages())).toEqual([
      [at['corrected back'], '120.50'],
      [at['corrected'], '110.50'],
      [at['late'], '120.50'],
      [at['first'], '100.00'],
      // From here on the month is covered, and nothing sold is a true 0.
      [at['a month before'], '0.00'],
    ]);
  });

  it('each has the digest of the figure as known at its position', async () => {
    const { vintages: all } = await vintages();
    for (const { knownAt, digest, figure } of all) {
      const { json } = await bench.call(
        'GET',
        `/v1/kpis/net-revenue/figures?period=2024-02&knownAt=${knownAt.position}`,
      );
      expect(json.coordinates.knownAt).toEqual(knownAt);
      expect([json.digest, json.figures]).toEqual([digest, [figure]]);
    }
  });

  it('come in pages, and end where they were asked to', async () => {
    const all = await vintages();
    expect(all.next).toBeUndefined();
    const paged: unknown[] = [];
    let next: string | undefined;
    do {
      const page = await vintages(`&limit=2${next === undefined ? '' : `&cursor=${next}`}`);
      expect(page.coordinates).toEqual(all.coordinates);
      paged.push(...page.vintages);
      next = page.next;
    } while (next !== undefined);
    expect(paged).toEqual(all.vintages);
    expect(told(await vintages(`&knownAt=${at['late']}`))).toEqual(told(all).slice(2));
    // Nothing was sold in the south: there is the event that defined it, from which on the question can be asked.
    const [[, value], ...rest] = told(await vintages('&unit=south')) as [unknown[]];
    expect([value, rest]).toEqual([null, []]);
  });

  it('a policy that is set moves the figure with its own event, and leaves the vintages of an earlier knowledge', async () => {
    const before = await vintages(`&knownAt=${at['corrected back']}`);
    const { position } = await bench.world.fact('MeasurePolicySet', {
      kpiCode: 'net-revenue',
      parameters: { revenueBasis: 'ledger' },
      effectiveFrom: '2024-01-01',
      changeClass: 'method',
    });
    await bench.world.project();
    const after = await vintages();
    expect(after.vintages[0]).toMatchObject({
      knownAt: { position: String(position) },
      policyRevisions: { 'net-revenue': '0' },
      figure: { value: '0.00' },
    });
    expect(after.vintages.slice(1)).toEqual(before.vintages);
    expect(await vintages(`&knownAt=${at['corrected back']}`)).toEqual(before);
  });

  it('answers 304 to who has them', async () => {
    const { headers } = await bench.call('GET', '/v1/kpis/net-revenue/vintages?period=2024-02');
    const again = await bench.call('GET', '/v1/kpis/net-revenue/vintages?period=2024-02', {
      headers: { 'if-none-match': String(headers['etag']) },
    });
    expect(again.status).toBe(304);
  });
});
