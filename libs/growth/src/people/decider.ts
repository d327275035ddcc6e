import { type FactRules, recordedOnce, revised } from '#commands';
import type { EventOf } from '#contracts';

type EmployeeFact = EventOf<'EmploymentChanged'> | EventOf<'TrainingCompleted'> | EventOf<'SkillAssessed'>;

const rulesOf = {
  EmploymentChanged: recordedOnce('EmploymentChanged', 'effectiveFrom', 'unitId', 'jobCode'),
  TrainingCompleted: recordedOnce('TrainingCompleted', 'courseId', 'completedOn'),
  SkillAssessed: recordedOnce('SkillAssessed', 'skillCode', 'assessedOn', 'assessor'),
} as const;

/** What is known of an employee, by kind of fact. Stream: `employee-<id>`. */
export interface Employee {
  readonly EmploymentChanged: ReadonlySet<string>;
  readonly TrainingCompleted: ReadonlySet<string>;
  readonly SkillAssessed: ReadonlySet<string>;
}

/**
 * A change of employment is told once for a day, unit and job, a training once for a course and day, an assessment
 * once for a skill, day and assessor. Nothing else is out of order: people data come from other systems.
 *
 * Refusal: already-recorded.
 */
export const employeeRules: FactRules<Employee, EmployeeFact> = {
  types: ['EmploymentChanged', 'TrainingCompleted', 'SkillAssessed'],
  exclusions: ['already-recorded'],
  initial: { EmploymentChanged: new Set(), TrainingCompleted: new Set(), SkillAssessed: new Set() },
  refusal: (employee, fact, late) => rulesOf[fact.type].refusal(employee[fact.type], fact, late),
  evolve: (employee, fact) => ({
    ...employee,
    [fact.type]: rulesOf[fact.type].evolve(employee[fact.type], fact),
  }),
};

/** What a job asks for; a later requirement for the same skill replaces the earlier from its date on. */
export const jobRules = revised('JobRequirementSet');
