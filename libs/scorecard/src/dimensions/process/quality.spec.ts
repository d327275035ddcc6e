import { Company } from '../company.testkit.ts';

/** Goal: benefit of quality initiatives over their cost, as stated. Worked by hand. Source: docs/figures.md §7. */
const kpi = 'return-on-quality';

let count = 0;
function closed(
  company: Company,
  kpiCode: string,
  closedOn: string,
  benefit?: string,
  cost?: string,
  more: object = {},
): void {
  const money = (amount: string | undefined, field: string) =>
    amount === undefined ? {} : { [field]: { amount, currency: 'EUR' } };
  company.fact('ImprovementMeasured', {
    initiativeId: `v${++count}`,
    processCode: 'x',
    kpiCode,
    baselinePeriod: '2024-01',
    afterPeriod: '2024-02',
    startedOn: '2024-01-01',
    closedOn,
    effortHours: '10',
    ...money(benefit, 'benefit'),
    ...money(cost, 'cost'),
    ...more,
  });
}

function company(): Company {
  const made = new Company();
  made.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  closed(made, 'scrap-rate', '2024-01-10', '1', '1');
  closed(made, 'scrap-rate', '2024-03-10', '300', '100');
  closed(made, 'quality-return-rate', '2024-03-20', '60', '100');
  closed(made, 'order-to-ship-time', '2024-03-20', '9999', '1');
  closed(made, 'first-pass-yield', '2024-03-21', undefined, '40');
  closed(made, 'first-pass-yield', '2024-03-22', '40');
  closed(made, 'first-pass-yield', '2024-03-23');
  return made;
}

it('is what quality has brought over what it has cost', async () => {
  expect(await company().figure(kpi, '2024-03')).toEqual({
    kpi,
    dimension: 'process',
    unit: 'fraction',
    period: '2024-03',
    status: 'ok',
    value: '1.800000',
    parts: {
      numerator: '360.00',
      denominator: '200.00',
      currency: 'EUR',
      excluded: { 'no-benefit': '2', 'no-cost': '1' },
    },
    n: 2,
    flags: [],
  });
});

it('lies in the unit of the initiative, on the day on which it was closed', async () => {
  const made = company();
  made.fact('UnitDefined', { unitId: 'north', name: 'N', parentId: 'root', effectiveFrom: '2000-01-01' });
  closed(made, 'scrap-rate', '2024-03-25', '10', '40', { unitId: 'north' });
  expect(await made.brief(kpi, '2024-03', { unit: 'north' })).toBe('incomplete 0.250000 n=1');
});

it('says every status', async () => {
  expect(await new Company().brief(kpi, '2024-03')).toBe('no_data n=0');
  const made = company();
  expect(await made.brief(kpi, '2024-05')).toBe('not_measurable n=0');
  expect(await made.brief(kpi, '2023-12')).toBe('not_measurable n=0');
  expect(await made.brief(kpi, '2024-01')).toBe('incomplete 1.000000 n=1');
  closed(made, 'scrap-rate', '2024-03-25', '10', '40', { cost: { amount: '4', currency: 'USD' } });
  expect((await made.figure(kpi, '2024-03')).parts).toMatchObject({
    numerator: '370.00',
    missingRate: 'USD>EUR',
  });
});

it('has no value that an initiative could measure itself by', async () => {
  const made = company();
  closed(made, kpi, '2024-04-25');
  expect((await made.figure('improvement-rate', '2024-04')).parts).toEqual({
    excluded: { 'no-baseline': '1' },
  });
});

it.each(['2024-Q1', '2024-W10..2024-W13', '2024-03-01..2024-03-31', 'FY2024-Q1'])(
  'is offered for %s',
  async (period) => {
    const figure = (await company().figures(kpi, period, { total: true })).figures.at(-1);
    expect(figure?.value).toMatch(/^1.(8|79)/);
  },
);
