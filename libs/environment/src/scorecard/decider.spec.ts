import { verdictOn } from '#commands';
import { targetRules } from './decider.ts';

type TargetFact = Parameters<typeof targetRules.evolve>[1];

const target = (data: object): TargetFact =>
  ({ type: 'TargetSet', data: { kpiCode: 'otif', direction: 'up', ...data } }) as unknown as TargetFact;

describe('a target', () => {
  it.each([
    ['is set', target({ target: '0.95' }), 'recorded'],
    ['lies between its limits', target({ lower: '0.9', target: '0.95', upper: '1' }), 'recorded'],
    ['may be one of its limits', target({ lower: '0.95', target: '0.95' }), 'recorded'],
    ['does not lie below the lower', target({ lower: '0.96', target: '0.95' }), 'limits-not-ordered'],
    ['does not lie above the upper', target({ target: '0.95', upper: '0.9' }), 'limits-not-ordered'],
    ['compares numbers, not text', target({ lower: '9', target: '10' }), 'recorded'],
    [
      'a band has both limits',
      target({ direction: 'band', lower: '0.9', target: '0.95' }),
      'band-without-limits',
    ],
    [
      'a band without limits: rather than order',
      target({ direction: 'band', target: '1', upper: '0' }),
      'band-without-limits',
    ],
  ])('%s', (_sentence, when, verdict) => {
    expect(verdictOn(targetRules, { given: [], when })).toBe(verdict);
  });
});
