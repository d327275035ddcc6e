import { Company } from '../company.testkit.ts';

let company: Company;
beforeEach(() => {
  company = new Company();
});

const unit = (unitId: string, more: { parentId?: string; effectiveFrom?: string } = {}) =>
  company.fact('UnitDefined', {
    unitId,
    name: unitId,
    parentId: 'root',
    effectiveFrom: '2020-01-01',
    ...more,
  });
const employed = (
  employeeId: string,
  effectiveFrom: string,
  more: { fte?: string; unitId?: string; jobCode?: string } = {},
) =>
  company.fact('EmploymentChanged', {
    employeeId,
    department: 'sales',
    jobCode: 'rep',
    fte: '1',
    effectiveFrom,
    ...more,
  });
const trained = (employeeId: string, completedOn: string, hours: string, more: { unitId?: string } = {}) =>
  company.fact('TrainingCompleted', { employeeId, courseId: 'course', hours, completedOn, ...more });

describe('training', () => {
  it('train-1: 4800 hours over a headcount from 180 to 220', async () => {
    for (let i = 0; i < 220; i++) employed(`e${i}`, i < 180 ? '2023-12-31' : '2024-07-01');
    for (let i = 0; i < 200; i++) trained(`e${i}`, '2024-09-01', '24');
    trained('e0', '2023-12-31', '8');
    expect(await company.figure('training-hours-per-employee', '2024')).toMatchObject({
      status: 'ok',
      value: '24.000000',
      n: 200,
      parts: { numerator: '4800', denominator: '200.000000' },
    });
    expect(await company.figure('training-coverage', '2024')).toMatchObject({
      value: '0.909091',
      n: 220,
      parts: { numerator: '200', denominator: '220' },
    });
  });

  it('headcount at closing by policy; heads, not full-time equivalents', async () => {
    employed('e1', '2023-01-01', { fte: '0.5' });
    employed('e2', '2024-05-01');
    trained('e1', '2023-12-31', '1');
    trained('e1', '2024-06-01', '7.5');
    trained('e1', '2024-06-02', '1.5');
    expect(await company.figure('training-hours-per-employee', '2024')).toMatchObject({
      value: '6.000000',
      n: 1,
      parts: { numerator: '9', denominator: '1.500000' },
    });
    company.fact('MeasurePolicySet', {
      kpiCode: 'training-hours-per-employee',
      parameters: { headcountBasis: 'yearEnd' },
      effectiveFrom: '2024-01-01',
      changeClass: 'method',
    });
    expect((await company.figure('training-hours-per-employee', '2024')).value).toBe('4.500000');
  });

  it('hours of leavers count; covered are those of the scope on some day of the period', async () => {
    employed('left', '2023-01-01');
    employed('left', '2024-03-01', { fte: '0' });
    employed('gone', '2023-01-01');
    employed('gone', '2024-01-01', { fte: '0' });
    employed('stays', '2023-01-01');
    trained('stays', '2023-12-01', '1');
    trained('left', '2024-02-01', '2');
    trained('gone', '2024-02-01', '4');
    expect((await company.figure('training-hours-per-employee', '2024')).parts).toMatchObject({
      numerator: '6',
      denominator: '2.000000', // (3 + 1) / 2
    });
    expect(await company.figure('training-coverage', '2024')).toMatchObject({
      value: '0.500000',
      parts: { numerator: '1', denominator: '2' },
    });
  });

  it('a training without a unit lies where the employee works on its day', async () => {
    unit('north');
    unit('south');
    employed('e', '2023-01-01', { unitId: 'north' });
    employed('e', '2024-03-01', { unitId: 'south' });
    trained('e', '2023-12-01', '1');
    trained('e', '2024-02-01', '2');
    trained('e', '2024-04-01', '4');
    trained('e', '2024-05-01', '8', { unitId: 'north' });
    const hours = async (name: string) =>
      (await company.figure('training-hours-per-employee', '2024', { unit: name })).parts['numerator'];
    expect([await hours('north'), await hours('south'), await hours('root')]).toEqual(['10', '4', '14']);
    expect((await company.figure('training-hours-per-employee', '2024', { unit: 'north' })).status).toBe(
      'ok',
    );
  });

  it('the tree of the day: a unit that moves takes its trainings along from that day', async () => {
    unit('region');
    unit('shop', { parentId: 'root' });
    unit('shop', { parentId: 'region', effectiveFrom: '2024-03-01' });
    employed('e', '2023-01-01', { unitId: 'shop' });
    trained('e', '2024-02-01', '2');
    trained('e', '2024-04-01', '4');
    expect((await company.figure('training-hours-per-employee', '2024', { unit: 'region' })).parts).toEqual({
      numerator: '4',
      denominator: '0.500000',
    });
    expect((await company.figure('training-coverage', '2024', { unit: 'region' })).parts).toEqual({
      numerator: '1',
      denominator: '1',
    });
  });

  it('nobody employed cannot be measured; no training at all is no data', async () => {
    employed('e', '2025-01-01');
    expect(await company.brief('training-hours-per-employee', '2024')).toBe('no_data n=0');
    trained('e', '2023-01-01', '1');
    expect(await company.brief('training-hours-per-employee', '2024')).toBe('not_measurable n=0');
    expect(await company.brief('training-coverage', '2024')).toBe('not_measurable n=0');
  });
});

describe('capability', () => {
  const requires = (
    skillCode: string,
    requiredLevel: number,
    more: {
      jobCode?: string;
      unitId?: string;
      weight?: string;
      strategic?: boolean;
      neededHeadcount?: number;
      effectiveFrom?: string;
    } = {},
  ) =>
    company.fact('JobRequirementSet', {
      jobCode: 'rep',
      skillCode,
      requiredLevel,
      weight: '1',
      strategic: true,
      neededHeadcount: 1,
      effectiveFrom: '2024-01-01',
      ...more,
    });
  const assessed = (
    employeeId: string,
    skillCode: string,
    level: number,
    { assessedOn = '2024-01-10', ...more }: { assessedOn?: string; validUntil?: string } = {},
  ) => company.fact('SkillAssessed', { employeeId, skillCode, level, assessedOn, assessor: 'boss', ...more });
  const gap = (more = {}) => company.figure('capability-gap', '2024-02', more);

  it('gap-1: 15 of 22 over five skills is a gap of 31.8 %, not of 46.7 %', async () => {
    employed('e', '2024-01-01');
    const levels = [
      [5, 4],
      [5, 3],
      [4, 3],
      [4, 3],
      [4, 2],
    ] as const;
    levels.forEach(([required, level], i) => {
      requires(`s${i}`, required);
      assessed('e', `s${i}`, level);
    });
    expect(await gap()).toMatchObject({
      status: 'ok',
      value: '0.318182',
      n: 5,
      parts: { numerator: '7.000000', denominator: '22.000000', vacant: '0', unassessed: '0' },
    });
    expect((await company.figure('readiness', '2024-02')).value).toBe('0.681818');
    expect(await company.brief('strategic-job-coverage', '2024-02')).toBe('ok 0.000000 n=1');
  });

  it('a surplus in one skill does not offset another; weights weigh; a vacant position has level 0', async () => {
    requires('sell', 2, { weight: '0.75', neededHeadcount: 2 });
    requires('speak', 4, { weight: '0.25', strategic: false });
    employed('e', '2024-01-01');
    assessed('e', 'sell', 5);
    assessed('e', 'speak', 3);
    // Two positions, one filled. Required 2 · (0.75 · 2 + 0.25 · 4) = 5; missing 0.25 · 1 + (0.75 · 2 + 0.25 · 4).
    expect(await gap()).toMatchObject({
      value: '0.550000',
      n: 4,
      parts: { numerator: '2.750000', denominator: '5.000000', vacant: '1', unassessed: '0' },
    });
    expect((await company.figure('strategic-job-coverage', '2024-02')).parts).toEqual({
      numerator: '0',
      denominator: '2',
    });
  });

  it('the best fill the positions, the rest are ignored', async () => {
    requires('sell', 4);
    for (const [employee, level] of [
      ['a', 1],
      ['b', 4],
      ['c', 3],
    ] as const) {
      employed(employee, '2024-01-01');
      assessed(employee, 'sell', level);
    }
    expect((await gap()).value).toBe('0.000000');
    expect(await company.brief('strategic-job-coverage', '2024-02')).toBe('ok 1.000000 n=1');
    employed('b', '2024-02-15', { fte: '0' });
    expect((await gap()).value).toBe('0.250000');
  });

  it.each([
    ['none', [], '1.000000', '1'],
    ['one that expired', [[3, { validUntil: '2024-02-28' }]], '1.000000', '1'],
    ['one that holds on the last day', [[3, { validUntil: '2024-02-29' }]], '0.250000', '0'],
    [
      'a later one that expired, after one that still holds',
      [
        [2, { assessedOn: '2024-01-10' }],
        [4, { assessedOn: '2024-01-20', validUntil: '2024-02-10' }],
      ],
      '0.500000',
      '0',
    ],
    ['one of after closing', [[4, { assessedOn: '2024-03-01' }]], '1.000000', '1'],
    [
      'two of one day: the later record',
      [
        [4, {}],
        [1, {}],
      ],
      '0.750000',
      '0',
    ],
  ] as const)('assessments: %s', async (_name, assessments, value, unassessed) => {
    requires('sell', 4);
    employed('e', '2024-01-01');
    for (const [level, more] of assessments) assessed('e', 'sell', level, more);
    const figure = await gap();
    expect([figure.value, figure.parts['unassessed']]).toEqual([value, unassessed]);
  });

  it('the latest requirement in force at closing; one that needs nobody any more is none', async () => {
    requires('sell', 2);
    requires('sell', 4, { effectiveFrom: '2024-02-20' });
    requires('sell', 5, { effectiveFrom: '2024-03-01' });
    expect((await gap()).parts['denominator']).toBe('4.000000');
    requires('sell', 4, { effectiveFrom: '2024-02-20', neededHeadcount: 0 });
    expect((await gap()).status).toBe('not_measurable');
  });

  it('positions are filled from the unit that needs them: nobody fills two', async () => {
    unit('north');
    unit('south');
    requires('sell', 4, { unitId: 'north' });
    requires('sell', 2, { unitId: 'south' });
    employed('n', '2024-01-01', { unitId: 'north' });
    employed('s', '2024-01-01', { unitId: 'south' });
    assessed('n', 'sell', 4);
    assessed('s', 'sell', 1);
    expect((await gap()).parts).toMatchObject({ numerator: '1.000000', denominator: '6.000000' });
    expect((await gap({ unit: 'north' })).value).toBe('0.000000');
    expect((await gap({ unit: 'south' })).value).toBe('0.500000');
    expect(await company.brief('strategic-job-coverage', '2024-02')).toBe('ok 0.500000 n=2');
  });

  it('a requirement of the whole company is filled from everywhere, and is none of a part', async () => {
    unit('north');
    requires('sell', 4);
    employed('n', '2024-01-01', { unitId: 'north' });
    assessed('n', 'sell', 4);
    expect((await gap()).value).toBe('0.000000');
    expect(await company.brief('capability-gap', '2024-02', { unit: 'north' })).toBe('no_data n=0');
  });
});
