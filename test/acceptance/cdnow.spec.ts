import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from './world.ts';

/**
 * Goal: the CDNOW sample gives the active customers and the retention that a plain count of its rows gives, and a
 * second import of the same file appends nothing.
 */
const root = join(import.meta.dirname, '..', '..');
const file = join(root, 'test/data/cdnow-sample/cdnow_sample.csv');
const mapping = join(root, 'libs/intake/mappings/cdnow.json');

describe('CDNOW, imported and asked', () => {
  let world: World;
  const byMonth = new Map<string, Set<string>>();

  beforeAll(async () => {
    for (const row of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
      const [customer, , date] = row.split(',') as [string, string, string];
      const month = date.slice(0, 7);
      byMonth.set(month, (byMonth.get(month) ?? new Set()).add(customer));
    }
    world = await World.open();
    expect(await world.import(mapping, { transactions: file })).toMatchObject({
      status: 'accepted',
      rowsRead: 6919,
    });
    await world.project();
    await world.fact('MeasurePolicySet', {
      kpiCode: 'customer-retention',
      parameters: { retentionWindow: 'previous-period' },
      effectiveFrom: '1997-01-01',
      changeClass: 'method',
    });
    await world.project();
  }, 240_000);
  afterAll(() => world.close());

  it('monthly active customers', async () => {
    const { figures } = await world.figures({ kpi: 'active-customers', period: '1997-01..1998-06' });
    expect(figures.map(({ period, value }) => [period, value])).toEqual(
      [...byMonth].sort().map(([month, customers]) => [month, String(customers.size)]),
    );
  });

  it('retention month on month', async () => {
    const months = [...byMonth.keys()].sort();
    const { figures } = await world.figures({
      kpi: 'customer-retention',
      period: `${months[1]}..${months.at(-1)}`,
    });
    for (const [i, figure] of figures.entries()) {
      const before = byMonth.get(months[i] as string) as Set<string>;
      const now = byMonth.get(months[i + 1] as string) as Set<string>;
      const retained = [...before].filter((customer) => now.has(customer)).length;
      expect({
        period: figure.period,
        retained: figure.parts['retained'],
        opening: figure.parts['opening'],
      }).toEqual({ period: months[i + 1], retained: String(retained), opening: String(before.size) });
    }
  });

  it('no new customer after March 1997 is a true zero', async () => {
    expect(await world.figure('new-customers', '1997-05')).toMatchObject({ status: 'ok', value: '0' });
  });

  it('a second import appends nothing', async () => {
    const head = await world.journal.head();
    expect(await world.import(mapping, { transactions: file })).toMatchObject({ factsAppended: 0 });
    expect(await world.journal.head()).toBe(head);
  }, 240_000);
});
