import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from './world.ts';

/** Goal: real purchase orders give the lead times and rejection rates that were computed independently. Oracle: test/oracles/purchasing.json. */
const root = join(import.meta.dirname, '..', '..');
const oracle = JSON.parse(readFileSync(join(root, 'test/oracles/purchasing.json'), 'utf8'));
const data = join(root, 'test/data/purchasing');

interface Rate {
  readonly num: string;
  readonly den: string;
  readonly value: string;
}

describe('purchasing, imported and asked', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    const report = await world.import(join(root, 'libs/intake/mappings/purchasing.json'), {
      orders: join(data, 'PurchaseOrderHeader.csv'),
      lines: join(data, 'PurchaseOrderDetail.csv'),
    });
    expect(report).toMatchObject({ status: 'accepted' });
    await world.project();
  }, 400_000);
  afterAll(() => world.close());

  it('counts and value', async () => {
    expect((await world.figure('orders-placed', '2022..2025', { total: true })).kpi).toBe('orders-placed');
    const orders = (
      await world.figures({ kpi: 'orders-placed', period: '2022..2025', total: true })
    ).figures.at(-1);
    expect(orders?.value).toBe(String(oracle.counts.orders));
    const value = (await world.figures({ kpi: 'net-revenue', period: '2022..2025', total: true })).figures.at(
      -1,
    );
    expect(Number(value?.value)).toBe(Number(oracle.order_value_subtotal));
  });

  it('lead time from order to shipment', async () => {
    const { figures } = await world.figures({ kpi: 'order-to-ship-time', period: '2022..2025', total: true });
    const wanted = [...Object.values(oracle.lead_time.by_ship_year), oracle.lead_time.overall] as Record<
      string,
      string & number
    >[];
    expect(
      figures.map(({ n, value, parts }) => [
        n,
        value,
        Number(parts['sum']),
        Number(parts['median']),
        Number(parts['min']),
        Number(parts['max']),
      ]),
    ).toEqual(
      wanted.map((own) => [
        own['n'],
        own['average'],
        Number(own['sum']),
        Number(own['median']),
        Number(own['min']),
        Number(own['max']),
      ]),
    );
  });

  it('rejected of received, by year of the due date and over all', async () => {
    const { figures } = await world.figures({ kpi: 'scrap-rate', period: '2022..2025', total: true });
    const wanted = [
      ...Object.values(oracle.rejection_rate.by_due_year),
      oracle.rejection_rate.overall,
    ] as Rate[];
    expect(figures.map(({ value, parts }) => [parts['numerator'], parts['denominator'], value])).toEqual(
      wanted.map(({ num, den, value }) => [num, den, value]),
    );
  });

  it('rejected of received, by vendor', async () => {
    for (const [vendor, { num, den, value }] of Object.entries(
      oracle.rejection_rate.by_vendor as Record<string, Rate>,
    )) {
      const figure = (
        await world.figures({
          kpi: 'scrap-rate',
          period: '2022..2025',
          total: true,
          unit: `vendor-${vendor}`,
        })
      ).figures.at(-1);
      expect([vendor, figure?.parts['numerator'], figure?.parts['denominator'], figure?.value]).toEqual([
        vendor,
        num,
        den,
        value,
      ]);
    }
  }, 120_000);

  it('lines in full, and lines with a rejection', async () => {
    const full = (
      await world.figures({ kpi: 'in-full-lines', period: '2022..2025', total: true })
    ).figures.at(-1);
    expect([full?.parts['numerator'], full?.parts['denominator'], full?.value]).toEqual([
      oracle.in_full_rate_lines.num,
      oracle.in_full_rate_lines.den,
      oracle.in_full_rate_lines.value,
    ]);
    const first = (
      await world.figures({ kpi: 'first-pass-yield', period: '2022..2025', total: true })
    ).figures.at(-1);
    expect(Number(first?.parts['cases']) - Number(first?.parts['casesFirstPass'])).toBe(
      Number(oracle.lines_with_rejection.num),
    );
  });
});
