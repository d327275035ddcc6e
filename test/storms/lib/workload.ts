import type { Random } from './random.ts';

/** One request as it is sent, again and again if need be, under one Idempotency-Key. */
export interface Call {
  readonly key: string;
  readonly path: string;
  readonly body: unknown;
  /** The facts that it makes, by {@link nameOfFact}: each of them may be in the log once. */
  readonly facts: readonly string[];
}

type Data = Readonly<Record<string, unknown>>;

/** Types with the field that tells one fact of the workload from every other. */
const NAMES: Readonly<Record<string, string>> = {
  CustomerRegistered: 'customerId',
  OrderPlaced: 'orderId',
  GoodsShipped: 'shipmentId',
  InvoiceIssued: 'invoiceId',
  CreditNoteIssued: 'creditNoteId',
  CashMoved: 'movementId',
  LedgerAmountPosted: 'postingId',
  SurveyResponseRecorded: 'responseId',
  ServiceCaseOpened: 'caseId',
  ProcessCaseOpened: 'caseId',
  EmploymentChanged: 'employeeId',
  CustomersMerged: 'reason',
  FactCorrected: 'reason',
};

/** The name of a fact, unique in a storm; undefined for facts that the workload does not make. */
export function nameOfFact(type: string, data: Data): string | undefined {
  if (type === 'ImportBatchAccepted') return `${type} ${String(data['mapping'])}`;
  const field = NAMES[type];
  return field === undefined ? undefined : `${type} ${String(data[field])}`;
}

const MONTHS = ['2024-01', '2024-02', '2024-03', '2024-04'];
const FACTS_PER_CALL = 8;
const IMPORT_ROWS = 25;

/** A fact that was acknowledged and may be corrected later. */
export interface Correctable {
  readonly eventId: string;
  readonly type: string;
  readonly data: Data;
}

/**
 * The calls of one round, in lanes that run side by side; the calls of a lane follow each other.
 * Every id begins with the round's name, so that rounds never meet but in customers, units and months.
 */
export function roundOfCalls(random: Random, round: string, correctable: readonly Correctable[]): Call[][] {
  const customers = [1, 2, 3].map((n) => `${round}c${n}`);
  const register = customers.map((customerId, n) => registration(`${round}-register-${n}`, customerId));
  const facts = [1, 2, 3, 4].map((n) => factCall(random, `${round}f${n}`, customers));
  const merge: Call = callOf(`${round}-merge`, [
    ['CustomersMerged', { survivorId: customers[0], absorbedId: customers[1], reason: `${round}-merge` }],
  ]);
  const corrections = correctable.map((target, n) => correction(random, `${round}x${n}`, target));
  return [
    [...register, ...facts, merge],
    [importCall(random, `${round}i1`), importCall(random, `${round}i2`)],
    corrections,
  ];
}

function registration(key: string, customerId: string): Call {
  return {
    key,
    path: '/v1/customers',
    body: {
      customerId,
      name: `Customer ${customerId}`,
      kind: 'transactional',
      homeUnitId: 'root',
      registeredOn: '2024-01-01',
    },
    facts: [`CustomerRegistered ${customerId}`],
  };
}

function callOf(key: string, facts: readonly (readonly [type: string, data: Data])[], sourced = false): Call {
  return {
    key,
    path: '/v1/facts',
    body: {
      facts: facts.map(([type, data]) => ({
        type,
        data,
        ...(sourced ? { source: { system: 'storm', id: String(nameOfFact(type, data)) } } : {}),
      })),
    },
    facts: facts.map(([type, data]) => nameOfFact(type, data) as string),
  };
}

function factCall(random: Random, key: string, customers: readonly string[]): Call {
  const facts = Array.from({ length: FACTS_PER_CALL }, (_, n) => factOf(random, `${key}n${n}`, customers));
  return callOf(key, facts, random.chance(50));
}

function day(random: Random): string {
  return `${random.pick(MONTHS)}-${String(1 + random.below(28)).padStart(2, '0')}`;
}

function amount(random: Random): string {
  return `${1 + random.below(9_000)}.${String(random.below(1_000_000)).padStart(6, '0')}`;
}

function orderOf(random: Random, orderId: string, customerId: string): Data {
  return {
    orderId,
    customerId,
    orderedOn: day(random),
    currency: 'EUR',
    lines: [{ lineNo: 1, productId: 'p', qty: '4', unitPrice: amount(random) }],
  };
}

function invoiceOf(random: Random, invoiceId: string, customerId: string): Data {
  return {
    invoiceId,
    customerId,
    issuedOn: day(random),
    currency: 'EUR',
    lines: [
      {
        productId: random.pick(['p', 'q']),
        qty: '2',
        netAmount: amount(random),
        taxAmount: '0',
        costAmount: amount(random),
      },
    ],
  };
}

function factOf(random: Random, id: string, customers: readonly string[]): readonly [string, Data] {
  const customerId = random.pick(customers);
  const unitId = 'root';
  const type = random.pick(TYPES);
  switch (type) {
    case 'OrderPlaced':
      return [type, orderOf(random, id, customerId)];
    case 'InvoiceIssued':
      return [type, invoiceOf(random, id, customerId)];
    case 'CashMoved':
      return [
        type,
        {
          movementId: id,
          unitId,
          valueDate: day(random),
          amount: amount(random),
          currency: 'EUR',
          activity: 'operating',
          category: 'sales',
        },
      ];
    case 'LedgerAmountPosted':
      return [
        type,
        {
          postingId: id,
          unitId,
          postedOn: day(random),
          accountCode: 'operating-expense:x',
          amount: amount(random),
          currency: 'EUR',
        },
      ];
    case 'SurveyResponseRecorded':
      return [
        type,
        {
          surveyId: 's',
          responseId: id,
          customerId,
          unitId,
          answeredOn: day(random),
          instrument: 'NPS',
          scaleMin: 0,
          scaleMax: 10,
          score: random.below(11),
        },
      ];
    case 'ServiceCaseOpened':
      return [type, { caseId: id, customerId, unitId, at: `${day(random)}T09:30:00Z` }];
    case 'ProcessCaseOpened':
      return [type, { caseId: id, processCode: 'x', unitId, openedAt: `${day(random)}T09:30:00Z` }];
    default:
      return [
        'EmploymentChanged',
        { employeeId: id, unitId, department: 'x', jobCode: 'j', fte: '1', effectiveFrom: day(random) },
      ];
  }
}

const TYPES = [
  'OrderPlaced',
  'OrderPlaced',
  'InvoiceIssued',
  'InvoiceIssued',
  'CashMoved',
  'LedgerAmountPosted',
  'SurveyResponseRecorded',
  'ServiceCaseOpened',
  'ProcessCaseOpened',
  'EmploymentChanged',
];

/** A correction of an order or an invoice: other content, or taken back altogether. */
function correction(random: Random, name: string, { eventId, type, data }: Correctable): Call {
  const customerId = String(data['customerId']);
  const fresh =
    type === 'OrderPlaced'
      ? orderOf(random, String(data['orderId']), customerId)
      : invoiceOf(random, String(data['invoiceId']), customerId);
  return callOf(name, [
    [
      'FactCorrected',
      {
        targetEventId: eventId,
        replacement: random.chance(25) ? null : fresh,
        reason: name,
        authorisedBy: 'mei',
      },
    ],
  ]);
}

/** A file of orders with their invoices. Its mapping carries the file's name, which its batch then has. */
function importCall(random: Random, name: string): Call {
  const rows = Array.from({ length: IMPORT_ROWS }, (_, n) => [`${name}r${n}`, day(random), amount(random)]);
  const line = { productId: 'p', qty: '1' };
  const document = { customerId: `${name}c`, currency: 'EUR' };
  return {
    key: name,
    path: '/v1/imports',
    body: {
      mapping: {
        name,
        source: { system: 'storm' },
        files: { sales: { name: `${name}.csv`, format: 'csv' } },
        main: 'sales',
        events: [
          {
            type: 'CustomerRegistered',
            id: `customer:${name}c`,
            once: `${name}c`,
            data: {
              customerId: `${name}c`,
              name,
              kind: 'transactional',
              homeUnitId: 'root',
              registeredOn: '2024-01-01',
              externalIds: [],
            },
          },
          {
            type: 'OrderPlaced',
            id: 'order:{id}',
            data: {
              ...document,
              orderId: '{id}',
              orderedOn: { date: '{date}' },
              lines: [{ fields: { ...line, lineNo: 1, unitPrice: { decimal: '{amount}' } } }],
            },
          },
          {
            type: 'InvoiceIssued',
            id: 'invoice:{id}',
            data: {
              ...document,
              invoiceId: '{id}',
              issuedOn: { date: '{date}' },
              lines: [{ fields: { ...line, netAmount: { decimal: '{amount}' }, taxAmount: '0' } }],
            },
          },
        ],
      },
      files: { sales: `id,date,amount\n${rows.map((row) => row.join(',')).join('\n')}\n` },
    },
    facts: [
      `CustomerRegistered ${name}c`,
      ...rows.flatMap(([id]) => [`OrderPlaced ${id}`, `InvoiceIssued ${id}`]),
      `ImportBatchAccepted ${name}`,
    ],
  };
}
