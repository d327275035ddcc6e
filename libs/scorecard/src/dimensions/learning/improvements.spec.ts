import { Company } from '../company.testkit.ts';
import { kpiSheets } from '../index.ts';
import { learningKpis } from './index.ts';

let company: Company;
let cases = 0;
beforeEach(() => {
  company = new Company();
});

/** A case that took `minutes`, of which `valueMinutes` added value, closed on `day`. */
function worked(day: string, minutes: number, valueMinutes = minutes): void {
  const caseId = `w${++cases}`;
  const end = Date.parse(`${day}T12:00:00Z`);
  const instant = (before: number) => new Date(end - before * 60_000).toISOString();
  company.fact('ProcessCaseOpened', { caseId, processCode: 'x', openedAt: instant(minutes) });
  company.fact('ProcessStepPerformed', {
    caseId,
    stepCode: 's',
    department: 'd',
    startedAt: instant(minutes),
    endedAt: instant(minutes - valueMinutes),
    valueAdding: true,
  });
  company.fact('ProcessCaseClosed', { caseId, closedAt: instant(0), outcome: 'done', firstPass: true });
}
const DAY = 24 * 60;
const measured = (
  kpiCode: string,
  more: {
    baselinePeriod?: string;
    afterPeriod?: string;
    closedOn?: string | undefined;
    effortHours?: string;
    unitId?: string;
  } = {},
) => {
  const { closedOn, ...rest } = { closedOn: '2024-03-31', ...more };
  return company.fact('ImprovementMeasured', {
    initiativeId: `i${company.head}`,
    processCode: 'x',
    kpiCode,
    baselinePeriod: '2024-01',
    afterPeriod: '2024-02',
    startedOn: '2024-03-01',
    effortHours: '40',
    ...(closedOn === undefined ? {} : { closedOn }),
    ...rest,
  });
};
const figure = (kpi: string, period = '2024-03', more = {}) => company.figure(kpi, period, more);

/** What initiatives changed, read from the KPI that they name. Source: Schneiderman 1988; kpis.md L3; docs/figures.md §8. */
describe('improvement', () => {
  beforeEach(() => {
    measured('otif', { closedOn: '2023-12-31' });
    worked('2023-12-20', DAY);
  });

  it('impr-1: from 5.2 to 1.2 days is an improvement of 76.9 %', async () => {
    worked('2024-01-20', 5.2 * DAY);
    worked('2024-02-20', 1.2 * DAY);
    measured('production-lead-time');
    expect(await figure('improvement-rate')).toMatchObject({
      status: 'ok',
      value: '0.769231',
      n: 1,
      parts: {},
    });
    expect(await figure('improvement-per-100h')).toMatchObject({
      value: '1.923077', // 0.769231 / 40 · 100
      n: 1,
      parts: { numerator: '0.769231', denominator: '40' },
    });
    // 30 · ln 2 / ln(5.2 / 1.2) = 30 · 0.6931472 / 1.4663371
    expect(await figure('improvement-half-life')).toMatchObject({ value: '14.181200', n: 1 });
  });

  it('impr-1: MCE from 0.35 to 0.70 doubles; what has to rise has no half-life', async () => {
    worked('2024-01-20', 8 * DAY, 2.8 * DAY);
    worked('2024-02-20', 4 * DAY, 2.8 * DAY);
    measured('cycle-efficiency');
    expect((await figure('improvement-rate')).value).toBe('1.000000');
    expect(await figure('improvement-half-life')).toMatchObject({
      status: 'not_measurable',
      parts: { excluded: { 'no-improvement': '1' } },
    });
    // Nor has it one when it fell.
    measured('cycle-efficiency', {
      baselinePeriod: '2024-02',
      afterPeriod: '2024-01',
      closedOn: '2024-04-30',
    });
    expect((await figure('improvement-rate', '2024-04')).value).toBe('-0.500000');
    expect((await figure('improvement-half-life', '2024-04')).parts).toEqual({
      excluded: { 'no-improvement': '1' },
    });
  });

  it('mean over initiatives; the efficiency weighs by hours', async () => {
    worked('2024-01-20', 4 * DAY);
    worked('2024-02-20', 2 * DAY);
    worked('2024-03-20', DAY);
    measured('production-lead-time', { effortHours: '10' }); // 0.5
    measured('production-lead-time', { afterPeriod: '2024-03', effortHours: '90' }); // 0.75
    measured('production-lead-time', { baselinePeriod: '2024-02', afterPeriod: '2024-01' }); // −1
    expect(await figure('improvement-rate')).toMatchObject({ value: '0.083333', n: 3 });
    expect(await figure('improvement-per-100h')).toMatchObject({
      value: '0.178571', // 0.25 / 140 · 100
      parts: { numerator: '0.250000', denominator: '140' },
    });
    // Halved in 30 days, and quartered in 30: 30 and 15.
    expect(await figure('improvement-half-life')).toMatchObject({
      value: '22.500000',
      n: 2,
      parts: { excluded: { 'no-improvement': '1' } },
    });
  });

  it.each([
    ['a KPI that nobody offers', 'good-mood', {}],
    ['a KPI that measures initiatives', 'improvement-rate', {}],
    ['a baseline without a value', 'production-lead-time', { baselinePeriod: '2023-06' }],
    ['a baseline of zero', 'waiting-share', {}],
    ['a period that the calendar does not have', 'production-lead-time', { afterPeriod: 'FY2024-W10' }],
  ])('excluded: %s', async (_name, kpiCode, more) => {
    worked('2024-01-20', DAY);
    worked('2024-02-20', DAY);
    measured(kpiCode, more);
    expect(await figure('improvement-rate')).toMatchObject({
      status: 'not_measurable',
      n: 0,
      parts: { excluded: { 'no-baseline': '1' } },
    });
  });

  it('while it is not closed it belongs to the end of the period it is measured by', async () => {
    worked('2024-01-20', 4 * DAY);
    worked('2024-02-20', 2 * DAY);
    measured('production-lead-time', { closedOn: undefined });
    expect((await figure('improvement-rate', '2024-02')).value).toBe('0.500000');
    expect((await figure('improvement-half-life', '2024-02')).parts).toEqual({
      excluded: { 'no-improvement': '1' },
    });
    measured('production-lead-time', { closedOn: undefined, afterPeriod: 'FY2024-W10' });
    expect((await figure('improvement-rate', '2024')).n).toBe(1);
  });

  it('closed before it was begun: no half-life', async () => {
    worked('2024-01-20', 4 * DAY);
    worked('2024-02-20', 2 * DAY);
    measured('production-lead-time', { closedOn: '2024-02-10' });
    expect(await figure('improvement-half-life', '2024-02')).toMatchObject({
      status: 'not_measurable',
      parts: { excluded: { 'negative-duration': '1' } },
    });
  });

  it('as known: a case recorded later changes the rate, not what was said before', async () => {
    worked('2024-01-20', 4 * DAY);
    worked('2024-02-20', 2 * DAY);
    measured('production-lead-time');
    const said = await company.figures('improvement-rate', '2024-03');
    const known = company.head;
    worked('2024-02-21', 6 * DAY);
    expect((await figure('improvement-rate')).value).toBe('0.000000');
    expect(await company.figures('improvement-rate', '2024-03', { knownAt: known })).toEqual(said);
  });
});

describe('the sheets of learning and growth', () => {
  it('offer every KPI of docs/figures.md §8 once, under both names', () => {
    expect(learningKpis.map(({ code }) => code).sort()).toEqual(
      [
        ...['new-product-sales-ratio', 'npd-cycle', 'npd-stopped-share', 'break-even-time'],
        ...['training-hours-per-employee', 'training-coverage'],
        ...['asset-newness', 'technology-renewal-rate', 'obsolete-asset-share'],
        ...['capability-gap', 'readiness', 'strategic-job-coverage'],
        ...['improvement-rate', 'improvement-per-100h', 'improvement-half-life'],
      ].sort(),
    );
    for (const { name } of learningKpis) expect(name.zh).toMatch(/\p{Script=Han}/u);
  });

  it.each(learningKpis.map(({ code }) => code))('%s: no fact is no data', async (code) => {
    expect(await company.brief(code, '2024-03')).toBe('no_data n=0');
  });

  it('up is better for exactly the KPIs that docs/figures.md §8 names', () => {
    const up = [...kpiSheets.values()].filter(({ direction }) => direction === 'up').map(({ code }) => code);
    expect(up.sort()).toEqual(
      [
        ...['customer-retention', 'active-customers', 'new-customers', 'won-back-customers', 'orders-placed'],
        ...['value-proposition-score', 'customer-acquisition-rate', 'acquisition-conversion'],
        ...['csat', 'csat-mean', 'nps', 'acsi'],
        ...['market-share', 'relative-market-share', 'target-segment-revenue-share'],
        ...['gross-margin', 'operating-margin', 'net-margin', 'customer-profitability', 'eva-sasac'],
        ...['revenue-growth-like-for-like', 'revenue-growth-constant-currency'],
        ...['net-revenue-retention', 'return-on-quality'],
        ...['revenue-growth', 'revenue-growth-sequential', 'revenue-cagr', 'earnings-growth'],
        ...['operating-cash-flow', 'investing-cash-flow', 'financing-cash-flow', 'net-cash-change'],
        ...['free-cash-flow', 'eva', 'roce', 'roic', 'net-revenue'],
        ...['on-time-shipment', 'process-on-time', 'otif', 'in-full-lines', 'first-pass-yield'],
        ...['cycle-efficiency', 'new-product-sales-ratio', 'training-hours-per-employee'],
        ...['training-coverage', 'asset-newness', 'technology-renewal-rate', 'readiness'],
        ...['strategic-job-coverage', 'improvement-rate', 'improvement-per-100h'],
      ].sort(),
    );
  });
});
