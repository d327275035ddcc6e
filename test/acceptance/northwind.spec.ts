import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ratio, ratioOfDecimal, roundRatio } from '#kernel';
import type { Figure } from '#scorecard';
import { complete, measured, Oracle, rate, type Tree } from './oracle.ts';
import { World } from './world.ts';

/**
 * Goal: the figures of Northwind's real orders are those that were computed independently of this program.
 * Way: import → commands → event store → projectors → MongoDB → question. Oracle: test/oracles/northwind.json.
 */
const root = join(import.meta.dirname, '..', '..');
const oracle = new Oracle('northwind.json');
const data = join(root, 'libs/intake/demo/northwind');
const mappings = join(root, 'libs/intake/mappings');

const grains = ['by_month', 'by_quarter', 'by_year'] as const;

/** Revenue and growth of all periods of a grain, as the oracle has them. */
async function revenueSays(world: World, path: string): Promise<void> {
  const periods = oracle.names(path);
  const period = `${periods[0]}..${periods.at(-1)}`;
  const revenue = await world.figures({ kpi: 'net-revenue', period });
  const growth = await world.figures({ kpi: 'revenue-growth', period });
  expect(revenue.figures.map((figure) => figure.period)).toEqual(periods);
  for (const [at, figure] of revenue.figures.entries()) {
    const yoy = growth.figures[at] as Figure;
    oracle.says(`${path}/${figure.period}`, {
      exact: figure.value,
      rounded2: rounded(figure),
      complete: complete(figure),
      ...('yoy' in (oracle.at(`${path}/${figure.period}`) as object)
        ? {
            yoy: {
              current: yoy.parts['current'] as string,
              prior: yoy.parts['prior'] as string,
              value: yoy.value,
              status: measured(yoy),
            },
            yoy_comparable: !yoy.flags.includes('not-comparable'),
          }
        : {}),
    });
  }
}

/** The total of months that follow each other without a gap. */
async function total(world: World, kpi: string, period = '1996-07..1998-05'): Promise<Figure> {
  return (await world.figures({ kpi, period, total: true })).figures.at(-1) as Figure;
}

function rounded({ value }: Figure): string {
  return roundRatio(ratioOfDecimal(value as string), 2);
}

/** Opening, closing and who came and went, as the oracle writes it; the naive ratio is what the figure must not be. */
function retained(figure: Figure, churn: Figure): Tree {
  const part = (name: string) => figure.parts[name] as string;
  const naive = BigInt(part('closing')) - BigInt(part('new'));
  return {
    S: part('opening'),
    E: part('closing'),
    N_new_in_period: part('new'),
    N_new_still_active: part('newStillActive'),
    retained: part('retained'),
    lost: part('lost'),
    winback: part('wonBack'),
    retention: rate(figure),
    churn: rate(churn),
    'naive_(E-N)/S': {
      num: String(naive),
      den: part('opening'),
      value: roundRatio(ratio(naive, BigInt(part('opening'))), 6),
      status: 'ok',
    },
    complete: complete(figure),
  };
}

function leadTime(figure: Figure): Tree {
  const part = (name: string) => figure.parts[name] as string;
  return {
    n: figure.n,
    average: figure.value,
    sum: part('sum'),
    median: part('median'),
    min: part('min'),
    max: part('max'),
    status: measured(figure),
  };
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
  }, 400_000);
  afterAll(() => world.close());

  it.each(grains)('net revenue and growth %s', async (grain) => {
    await revenueSays(world, `revenue_by_order_date/${grain}`);
  });

  it('retention and churn under a window of 90 days', async () => {
    for (const period of oracle.names('retention/window_90_days')) {
      const churn = await world.figure('customer-churn', period);
      oracle.says(
        `retention/window_90_days/${period}`,
        retained(await world.figure('customer-retention', period), churn),
      );
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
    const revenue = await total(world, 'net-revenue');
    oracle.says('revenue_by_order_date/total', { exact: revenue.value, rounded2: rounded(revenue) });
    const orders = await world.figures({ kpi: 'orders-placed', period: '1996-07..1998-05', total: true });
    oracle.says(
      'orders_by_month',
      Object.fromEntries(orders.figures.slice(0, -1).map(({ period, value }) => [period, value])),
    );
    const customers = (await total(world, 'new-customers')).value;
    oracle.says('acquisition/total_customers', customers);
    let [lines, files] = [0, 0];
    for await (const { type, data } of world.journal.readAll()) {
      if (type === 'OrderPlaced') lines += (data as { lines: unknown[] }).lines.length;
      if (type === 'CustomerRegistered') files++;
    }
    oracle.says('counts', {
      orders: orders.figures.at(-1)?.value,
      lines,
      customers_file: files,
      customers_with_order: customers,
      orders_unshipped: (await total(world, 'order-to-ship-time')).parts['open'] as string,
    });
  });

  it('acquisition by month, on the customers known before', async () => {
    await policy('customer-acquisition-rate', { acquisitionBase: 'known' });
    await world.project();
    for (const period of oracle.names('acquisition/by_month')) {
      const figure = await world.figure('customer-acquisition-rate', period);
      oracle.says(`acquisition/by_month/${period}`, {
        new: (await world.figure('new-customers', period)).value,
        known_at_opening: figure.parts['denominator'] as string,
        rate_on_known: rate(figure),
      });
    }
  });

  it('retention under a window of 180 days, and quarter on quarter, by naming the policy', async () => {
    await policy('customer-retention', { retentionWindowDays: 180 });
    await policy('customer-retention', { retentionWindow: 'previous-period' });
    await policy('customer-retention', { retentionWindowDays: 90 });
    await world.project();
    for (const period of oracle.names('retention/window_180_days')) {
      const churn = await world.figure('customer-churn', period, { policy: '0' });
      oracle.says(
        `retention/window_180_days/${period}`,
        retained(await world.figure('customer-retention', period, { policy: '0' }), churn),
      );
    }
    for (const period of oracle.names('retention/quarter_on_quarter')) {
      const figure = await world.figure('customer-retention', period, { policy: '1' });
      oracle.says(`retention/quarter_on_quarter/${period}`, {
        prior_active: figure.parts['opening'] as string,
        current_active: figure.parts['closing'] as string,
        retained: figure.parts['retained'] as string,
        rate: rate(figure),
        complete: complete(figure),
      });
    }
  });

  it('order to shipment, by month of shipping and over all', async () => {
    const { figures } = await world.figures({
      kpi: 'order-to-ship-time',
      period: '1996-07..1998-05',
      total: true,
    });
    const all = figures.at(-1) as Figure;
    for (const figure of figures.slice(0, -1))
      oracle.says(`lead_time_order_to_ship_days/by_ship_month/${figure.period}`, leadTime(figure));
    oracle.says('lead_time_order_to_ship_days', {
      overall: leadTime(all),
      open_orders: all.parts['open'] as string,
    });
  });

  it('shipped on time, against the required date', async () => {
    const { figures } = await world.figures({
      kpi: 'on-time-shipment',
      period: '1996-Q3..1998-Q2',
      total: true,
    });
    oracle.says('on_time_ship_vs_required/overall', rate(figures.at(-1) as Figure));
    for (const figure of figures.slice(0, -1))
      oracle.says(`on_time_ship_vs_required/by_ship_quarter/${figure.period}`, rate(figure));
  });

  it('a return rate without any return known: nobody is known to record them', async () => {
    const figure = await world.figure('quality-return-rate', '1997');
    oracle.says('return_rate', { value: figure.value, status: figure.status });
    expect(figure.parts).not.toHaveProperty('numerator');
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
    const newProductWindowDays = 180;
    oracle.says('policy/new_product_window_days', newProductWindowDays);
    await policy('new-product-sales-ratio', { newProductWindowDays });
    await world.project();
    for (const period of oracle.names('new_product_sales_ratio_by_quarter')) {
      const figure = await world.figure('new-product-sales-ratio', period);
      oracle.says(`new_product_sales_ratio_by_quarter/${period}`, {
        ...rate(figure),
        left_censored: figure.flags.includes('left-censored'),
      });
    }
  });

  it('rounding each line would give another total', async () => {
    // Stated document amounts are facts: no figure may ever sum to this.
    const wrong = oracle.at('revenue_total_if_each_line_rounded_to_2');
    expect(rounded(await total(world, 'net-revenue'))).not.toBe(wrong);
    oracle.tells('a mistake that no figure makes', 'revenue_total_if_each_line_rounded_to_2');
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
  }, 400_000);
  afterAll(() => world.close());

  it.each(grains)('net revenue and growth %s', async (grain) => {
    await revenueSays(world, `revenue_by_ship_date/${grain}`);
  });

  it('all revenue', async () => {
    const revenue = await total(world, 'net-revenue');
    oracle.says('revenue_by_ship_date/total', { exact: revenue.value, rounded2: rounded(revenue) });
  });
});

it('every value of the oracle was compared with a figure, or is no figure', () => {
  oracle.tells(
    'how the data set was read: what the mappings say',
    ...['policy/line_revenue', 'policy/order_date_cutoff', 'policy/ship_date_cutoff', 'policy/launch_proxy'],
  );
  oracle.tells(
    'the days that the files cover, as the mappings state them; `complete` follows from them',
    ...['revenue_by_order_date/coverage', 'revenue_by_ship_date/coverage'],
  );
  oracle.tells('why there is no value', 'return_rate/why');
  expect(oracle.unclaimed).toEqual([]);
});
