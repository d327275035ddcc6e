import { excludedBy, verdictOn } from '#commands';
import { employeeRules, jobRules } from './decider.ts';

type EmployeeFact = Parameters<typeof employeeRules.evolve>[1];

const fact = (type: EmployeeFact['type'], data: object): EmployeeFact =>
  ({ type, data: { employeeId: 'E1', ...data } }) as unknown as EmployeeFact;
const hired = fact('EmploymentChanged', {
  unitId: 'root',
  jobCode: 'smith',
  fte: '1',
  effectiveFrom: '2024-01-01',
});
const secondJob = fact('EmploymentChanged', {
  unitId: 'root',
  jobCode: 'clerk',
  fte: '0.5',
  effectiveFrom: '2024-01-01',
});
const left = fact('EmploymentChanged', {
  unitId: 'root',
  jobCode: 'smith',
  fte: '0',
  effectiveFrom: '2024-06-01',
});
const trained = fact('TrainingCompleted', { courseId: 'C1', hours: '8', completedOn: '2024-02-01' });
const assessed = fact('SkillAssessed', {
  skillCode: 'weld',
  level: 3,
  assessedOn: '2024-02-01',
  assessor: 'E2',
});

describe('an employee', () => {
  it.each<[string, EmployeeFact[], EmployeeFact, string]>([
    ['is employed', [], hired, 'recorded'],
    ['has one change a day in a job', [hired], hired, 'already-recorded'],
    ['may have two jobs', [hired], secondJob, 'recorded'],
    ['leaves', [hired], left, 'recorded'],
    ['is trained', [hired], trained, 'recorded'],
    ['completes a course once a day', [trained], trained, 'already-recorded'],
    ['is assessed', [trained], assessed, 'recorded'],
    ['is assessed once a day by one assessor', [assessed], assessed, 'already-recorded'],
  ])('%s', (_sentence, given, when, verdict) => {
    expect(verdictOn(employeeRules, { given, when })).toBe(verdict);
  });

  it('a requirement of a job may be set again', () => {
    const required = {
      type: 'JobRequirementSet',
      data: { jobCode: 'smith', skillCode: 'weld', requiredLevel: 3 },
    };
    expect(verdictOn(jobRules, { given: [required], when: required })).toBe('recorded');
  });
});

it('a correction does not tell what is told later', () => {
  const story = { given: [hired, secondJob], corrected: 0, to: secondJob };
  expect(excludedBy(employeeRules, story)).toBe('already-recorded');
});
