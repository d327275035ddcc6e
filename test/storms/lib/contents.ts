import type { EventType } from '#contracts';
import type { Content } from '#scorecard';
import type { Random } from './random.ts';

const CUSTOMERS = ['a', 'b', 'c', 'd'];
const UNITS = ['root', 'north', 'south'];
const SEGMENTS = ['gold', 'silver'];
const EMPLOYEES = ['x', 'y', 'z'];

/** Policies of every kind: each changes figures of some KPI that random logs have facts for. */
const POLICIES: readonly Content[] = [
  ...[30, 120].map((retentionWindowDays) => ({
    kpiCode: 'customer-retention',
    parameters: { retentionWindowDays },
  })),
  { kpiCode: 'customer-retention', parameters: { retentionWindow: 'previous-period' } },
  { kpiCode: 'customer-acquisition-rate', parameters: { acquisitionBase: 'known' } },
  { kpiCode: 'net-revenue', parameters: { cutOff: 'deliveredOn' } },
  { kpiCode: 'net-revenue', parameters: { revenueBasis: 'ledger' } },
  { kpiCode: 'gross-margin', parameters: { cutOff: 'deliveredOn' } },
  { kpiCode: 'gross-margin', parameters: { segmentBasis: 'periodEnd' } },
  { kpiCode: 'new-product-sales-ratio', parameters: { newProductWindowDays: 20 } },
  { kpiCode: 'training-hours-per-employee', parameters: { headcountBasis: 'yearEnd' } },
  { kpiCode: 'cohort-return-rate', parameters: { cohortDays: 5 } },
  { kpiCode: 'otif', parameters: { periodBasis: 'delivered' } },
];

/** Random content of a fact: few ids, so that facts meet on the same documents, customers, units and months. */
export function contentOf(random: Random, type: EventType, factId: string): Content {
  const date = () =>
    `2024-${String(1 + random.below(4)).padStart(2, '0')}-${String(1 + random.below(28)).padStart(2, '0')}`;
  const instant = () => `${date()}T${String(random.below(24)).padStart(2, '0')}:15:00Z`;
  const amount = () => `${random.below(1000)}.${random.below(1_000_000)}`;
  const unitId = random.pick(UNITS);
  const customerId = random.pick(CUSTOMERS);
  const [survivorId, absorbedId] = random.pick([
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'd'],
    ['c', 'd'],
  ] as const);
  switch (type) {
    case 'OrderPlaced':
      return {
        orderId: `o${random.below(6)}`,
        customerId,
        unitId,
        orderedOn: date(),
        currency: 'EUR',
        lines: [{ lineNo: 1, productId: 'p', qty: '2', unitPrice: '1' }],
      };
    case 'OrderLineCancelled':
      return {
        orderId: `o${random.below(6)}`,
        lineNo: 1,
        qty: String(1 + random.below(2)),
        cancelledOn: date(),
        reasonCode: 'x',
      };
    case 'InvoiceIssued':
      return {
        invoiceId: `i${random.below(6)}`,
        ...(random.chance(60) ? { orderId: `o${random.below(6)}` } : {}),
        customerId,
        unitId,
        issuedOn: date(),
        currency: random.pick(['EUR', 'USD']),
        lines: [{ productId: 'p', qty: '1', netAmount: amount(), taxAmount: '0' }],
      };
    case 'CreditNoteIssued':
      return {
        creditNoteId: factId,
        invoiceId: `i${random.below(6)}`,
        issuedOn: date(),
        cause: 'price',
        lines: [{ productId: 'p', netAmount: amount(), taxAmount: '0' }],
      };
    case 'CustomerRegistered':
      return {
        customerId,
        name: 'x',
        kind: random.pick(['transactional', 'transactional', 'contractual']),
        homeUnitId: unitId,
        registeredOn: date(),
        externalIds: [],
      };
    case 'CustomerSegmentAssigned':
      return { customerId, segmentCode: random.pick(SEGMENTS), effectiveFrom: date() };
    case 'CustomerActivated':
      return { customerId, basis: 'contract', unitId, effectiveOn: date() };
    case 'CustomerLapsed':
      return { customerId, effectiveOn: date(), reasonCode: 'x' };
    case 'CustomersMerged':
      return { survivorId, absorbedId, reason: 'x' };
    case 'CustomersUnmerged':
      return { survivorId, restoredId: absorbedId, reason: 'x' };
    case 'UnitDefined':
      return {
        unitId: random.pick(['north', 'south']),
        name: 'x',
        parentId: random.pick(['root', 'root', 'north']),
        effectiveFrom: date(),
      };
    case 'GoodsShipped':
      return {
        orderId: `o${random.below(6)}`,
        shipmentId: random.pick(['s', 't']),
        shippedOn: date(),
        lines: [{ lineNo: 1, qty: String(1 + random.below(3)) }],
      };
    case 'DeliveryConfirmed':
      return {
        orderId: `o${random.below(6)}`,
        shipmentId: random.pick(['s', 't']),
        deliveredOn: date(),
        lines: [{ lineNo: 1, acceptedQty: String(1 + random.below(3)) }],
      };
    case 'GoodsReturned':
      return {
        returnId: factId,
        orderId: `o${random.below(6)}`,
        productId: 'p',
        qty: '1',
        returnedOn: date(),
        cause: random.pick(['quality', 'transport']),
      };
    case 'ProcessCaseOpened':
      return { caseId: `w${random.below(4)}`, processCode: 'x', unitId, openedAt: instant() };
    case 'ProcessStepPerformed':
      return {
        caseId: `w${random.below(4)}`,
        stepCode: 's',
        department: random.pick(['m', 'n']),
        startedAt: instant(),
        endedAt: instant(),
        valueAdding: random.chance(50),
      };
    case 'ProcessCaseClosed':
      return {
        caseId: `w${random.below(4)}`,
        closedAt: instant(),
        outcome: random.pick(['done', 'done', 'abandoned']),
        firstPass: random.chance(70),
        goodQty: '8',
      };
    case 'ServiceCaseOpened':
      return { caseId: `v${random.below(4)}`, customerId, unitId, at: instant() };
    case 'ServiceCaseAnswered':
    case 'ServiceCaseResolved':
    case 'ServiceCaseReopened':
      return { caseId: `v${random.below(4)}`, at: instant() };
    case 'EmploymentChanged':
      return {
        employeeId: random.pick(EMPLOYEES),
        unitId,
        department: 'x',
        jobCode: random.pick(['j', 'k']),
        fte: random.pick(['1', '0.5', '0']),
        effectiveFrom: date(),
      };
    case 'TrainingCompleted':
      return { employeeId: random.pick(EMPLOYEES), courseId: 'x', hours: '7.5', completedOn: date() };
    case 'SkillAssessed':
      return {
        employeeId: random.pick(EMPLOYEES),
        skillCode: 'x',
        level: random.below(6),
        assessedOn: date(),
        assessor: 'x',
      };
    case 'JobRequirementSet':
      return {
        jobCode: random.pick(['j', 'k']),
        skillCode: 'x',
        requiredLevel: 3,
        weight: '1',
        strategic: random.chance(50),
        neededHeadcount: 1 + random.below(3),
        effectiveFrom: date(),
      };
    case 'AssetChanged':
      return {
        assetId: random.pick(['h', 'i']),
        unitId,
        change: random.pick(['capitalised', 'capitalised', 'depreciated', 'retired']),
        amount: amount(),
        generation: random.pick(['current', 'obsolete']),
        effectiveOn: date(),
      };
    case 'DevelopmentGatePassed':
      return {
        projectId: random.pick(['d', 'e']),
        gate: random.pick(['approved', 'launched', 'stopped']),
        passedOn: date(),
        projectClass: 'newLine',
        productIds: ['p'],
        unitId,
      };
    case 'ImprovementMeasured':
      return {
        initiativeId: factId,
        processCode: 'x',
        kpiCode: 'gross-margin',
        baselinePeriod: '2024-01',
        afterPeriod: '2024-02',
        startedOn: '2024-01-01',
        closedOn: date(),
        effortHours: '10',
      };
    case 'MeasurePolicySet':
      return {
        ...random.pick(POLICIES),
        effectiveFrom: random.pick(['2024-01-01', '2024-02-01', '2024-03-15']),
        changeClass: 'method',
      };
    case 'SurveyResponseRecorded':
      return {
        surveyId: 's',
        responseId: factId,
        customerId,
        unitId,
        answeredOn: date(),
        instrument: 'NPS',
        scaleMin: 0,
        scaleMax: 10,
        score: random.below(11),
      };
    case 'ProductLaunched':
      return { productId: 'p', launchedOn: date(), novelty: 'new', countsAsNew: random.chance(80) };
    default:
      return {
        postingId: factId,
        unitId,
        postedOn: date(),
        accountCode: 'asset:1',
        amount: amount(),
        currency: 'EUR',
        opening: false,
      };
  }
}
