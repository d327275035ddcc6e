import { type Corpus, itKeepsTheLawsOfArrival } from '../arrival.testkit.ts';

const gate = (passed: string, passedOn: string, more = {}) => ({
  projectId: 'd',
  gate: passed,
  passedOn,
  projectClass: 'newLine',
  productIds: [],
  ...more,
});
const employment = (employeeId: string, effectiveFrom: string, more = {}) => ({
  employeeId,
  department: 'sales',
  jobCode: 'rep',
  fte: '1',
  effectiveFrom,
  ...more,
});
const asset = (change: string, effectiveOn: string, amount: string, more = {}) => ({
  assetId: 'a',
  change,
  amount,
  generation: 'current',
  effectiveOn,
  ...more,
});
const invoice = (issuedOn: string, netAmount: string, productId = 'p') => ({
  invoiceId: 'i',
  customerId: 'c',
  issuedOn,
  currency: 'EUR',
  lines: [{ productId, qty: '1', netAmount, taxAmount: '0' }],
});
const credit = { creditNoteId: 'n', invoiceId: 'i', issuedOn: '2024-04-01', cause: 'price' };
const requirement = (skillCode: string, requiredLevel: number) => ({
  jobCode: 'rep',
  skillCode,
  requiredLevel,
  weight: '1',
  strategic: true,
  neededHeadcount: 2,
  effectiveFrom: '2024-01-01',
});
const assessment = (level: number, assessedOn: string, more = {}) => ({
  employeeId: 'e',
  skillCode: 'sell',
  level,
  assessedOn,
  assessor: 'boss',
  ...more,
});
const initiative = {
  initiativeId: 'm',
  processCode: 'x',
  kpiCode: 'training-hours-per-employee',
  baselinePeriod: '2024-03',
  afterPeriod: '2024-04',
  startedOn: '2024-03-01',
  effortHours: '10',
};

/** A project, a product, two employees, an asset, an initiative; replacements move dates, units and amounts. */
const corpus: Corpus = {
  dimension: 'learning',
  periods: ['2024-03', '2024-04'],
  facts: [
    ['InvoiceIssued', invoice('2024-03-06', '100'), invoice('2024-04-06', '90', 'q')],
    [
      'CreditNoteIssued',
      { ...credit, lines: [{ productId: 'p', netAmount: '10', taxAmount: '0' }] },
      { ...credit, lines: [{ productId: 'q', netAmount: '30', taxAmount: '0' }] },
    ],
    [
      'ProductLaunched',
      { productId: 'p', launchedOn: '2024-01-01', novelty: 'new', countsAsNew: true },
      { productId: 'p', launchedOn: '2024-03-20', novelty: 'new', countsAsNew: true, windowMonths: 1 },
    ],
    ['DevelopmentGatePassed', gate('approved', '2023-01-10'), gate('stopped', '2024-03-10')],
    [
      'DevelopmentGatePassed',
      gate('launched', '2024-03-20', { unitId: 'north' }),
      gate('launched', '2024-04-20'),
    ],
    ['EmploymentChanged', employment('e', '2024-01-01'), employment('e', '2024-02-01', { unitId: 'north' })],
    ['EmploymentChanged', employment('e', '2024-04-10', { fte: '0' }), employment('e', '2024-04-20')],
    ['EmploymentChanged', employment('f', '2024-03-15'), employment('f', '2023-03-15', { jobCode: 'boss' })],
    [
      'TrainingCompleted',
      { employeeId: 'e', courseId: 'x', hours: '4', completedOn: '2024-03-20' },
      { employeeId: 'e', courseId: 'x', hours: '6.5', completedOn: '2024-04-20' },
    ],
    [
      'TrainingCompleted',
      { employeeId: 'f', courseId: 'x', hours: '2', completedOn: '2024-04-20' },
      { employeeId: 'e', courseId: 'x', hours: '2', completedOn: '2024-04-21', unitId: 'north' },
    ],
    ['JobRequirementSet', requirement('sell', 4), requirement('sell', 2)],
    ['SkillAssessed', assessment(3, '2024-02-01'), assessment(1, '2024-03-02')],
    ['SkillAssessed', assessment(4, '2024-03-10'), assessment(5, '2024-01-10', { validUntil: '2024-03-31' })],
    [
      'AssetChanged',
      asset('capitalised', '2024-01-01', '900', { unitId: 'north' }),
      asset('capitalised', '2024-03-02', '800'),
    ],
    ['AssetChanged', asset('depreciated', '2024-03-10', '300'), asset('depreciated', '2024-04-10', '20')],
    [
      'AssetChanged',
      asset('retired', '2024-04-05', '100'),
      asset('retired', '2024-04-06', '2000', { generation: 'obsolete' }),
    ],
    ['ImprovementMeasured', { ...initiative, closedOn: '2024-04-30' }, { ...initiative, effortHours: '5' }],
  ],
};

describe('learning and growth', () => itKeepsTheLawsOfArrival(corpus));
