import { excludedBy, verdictOn } from '#commands';
import { developmentRules, improvementRules, productRules } from './decider.ts';

type GateFact = Parameters<typeof developmentRules.evolve>[1];

const gate = (name: string, passedOn: string): GateFact =>
  ({ type: 'DevelopmentGatePassed', data: { projectId: 'P1', gate: name, passedOn } }) as unknown as GateFact;
const approved = gate('approved', '2024-01-10');
const developed = gate('developed', '2024-03-10');
const launched = gate('launched', '2024-05-10');
const stopped = gate('stopped', '2024-02-10');

describe('a development project', () => {
  it.each<[string, GateFact[], GateFact, boolean, string]>([
    ['is approved', [], approved, false, 'recorded'],
    ['passes each gate once', [approved], approved, true, 'gate-passed'],
    ['is developed when approved', [], developed, false, 'gate-missing'],
    ['is developed before its approval arrives by an import', [], developed, true, 'recorded'],
    ['is launched', [approved, developed], launched, false, 'recorded'],
    ['may be stopped before anything', [], stopped, false, 'recorded'],
    ['passes no gate when stopped', [approved, stopped], developed, true, 'project-stopped'],
    ['may have passed a gate before it was stopped', [stopped], approved, true, 'recorded'],
    ['stopped: rather than a missing gate', [stopped], developed, false, 'project-stopped'],
  ])('%s', (_sentence, given, when, late, verdict) => {
    expect(verdictOn(developmentRules, { given, when, late })).toBe(verdict);
  });
});

describe('facts told once', () => {
  it('an improvement is measured once for a KPI and period', () => {
    const measured = {
      type: 'ImprovementMeasured',
      data: { initiativeId: 'V1', kpiCode: 'otif', afterPeriod: '2024-Q1' },
    };
    const later = { ...measured, data: { ...measured.data, afterPeriod: '2024-Q2' } };
    expect(verdictOn(improvementRules, { given: [measured], when: measured })).toBe('already-recorded');
    expect(verdictOn(improvementRules, { given: [measured], when: later })).toBe('recorded');
  });

  it('a product is launched once on a day, and again as a variant', () => {
    const launch = {
      type: 'ProductLaunched',
      data: { productId: '11', launchedOn: '2024-01-01', novelty: 'new' },
    };
    const variant = { ...launch, data: { ...launch.data, novelty: 'variant' } };
    expect(verdictOn(productRules, { given: [launch], when: launch })).toBe('already-recorded');
    expect(verdictOn(productRules, { given: [launch], when: variant })).toBe('recorded');
  });
});

it('a correction does not pass a gate that is passed later', () => {
  const story = { given: [approved, developed], corrected: 0, to: developed };
  expect(excludedBy(developmentRules, story)).toBe('gate-passed');
});
