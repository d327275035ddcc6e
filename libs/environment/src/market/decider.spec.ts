import { verdictOn } from '#commands';
import { marketRules, segmentRules } from './decider.ts';

describe('markets and segments', () => {
  it('the size of a market is reported once by a source for a period and segment', () => {
    const size = {
      type: 'MarketSizeReported',
      data: { marketCode: 'DE', period: '2024-Q1', basis: 'revenue', source: 'S', amount: '1' },
    };
    const segment = { ...size, data: { ...size.data, segmentCode: 'premium' } };
    const revised = { ...size, data: { ...size.data, amount: '2' } };
    expect(verdictOn(marketRules, { given: [size], when: segment })).toBe('recorded');
    expect(verdictOn(marketRules, { given: [size], when: revised })).toBe('already-recorded');
  });

  it('a segment may be defined again', () => {
    const segment = { type: 'SegmentDefined', data: { segmentCode: 'premium' } };
    expect(verdictOn(segmentRules, { given: [segment], when: segment })).toBe('recorded');
  });
});
