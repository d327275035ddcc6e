import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from './world.ts';

/**
 * Goal: the figures of Northwind's real orders are those that were computed independently of this program.
 * Way: import → commands → event store → projectors → MongoDB → question. Oracle: test/oracles/northwind.json.
 */
const root = join(import.meta.dirname, '..', '..');
const oracle = JSON.parse(readFileSync(join(root, 'test/oracles/northwind.json'), 'utf8'));
const data = join(root, 'libs/intake/demo/northwind');
const mappings = join(root, 'libs/intake/mappings');

interface Rate {
  readonly num: string;
  readonly den: string;
  readonly value: string | null;
  readonly status: string;
}

describe('Northwind, imported and asked', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    for (const unitId of ['north-america', 'europe', 'rest-of-world']) {
      await world.fact('UnitDefined', {
        unitId,
        name: unitId,
        parentId: 'root',
        effectiveFrom: '1996-01-01',
      });
    }
    const customers = await world.import(join(mappings, 'northwind-customers.json'), {
      customers: join(data, 'customers.csv'),
    });
    expect(customers).toMatchObject({ status: 'accepted', rowsRead: 91 });
    const orders = await world.import(join(mappings, 'northwind-orders.json'), {
      orders: join(data, 'orders.csv'),
      details: join(data, 'order_details.csv'),
    });
    expect(orders).toMatchObject({ status: 'accepted', rowsRead: 830, duplicates: 0 });
    await world.project();
  }, 120_000);
  afterAll(() => world.close());

  it.each(['by_month', 'by_quarter', 'by_year'] as const)('net revenue and growth %s', async (grain) => {
    const periods = Object.entries(
      oracle.revenue_by_order_date[grain] as Record<
        string,
        { exact: string; complete: boolean; yoy?: Rate; yoy_comparable?: boolean }
      >,
    );
    const range = `${periods[0]?.[0]}..${periods.at(-1)?.[0]}`;
    const { figures } = await world.figures({ kpi: 'net-revenue', period: range });
    expect(
      figures.map(({ period, value, flags }) => ({
        period,
        value: Number(value),
        complete: !flags.includes('incomplete'),
      })),
    ).toEqual(periods.map(([period, { exact, complete }]) => ({ period, value: Number(exact), complete })));
    const growth = await world.figures({ kpi: 'revenue-growth', period: range });
    for (const [period, { yoy, yoy_comparable }] of periods) {
      if (!yoy) continue;
      const figure = growth.figures.find((own) => own.period === period);
      expect({ period, value: figure?.value, comparable: !figure?.flags.includes('not-comparable') }).toEqual(
        { period, value: yoy.value, comparable: yoy_comparable },
      );
    }
  });

  it('retention under a window of 90 days', async () => {
    for (const [period, expected] of Object.entries(
      oracle.retention.window_90_days as Record<string, Record<string, string & Rate>>,
    )) {
      const { value, parts } = await world.figure('customer-retention', period);
      expect({ period, value, ...parts }).toMatchObject({
        period,
        value: expected['retention']?.value,
        opening: expected['S'],
        closing: expected['E'],
        new: expected['N_new_in_period'],
        newStillActive: expected['N_new_still_active'],
        retained: expected['retained'],
        lost: expected['lost'],
        wonBack: expected['winback'],
      });
    }
  });
});
