import { Company } from '../company.testkit.ts';

let company: Company;
beforeEach(() => {
  company = new Company();
});

const gate = (
  projectId: string,
  passed: 'approved' | 'developed' | 'launched' | 'stopped',
  passedOn: string,
  more: { unitId?: string } = {},
) =>
  company.fact('DevelopmentGatePassed', {
    projectId,
    gate: passed,
    passedOn,
    projectClass: 'newLine',
    productIds: [],
    ...more,
  });

/** Projects from approval to launch. Source: IRI TVP metric 6; kpis.md L1; docs/figures.md §8. */
describe('development projects', () => {
  it('ttm-1: approved 28 February 2023, launched 29 February 2024: 366 days', async () => {
    gate('d', 'approved', '2023-02-28');
    gate('d', 'developed', '2023-11-01');
    gate('d', 'launched', '2024-02-29');
    expect(await company.figure('npd-cycle', '2024-02')).toMatchObject({
      status: 'ok',
      value: '366.000000',
      n: 1,
      parts: { sum: '366.000000', median: '366.000000', stopped: '0' },
    });
  });

  it('mean and median of those launched; what is left out is counted', async () => {
    for (const [project, approved, launched] of [
      ['a', '2023-12-01', '2024-01-10'], // 40
      ['b', '2023-12-11', '2024-01-10'], // 30
      ['c', '2023-12-01', '2024-02-28'], // 89
      ['d', '2024-02-02', '2024-02-01'], // negative
    ] as const) {
      gate(project, 'approved', approved);
      gate(project, 'launched', launched);
    }
    gate('without', 'launched', '2024-01-05');
    gate('gone', 'approved', '2023-12-20');
    gate('gone', 'stopped', '2024-03-31');
    expect(await company.figure('npd-cycle', '2024-Q1')).toMatchObject({
      value: '53.000000',
      n: 3,
      parts: {
        sum: '159.000000',
        median: '40.000000',
        p90: '89.000000',
        stopped: '1',
        excluded: { 'no-approval': '1', 'negative-duration': '1' },
      },
    });
    expect(await company.figure('npd-stopped-share', '2024-Q1')).toMatchObject({
      value: '0.166667',
      n: 6,
      parts: { numerator: '1', denominator: '6' },
    });
  });

  it('the first approval and the first launch count, in whatever order they were recorded', async () => {
    gate('d', 'launched', '2024-03-01');
    gate('d', 'approved', '2024-02-01');
    gate('d', 'approved', '2024-01-01');
    gate('d', 'launched', '2024-02-01');
    expect(await company.brief('npd-cycle', '2024-02')).toBe('ok 31.000000 n=1');
    expect(await company.brief('npd-cycle', '2024-03')).toBe('not_measurable n=0');
  });

  it('a gate without a unit lies where its project does', async () => {
    company.fact('UnitDefined', {
      unitId: 'north',
      name: 'North',
      parentId: 'root',
      effectiveFrom: '2020-01-01',
    });
    gate('d', 'approved', '2024-01-01', { unitId: 'north' });
    gate('d', 'launched', '2024-02-01');
    expect(await company.brief('npd-cycle', '2024-02', { unit: 'north' })).toBe('ok 31.000000 n=1');
    // Covered by an import up to 20 January; the launch in the project's unit shows that later facts are there.
    company.fact('ImportBatchAccepted', {
      batchId: 'b',
      fileSha256: 'a'.repeat(64),
      mapping: 'm',
      rowsRead: 1,
      rowsAccepted: 1,
      rowsRejected: [],
      coverage: { from: '2024-01-01', to: '2024-01-20', types: ['DevelopmentGatePassed'] },
    });
    expect(await company.brief('npd-cycle', '2024-02', { unit: 'north' })).toBe('ok 31.000000 n=1');
  });

  it('none launched cannot be measured; no gate at all is no data', async () => {
    expect(await company.brief('npd-cycle', '2024-02')).toBe('no_data n=0');
    gate('d', 'approved', '2024-01-01');
    expect(await company.figure('npd-cycle', '2024-02')).toMatchObject({
      status: 'not_measurable',
      parts: { sum: '0.000000', stopped: '0' },
    });
    expect(await company.brief('npd-stopped-share', '2024-02')).toBe('not_measurable n=0');
  });
});
