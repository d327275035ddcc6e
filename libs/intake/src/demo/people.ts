import { addDays, addMonths, type LocalDate, localDate } from '#kernel';
import { FIRST_DAY, isPast, QUARTERS } from './calendar.ts';
import { type DemoFact, type Region, synthetic } from './demo-fact.ts';
import { lotsFor } from './random.ts';

type Job = 'sales-rep' | 'warehouse-clerk' | 'buyer' | 'quality-inspector';

/** What a job asks for: skill, level, weight. */
const JOBS: Readonly<
  Record<
    Job,
    {
      readonly department: string;
      readonly needed: number;
      readonly strategic: boolean;
      readonly skills: readonly (readonly [string, number, string])[];
    }
  >
> = {
  'sales-rep': {
    department: 'sales',
    needed: 6,
    strategic: true,
    skills: [
      ['negotiation', 4, '2'],
      ['product-knowledge', 3, '1'],
      ['languages', 3, '1'],
    ],
  },
  'warehouse-clerk': {
    department: 'warehouse',
    needed: 5,
    strategic: false,
    skills: [
      ['picking', 3, '1'],
      ['order-system', 3, '1'],
    ],
  },
  buyer: {
    department: 'purchasing',
    needed: 2,
    strategic: false,
    skills: [
      ['negotiation', 4, '1'],
      ['supplier-audit', 3, '1'],
    ],
  },
  'quality-inspector': {
    department: 'quality',
    needed: 2,
    strategic: true,
    skills: [
      ['sampling', 4, '1'],
      ['food-law', 4, '1'],
    ],
  },
};

interface Employee {
  readonly employeeId: string;
  readonly unitId: Region;
  readonly job: Job;
  readonly from: LocalDate;
  readonly to?: LocalDate;
}

const employee = (n: number, unitId: Region, job: Job, from: string, to?: string): Employee => ({
  employeeId: `E-${String(n).padStart(2, '0')}`,
  unitId,
  job,
  from: localDate(from),
  ...(to !== undefined && { to: localDate(to) }),
});

/** Nobody of these exists. */
const EMPLOYEES: readonly Employee[] = [
  employee(1, 'europe', 'sales-rep', '1996-07-01'),
  employee(2, 'europe', 'sales-rep', '1996-07-01'),
  employee(3, 'europe', 'warehouse-clerk', '1996-07-01'),
  employee(4, 'europe', 'warehouse-clerk', '1996-07-01'),
  employee(5, 'europe', 'buyer', '1996-07-01'),
  employee(6, 'europe', 'quality-inspector', '1996-07-01'),
  employee(7, 'north-america', 'sales-rep', '1996-07-01'),
  employee(8, 'north-america', 'warehouse-clerk', '1996-07-01', '1997-08-31'),
  employee(9, 'north-america', 'buyer', '1996-07-01'),
  employee(10, 'rest-of-world', 'sales-rep', '1996-07-01'),
  employee(11, 'rest-of-world', 'warehouse-clerk', '1996-07-01'),
  employee(12, 'europe', 'sales-rep', '1997-01-15'),
  employee(13, 'north-america', 'warehouse-clerk', '1997-09-15'),
  employee(14, 'rest-of-world', 'sales-rep', '1998-02-02'),
];

/** People of the company, what their jobs ask for, what they learn and can do; all made up. */
export function people(): readonly DemoFact[] {
  return [
    ...requirements(),
    ...EMPLOYEES.flatMap((each) => [...employment(each), ...trainings(each), ...assessments(each)]),
  ];
}

function requirements(): readonly DemoFact[] {
  return Object.entries(JOBS).flatMap(([jobCode, { needed, strategic, skills }]) =>
    skills.map(([skillCode, requiredLevel, weight]) =>
      synthetic('JobRequirementSet', `job:${jobCode}:${skillCode}`, {
        jobCode,
        skillCode,
        requiredLevel,
        weight,
        strategic,
        neededHeadcount: needed,
        effectiveFrom: FIRST_DAY,
      }),
    ),
  );
}

function employment({ employeeId, unitId, job, from, to }: Employee): readonly DemoFact[] {
  const change = (effectiveFrom: LocalDate, fte: string): DemoFact =>
    synthetic('EmploymentChanged', `employment:${employeeId}:${effectiveFrom}`, {
      employeeId,
      unitId,
      department: JOBS[job].department,
      jobCode: job,
      fte,
      effectiveFrom,
      name: `Employee ${employeeId.slice(2)} (synthetic)`,
    });
  return to === undefined ? [change(from, '1')] : [change(from, '1'), change(addDays(to, 1), '0')];
}

function trainings({ employeeId, unitId, job, from, to }: Employee): readonly DemoFact[] {
  return QUARTERS.flatMap(({ name, first }, q) => {
    const lots = lotsFor(`training ${employeeId} ${name}`);
    const day = addDays(first, lots.between(5, 85));
    const [skillCode = 'general'] = JOBS[job].skills[lots.below(JOBS[job].skills.length)] ?? [];
    // More is learnt from 1997 on.
    if (!lots.chance(q < 2 ? 30 : 60) || day < from || (to !== undefined && day > to) || !isPast(day))
      return [];
    return synthetic('TrainingCompleted', `training:${employeeId}:${name}`, {
      employeeId,
      unitId,
      courseId: `${skillCode}-${name}`,
      skillCode,
      hours: `${lots.between(2, 16)}${lots.chance(40) ? '.5' : ''}`,
      completedOn: day,
      cost: { amount: `${lots.between(40, 300)}.00`, currency: 'USD' },
    });
  });
}

function assessments({ employeeId, unitId, job, from, to }: Employee): readonly DemoFact[] {
  return JOBS[job].skills.flatMap(([skillCode, required]) => {
    const lots = lotsFor(`skill ${employeeId} ${skillCode}`);
    const start = Math.max(1, required - lots.between(0, 2));
    return [0, 9, 18].flatMap((months, i) => {
      const day = addDays(addMonths(from, months), lots.between(10, 40));
      if (!isPast(day) || (to !== undefined && day > to) || (i > 0 && lots.chance(15))) return [];
      return synthetic('SkillAssessed', `assessment:${employeeId}:${skillCode}:${i}`, {
        employeeId,
        unitId,
        skillCode,
        level: Math.min(5, start + (i > 0 && lots.chance(60) ? 1 : 0) + (i === 2 ? 1 : 0)),
        assessedOn: day,
        assessor: 'E-05',
        validUntil: addMonths(day, 12),
      });
    });
  });
}
