import { excludedBy, verdictOn } from '#commands';
import { processCaseRules } from './decider.ts';

type CaseFact = Parameters<typeof processCaseRules.evolve>[1];

const fact = (type: CaseFact['type']): CaseFact => ({ type, data: { caseId: 'K1' } }) as unknown as CaseFact;
const opened = fact('ProcessCaseOpened');
const step = fact('ProcessStepPerformed');
const closed = fact('ProcessCaseClosed');

describe('a process case', () => {
  it.each<[string, CaseFact[], CaseFact, boolean, string]>([
    ['is opened', [], opened, false, 'recorded'],
    ['is opened once', [opened], opened, true, 'already-opened'],
    ['is opened after its step by an import', [step, closed], opened, true, 'recorded'],
    ['is worked on', [opened, step], step, false, 'recorded'],
    ['is worked on when opened', [], step, false, 'unknown-case'],
    ['is worked on before by an import', [], step, true, 'recorded'],
    ['is not worked on when closed', [opened, closed], step, false, 'case-closed'],
    ['gets a late step from an import', [opened, closed], step, true, 'recorded'],
    ['is closed', [opened], closed, false, 'recorded'],
    ['is closed when opened', [], closed, false, 'unknown-case'],
    ['is closed before by an import', [], closed, true, 'recorded'],
    ['is closed once', [opened, closed], closed, true, 'already-closed'],
  ])('%s', (_sentence, given, when, late, verdict) => {
    expect(verdictOn(processCaseRules, { given, when, late })).toBe(verdict);
  });
});

it.each([
  ['opening', [opened, step, opened], 0, 'already-opened'],
  ['closing', [opened, closed, closed], 1, 'already-closed'],
])('a correction does not give a voided %s back beside another', (_name, given, corrected, code) => {
  const to = given[corrected] as CaseFact;
  expect(excludedBy(processCaseRules, { given, voided: corrected, corrected, to })).toBe(code);
});
