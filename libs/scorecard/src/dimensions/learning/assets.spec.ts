import { Company } from '../company.testkit.ts';

let company: Company;
beforeEach(() => {
  company = new Company();
  company.fact('UnitDefined', {
    unitId: 'root',
    name: 'All',
    effectiveFrom: '2000-01-01',
    currency: 'CNY',
  });
});

const change = (
  assetId: string,
  effectiveOn: string,
  what: 'capitalised' | 'depreciated' | 'retired',
  amount: string,
  more: { generation?: 'current' | 'obsolete'; unitId?: string } = {},
) =>
  company.fact('AssetChanged', {
    assetId,
    effectiveOn,
    change: what,
    amount,
    generation: 'current',
    ...more,
  });

/** Technology renewal from the asset register, worked by hand. Source: kpis.md L5; docs/figures.md §8. */
describe('assets', () => {
  it('newness-1: net 600 and 900 of gross 1000 and 1500', async () => {
    change('a', '2022-07-01', 'capitalised', '1000');
    change('a', '2023-12-31', 'depreciated', '400');
    change('b', '2024-06-30', 'capitalised', '500');
    change('a', '2024-12-31', 'depreciated', '200');
    expect(await company.figure('asset-newness', '2024')).toMatchObject({
      value: '0.600000',
      n: 2,
      parts: { numerator: '1500.00', denominator: '2500.00', currency: 'CNY' },
    });
    expect(await company.figure('technology-renewal-rate', '2024')).toMatchObject({
      value: '0.500000',
      n: 2,
      parts: { numerator: '500.00', denominator: '1000.00' },
    });
  });

  it('a part that is retired takes its share of the net value; all of it takes everything', async () => {
    change('a', '2023-01-01', 'capitalised', '900');
    change('a', '2023-06-01', 'depreciated', '800');
    change('a', '2024-01-31', 'retired', '300');
    // gross 600, net 100 · 600/900 = 66.67: opening (900, 100), closing (600, 66.67)
    expect(await company.figure('asset-newness', '2024-01')).toMatchObject({
      value: '0.111111',
      parts: { numerator: '166.666667', denominator: '1500.00' },
    });
    change('a', '2024-02-10', 'retired', '600.01');
    expect(await company.figure('asset-newness', '2024-02')).toMatchObject({
      value: '0.111111', // closing (0, 0)
      n: 0,
      parts: { numerator: '66.666667', denominator: '600.00' },
    });
    expect(await company.brief('asset-newness', '2024-03')).toBe('not_measurable n=0');
  });

  it('changes of one day in the order of record', async () => {
    change('a', '2024-01-01', 'capitalised', '100');
    change('a', '2024-01-01', 'depreciated', '40');
    change('a', '2024-01-01', 'retired', '50');
    expect((await company.figure('asset-newness', '2024-02')).parts).toMatchObject({
      numerator: '60.00', // 60 · 50/100, twice
      denominator: '100.00',
    });
  });

  it('obsolete by the latest change up to closing', async () => {
    change('a', '2024-01-01', 'capitalised', '300', { generation: 'obsolete' });
    change('b', '2024-01-01', 'capitalised', '100');
    change('b', '2024-02-15', 'depreciated', '10', { generation: 'obsolete' });
    expect(await company.brief('obsolete-asset-share', '2024-01')).toBe('ok 0.750000 n=2');
    expect(await company.brief('obsolete-asset-share', '2024-02')).toBe('ok 1.000000 n=2');
  });

  it('an asset lies in the unit that its latest change names; a change that names none leaves it there', async () => {
    for (const unitId of ['north', 'south'])
      company.fact('UnitDefined', { unitId, name: unitId, parentId: 'root', effectiveFrom: '2020-01-01' });
    change('a', '2023-01-01', 'capitalised', '100', { unitId: 'north' });
    change('a', '2024-01-15', 'depreciated', '20');
    expect(await company.brief('asset-newness', '2024-01', { unit: 'north' })).toBe('ok 0.900000 n=1');
    change('a', '2024-02-15', 'capitalised', '10', { unitId: 'south' });
    expect(await company.brief('obsolete-asset-share', '2024-02', { unit: 'north' })).toBe(
      'not_measurable n=0',
    );
    expect(await company.brief('obsolete-asset-share', '2024-02', { unit: 'south' })).toBe(
      'incomplete 0.000000 n=1',
    );
    // Capitalised in the south, of nothing that the south had before.
    expect(await company.figure('technology-renewal-rate', '2024-02', { unit: 'south' })).toMatchObject({
      status: 'not_measurable',
      parts: { numerator: '10.00', denominator: '0.00' },
    });
  });

  it('no asset at all is no data', async () => {
    expect(await company.brief('asset-newness', '2024')).toBe('no_data n=0');
  });
});
