import { excludedBy, recordedOnce, revised } from './index.ts';

const once = recordedOnce('CashMoved', 'movementId');
const moved = (movementId: string, amount = '1') => ({ type: 'CashMoved', data: { movementId, amount } });
const other = { type: 'AccountDefined', data: { movementId: 'M1' } };

describe('what a correction excludes', () => {
  it.each([
    [
      'a fact recorded anew, when the voided one is given back',
      { given: [moved('M1'), moved('M1')], voided: 0, corrected: 0, to: moved('M1') },
      'already-recorded',
    ],
    [
      'a later fact that is named as it then is',
      { given: [moved('M1'), moved('M2')], corrected: 0, to: moved('M2') },
      'already-recorded',
    ],
    ['nothing, when it is voided', { given: [moved('M1'), moved('M2')], corrected: 0, to: null }, 'nothing'],
    [
      'nothing, when the later one is voided',
      { given: [moved('M1'), moved('M1')], voided: 1, corrected: 0, to: moved('M1') },
      'nothing',
    ],
    [
      'nothing that was recorded before: the rules of the stream say that',
      { given: [moved('M1'), moved('M2')], corrected: 1, to: moved('M1') },
      'nothing',
    ],
    [
      'nothing that it excluded before',
      { given: [moved('M1'), moved('M1')], corrected: 0, to: moved('M1', '2') },
      'nothing',
    ],
    ['nothing of another room', { given: [moved('M1'), other], corrected: 0, to: moved('M2') }, 'nothing'],
  ])('%s', (_sentence, story, code) => {
    expect(excludedBy(once, story)).toBe(code);
  });

  it('nothing, where a later fact revises an earlier one', () => {
    const rate = { type: 'ExchangeRateSet', data: { rate: '1' } };
    expect(
      excludedBy(revised('ExchangeRateSet'), { given: [rate, rate], voided: 0, corrected: 0, to: rate }),
    ).toBe('nothing');
  });
});
