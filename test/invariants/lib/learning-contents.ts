import type { Contents, Draw } from './draw.ts';

/** People, skills, assets, projects and improvements. */
export const learningContents = {
  EmploymentChanged: (draw) => ({
    employeeId: employee(draw),
    ...draw.ofUnit(),
    department: 'x',
    jobCode: job(draw),
    fte: draw.pick(['1', '0.5', '0']),
    effectiveFrom: draw.day(),
  }),
  TrainingCompleted: (draw) => ({
    employeeId: employee(draw),
    ...draw.ofUnit(),
    courseId: 'x',
    hours: draw.pick(['7.5', '0']),
    completedOn: draw.day(),
  }),
  SkillAssessed: (draw) => ({
    employeeId: employee(draw),
    skillCode: skill(draw),
    level: draw.below(6),
    assessedOn: draw.day(),
    assessor: 'x',
    ...draw.maybe(30, () => ({ validUntil: draw.day() })),
  }),
  JobRequirementSet: (draw) => ({
    jobCode: job(draw),
    ...draw.ofUnit(),
    skillCode: skill(draw),
    requiredLevel: draw.below(6),
    weight: draw.pick(['1', '2']),
    strategic: draw.chance(50),
    neededHeadcount: draw.below(3),
    effectiveFrom: draw.day(),
  }),
  AssetChanged: (draw) => ({
    assetId: draw.pick(['h', 'i']),
    ...draw.ofUnit(),
    change: draw.pick(['capitalised', 'capitalised', 'depreciated', 'retired']),
    amount: draw.amount(),
    generation: draw.pick(['current', 'obsolete']),
    effectiveOn: draw.day(),
  }),
  DevelopmentGatePassed: (draw) => ({
    projectId: project(draw),
    gate: draw.pick(['approved', 'developed', 'launched', 'stopped']),
    passedOn: draw.day(),
    projectClass: 'newLine',
    productIds: draw.pick([[], ['p'], ['q']]),
    ...draw.maybe(60, () => ({ spend: draw.money() })),
    ...draw.ofUnit(),
  }),
  ImprovementMeasured: (draw) => ({
    initiativeId: draw.only('initiativeId', 'y'),
    processCode: 'x',
    kpiCode: draw.pick(['gross-margin', 'quality-return-rate', 'production-lead-time', 'scrap-rate']),
    baselinePeriod: draw.pick(['2024-01', '2024-02']),
    afterPeriod: draw.pick(['2024-02', '2024-03']),
    startedOn: '2023-02-01',
    ...draw.maybe(70, () => ({ closedOn: draw.day() })),
    effortHours: draw.pick(['0', '10']),
    ...draw.maybe(60, () => ({ benefit: draw.money() })),
    ...draw.maybe(60, () => ({ cost: draw.money() })),
    ...draw.ofUnit(),
  }),
  ProductLaunched: (draw) => ({
    productId: draw.product(),
    ...draw.maybe(50, () => ({ projectId: project(draw) })),
    launchedOn: draw.day(),
    novelty: 'new',
    countsAsNew: draw.chance(70),
    ...draw.maybe(40, () => ({ windowMonths: 1 })),
  }),
} satisfies Contents;

function employee(draw: Draw): string {
  return draw.pick(['x', 'y', 'z']);
}

function job(draw: Draw): string {
  return draw.pick(['j', 'k']);
}

function skill(draw: Draw): string {
  return draw.pick(['s', 't']);
}

function project(draw: Draw): string {
  return draw.pick(['d', 'e']);
}
