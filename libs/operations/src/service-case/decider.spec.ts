import { excludedBy, verdictOn } from '#commands';
import { serviceCaseRules } from './decider.ts';

type CaseFact = Parameters<typeof serviceCaseRules.evolve>[1];

const fact = (type: CaseFact['type']): CaseFact => ({ type, data: { caseId: 'T1' } }) as unknown as CaseFact;
const opened = fact('ServiceCaseOpened');
const answered = fact('ServiceCaseAnswered');
const handedOver = fact('ServiceCaseHandedOver');
const resolved = fact('ServiceCaseResolved');
const reopened = fact('ServiceCaseReopened');

describe('a service case', () => {
  it.each<[string, CaseFact[], CaseFact, boolean, string]>([
    ['is opened', [], opened, false, 'recorded'],
    ['is opened once', [opened], opened, true, 'already-opened'],
    ['is opened after its resolution by an import', [resolved], opened, true, 'recorded'],
    ['is answered', [opened], answered, false, 'recorded'],
    ['is answered when opened', [], answered, false, 'unknown-case'],
    ['is handed over and answered again', [opened, answered, handedOver], answered, false, 'recorded'],
    ['is not handed over when resolved', [opened, resolved], handedOver, false, 'case-resolved'],
    ['is resolved once', [opened, resolved], resolved, false, 'case-resolved'],
    [
      'is resolved twice by an import that has the reopening still to come',
      [opened, resolved],
      resolved,
      true,
      'recorded',
    ],
    ['is reopened', [opened, resolved], reopened, false, 'recorded'],
    ['is reopened when resolved', [opened], reopened, false, 'not-resolved'],
    ['is resolved again', [opened, resolved, reopened], resolved, false, 'recorded'],
  ])('%s', (_sentence, given, when, late, verdict) => {
    expect(verdictOn(serviceCaseRules, { given, when, late })).toBe(verdict);
  });
});

it('a correction does not give a voided opening back beside another', () => {
  const story = { given: [opened, answered, opened], voided: 0, corrected: 0, to: opened };
  expect(excludedBy(serviceCaseRules, story)).toBe('already-opened');
});
