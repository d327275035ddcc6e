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

  /** Sets a policy from before the first fact, so that it is the one in force for every period. */
  const policy = (kpiCode: string, parameters: object) =>
    world.fact('MeasurePolicySet', {
      kpiCode,
      parameters,
      effectiveFrom: '1990-01-01',
      changeClass: 'method',
    });

  it('counts: orders, customers, all revenue', async () => {
    const total = (
      await world.figures({ kpi: 'net-revenue', period: '1996-07..1998-05', total: true })
    ).figures.at(-1);
    expect(Number(total?.value)).toBe(Number(oracle.revenue_by_order_date.total.exact));
    const orders = await world.figures({ kpi: 'orders-placed', period: '1996-07..1998-05', total: true });
    expect(orders.figures.at(-1)?.value).toBe(String(oracle.counts.orders));
    expect(
      Object.fromEntries(orders.figures.slice(0, -1).map(({ period, value }) => [period, value])),
    ).toEqual(oracle.orders_by_month);
    const customers = (
      await world.figures({ kpi: 'new-customers', period: '1996-07..1998-05', total: true })
    ).figures.at(-1);
    expect(customers?.value).toBe(String(oracle.counts.customers_with_order));
    expect(customers?.value).toBe(String(oracle.acquisition.total_customers));
  });

  it('acquisition by month, on the customers known before', async () => {
    await policy('customer-acquisition-rate', { acquisitionBase: 'known' });
    await world.project();
    for (const [period, expected] of Object.entries(
      oracle.acquisition.by_month as Record<
        string,
        { new: string; known_at_opening: string; rate_on_known: Rate }
      >,
    )) {
      expect((await world.figure('new-customers', period)).value).toBe(expected.new);
      const rate = await world.figure('customer-acquisition-rate', period);
      expect({ value: rate.value, ...rate.parts }).toMatchObject({
        value: expected.rate_on_known.value,
        numerator: expected.rate_on_known.num,
        denominator: expected.known_at_opening,
      });
      if (expected.rate_on_known.status === 'not_measurable') expect(rate.status).toBe('not_measurable');
    }
  });

  it('retention under a window of 180 days, and quarter on quarter, by naming the policy', async () => {
    await policy('customer-retention', { retentionWindowDays: 180 });
    await policy('customer-retention', { retentionWindow: 'previous-period' });
    await policy('customer-retention', { retentionWindowDays: 90 });
    await world.project();
    for (const [period, expected] of Object.entries(
      oracle.retention.window_180_days as Record<string, Record<string, string & Rate>>,
    )) {
      const { value, parts } = await world.figure('customer-retention', period, { policy: '0' });
      expect({ value, ...parts }).toMatchObject({
        value: expected['retention']?.value,
        opening: expected['S'],
        closing: expected['E'],
        wonBack: expected['winback'],
        lost: expected['lost'],
      });
      expect((await world.figure('customer-churn', period, { policy: '0' })).value).toBe(
        expected['churn']?.value,
      );
    }
    for (const [period, expected] of Object.entries(
      oracle.retention.quarter_on_quarter as Record<
        string,
        { prior_active: string; current_active: string; retained: string; rate: Rate }
      >,
    )) {
      const { value, parts } = await world.figure('customer-retention', period, { policy: '1' });
      expect({ value, ...parts }).toMatchObject({
        value: expected.rate.value,
        opening: expected.prior_active,
        closing: expected.current_active,
        retained: expected.retained,
      });
    }
  });

  it('order to shipment, by month of shipping and over all', async () => {
    const shape = ({ value, n, parts }: Awaited<ReturnType<World['figure']>>) => ({
      n,
      value,
      sum: Number(parts['sum']),
      median: Number(parts['median']),
      min: Number(parts['min']),
      max: Number(parts['max']),
    });
    const wanted = (expected: Record<string, string & number>) => ({
      n: expected['n'],
      value: expected['average'],
      sum: Number(expected['sum']),
      median: Number(expected['median']),
      min: Number(expected['min']),
      max: Number(expected['max']),
    });
    const { figures } = await world.figures({
      kpi: 'order-to-ship-time',
      period: '1996-07..1998-05',
      total: true,
    });
    for (const figure of figures.slice(0, -1)) {
      const expected = oracle.lead_time_order_to_ship_days.by_ship_month[figure.period];
      if (expected)
        expect({ period: figure.period, ...shape(figure) }).toEqual({
          period: figure.period,
          ...wanted(expected),
        });
    }
    const all = figures.at(-1) as (typeof figures)[number];
    expect(shape(all)).toEqual(wanted(oracle.lead_time_order_to_ship_days.overall));
    expect(all.parts['open']).toBe(String(oracle.lead_time_order_to_ship_days.open_orders));
  });

  it('shipped on time, against the required date', async () => {
    const { figures } = await world.figures({
      kpi: 'on-time-shipment',
      period: '1996-Q3..1998-Q2',
      total: true,
    });
    const quarters = oracle.on_time_ship_vs_required.by_ship_quarter as Record<string, Rate>;
    const { num, den, value } = oracle.on_time_ship_vs_required.overall as Rate;
    expect(
      figures.map((figure) => [figure.parts['numerator'], figure.parts['denominator'], figure.value]),
    ).toEqual([
      ...Object.values(quarters).map((rate) => [rate.num, rate.den, rate.value]),
      [num, den, value],
    ]);
  });

  it('a return rate without any return known: nobody is known to record them', async () => {
    const { value, status, parts } = await world.figure('quality-return-rate', '1997');
    expect({ value, status }).toEqual({
      value: oracle.return_rate.value,
      status: oracle.return_rate.status,
    });
    expect(parts).not.toHaveProperty('numerator');
  });

  it('new products, launched with their first order, for 180 days', async () => {
    const first = new Map<string, string>();
    const ordered = new Map<string, string>();
    for (const row of readFileSync(join(data, 'orders.csv'), 'utf8').trim().split('\n').slice(1)) {
      const [orderId, , , date] = row.split(',') as [string, string, string, string];
      ordered.set(orderId, date.slice(0, 10));
    }
    for (const row of readFileSync(join(data, 'order_details.csv'), 'utf8').trim().split('\n').slice(1)) {
      const [orderId, productId] = row.split(',') as [string, string];
      const on = ordered.get(orderId) as string;
      if (on < (first.get(productId) ?? '9999')) first.set(productId, on);
    }
    for (const [productId, launchedOn] of first)
      await world.fact('ProductLaunched', { productId, launchedOn, novelty: 'new', countsAsNew: true });
    await policy('new-product-sales-ratio', { newProductWindowDays: oracle.policy.new_product_window_days });
    await world.project();
    for (const [period, expected] of Object.entries(
      oracle.new_product_sales_ratio_by_quarter as Record<string, Rate & { left_censored: boolean }>,
    )) {
      const { value, parts, flags } = await world.figure('new-product-sales-ratio', period);
      expect({
        period,
        value,
        numerator: Number(parts['numerator']),
        denominator: Number(parts['denominator']),
        censored: flags.includes('left-censored'),
      }).toEqual({
        period,
        value: expected.value,
        numerator: Number(expected.num),
        denominator: Number(expected.den),
        censored: expected.left_censored,
      });
    }
  });

  it('rounding each line would give another total', () => {
    // Stated document amounts are facts: nothing here may ever sum to this.
    expect(oracle.revenue_total_if_each_line_rounded_to_2).not.toBe(
      oracle.revenue_by_order_date.total.rounded2,
    );
  });
});

describe('Northwind, invoiced when shipped', () => {
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
    await world.import(join(mappings, 'northwind-customers.json'), {
      customers: join(data, 'customers.csv'),
    });
    await world.import(join(mappings, 'northwind-orders-by-ship-date.json'), {
      orders: join(data, 'orders.csv'),
      details: join(data, 'order_details.csv'),
    });
    await world.project();
  }, 120_000);
  afterAll(() => world.close());

  it.each(['by_month', 'by_quarter', 'by_year'] as const)('net revenue %s', async (grain) => {
    const periods = Object.entries(
      oracle.revenue_by_ship_date[grain] as Record<string, { exact: string; yoy?: Rate }>,
    );
    const range = `${periods[0]?.[0]}..${periods.at(-1)?.[0]}`;
    const revenue = await world.figures({ kpi: 'net-revenue', period: range, total: true });
    expect(revenue.figures.slice(0, -1).map(({ period, value }) => [period, Number(value)])).toEqual(
      periods.map(([period, { exact }]) => [period, Number(exact)]),
    );
    if (grain !== 'by_quarter')
      expect(Number(revenue.figures.at(-1)?.value)).toBe(Number(oracle.revenue_by_ship_date.total.exact));
    const growth = await world.figures({ kpi: 'revenue-growth', period: range });
    for (const [period, { yoy }] of periods)
      if (yoy)
        expect([period, growth.figures.find((own) => own.period === period)?.value]).toEqual([
          period,
          yoy.value,
        ]);
  });
});
