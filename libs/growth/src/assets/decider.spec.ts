import { excludedBy, verdictOn } from '#commands';
import { assetRules } from './decider.ts';

type AssetFact = Parameters<typeof assetRules.evolve>[1];

const change = (name: string): AssetFact =>
  ({ type: 'AssetChanged', data: { assetId: 'A1', change: name, amount: '100' } }) as unknown as AssetFact;
const [capitalised, depreciated, retired] = ['capitalised', 'depreciated', 'retired'].map(change) as [
  AssetFact,
  AssetFact,
  AssetFact,
];

describe('an asset', () => {
  it.each<[string, AssetFact[], AssetFact, boolean, string]>([
    ['is capitalised', [], capitalised, false, 'recorded'],
    ['is improved', [capitalised], capitalised, false, 'recorded'],
    ['is depreciated when capitalised', [], depreciated, false, 'not-capitalised'],
    ['is depreciated before by an import', [], depreciated, true, 'recorded'],
    ['is retired', [capitalised, depreciated], retired, false, 'recorded'],
    ['is retired once', [capitalised, retired], retired, true, 'already-retired'],
    ['retired: rather than not capitalised', [retired], retired, false, 'already-retired'],
  ])('%s', (_sentence, given, when, late, verdict) => {
    expect(verdictOn(assetRules, { given, when, late })).toBe(verdict);
  });
});

it('a correction does not retire an asset that is retired later', () => {
  const story = { given: [capitalised, depreciated, retired], corrected: 1, to: retired };
  expect(excludedBy(assetRules, story)).toBe('already-retired');
});
