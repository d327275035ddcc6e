import type { SubmittedFact } from '#commands';
import { isRefusal } from '#kernel';
import type { Random } from '../storms/lib/random.ts';
import type { World } from './world.ts';

/**
 * A seeded company with late facts, corrections, corrections of corrections, voids, facts given back, facts of one day, merges, unmerges, late segments, moving units
 * and policy changes.
 */
export const UNITS = ['root', 'north', 'south', 'south-west'];
export const SEGMENTS = ['gold', 'silver'];
const CUSTOMERS = ['c1', 'c2', 'c3', 'c4', 'c5', 'k1', 'k2'];
/** KPIs that may be cut off by delivery, and are intricate then. */
const CUT_OFF = ['gross-margin', 'revenue-growth-like-for-like', 'customer-profitability', 'eva-sasac'];
/** KPIs whose sums go by customer, unit, rate or project: these are asked more often. */
export const INTRICATE = [
  ...CUT_OFF.slice(0, 1),
  'net-revenue',
  ...['revenue-growth-like-for-like', 'revenue-growth-constant-currency', 'net-revenue-retention'],
  ...[
    'days-sales-outstanding',
    'customer-profitability',
    'eva-sasac',
    'return-on-quality',
    'break-even-time',
  ],
];

/** Records facts one after the other; what is refused has been asked for all the same. */
export async function grow(world: World, company: Company, facts: number): Promise<void> {
  for (let i = 0; i < facts; i++) {
    const fact = company.next();
    const results = await world.recorder.recordFacts([fact], {
      actor: 'tester',
      now: new Date(),
      idempotencyKey: `random-${i}`,
    });
    if (isRefusal(results)) throw new Error(results.detail);
    const [result] = results;
    if (result && result.status !== 'refused') company.recorded(fact, result.eventId, result.stream);
  }
}

export async function setUp(world: World): Promise<void> {
  const unit = (unitId: string, parentId: string, more: object = {}) =>
    world.fact('UnitDefined', { unitId, name: unitId, parentId, effectiveFrom: '2000-01-01', ...more });
  await world.fact('CalendarDefined', {
    calendarId: 'fiscal',
    kind: 'fiscal',
    startMonth: 4,
    zone: 'Europe/Berlin',
    effectiveFrom: '2000-01-01',
  });
  await world.fact('CalendarDefined', {
    calendarId: 'retail',
    kind: '4-4-5',
    startMonth: 4,
    zone: 'UTC',
    effectiveFrom: '2000-01-01',
  });
  await unit('north', 'root', { currency: 'EUR', calendarId: 'fiscal' });
  await unit('south', 'root');
  await unit('south-west', 'south', { calendarId: 'retail' });
  for (const segmentCode of SEGMENTS) {
    await world.fact('SegmentDefined', {
      segmentCode,
      name: segmentCode,
      isTarget: segmentCode === 'gold',
      valueProposition: [
        { attribute: 'freshness', weight: '0.6' },
        { attribute: 'price', weight: '0.4' },
      ],
      effectiveFrom: '2000-01-01',
    });
  }
  for (const customerId of CUSTOMERS) {
    const kind = customerId.startsWith('k') ? 'contractual' : 'transactional';
    await world.fact('CustomerRegistered', {
      customerId,
      name: customerId,
      kind,
      homeUnitId: 'root',
      registeredOn: '2023-01-01',
      externalIds: [],
    });
  }
  for (const [accountCode, accountClass, role] of [
    ['finance-result:x', 'finance-result', 'interest-expense'],
    ['operating-expense:r', 'operating-expense', 'research-and-development'],
  ])
    await world.fact('AccountDefined', {
      accountCode,
      name: accountCode,
      accountClass,
      role,
      effectiveFrom: '2000-01-01',
    });
  await world.fact('CapitalCostRateSet', {
    unitId: 'root',
    wacc: '0.1',
    taxRate: '0.25',
    effectiveFrom: '2023-01-01',
  });
  for (const month of ['2023-10', '2023-11', '2023-12', '2024-01', '2024-02', '2024-03', '2024-04']) {
    await world.fact('ExchangeRateSet', {
      fromCurrency: 'USD',
      toCurrency: 'EUR',
      rate: `0.9${month.slice(6)}`,
      kind: 'average',
      period: month,
      source: 'test',
    });
  }
}

type Data = Record<string, unknown>;

/** Makes facts one after the other; remembers what it has recorded, to correct it. */
export class Company {
  readonly #random: Random;
  readonly #known: { fact: SubmittedFact; eventId: string; stream: string }[] = [];
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  recorded(fact: SubmittedFact, eventId: string, stream: string): void {
    if (fact.type === 'FactCorrected') {
      // A correction may be corrected itself: it stands for what it replaced.
      const target = this.#known.find((own) => own.eventId === fact.data['targetEventId']);
      if (target) this.#known.push({ ...target, eventId });
    } else this.#known.push({ fact, eventId, stream });
  }

  next(): SubmittedFact {
    this.#count++;
    if (this.#known.length > 20 && this.#random.chance(18)) {
      const target = this.#random.pick(this.#known);
      const { type, data } = target.fact;
      const replacement = this.#replacement(type, data as Data);
      return {
        type: 'FactCorrected',
        stream: target.stream,
        data: { targetEventId: target.eventId, replacement, reason: 'test', authorisedBy: 'mei' },
      };
    }
    const type = this.#random.pick(TYPES);
    const taken = type === 'LedgerAmountPosted' && this.#random.chance(15) ? this.#takenBack() : undefined;
    return { type, data: taken ?? this.#dataOf(type) };
  }

  /** A posting that takes back what an earlier one posted, on the same day. */
  #takenBack(): Data | undefined {
    const postings = this.#known.filter(({ fact }) => fact.type === 'LedgerAmountPosted');
    if (postings.length === 0) return undefined;
    const data = this.#random.pick(postings).fact.data as Data;
    const amount = String(data['amount']);
    return {
      ...data,
      postingId: `l${this.#count}`,
      amount: amount.startsWith('-') ? amount.slice(1) : `-${amount}`,
    };
  }

  /** A void, what the fact said at first (it may have been voided since), or other content. */
  #replacement(type: string, data: Data): Data | null {
    if (this.#random.chance(25)) return null;
    return this.#random.chance(30) ? data : this.#changed(type, data);
  }

  /** The same fact with other content, its ids kept. */
  #changed(type: string, data: Data): Data {
    const fresh = this.#dataOf(type);
    for (const key of Object.keys(data))
      if (/Id$/.test(key) && !['unitId', 'customerId', 'parentId'].includes(key)) fresh[key] = data[key];
    if (type.startsWith('Customer'))
      for (const key of ['customerId', 'survivorId', 'absorbedId', 'restoredId'])
        if (data[key] !== undefined) fresh[key] = data[key];
    if (type === 'MeasurePolicySet') fresh['kpiCode'] = data['kpiCode'];
    if (type === 'UnitDefined') fresh['unitId'] = data['unitId'];
    return fresh;
  }

  #day(): string {
    const month = this.#random.pick([
      '2023-01',
      '2023-02',
      '2023-03',
      '2023-11',
      '2023-12',
      '2024-01',
      '2024-01',
      '2024-02',
      '2024-02',
      '2024-03',
      '2024-04',
    ]);
    return `${month}-${String(1 + this.#random.below(28)).padStart(2, '0')}`;
  }

  #dataOf(type: string): Data {
    const random = this.#random;
    const id = `${this.#count}`;
    const day = this.#day();
    const unitId = random.pick(UNITS);
    const customerId = random.pick(CUSTOMERS);
    const currency = random.chance(85) ? 'EUR' : 'USD';
    const amount = () => `${random.below(500)}.${String(random.below(100)).padStart(2, '0')}`;
    const order = `o${random.below(40)}`;
    const at = `${day}T${String(random.below(24)).padStart(2, '0')}:30:00Z`;
    switch (type) {
      case 'OrderPlaced':
        return {
          orderId: `o${this.#count % 40}`,
          customerId,
          unitId,
          orderedOn: day,
          promisedOn: this.#day(),
          currency: 'EUR',
          lines: [
            { lineNo: 1, productId: 'p1', qty: '4', unitPrice: '2' },
            { lineNo: 2, productId: 'p2', qty: '1', unitPrice: '5' },
          ],
        };
      case 'OrderLineCancelled':
        return { orderId: order, lineNo: 1 + random.below(2), qty: '1', cancelledOn: day, reasonCode: 'x' };
      case 'GoodsShipped':
        return {
          orderId: order,
          shipmentId: `s${id}`,
          shippedOn: day,
          lines: [
            { lineNo: 1, qty: random.pick(['4', '2']) },
            { lineNo: 2, qty: '1' },
          ],
        };
      case 'DeliveryConfirmed':
        return {
          orderId: order,
          shipmentId: `s${id}`,
          deliveredOn: day,
          lines: [
            { lineNo: 1, acceptedQty: random.pick(['4', '3']) },
            { lineNo: 2, acceptedQty: '1' },
          ],
        };
      case 'GoodsReturned':
        return {
          returnId: `r${id}`,
          ...(random.chance(70) ? { orderId: order } : { unitId }),
          productId: 'p1',
          qty: '1',
          returnedOn: day,
          cause: random.pick(['quality', 'quality', 'transport']),
        };
      case 'InvoiceIssued':
        return {
          invoiceId: `i${id}`,
          ...(random.chance(60) ? { orderId: order } : {}),
          customerId,
          unitId,
          issuedOn: day,
          currency,
          lines: [
            {
              productId: random.pick(['p1', 'p2', 'p3']),
              qty: '2',
              netAmount: amount(),
              taxAmount: random.pick(['0', '7.6']),
              ...(random.chance(90) ? { costAmount: amount() } : {}),
            },
          ],
        };
      case 'CreditNoteIssued':
        return {
          creditNoteId: `n${id}`,
          invoiceId: `i${1 + random.below(this.#count)}`,
          issuedOn: day,
          cause: random.pick(['price', 'return']),
          lines: [{ productId: 'p1', netAmount: amount(), taxAmount: random.pick(['0', '3.1']) }],
        };
      case 'CashMoved':
        return {
          movementId: `m${id}`,
          unitId,
          valueDate: day,
          amount: `${random.chance(40) ? '-' : ''}${amount()}`,
          currency: 'EUR',
          activity: random.pick(['operating', 'investing', 'financing']),
          category: random.pick(['sales', 'wages', 'internal-transfer']),
          ...(random.chance(60) ? { documentId: `i${1 + random.below(this.#count)}` } : {}),
        };
      case 'LedgerAmountPosted':
        return {
          postingId: `l${id}`,
          unitId,
          postedOn: day,
          accountCode: random.pick([
            'operating-expense:x',
            'operating-expense:r',
            'asset:x',
            'construction-in-progress:x',
            'cash:x',
            'liability-current-non-interest-bearing:x',
            'finance-result:x',
            'income-tax:x',
            '9999',
          ]),
          amount: `${random.chance(30) ? '-' : ''}${amount()}`,
          currency: random.chance(90) ? 'EUR' : 'USD',
          ...(random.chance(40) ? { customerId } : {}),
          ...(random.chance(20) ? { counterUnitId: random.pick(UNITS) } : {}),
          ...(random.chance(10) ? { opening: true } : {}),
        };
      case 'CustomerSegmentAssigned':
        return {
          customerId,
          segmentCode: random.pick(SEGMENTS),
          effectiveFrom: random.pick([day, '2024-01-01', '2024-02-01']),
        };
      case 'CustomerActivated':
        return { customerId: random.pick(['k1', 'k2']), basis: 'contract', unitId, effectiveOn: day };
      case 'CustomerLapsed':
        return { customerId: random.pick(['k1', 'k2']), effectiveOn: day, reasonCode: 'x' };
      case 'CustomersMerged':
        return {
          survivorId: random.pick(['c1', 'c2']),
          absorbedId: random.pick(['c3', 'c4', 'c5']),
          reason: 'test',
        };
      case 'CustomersUnmerged':
        return {
          survivorId: random.pick(['c1', 'c2']),
          restoredId: random.pick(['c3', 'c4', 'c5']),
          reason: 'test',
        };
      case 'SurveyResponseRecorded': {
        const instrument = random.pick(['NPS', 'CSAT', 'ATTRIBUTE', 'ACSI']);
        const scale = instrument === 'NPS' ? [0, 10] : [1, 5];
        const score = random.chance(10)
          ? null
          : (scale[0] as number) + random.below((scale[1] as number) - (scale[0] as number) + 1);
        return {
          surveyId: random.pick(['s1', 's2']),
          responseId: `a${id}`,
          ...(random.chance(60) ? { customerId } : {}),
          unitId,
          answeredOn: random.pick([day, '2024-02-10']),
          instrument,
          ...(instrument === 'NPS' || instrument === 'CSAT'
            ? {}
            : { attribute: random.pick(['freshness', 'price']) }),
          scaleMin: scale[0],
          scaleMax: scale[1],
          score,
          ...(score === null ? { reason: 'blank' } : {}),
        };
      }
      case 'ProspectContacted':
        return {
          prospectId: `p${random.below(6)}`,
          campaignId: 'x',
          channel: 'mail',
          contactedOn: day,
          cost: { amount: '3.50', currency: 'EUR' },
          unitId,
        };
      case 'ProcessCaseOpened':
        return {
          caseId: `w${this.#count % 25}`,
          processCode: 'x',
          unitId,
          openedAt: at,
          ...(random.chance(50) ? { dueAt: `${this.#day()}T12:00:00Z` } : {}),
        };
      case 'ProcessStepPerformed':
        return {
          caseId: `w${random.below(25)}`,
          stepCode: 's',
          department: random.pick(['a', 'b']),
          startedAt: at,
          endedAt: `${day}T23:45:00Z`,
          valueAdding: random.chance(50),
          rework: false,
        };
      case 'ProcessCaseClosed':
        return {
          caseId: `w${random.below(25)}`,
          closedAt: at,
          outcome: random.chance(85) ? 'done' : 'abandoned',
          ...(random.chance(50) ? { goodQty: '9', scrappedQty: '1' } : {}),
          firstPass: random.chance(70),
        };
      case 'ServiceCaseOpened':
        return { caseId: `t${this.#count % 15}`, customerId, at, unitId };
      case 'ServiceCaseAnswered':
      case 'ServiceCaseResolved':
      case 'ServiceCaseReopened':
        return { caseId: `t${random.below(15)}`, at };
      case 'MarketSizeReported':
        return {
          marketCode: 'm',
          period: random.pick(['2024-Q1', '2024-01', '2024-02', '2024-03']),
          basis: 'revenue',
          amount: '10000',
          currency: 'EUR',
          largestCompetitorAmount: '4000',
          source: 'x',
          publishedOn: day,
        };
      case 'ProductLaunched':
        return {
          productId: random.pick(['p1', 'p2']),
          ...(random.chance(50) ? { projectId: `d${random.below(5)}` } : {}),
          launchedOn: day,
          novelty: 'new',
          countsAsNew: random.chance(80),
        };
      case 'MeasurePolicySet':
        if (random.chance(40))
          return {
            kpiCode: random.pick([
              ...INTRICATE,
              'net-revenue',
              'customer-retention',
              'csat',
              'order-to-ship-time',
            ]),
            parameters: { segmentBasis: random.pick(['periodEnd', 'periodEnd', 'businessDate']) },
            effectiveFrom: '2023-01-01',
            changeClass: 'method',
          };
        if (random.chance(30))
          return {
            kpiCode: random.pick([...CUT_OFF, 'net-revenue', 'net-revenue']),
            parameters: {
              cutOff: random.pick(['deliveredOn', 'deliveredOn', 'issuedOn']),
              ...(random.chance(20) ? { segmentBasis: 'periodEnd' } : {}),
              ...(random.chance(15) ? { revenueBasis: 'ledger' } : {}),
            },
            effectiveFrom: random.pick(['2023-01-01', '2024-02-01']),
            changeClass: 'method',
          };
        if (random.chance(20))
          return {
            kpiCode: 'otif',
            parameters: { periodBasis: random.pick(['due', 'delivered']) },
            effectiveFrom: '2023-01-01',
            changeClass: 'method',
          };
        return random.chance(60)
          ? {
              kpiCode: 'customer-retention',
              parameters: random.pick([
                { retentionWindowDays: 30 },
                { retentionWindowDays: 120 },
                { retentionWindow: 'previous-period' },
              ]),
              effectiveFrom: random.pick(['2024-01-01', '2024-02-01', '2023-01-01']),
              changeClass: 'method',
            }
          : {
              kpiCode: random.pick(['csat', 'nps']),
              parameters: { minimumResponses: random.below(5) },
              effectiveFrom: '2024-01-01',
              changeClass: 'method',
            };
      case 'EmploymentChanged':
        return {
          employeeId: `e${random.below(6)}`,
          unitId,
          department: 'x',
          jobCode: random.pick(['j1', 'j2']),
          fte: random.pick(['1', '0.5', '0']),
          effectiveFrom: day,
        };
      case 'TrainingCompleted':
        return { employeeId: `e${random.below(6)}`, courseId: 'x', hours: '7.5', completedOn: day };
      case 'JobRequirementSet':
        return {
          jobCode: random.pick(['j1', 'j2']),
          skillCode: random.pick(['k1', 'k2']),
          requiredLevel: 3,
          weight: random.pick(['1', '2']),
          strategic: random.chance(50),
          neededHeadcount: 1 + random.below(3),
          effectiveFrom: day,
        };
      case 'SkillAssessed':
        return {
          employeeId: `e${random.below(6)}`,
          skillCode: random.pick(['k1', 'k2']),
          level: random.below(6),
          assessedOn: day,
          assessor: 'x',
        };
      case 'AssetChanged':
        return {
          assetId: `a${random.below(6)}`,
          unitId,
          change: random.pick(['capitalised', 'capitalised', 'depreciated', 'retired']),
          amount: amount(),
          generation: random.pick(['current', 'obsolete']),
          effectiveOn: day,
        };
      case 'DevelopmentGatePassed':
        return {
          projectId: `d${random.below(5)}`,
          gate: random.pick(['approved', 'launched', 'stopped']),
          passedOn: day,
          projectClass: 'newLine',
          productIds: random.pick([[], ['p1'], ['p2', 'p3']]),
          ...(random.chance(70) ? { spend: { amount: amount(), currency } } : {}),
          unitId,
        };
      case 'ImprovementMeasured':
        return {
          initiativeId: `v${id}`,
          processCode: 'x',
          kpiCode: random.pick(['order-to-ship-time', 'gross-margin', 'scrap-rate', 'quality-return-rate']),
          ...(random.chance(70) ? { benefit: { amount: amount(), currency } } : {}),
          ...(random.chance(70) ? { cost: { amount: amount(), currency } } : {}),
          baselinePeriod: '2024-01',
          afterPeriod: '2024-02',
          startedOn: '2024-01-05',
          closedOn: day < '2024-01-05' ? '2024-02-05' : day,
          effortHours: '10',
        };
      default:
        return {
          unitId: random.pick(['south-west', 'north']),
          name: 'moved',
          parentId: random.pick(['root', 'south']),
          effectiveFrom: random.pick(['2024-01-01', '2024-02-15', '2024-03-01']),
        };
    }
  }
}

const TYPES = [
  ...Array<string>(6).fill('OrderPlaced'),
  ...Array<string>(6).fill('InvoiceIssued'),
  ...Array<string>(3).fill('GoodsShipped'),
  ...Array<string>(3).fill('SurveyResponseRecorded'),
  ...Array<string>(3).fill('LedgerAmountPosted'),
  'OrderLineCancelled',
  'DeliveryConfirmed',
  'DeliveryConfirmed',
  'GoodsReturned',
  'CreditNoteIssued',
  'CreditNoteIssued',
  'CashMoved',
  'CashMoved',
  'CustomerSegmentAssigned',
  'CustomerSegmentAssigned',
  'CustomerActivated',
  'CustomerLapsed',
  'CustomersMerged',
  'CustomersUnmerged',
  'ProspectContacted',
  'ProcessCaseOpened',
  'ProcessCaseOpened',
  'ProcessStepPerformed',
  'ProcessStepPerformed',
  'ProcessCaseClosed',
  'ProcessCaseClosed',
  'ServiceCaseOpened',
  'ServiceCaseAnswered',
  'ServiceCaseResolved',
  'ServiceCaseReopened',
  'MarketSizeReported',
  'ProductLaunched',
  'MeasurePolicySet',
  'EmploymentChanged',
  'EmploymentChanged',
  'TrainingCompleted',
  'JobRequirementSet',
  'SkillAssessed',
  'AssetChanged',
  'DevelopmentGatePassed',
  'DevelopmentGatePassed',
  'ImprovementMeasured',
  'ImprovementMeasured',
  'UnitDefined',
];
