/** JSON Schemas of what routes answer. Tested: every 2xx answer of the fuzz run is valid against the one its route names. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const whole: Schema = { type: 'integer', minimum: 0 };
const flag: Schema = { type: 'boolean' };
const anything: Schema = {};
const position: Schema = {
  type: 'string',
  pattern: '^\\d{1,19}$',
  description: 'a position in the log, 64 bits',
};
const revision: Schema = { type: 'string', pattern: '^\\d{1,19}$' };
const digest: Schema = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };
const decimal: Schema = { type: ['string', 'null'], pattern: '^-?\\d+(\\.\\d+)?$' };
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const list = (items: Schema): Schema => ({ type: 'array', items });
const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });

/** An object of exactly these fields; those whose name ends in `?` may be absent. */
function record(fields: Readonly<Record<string, Schema>>): Schema {
  const entries = Object.entries(fields).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const);
  return {
    type: 'object',
    properties: Object.fromEntries(entries),
    required: Object.keys(fields).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}

const DIMENSION = oneOf('financial', 'customer', 'process', 'learning');
const COORDINATES = {
  unit: text,
  segment: textOrNull,
  period: text,
  view: oneOf('known'),
  knownAt: record({ position, time: textOrNull }),
  scorecardRevision: { type: 'null' },
  code: text,
};
const FIELD_ERRORS = list(record({ field: text, message: text }));
const PROBLEM = {
  type: { type: 'string', format: 'uri', description: 'stable; its end is the reason' },
  title: text,
  status: { type: 'integer' },
  detail: { type: 'string', description: 'a sentence that a person can act on' },
  'errors?': FIELD_ERRORS,
};
const FACT_PLACE = { stream: text, revision, position, eventId: text };

export const ANSWERS = {
  /** RFC 9457; `instance` is the id of the request. */
  Problem: record({ ...PROBLEM, 'instance?': text }),
  Receipt: record({ position, stream: text, revision, eventIds: list(text) }),
  FactResults: record({ results: list(ref('FactResult')) }),
  FactResult: {
    oneOf: [
      record({ index: whole, status: oneOf('appended', 'duplicate'), ...FACT_PLACE }),
      record({ index: whole, status: oneOf('refused'), 'stream?': text, problem: record(PROBLEM) }),
    ],
  },
  Kpi: record({
    code: text,
    dimension: DIMENSION,
    name: record({ en: text, zh: text }),
    unit: text,
    formula: text,
    direction: oneOf('up', 'down', 'neutral'),
    leading: flag,
    sources: list(text),
  }),
  Kpis: record({ kpis: list(ref('Kpi')) }),
  Figure: record({
    kpi: text,
    dimension: DIMENSION,
    unit: text,
    period: text,
    status: oneOf('ok', 'not_measurable', 'not_meaningful', 'no_data', 'incomplete', 'insufficient'),
    value: decimal,
    parts: map({ anyOf: [text, map(text)] }),
    n: whole,
    flags: list(text),
  }),
  Figures: record({
    coordinates: record({ ...COORDINATES, policyRevisions: map(text) }),
    figures: list(ref('Figure')),
    digest,
  }),
  Vintages: record({
    coordinates: record({ ...COORDINATES, policyRevisions: map(text) }),
    vintages: list(
      record({
        knownAt: record({ position, time: textOrNull }),
        policyRevisions: map(text),
        figure: ref('Figure'),
        digest: { ...digest, description: 'of the figures as known at that position' },
      }),
    ),
    'next?': {
      type: 'string',
      description: 'the cursor of the next page, of what was earlier; absent on the last one',
    },
    digest,
  }),
  Scorecard: record({
    scorecard: text,
    coordinates: record(COORDINATES),
    dimensions: record({
      financial: list(ref('Figure')),
      customer: list(ref('Figure')),
      process: list(ref('Figure')),
      learning: list(ref('Figure')),
    }),
    digest,
  }),
  Customers: record({
    knownAt: position,
    customers: list(record({ customerId: text })),
    'next?': { type: 'string', description: 'the cursor of the next page; absent on the last one' },
  }),
  CustomerFile: record({
    knownAt: position,
    asOf: textOrNull,
    customerId: text,
    lifecycle: oneOf('prospect', 'qualified', 'active', 'lost', 'won-back'),
    profile: map(anything),
    segment: textOrNull,
    mergedInto: textOrNull,
    alsoKnownAs: list(text),
    documents: list(map(anything)),
    completeness: record({ filled: whole, of: whole }),
  }),
  Timeline: record({
    knownAt: position,
    items: list(record({ type: text, on: textOrNull, position, factId: text, data: map(anything) })),
  }),
  ImportReport: record({
    status: oneOf('checked', 'rejected', 'accepted', 'stopped'),
    dryRun: flag,
    batchId: text,
    mapping: text,
    fileSha256: text,
    rowsRead: whole,
    rowsSkipped: whole,
    rowsAccepted: whole,
    rowsRejectedTotal: whole,
    rowsRejected: list(
      record({
        file: text,
        row: whole,
        line: whole,
        'column?': text,
        'value?': textOrNull,
        reason: text,
        'event?': text,
        'field?': text,
      }),
    ),
    factsPlanned: whole,
    factsAppended: whole,
    duplicates: whole,
    refused: list(
      record({ row: whole, type: text, sourceId: text, code: text, detail: text, 'field?': text }),
    ),
  }),
  ImportBatch: record({
    batchId: text,
    status: oneOf('accepted', 'revoked'),
    fileSha256: text,
    mapping: text,
    rowsRead: whole,
    rowsAccepted: whole,
    rowsRejected: list(record({ row: whole, why: text })),
    'coverage?': map(anything),
    position,
    actor: text,
  }),
  RevokeReport: record({
    batchId: text,
    facts: whole,
    voided: whole,
    alreadyVoid: whole,
    refused: list(record({ eventId: text, code: text, detail: text })),
  }),
  Schemas: record({ schemas: list(record({ type: text, version: whole, href: text })) }),
  JsonSchema: { type: 'object' },
  Live: record({ status: oneOf('live') }),
  Ready: record({ status: oneOf('ready'), head: position, known: position, lag: flag }),
  OpenApi: { type: 'object', required: ['openapi', 'paths'] },
} as const satisfies Readonly<Record<string, Schema>>;

export type Answer = keyof typeof ANSWERS;
