import { defineEvent } from '../declare.ts';
import { count, date, decimal, flag, id, money, optional, personal, text } from '../fields.ts';

/** People, their jobs and what they can do. */
const employee = {
  category: 'employee',
  stream: ({ employeeId }: { readonly employeeId: string }) => employeeId,
} as const;

export const peopleEvents = [
  defineEvent({
    ...employee,
    type: 'EmploymentChanged',
    fields: {
      employeeId: id(),
      unitId: optional(id()),
      department: id(),
      jobCode: id(),
      fte: decimal(),
      effectiveFrom: date(),
      name: optional(personal(text())),
    },
    businessDate: ['effectiveFrom'],
    feeds: ['L4', 'L6'],
    sample: {
      employeeId: 'E1',
      unitId: 'root',
      department: 'sales',
      jobCode: 'sales-rep',
      fte: '1',
      effectiveFrom: '2024-01-01',
    },
  }),
  defineEvent({
    ...employee,
    type: 'TrainingCompleted',
    document: { category: 'employee', field: 'employeeId' },
    fields: {
      employeeId: id(),
      courseId: id(),
      skillCode: optional(id()),
      hours: decimal(),
      completedOn: date(),
      cost: optional(money()),
      unitId: optional(id()),
    },
    businessDate: ['completedOn'],
    feeds: ['L4'],
    sample: { employeeId: 'E1', courseId: 'negotiation-1', hours: '7.5', completedOn: '2024-03-08' },
  }),
  defineEvent({
    type: 'JobRequirementSet',
    category: 'job',
    stream: (data) => data.jobCode,
    fields: {
      jobCode: id(),
      skillCode: id(),
      requiredLevel: count(0, 5),
      weight: decimal(),
      strategic: flag(),
      neededHeadcount: count(0, 1_000_000),
      effectiveFrom: date(),
      unitId: optional(id()),
    },
    businessDate: ['effectiveFrom'],
    feeds: ['L6'],
    sample: {
      jobCode: 'sales-rep',
      skillCode: 'negotiation',
      requiredLevel: 4,
      weight: '1',
      strategic: true,
      neededHeadcount: 2,
      effectiveFrom: '2024-01-01',
    },
  }),
  defineEvent({
    ...employee,
    type: 'SkillAssessed',
    document: { category: 'employee', field: 'employeeId' },
    fields: {
      employeeId: id(),
      skillCode: id(),
      level: count(0, 5),
      assessedOn: date(),
      assessor: id(),
      validUntil: optional(date()),
      unitId: optional(id()),
    },
    businessDate: ['assessedOn'],
    feeds: ['L6'],
    sample: {
      employeeId: 'E1',
      skillCode: 'negotiation',
      level: 3,
      assessedOn: '2024-02-01',
      assessor: 'E9',
    },
  }),
];
