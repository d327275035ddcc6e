import { join } from 'node:path';
import { ratio, roundRatio } from '#kernel';
import type { Figure } from '#scorecard';
import { measured, Oracle, rate, type Tree } from './oracle.ts';
import { World } from './world.ts';

/** Goal: real purchase orders give the lead times and rejection rates that were computed independently. Oracle: test/oracles/purchasing.json. */
const root = join(import.meta.dirname, '..', '..');
const oracle = new Oracle('purchasing.json');
const data = join(root, 'test/data/purchasing');

const YEARS = '2022..2025';

function leadTime({ n, value, status, parts }: Figure): Tree {
  const part = (name: string) => parts[name] as string;
  return {
    n,
    average: value,
    sum: part('sum'),
    median: part('median'),
    min: part('min'),
    max: part('max'),
    status: measured({ status, value } as Figure),
  };
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
  }, 900_000);
  afterAll(() => world.close());

  const total = async (kpi: string, unit = 'root') =>
    (await world.figures({ kpi, period: YEARS, total: true, unit })).figures.at(-1) as Figure;

  it('counts and value', async () => {
    oracle.says('counts', {
      orders: (await total('orders-placed')).value,
      lines: (await total('in-full-lines')).parts['denominator'] as string,
    });
    oracle.says('order_value_subtotal', (await total('net-revenue')).value);
  });

  it('lead time from order to shipment', async () => {
    const { figures } = await world.figures({ kpi: 'order-to-ship-time', period: YEARS, total: true });
    oracle.says('lead_time/overall', leadTime(figures.at(-1) as Figure));
    for (const figure of figures.slice(0, -1))
      oracle.says(`lead_time/by_ship_year/${figure.period}`, leadTime(figure));
  });

  it('rejected of received, by year of the due date and over all', async () => {
    const { figures } = await world.figures({ kpi: 'scrap-rate', period: YEARS, total: true });
    oracle.says('rejection_rate/overall', rate(figures.at(-1) as Figure));
    for (const figure of figures.slice(0, -1))
      oracle.says(`rejection_rate/by_due_year/${figure.period}`, rate(figure));
  });

  it('rejected of received, by vendor', async () => {
    for (const vendor of oracle.names('rejection_rate/by_vendor'))
      oracle.says(`rejection_rate/by_vendor/${vendor}`, rate(await total('scrap-rate', `vendor-${vendor}`)));
  }, 120_000);

  it('lines in full, and lines with a rejection', async () => {
    oracle.says('in_full_rate_lines', rate(await total('in-full-lines')));
    const { parts } = await total('first-pass-yield');
    const cases = BigInt(parts['cases'] as string);
    const rejected = cases - BigInt(parts['casesFirstPass'] as string);
    oracle.says('lines_with_rejection', {
      num: String(rejected),
      den: String(cases),
      value: roundRatio(ratio(rejected, cases), 6),
      status: 'ok',
    });
  });

  it('every value of the oracle was compared with a figure, or is no figure', () => {
    oracle.tells('how the files were read: what the mapping says', 'policy');
    oracle.tells(
      'the state of an order in the source, which no fact of the catalogue holds',
      'counts/by_status',
    );
    expect(oracle.unclaimed).toEqual([]);
  });
});
